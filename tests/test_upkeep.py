"""The store keeps its size: days go whole, exported first where that is wanted, and nothing that is still needed."""

import datetime as dt
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest
import trio

from flowalert.engine.matcher import parse_matcher
from flowalert.engine.notice import DeliveryState
from flowalert.engine.term import Past, Used
from flowalert.engine.transition import Identity, Kind, Reason, Scope, Severity, Transition, transition_id
from flowalert.feed.outlet import Received
from flowalert.feed.setting import FeedSettings, find_endpoint
from flowalert.market.entry import Entry, FeedLost, SessionClosed, SlotClosed
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.replay import read_entries
from flowalert.rules.loader import load_rules
from flowalert.service import Plan, Service
from flowalert.store import Export, Keep, open_clerk, open_store
from flowalert.store.store import Store
from flowalert.upkeep import Upkeep
from tests.delivery.ending import queue_of, settle
from tests.program import PATIENCE, read_memory
from tests.store.sample import DESK, MONDAY, NINE, NOW, PHONE, notice, update

ROOT = Path(__file__).parents[1]  # from where `tests` is a package of a process of its own
SCOPE = Scope(Venue.KRX, "001", "0017")
LATER = NOW + dt.timedelta(days=30)


def list_day(day: int, *, count: int = 3_000, venue: Venue = Venue.KRX) -> list[Entry]:
    """Return the entries of a trading day, the n-th from Monday on."""
    begin = MONDAY + day * DAY + NINE
    updates: list[Entry] = [update(begin + n, venue=venue, value=day * 100_000 + n) for n in range(count)]
    lost = FeedLost(begin + count - 1, "reset")
    return [*updates, lost, SlotClosed(venue, begin + count - 1), SessionClosed(venue, begin + count)]


def make_alert(day: int, number: int = 0, *, is_open: bool = False) -> Sequence[Transition]:
    """Return the transitions of an alert of a day: it opened, and it is over unless it is to stay open."""
    alert = Identity("sellers", SCOPE).alert_id(f"{day} {number}")
    at = MONDAY + day * DAY + NINE + number

    def make(kind: Kind, n: int) -> Transition:
        return Transition(
            id=transition_id(alert, kind, n),
            alert=alert,
            rule="sellers",
            scope=SCOPE,
            kind=kind,
            reason=Reason.CONDITION,
            severity=Severity.WARNING,
            n=n,
            at=at + n,
            opened_at=at,
        )

    return [make(Kind.FIRING, 1), *([] if is_open else [make(Kind.RESOLVED, 2)])]


