"""Deliveries put back by hand: all or none, and never without a trace."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Kind
from flowalert.store import NotPutBack, PutBack, Selection, Store, StoreRefused, open_clerk, open_store
from flowalert.store.schema import VERSION
from tests.delivery.ending import end, lease, queue_of, settle
from tests.store.sample import DESK, NOW, firings, notice, transition

LATER = NOW + dt.timedelta(hours=1)


async def end_all(store: Store, *outcomes: Outcome) -> None:
    """Make a delivery for each outcome, and let it end so."""
    await store.commit([], *firings(len(outcomes), DESK), now=NOW)
    for waiting, outcome in zip(await queue_of(store), outcomes, strict=True):
        await end(store, waiting, outcome, NOW)


async def test_what_is_put_back_is_sent_before_what_came_after_it(tmp_path: Path) -> None:
    """It waits in its old place, due at once, while the service holds the store."""
    async with open_store(tmp_path / "flow.db") as store:
        await end_all(store, Refused("HTTP 404 Not Found"), Sent())
        assert await queue_of(store) == []
        async with open_clerk(tmp_path / "flow.db") as clerk:
            done = await clerk.put_back(Selection(states=(DeliveryState.DEAD,)), by="kim", now=LATER)
        assert isinstance(done, PutBack)
        assert [line.delivery.state for line in done.lines] == [DeliveryState.DEAD]
        (again,) = await queue_of(store)
    assert (again.id, again.next_at, again.attempts, again.urgent) == (1, LATER, 1, True)
    assert again.reason == "retried by hand; was dead: HTTP 404 Not Found"


async def test_one_that_cannot_be_put_back_keeps_all_in_place(tmp_path: Path) -> None:
    """What was sent, what has never been tried, what is under way and what is not there are each named."""
    async with open_store(tmp_path / "flow.db") as store:
        await end_all(store, Refused("HTTP 404 Not Found"), Sent())
        opened = transition(episode="under way")
        await store.commit([], [opened], [notice(opened, DESK)], now=NOW)
        (under_way,) = await queue_of(store)
        await lease(store, under_way, NOW)
        before = await store.deliveries()
        async with open_clerk(tmp_path / "flow.db") as clerk:
            done = await clerk.put_back(Selection(ids=(1, 2, 3, 9)), by="kim", now=LATER)
        assert done == NotPutBack(
            (
                "there is no delivery 9",
                "delivery 2 was sent; --force sends it a second time",
                "delivery 3 is under way; look again when it has ended",
            )
        )
        assert await store.deliveries() == before


async def test_a_forced_second_send_that_fails_still_lets_the_resolve_be_told(tmp_path: Path) -> None:
    """The firing went out once: whoever read it is told of its end."""
    firing, resolved = transition(), transition(Kind.RESOLVED, 2)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, DESK)], now=NOW)
        (first,) = await queue_of(store)
        await settle(store, first, DeliveryState.SENT, "accepted", NOW)
        async with open_clerk(tmp_path / "flow.db") as clerk:
            assert isinstance(await clerk.put_back(Selection(ids=(1,)), by="kim", now=LATER, force=True), PutBack)
        (second,) = await queue_of(store)
        await settle(store, second, DeliveryState.DEAD, "HTTP 404 Not Found", LATER)
        await store.commit([], [resolved], [notice(resolved, DESK)], now=LATER)
        (resolve,) = await queue_of(store)
    assert (resolve.kind, resolve.untold, resolve.firing) == (Kind.RESOLVED, "", 0)


async def test_what_waits_for_its_next_try_is_due_at_once(tmp_path: Path) -> None:
    """A person who has mended the target need not wait for the backoff."""
    async with open_store(tmp_path / "flow.db") as store:
        await end_all(store, Retry("HTTP 503 Service Unavailable", after=3_600))
        async with open_clerk(tmp_path / "flow.db") as clerk:
            await clerk.put_back(Selection(ids=(1,)), by="kim", now=NOW + dt.timedelta(seconds=5))
        (again,) = await queue_of(store)
    assert (again.state, again.next_at) == (DeliveryState.PENDING, NOW + dt.timedelta(seconds=5))


async def test_a_clerk_takes_no_store_of_another_version(tmp_path: Path) -> None:
    """Nor makes or changes one: an older store may be in use by an older service."""
    path = tmp_path / "flow.db"
    with pytest.raises(StoreRefused, match="no such store"):
        async with open_clerk(path):
            pass
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 - local files
    async with open_store(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION - 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(
        StoreRefused, match=rf"older flowalert \(store version {VERSION - 1}, .* start the service once"
    ):
        async with open_clerk(path):
            pass
    assert path.read_bytes() == before
