"""What waits, how long, and what could not be sent."""

from datetime import timedelta
from pathlib import Path

from flowalert.delivery.outcome import Refused, Sent, Unknown
from flowalert.engine.notice import DeliveryState
from flowalert.store import open_reader, open_store
from flowalert.store.backlog import NOTHING
from tests.delivery.ending import end, queue_of
from tests.store.sample import DESK, NOW, firings, update


async def test_what_waits_is_counted_by_state_and_what_is_dead_for_a_day(tmp_path: Path) -> None:
    """The oldest is the oldest of those that wait; what was sent counts no more."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        assert await store.backlog(NOW) == NOTHING
        await store.commit([(NOW, update()), (NOW, update())], *firings(2, DESK), now=NOW)
        transitions, notices = firings(5, DESK)
        await store.commit([], transitions[2:], notices[2:], now=NOW + timedelta(minutes=1))
        first, second, third, *_ = await queue_of(store)
        await end(store, first, Sent(), NOW)
        await end(store, second, Refused("HTTP 404"), NOW)
        await end(store, third, Unknown("no answer"), NOW)
        async with open_reader(path) as reader:
            backlog = await reader.backlog(NOW + timedelta(hours=1))
            assert (await reader.backlog(NOW + timedelta(hours=25))).dead == 0
    assert backlog.waiting == {DeliveryState.PENDING: 2, DeliveryState.RETRYING: 1}
    assert backlog.total == 3
    assert backlog.oldest_at == NOW + timedelta(minutes=1)
    assert backlog.dead == 1
    assert backlog.entries == 2
