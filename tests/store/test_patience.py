"""How long a write waits for a file that cannot be written, in trio's own time."""

import structlog
import trio
import trio.testing

from flowalert.store.patience import Patience


async def wait_out(patience: Patience) -> tuple[int, float]:
    """Return how often a write would have been tried again, and after how many seconds it is given up."""
    began_at = trio.current_time()
    trial, tries = patience.begin(), 0
    while await trial.wait("the disk is full"):
        tries += 1
    return tries, trio.current_time() - began_at


async def test_it_ends_after_its_seconds_and_says_why_once_a_minute(autojump_clock: trio.testing.MockClock) -> None:  # noqa: ARG001 - time flies
    """The tries come quickly at first and then every five seconds, the last of them at the end."""
    with structlog.testing.capture_logs() as logs:
        tries, seconds = await wait_out(Patience(600.0))
    assert seconds == 600.0
    assert 120 < tries < 130
    assert [(each["log_level"], each["why"]) for each in logs] == [("error", "the disk is full")] * 10
    assert [each["gives_up_in_s"] for each in logs[:2]] == [600, 539]


async def test_a_service_that_is_to_stop_does_not_wait_for_long(autojump_clock: trio.testing.MockClock) -> None:  # noqa: ARG001 - time flies
    """What waits ends within seconds of the haste, and what comes after it as soon."""
    patience = Patience(600.0)
    began_at = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_out, patience)
        await trio.sleep(100.0)
        patience.hurry()
    assert trio.current_time() - began_at < 105.0
    _, seconds = await wait_out(patience)
    assert seconds == 3.0


async def test_a_command_line_does_not_wait_at_all(autojump_clock: trio.testing.MockClock) -> None:  # noqa: ARG001 - time flies
    """Without patience the first refusal is the last."""
    assert await wait_out(Patience(0.0)) == (0, 0.0)