async def write_day(store: Store, day: int, *, venue: Venue = Venue.KRX, count: int = 3_000) -> None:
    """Commit a trading day with an alert that is told to two targets and over."""
    transitions = make_alert(day)
    notices = [notice(each, DESK, PHONE) for each in transitions]
    entries = [(NOW, entry) for entry in list_day(day, venue=venue, count=count)]
    await store.commit(entries, transitions, notices, now=NOW, used=[Used("thrice", venue, MONDAY // DAY + day, 1)])


async def settle_all(
    store: Store, state: DeliveryState = DeliveryState.SENT, *, at: dt.datetime = NOW, but: str = ""
) -> None:
    """Settle all that waits, but what an alert tells."""
    for target in (DESK, PHONE):
        for waiting in await queue_of(store, target.key):
            if waiting.alert != but:
                await settle(store, waiting, state, "as it went", at)


def upkeep_of(store: Store, *, sessions: int = 3, export: Path | None = None, now: dt.datetime = LATER) -> Upkeep:
    return Upkeep(store.attic, Keep(sessions, export), lambda: now)


async def read_journal(store: Store) -> list[Entry]:
    _, entries, last = await store.attic.piece(0, 10**9)
    while True:
        _, more, at = await store.attic.piece(last, 10**9)
        if not more:
            return list(entries)
        entries, last = [*entries, *more], at


async def count_rows(store: Store) -> dict[str, int]:
    def count(connection: apsw.Connection) -> dict[str, int]:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").get for name in tables}  # noqa: S608 - our own tables

    return await store._database.read(count)


async def test_the_newest_sessions_stay_and_the_others_go_whole(tmp_path: Path) -> None:
    """Of six days the last three are left, to the entry; alerts and all that was told of the others are gone."""
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(6):
            await write_day(store, day)
        await settle_all(store)
        before = await count_rows(store)
        await upkeep_of(store).tidy()
        assert await read_journal(store) == [entry for day in (3, 4, 5) for entry in list_day(day)]
        assert [each.date.day for each in await store.sessions()] == [28, 27, 26]
        assert sorted(each.last.opened_at for each in await store.alerts()) == [
            MONDAY + day * DAY + NINE for day in (3, 4, 5)
        ]
        after = await count_rows(store)
        for table in ("transitions", "notices", "wordings", "deliveries", "alerts"):
            assert after[table] * 2 == before[table] > 0, table
        await upkeep_of(store).tidy()
        assert await count_rows(store) == after


async def test_what_is_open_or_not_settled_stays(tmp_path: Path) -> None:
    """An alert that fires, one that a target waits for and one just refused stay, however old, and their acks too."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        (opened,) = make_alert(0, 1, is_open=True)
        owed = make_alert(0, 2)
        dead = make_alert(0, 3)
        await store.commit([], [opened], [notice(opened, DESK)], now=NOW)
        await settle_all(store)
        await store.commit([], dead, [notice(dead[0], PHONE)], now=NOW)
        await settle_all(store, DeliveryState.DEAD, at=LATER - dt.timedelta(hours=2))
        await store.commit([], owed, [notice(owed[0], DESK)], now=NOW)
        async with open_clerk(path) as clerk:
            await clerk.acknowledge([opened.alert], by="min", now=NOW)
        for day in range(6):
            await write_day(store, day)
        await settle_all(store, but=owed[0].alert)
        await upkeep_of(store).tidy()
        kept = {each.id for each in await store.alerts()}
        assert {opened.alert, owed[0].alert, dead[0].alert} < kept
        assert len(kept) == 6
        assert set(await store.acks()) == {opened.alert}
        assert [each.notice.alert for each in await store.deliveries(states=[DeliveryState.PENDING])] == [owed[0].alert]


async def test_a_delivery_number_is_given_once(tmp_path: Path) -> None:
    """The newest delivery stays, however old: the next one's number is its own."""
    async with open_store(tmp_path / "flow.db") as store:
        await write_day(store, 0)
        await settle_all(store)
        newest = (await store.deliveries())[0].id
        for day in range(1, 5):
            await store.commit([(NOW, entry) for entry in list_day(day)], [], [], now=NOW)
        await upkeep_of(store).tidy()
        assert next(each.id for each in await store.deliveries()) == newest
        await write_day(store, 5)
        assert min(each.id for each in await store.deliveries(states=[DeliveryState.PENDING])) > newest


async def test_what_a_restart_folds_stays(tmp_path: Path) -> None:
    """A session that nobody closed is folded for a week, and so is kept where fewer sessions would be."""
    async with open_store(tmp_path / "flow.db") as store:
        await write_day(store, 0)
        await store.commit([(NOW, update(MONDAY + DAY + NINE, venue=Venue.NXT))], [], [], now=NOW)
        for day in (2, 3, 4):
            await write_day(store, day)
        before = [entry async for chunk in store.read_open_session() for entry in chunk]
        await upkeep_of(store, sessions=1).tidy()
        assert [entry async for chunk in store.read_open_session() for entry in chunk] == before
        assert before[0] == update(MONDAY + DAY + NINE, venue=Venue.NXT)
        assert (await read_journal(store))[0] == before[0]


async def test_half_a_session_is_still_left_out(tmp_path: Path) -> None:
    """A venue that no rule names any more is remembered by its newest session, and its late entries are not folded."""
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([(NOW, update(MONDAY + NINE, venue=Venue.NXT))], [], [], now=NOW)
        for day in range(8, 13):
            await write_day(store, day)
        late = update(MONDAY + NINE + 1, venue=Venue.NXT)
        await store.commit([(NOW, late)], [], [], now=NOW)
        before = [entry async for chunk in store.read_open_session() for entry in chunk]
        await upkeep_of(store).tidy()
        assert [entry async for chunk in store.read_open_session() for entry in chunk] == before == list_day(12)


async def test_what_rules_have_used_up_outlives_the_journal(tmp_path: Path) -> None:
    """The sum of the fires and the first session are as before, in fewer rows."""
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(6):
            await write_day(store, day)
        assert await store.pasts() == {"thrice": Past(5, MONDAY // DAY)}
        await upkeep_of(store).tidy()
        assert await store.pasts() == {"thrice": Past(5, MONDAY // DAY)}
        assert (await count_rows(store))["terms"] == 4


async def test_what_people_did_is_known_for_a_bound_of_its_own(tmp_path: Path) -> None:
    """The audit and silences that are over go after a year; a silence that lasts stays, and the newest of each."""
    path = tmp_path / "flow.db"
    matcher = parse_matcher("rule=sellers")
    hour = dt.timedelta(hours=1)
    async with open_store(path) as store, open_clerk(path) as clerk:
        await write_day(store, 0)
        for ends_at in (NOW + hour, None, NOW + hour):
            await clerk.add_silence(matcher, starts_at=NOW, ends_at=ends_at, by="min", reason="", now=NOW)
        await upkeep_of(store, now=NOW + dt.timedelta(days=364)).tidy()
        assert len(await store.silences()) == len(await store.audit(limit=10)) == 3
        await upkeep_of(store, now=NOW + dt.timedelta(days=366)).tidy()
        assert [each.id for each in await store.silences()] == [2, 3]
        assert [each.subject for each in await store.audit(limit=10)] == ["3"]


async def test_the_file_stops_growing(tmp_path: Path) -> None:
    """Beyond the days that are kept it grows no more, whatever comes: the pages of what goes are written again."""
    path = tmp_path / "flow.db"
    sizes = []
    async with open_store(path) as store:
        for day in range(12):
            await write_day(store, day, count=2_000)
            await settle_all(store)
            await upkeep_of(store).tidy()
            await store.attic.trim_log()
            sizes.append(path.stat().st_size)
    a_day = sizes[2] - sizes[1]
    assert sizes[3] > sizes[2]
    # Trees of hashed keys fill their pages a little differently each day.
    assert max(sizes) - sizes[3] < a_day / 4


async def test_a_reader_delays_the_logs_end_and_no_more(tmp_path: Path) -> None:
    """The log grows while somebody reads an older state; once that is over it is cut back to nothing."""
    path = tmp_path / "flow.db"
    async with open_store(path) as store:
        await write_day(store, 0)
        reader = open_old_view(path)
        await write_day(store, 1)
        grown = await store.attic.trim_log()
        assert grown > 100_000
        reader.close()
        assert await store.attic.trim_log() == 0
        await write_day(store, 2)
        assert 0 < store.attic.log_size() < grown


def open_old_view(path: Path) -> apsw.Connection:
    """Return a connection in the middle of reading."""
    reader = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM journal").fetchall()
    return reader


async def test_days_that_go_are_exported(tmp_path: Path) -> None:
    """Each is a recording of its own with exactly its entries, which a replay reads."""
    folder = tmp_path / "old"
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(5):
            await write_day(store, day)
        await upkeep_of(store, export=folder).tidy()
    files = sorted(folder.iterdir())
    assert [each.name for each in files] == ["journal-2026-11-23.jsonl.zst", "journal-2026-11-24.jsonl.zst"]
    for day, file in enumerate(files):
        assert [entry for chunk in read_entries(file) for entry in chunk] == list_day(day)


async def test_a_recording_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """Another store's file of that day stays as it is."""
    theirs = tmp_path / "journal-2026-11-23.jsonl.zst"
    theirs.write_bytes(b"theirs")
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(4):
            await write_day(store, day)
        await upkeep_of(store, export=tmp_path).tidy()
    assert theirs.read_bytes() == b"theirs"
    part = tmp_path / "journal-2026-11-23.part02.jsonl.zst"
    assert [entry for chunk in read_entries(part) for entry in chunk] == list_day(0)


async def test_what_cannot_be_exported_is_not_dropped(tmp_path: Path) -> None:
    """A folder that cannot be made keeps the journal as it is, until it can."""
    (tmp_path / "old").write_bytes(b"a file")
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(4):
            await write_day(store, day)
        before = await count_rows(store)
        await upkeep_of(store, export=tmp_path / "old").tidy()
        assert await count_rows(store) == before
        (tmp_path / "old").unlink()
        await upkeep_of(store, export=tmp_path / "old").tidy()
        assert await read_journal(store) == [entry for day in (1, 2, 3) for entry in list_day(day)]


@pytest.mark.parametrize("is_done", [False, True])
async def test_what_a_crash_left_of_an_export_is_gone_on_with(tmp_path: Path, is_done: bool) -> None:
    """Until the file is known to be whole it is written again; after that nothing is, however much of it is dropped."""
    file = tmp_path / "journal-2026-11-23.jsonl.zst"
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(4):
            await write_day(store, day, count=6_000)
        surplus = await store.attic.surplus(3)
        assert surplus is not None
        await store.attic.save_export(Export(surplus.first_seq, surplus.last_seq, file, is_done))
        file.write_bytes(b"as it was left")
        if is_done:
            assert await store.attic.drop_entries(surplus.last_seq)
        await upkeep_of(store, export=tmp_path).tidy()
        assert [each.name for each in tmp_path.glob("journal*")] == [file.name]  # noqa: ASYNC240 - local files
        if is_done:
            assert file.read_bytes() == b"as it was left"
        else:
            assert [entry for chunk in read_entries(file) for entry in chunk] == list_day(0, count=6_000)
        assert (await read_journal(store))[0] == list_day(1, count=6_000)[0]
        assert await store.attic.export() is None


async def tidy_for_ever(path: Path, folder: Path) -> None:
    """Tidy a store, and say so when it is done."""
    async with open_store(path) as store:
        print("open", flush=True)  # noqa: T201 - this is how the test hears of it
        await upkeep_of(store, export=folder).tidy()
        print("done", flush=True)  # noqa: T201 - the same


async def test_a_kill_between_export_and_drop_neither_loses_nor_doubles(tmp_path: Path) -> None:
    """Killed at any moments and started again, the recordings and the journal are together what was written, once."""
    path, folder = tmp_path / "flow.db", tmp_path / "old"
    async with open_store(path) as store:
        for day in range(8):
            await write_day(store, day, count=7_000)
    chance = random.Random(1)
    done, kills = "", 0
    while "done" not in done:
        with subprocess.Popen(  # noqa: ASYNC220 - our own interpreter; the test waits for it on purpose
            [sys.executable, "-m", "tests.test_upkeep", str(path), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            try:
                done, _ = process.communicate(timeout=chance.uniform(0.0, 0.4))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
                done, _ = process.communicate()
    assert kills > 2
    exported = [entry for file in sorted(folder.glob("journal-*")) for chunk in read_entries(file) for entry in chunk]
    async with open_store(path) as store:
        written = [*exported, *await read_journal(store)]
        assert (await count_rows(store))["exports"] == 0
    assert written == [entry for day in range(8) for entry in list_day(day, count=7_000)]
    assert len(list(folder.glob("journal-*"))) == 5


async def test_no_commit_waits_long_behind_it(tmp_path: Path) -> None:
    """While days go, commits go through between the steps: there are steps, and none takes more than its share."""
    async with open_store(tmp_path / "flow.db") as store:
        for day in range(5):
            await write_day(store, day, count=12_000)
        tidied = trio.Event()
        commits = 0

        async def commit() -> None:
            nonlocal commits
            while not tidied.is_set():
                await store.commit([(NOW, update(MONDAY + 4 * DAY + 2 * NINE + commits))], [], [], now=NOW)
                commits += 1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(commit)
            await upkeep_of(store).tidy()
            tidied.set()
        # Two days of 12,003 rows, at most 5,000 in a step, are six steps at the least.
        assert commits > 6
        assert len(await read_journal(store)) == 3 * 12_003 + commits


async def test_a_service_tidies_when_it_starts_and_when_a_session_closes(tmp_path: Path) -> None:
    """Its settings say what is kept; a session that is over is followed by the end of the oldest."""
    path = tmp_path / "flowalert.db"
    async with open_store(path) as store:
        for day in range(4):
            await write_day(store, day)
        await settle_all(store)
    loaded = load_rules([("rules.yaml", "rules: []\n")])
    feed = FeedSettings(endpoint=find_endpoint("ws://127.0.0.1:9/", "http://127.0.0.1:9/"), appkey="k", appsecret="s")
    plan = Plan(rulebook=loaded.rulebook, channels={}, feed=feed, store=path, keep=Keep(2), now=lambda: LATER)

    async def wait_for(days: set[int]) -> None:
        with trio.fail_after(PATIENCE):
            while {each.date.day for each in await store.sessions()} != days:  # noqa: ASYNC110 - it is in the file
                await trio.sleep(0.01)

    async with open_store(path) as store, trio.open_nursery() as nursery:
        service = Service(plan, store, await store.pasts())
        await service.resume()
        stop = trio.Event()
        nursery.start_soon(service.run, stop)
        await wait_for({25, 26})
        received = [Received(NOW, entry) for entry in list_day(4)]
        await service._take(received[:-1])
        await wait_for({25, 26, 27})
        await service._take(received[-1:])
        await wait_for({26, 27})
        stop.set()


async def test_what_a_day_has_freed_is_given_back(tmp_path: Path) -> None:
    """Memory that is free between what is not is the system's again once the store is tidy."""
    async with open_store(tmp_path / "flow.db") as store, trio.open_nursery() as nursery:
        blocks = [bytearray(b"x" * 60_000) for _ in range(1_000)]
        left = blocks[::50]
        del blocks
        held = read_memory(os.getpid(), "VmRSS")
        upkeep = upkeep_of(store)
        nursery.start_soon(upkeep.run)
        with trio.fail_after(PATIENCE):
            while read_memory(os.getpid(), "VmRSS") > held - 40:  # noqa: ASYNC110 - the kernel has no event of it
                await trio.sleep(0.01)
        upkeep.close()
    assert len(left) == 20


if __name__ == "__main__":
    trio.run(tidy_for_ever, Path(sys.argv[1]), Path(sys.argv[2]))
