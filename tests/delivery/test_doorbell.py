"""The bell that says: look again."""

import trio
import trio.testing

from flowalert.delivery import Doorbell


async def test_a_ring_before_the_wait_is_heard() -> None:
    """And however often it rang, it is one look."""
    bell = Doorbell()
    bell.ring()
    bell.ring()
    with trio.fail_after(5):
        await bell.wait()
    with trio.move_on_after(0.01) as nothing_more:
        await bell.wait()
    assert nothing_more.cancelled_caught


async def test_a_wait_ends_by_itself_where_it_is_bounded() -> None:
    """A target that waits for its retry looks again in time."""
    with trio.fail_after(5):
        await Doorbell().wait(at_most=0.01)


async def test_closing_wakes_the_waiter_and_is_final() -> None:
    """No wait blocks any more, and a later ring is no fault."""
    bell = Doorbell()
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bell.wait)
            await trio.testing.wait_all_tasks_blocked()
            bell.close()
        bell.ring()
        await bell.wait()
    assert bell.closed
