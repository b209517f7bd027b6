"""The audit log: what people did, in order."""

import datetime as dt
from pathlib import Path

from flowalert.engine.matcher import parse_matcher
from flowalert.engine.notice import DeliveryState
from flowalert.store import Action, Selection, open_clerk, open_store
from tests.store.sample import DESK, NOW, firings

SECOND = dt.timedelta(seconds=1)


async def test_the_last_deeds_are_read_oldest_first(tmp_path: Path) -> None:
    """At most so many, or those since a moment."""
    async with open_store(tmp_path / "flow.db"), open_clerk(tmp_path / "flow.db") as clerk:
        for number in range(5):
            await clerk.add_silence(
                parse_matcher("sector=kospi"),
                starts_at=NOW,
                ends_at=None,
                by="kim",
                reason="",
                now=NOW + number * SECOND,
            )
        assert [deed.id for deed in await clerk.audit(limit=3)] == [3, 4, 5]
        assert [deed.id for deed in await clerk.audit(limit=9, since=NOW + 3 * SECOND)] == [4, 5]
        assert await clerk.audit(limit=9, since=NOW + 5 * SECOND) == []


async def test_a_retry_by_hand_is_written_down(tmp_path: Path) -> None:
    """Once for all of its deliveries; one that put nothing back is none."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(2, DESK), now=NOW)
        async with open_clerk(tmp_path / "flow.db") as clerk:
            await clerk.put_back(Selection(ids=(1, 2)), by="kim", now=NOW)  # not tried yet
            await clerk.put_back(Selection(states=(DeliveryState.DEAD,)), by="kim", now=NOW)
            assert await clerk.audit(limit=9) == []
            await clerk._database.write(
                lambda connection: list(connection.execute("UPDATE deliveries SET state = 'dead', settled_at = 1"))
            )
            await clerk.put_back(Selection(ids=(1, 2)), by="kim", now=NOW)
            (deed,) = await clerk.audit(limit=9)
    assert (deed.action, deed.who, deed.at, deed.subject) == (Action.RETRIED, "kim", NOW, "1, 2")
    assert deed.detail == {"ids": [1, 2], "forced": False}


async def test_the_last_reload_is_found_behind_whatever_was_done_since(tmp_path: Path) -> None:
    """Refused or not; what was wrong is there with the rule that it is of."""
    async with open_store(tmp_path / "flow.db") as store, open_clerk(tmp_path / "flow.db") as clerk:
        assert await clerk.last_reload() is None
        await store.note_reload("asked", [], now=NOW)
        await store.note_reload("asked again", ["a.yaml:1:1: wrong"], rules=["sellers"], now=NOW + SECOND)
        await clerk.note_rules_written("a.yaml", digests=("x", "y"), added=2, removed=1, by="kim", now=NOW + 2 * SECOND)
        last = await clerk.last_reload()
        assert last is not None
        assert (last.action, last.at) == (Action.REFUSED, NOW + SECOND)
        assert last.detail == {"why": "asked again", "problems": ["a.yaml:1:1: wrong"], "rules": ["sellers"]}
        (written,) = await clerk.audit(limit=1)
    assert (written.action, written.who, written.subject) == (Action.WROTE_RULES, "kim", "a.yaml")
    assert written.detail == {"before": "x", "after": "y", "added": 2, "removed": 1}
