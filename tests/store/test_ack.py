"""Acknowledgements: what can be acknowledged, by whom, and taken back."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flowalert.engine.ack import Ack
from flowalert.engine.transition import Kind
from flowalert.store import Action, Clerk, NotAcknowledged, open_clerk, open_store
from tests.store.sample import NOW, transition

LATER = NOW + dt.timedelta(hours=1)
OPEN, OTHER, OVER, EVENT = (transition(episode=each) for each in ("open", "other", "over", "event"))
RESOLVED = transition(Kind.RESOLVED, 2, episode="over")
FIRED = transition(Kind.FIRED, episode="event")
HELD = transition(Kind.FIRED, episode="held", told=False)


@pytest.fixture
async def clerk(tmp_path: Path) -> AsyncIterator[Clerk]:
    """Whoever changes something, while a service holds the store with two open alerts, a resolved one and events."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [OPEN, OTHER, OVER, RESOLVED, FIRED, HELD], [], now=NOW)
        async with open_clerk(tmp_path / "flow.db") as opened:
            yield opened


async def test_what_is_open_and_what_happened_can_be_acknowledged(clerk: Clerk) -> None:
    """With who did it, when and what they said."""
    done = await clerk.acknowledge([OPEN.alert, FIRED.alert], by="kim", comment="on it", now=LATER)
    assert isinstance(done, tuple)
    assert {each.id for each in done} == {OPEN.alert, FIRED.alert}
    assert await clerk.acks() == {
        alert: Ack(alert, "kim", LATER, "on it") for alert in sorted((OPEN.alert, FIRED.alert))
    }
    assert list(await clerk.acks(alerts=[OPEN.alert, OTHER.alert])) == [OPEN.alert]
    assert await clerk.acks(alerts=[]) == {}


async def test_alerts_are_acknowledged_all_or_none(clerk: Clerk) -> None:
    """One that is resolved, acknowledged or not there is in the way of all."""
    await clerk.acknowledge([OPEN.alert], by="kim", now=NOW)
    before = await clerk.acks()
    done = await clerk.acknowledge(["beef", OTHER.alert, OVER.alert, OPEN.alert], by="lee", now=LATER)
    assert done == NotAcknowledged(
        (
            "there is no alert beef",
            f"alert {OVER.alert} is resolved; nothing is left to acknowledge",
            f"alert {OPEN.alert} was acknowledged by kim",
        )
    )
    assert await clerk.acks() == before


async def test_an_acknowledgement_is_withdrawn(clerk: Clerk) -> None:
    """By anybody; the alert can be acknowledged anew. One that has none is in the way of all."""
    await clerk.acknowledge([OPEN.alert], by="kim", now=NOW)
    refused = await clerk.withdraw_acknowledgement([OPEN.alert, OTHER.alert], by="lee", now=LATER)
    assert refused == NotAcknowledged((f"alert {OTHER.alert} is not acknowledged",))
    assert list(await clerk.acks()) == [OPEN.alert]
    done = await clerk.withdraw_acknowledgement([OPEN.alert], by="lee", now=LATER)
    assert isinstance(done, tuple)
    assert await clerk.acks() == {}
    assert isinstance(await clerk.acknowledge([OPEN.alert], by="lee", now=LATER), tuple)


async def test_each_has_its_row_of_the_audit(clerk: Clerk) -> None:
    """With the rule and the scope, for people; what was refused has none."""
    await clerk.acknowledge([OPEN.alert, OTHER.alert], by="kim", comment="on it", now=NOW)
    await clerk.acknowledge([OPEN.alert], by="kim", now=NOW)
    await clerk.withdraw_acknowledgement([OTHER.alert], by="lee", now=LATER)
    deeds = await clerk.audit(limit=10)
    assert {(each.action, each.who, each.at) for each in deeds[:2]} == {(Action.ACKNOWLEDGED, "kim", NOW)}
    assert {each.subject for each in deeds[:2]} == {OPEN.alert, OTHER.alert}
    assert deeds[0].detail == {"rule": "sellers", "scope": "krx/001/0017", "comment": "on it"}
    assert [(each.action, each.who, each.subject) for each in deeds[2:]] == [
        (Action.UNACKNOWLEDGED, "lee", OTHER.alert)
    ]
    assert deeds[2].detail == {"rule": "sellers", "scope": "krx/001/0017", "acknowledged_by": "kim"}


async def test_events_that_were_told_are_found_by_their_moment(clerk: Clerk) -> None:
    """Not those that a cooldown held back, nor older ones, nor states."""
    assert [each.id for each in await clerk.events(NOW)] == [FIRED.alert]
    assert await clerk.events(LATER) == []


async def test_alerts_are_found_by_the_beginning_of_their_ids(clerk: Clerk) -> None:
    """All of them by nothing, the newest first, and one by its whole id."""
    every = {each.alert for each in (OPEN, OTHER, OVER, FIRED, HELD)}
    assert {each.id for each in await clerk.alerts_beginning("", limit=9)} == every
    for alert in every:
        for beginning in (alert[:length] for length in range(1, len(alert) + 1)):
            found = {each.id for each in await clerk.alerts_beginning(beginning, limit=9)}
            assert found == {each for each in every if each.startswith(beginning)}
    assert await clerk.alerts_beginning(OPEN.alert + "0", limit=9) == []
    assert [each.id for each in await clerk.alerts_beginning("", limit=1)] == [HELD.alert]


async def test_an_alert_has_the_labels_of_its_row(clerk: Clerk) -> None:
    """None, until whoever writes the alert writes them too."""
    assert [each.labels for each in await clerk.open_alerts()] == [(), ()]
    await clerk._database.write(
        lambda connection: list(connection.execute("UPDATE alerts SET labels = ?", ('{"team": "a", "desk": "b"}',)))
    )
    assert {each.labels for each in await clerk.open_alerts()} == {(("desk", "b"), ("team", "a"))}
