"""Alerts looked up for people: the open ones, and those of before page by page."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from flowalert.engine.transition import Kind, Scope, Severity
from flowalert.market.instant import to_wall
from flowalert.market.venue import Venue
from flowalert.store import AlertState, Choice, Store, Telling, open_store
from flowalert.store.register import read_past
from tests.store.sample import MONDAY, NINE, NOW, transition

KOSPI_FOREIGN, KOSDAQ, FUTURES_INDIVIDUAL = (
    Scope(Venue.KRX, "001", "0017"),
    Scope(Venue.KRX, "301"),
    Scope(Venue.KRX, "900", "0008"),
)


async def fill(store: Store, count: int) -> None:
    """Commit so many alerts, a minute apart: every third is open, resolved or an event, by turns of three scopes."""
    scopes = (KOSPI_FOREIGN, KOSDAQ, FUTURES_INDIVIDUAL)
    for number in range(count):
        kind = (Kind.FIRING, Kind.RESOLVED, Kind.FIRED)[number % 3]
        made = replace(
            transition(kind, episode=str(number), told=number % 2 == 0),
            rule=f"rule-{number}",
            scope=scopes[number % 3],
            severity=Severity(1 + number % 3),
            opened_at=MONDAY + NINE + 60 * number,
        )
        await store.commit([], [made], [], now=NOW + timedelta(minutes=number))


async def past(store: Store, choice: Choice) -> list[str]:
    page = await store.past_entries(choice, limit=100)
    return [each.alert.last.rule for each in page.entries]


async def test_the_open_ones_are_apart(tmp_path: Path) -> None:
    """The one that opened last first, with whether anybody was to be told, and how many more there are."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store, 9)
        entries, more = await store.open_entries(Choice(), limit=2)
        assert [(each.alert.last.rule, each.is_told) for each in entries] == [("rule-6", True), ("rule-3", False)]
        assert more == 1
        assert (await store.open_entries(Choice(), limit=3))[1] == 0
        assert await past(store, Choice()) == ["rule-8", "rule-7", "rule-5", "rule-4", "rule-2", "rule-1"]


async def test_every_part_of_a_choice_narrows(tmp_path: Path) -> None:
    """Of those of before as of the open ones."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store, 9)
        assert await past(store, Choice(states=(AlertState.RESOLVED,))) == ["rule-7", "rule-4", "rule-1"]
        assert await past(store, Choice(severities=(Severity.WARNING,))) == ["rule-7", "rule-4", "rule-1"]
        assert await past(store, Choice(rules=("rule-[78]", "rule-1"))) == ["rule-8", "rule-7", "rule-1"]
        assert await past(store, Choice(sectors=("301",))) == ["rule-7", "rule-4", "rule-1"]
        assert await past(store, Choice(investors=("0008",))) == ["rule-8", "rule-5", "rule-2"]
        assert await past(store, Choice(sectors=("301",), investors=("0008",))) == []
        since, until = to_wall(MONDAY + NINE + 120), to_wall(MONDAY + NINE + 300)
        assert await past(store, Choice(since=since, until=until)) == ["rule-4", "rule-2"]
        assert await past(store, Choice(telling=Telling.TOLD)) == ["rule-8", "rule-4", "rule-2"]
        assert await past(store, Choice(telling=Telling.HELD)) == ["rule-7", "rule-5", "rule-1"]
        entries, _ = await store.open_entries(Choice(sectors=("001",), telling=Telling.HELD), limit=9)
        assert [each.alert.last.rule for each in entries] == ["rule-3"]


async def test_pages_follow_each_other_while_new_ones_come(tmp_path: Path) -> None:
    """Each alert stands on one page, whatever happens meanwhile; the last page leads nowhere."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store, 15)
        seen: list[str] = []
        before: int | None = None
        for number in range(5):
            page = await store.past_entries(Choice(), before=before, limit=2)
            seen += [each.alert.last.rule for each in page.entries]
            before = page.older
            late = replace(transition(Kind.FIRED, episode=f"late-{number}"), rule="late")
            await store.commit([], [late], [], now=NOW)
        assert seen == [f"rule-{number}" for number in (14, 13, 11, 10, 8, 7, 5, 4, 2, 1)]
        assert before is None


async def test_a_page_looks_through_so_many_changes_and_no_more(tmp_path: Path) -> None:
    """Then it is short, and says where to go on."""
    async with open_store(tmp_path / "flow.db") as store:
        await fill(store, 9)
        found: list[list[str]] = []
        before: int | None = None
        while True:
            page = await store._database.read(read_past, Choice(rules=("rule-1",)), before=before, limit=5, reach=4)
            found.append([each.alert.last.rule for each in page.entries])
            before = page.older
            if before is None:
                break
        assert found == [[], ["rule-1"], []]
