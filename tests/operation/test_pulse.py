"""Whether the parts of a service go round."""

import trio
from trio.testing import MockClock

from flowalert.operation.pulse import Part, Pulse


async def test_it_is_whole_only_when_every_part_has_beaten() -> None:
    """One that never did keeps the start from being ready."""
    pulse = Pulse()
    pulse.beat(Part.ENGINE)
    assert not pulse.is_whole
    pulse.beat(Part.DELIVERY)
    assert pulse.is_whole


async def test_the_watchdog_is_fed_only_by_all_of_them_anew() -> None:
    """A part that beats twice makes up for no other, and one that was slow is waited for."""
    pulse = Pulse()
    for part in Part:
        pulse.beat(part)
    assert pulse.take()
    pulse.beat(Part.ENGINE)
    pulse.beat(Part.ENGINE)
    assert not pulse.take()
    pulse.beat(Part.DELIVERY)
    assert pulse.take()
    assert not pulse.take()


async def test_a_part_that_does_not_go_round_is_named(autojump_clock: MockClock) -> None:  # noqa: ARG001 - trio's time
    """Also one that never began."""
    pulse = Pulse()
    await trio.sleep(9)
    pulse.beat(Part.ENGINE)
    assert pulse.find_stuck(10) == ()
    await trio.sleep(2)
    assert pulse.find_stuck(10) == (Part.DELIVERY,)
    await trio.sleep(9)
    assert pulse.find_stuck(10) == tuple(Part)
