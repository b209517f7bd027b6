"""Stores of every earlier version, with rows of every kind, opened by this one."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import apsw
import msgspec
import pytest
import trio

from flowalert.engine.ack import Ack
from flowalert.engine.notice import DeliveryState
from flowalert.engine.term import Past
from flowalert.engine.transition import Kind, Transition
from flowalert.market.instant import DAY
from flowalert.market.moment import to_ms
from flowalert.store import AlertState, StoreRefused, open_clerk, open_store
from flowalert.store.journal import Journal
from flowalert.store.schema import _VERSIONS, APPLICATION_ID, VERSION
from flowalert.store.session import Session
from tests.delivery.ending import queue_of
from tests.store.sample import DESK, MONDAY, NINE, NOW, PHONE, transition, update

ROOT = Path(__file__).parents[2]  # from where `python -m tests...` finds this module again
EARLIER = range(1, VERSION)

FIRING, RESOLVED = transition(), transition(Kind.RESOLVED, 2)
OPEN = transition(episode="second")
SENT, DEAD, PENDING = 1, 2, 3  # deliveries
AT = to_ms(NOW)


def make_store(path: Path, version: int, *, entries: int = 100) -> None:
    """Make a store as a flowalert of that version left it."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "WAL")
    for number, script in enumerate(_VERSIONS[:version], start=1):
        connection.execute(script)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", number)
    with connection:
        Journal().append(connection, [(NOW, update(MONDAY + NINE + n, value=n)) for n in range(entries)])
        Journal().append(connection, [(NOW, update(MONDAY + DAY + NINE + n, value=n)) for n in range(entries)])
        for each in (FIRING, RESOLVED, OPEN):
            add_transition(connection, each)
        for target in (DESK, PHONE):
            connection.execute("INSERT INTO targets VALUES (?, ?)", (target.key, target.label))
        for number, of in enumerate((FIRING, OPEN), start=1):
            add_notice(connection, version, number, of)
        add_delivery(connection, version, SENT, 1, DESK.key, DeliveryState.SENT)
        add_delivery(connection, version, DEAD, 1, PHONE.key, DeliveryState.DEAD)
        add_delivery(connection, version, PENDING, 2, DESK.key, DeliveryState.PENDING)
        if version >= 2:
            connection.execute("INSERT INTO terms VALUES ('thrice', 'krx', ?, 2)", (MONDAY // DAY,))
        if version >= 4:
            connection.execute("INSERT INTO acks VALUES (?, 'min', ?, '')", (OPEN.alert, AT))
            connection.execute(
                "INSERT INTO silences VALUES (1, 'rule=\"x\"', ?, ?, NULL, NULL, 'min', '', '[]')", (AT, AT)
            )
            connection.execute("INSERT INTO audit VALUES (1, ?, 'min', 'acknowledged', ?, '{}')", (AT, OPEN.alert))
    connection.close()


def add_transition(connection: apsw.Connection, of: Transition) -> None:
    connection.execute(
        "INSERT INTO alerts (id, rule, scope, state, severity, opened_at, last_transition) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state, last_transition = excluded.last_transition",
        (
            of.alert,
            of.rule,
            str(of.scope),
            "open" if of.kind is Kind.FIRING else "resolved",
            of.severity.value,
            of.opened_at,
            of.id,
        ),
    )
    connection.execute(
        "INSERT INTO transitions (id, alert, at, committed_at, told, content) VALUES (?, ?, ?, ?, 1, ?)",
        (of.id, of.alert, of.at, AT, msgspec.json.encode(of).decode()),
    )


def add_notice(connection: apsw.Connection, version: int, number: int, of: Transition) -> None:
    common = (number, of.id, "desk", of.alert, of.kind.value, of.severity.value)
    if version < 3:
        connection.execute(
            "INSERT INTO notices (id, transition, channel, alert, kind, severity, format, title, body)"
            " VALUES (?, ?, ?, ?, ?, ?, 'text', ?, 'body')",
            (*common, f"title {number}"),
        )
        return
    connection.execute(
        "INSERT INTO wordings VALUES (?, ?, 'body', '[]', '', 1, ?, 0, NULL, NULL)", (number, f"title {number}", of.at)
    )
    connection.execute(
        "INSERT INTO notices (id, transition, channel, alert, kind, severity, cause, reminder, wording)"
        " VALUES (?, ?, ?, ?, ?, ?, 'routed', 0, ?)",
        (*common, number),
    )


def add_delivery(
    connection: apsw.Connection, version: int, number: int, notice: int, target: str, state: DeliveryState
) -> None:
    settled = AT if state.settled else None
    connection.execute(
        "INSERT INTO deliveries"
        " (id, notice, target, state, reason, attempts, uncertain, created_at, next_at, settled_at)"
        " VALUES (?, ?, ?, ?, 'as it went', 1, 0, ?, ?, ?)",
        (number, notice, target, state.value, AT, AT, settled),
    )
    if version >= 3:
        connection.execute("UPDATE deliveries SET channel = 'desk' WHERE id = ?", (number,))
        connection.execute("INSERT INTO lanes (target, channel) VALUES (?, 'desk') ON CONFLICT DO NOTHING", (target,))


@pytest.mark.parametrize("version", EARLIER)
async def test_everything_is_there(tmp_path: Path, version: int) -> None:
    """The journal, sessions, alerts, what was told and what still waits: as they were, and in use again."""
    path = tmp_path / "flow.db"
    make_store(path, version)
    async with open_store(path) as store, open_clerk(path) as clerk:
        folded = [entry async for chunk in store.read_open_session() for entry in chunk]
        assert folded == [update(MONDAY + DAY + NINE + n, value=n) for n in range(100)]
        assert (await store.summary()).updates == 200
        tuesday, monday = await store.sessions()
        assert (monday.first_seq, tuesday.first_seq) == (1, 101)
        assert isinstance(monday, Session)
        alerts = {each.id: (each.state, each.last) for each in await store.alerts()}
        assert alerts == {FIRING.alert: (AlertState.RESOLVED, RESOLVED), OPEN.alert: (AlertState.OPEN, OPEN)}
        assert await store.transitions(FIRING.alert) == [FIRING, RESOLVED]
        told = [
            (each.id, each.state, each.target, each.notice.channel, each.notice.title)
            for each in await store.deliveries()
        ]
        assert told == [
            (PENDING, DeliveryState.PENDING, DESK, "desk", "title 2"),
            (DEAD, DeliveryState.DEAD, PHONE, "desk", "title 1"),
            (SENT, DeliveryState.SENT, DESK, "desk", "title 1"),
        ]
        assert [each.id for each in await queue_of(store)] == [PENDING]
        assert [each.lane.channel for each in await store.glances(DESK.key, NOW)] == ["desk"]
        assert await store.pasts() == ({"thrice": Past(2, MONDAY // DAY)} if version >= 2 else {})
        assert await store.acks() == ({OPEN.alert: Ack(OPEN.alert, "min", NOW, "")} if version >= 4 else {})
        assert len(await store.silences()) == len(await store.audit(limit=9)) == (version >= 4)
        if version < 4:
            await clerk.acknowledge([OPEN.alert], by="min", now=NOW)

        # And the newest version's own promises hold for it.
        def check(connection: apsw.Connection) -> object:
            return connection.execute("PRAGMA foreign_key_check").fetchall(), connection.pragma("integrity_check")

        assert await store._database.read(check) == ([], "ok")


@pytest.mark.parametrize("version", EARLIER)
async def test_the_store_of_before_is_kept_beside(tmp_path: Path, version: int) -> None:
    """A copy that a flowalert of its version opens is there, for its owner alone; a second start makes none."""
    path = tmp_path / "flow.db"
    make_store(path, version)
    async with open_store(path):
        pass
    copy = tmp_path / f"flow.db.v{version}.bak"
    assert copy.stat().st_mode & 0o777 == 0o600
    before = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
    assert before.pragma("user_version") == version
    assert before.execute("SELECT count(*) FROM journal").get == 200
    before.close()
    copy.unlink()
    async with open_store(path):
        pass
    assert not copy.exists()


async def test_a_store_that_cannot_be_copied_is_not_migrated(tmp_path: Path) -> None:
    """Without a place for the copy it is refused, and is of its version still."""
    path = tmp_path / "flow.db"
    make_store(path, 2)
    (tmp_path / ".flow.db.v2.bak.part").mkdir()
    with pytest.raises(StoreRefused, match=r"flow\.db\.v2\.bak: cannot be written"):
        async with open_store(path):
            pass
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == 2
    connection.close()


async def open_once(path: Path) -> None:
    """Open a store, and say when it is about to be, and is, migrated."""
    print("go", flush=True)  # noqa: T201 - this is how the test hears of it
    async with open_store(path):
        print("done", flush=True)  # noqa: T201 - the same


async def test_a_kill_leaves_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    """Killed at any moment of a migration, the store is of one version or the other, whole, and opens again."""
    whole = tmp_path / "whole.db"
    make_store(whole, 1, entries=30_000)
    chance = random.Random(1)
    versions = []
    for attempt in range(12):
        path = tmp_path / f"{attempt}.db"
        shutil.copy(whole, path)
        with subprocess.Popen(  # noqa: ASYNC220 - our own interpreter; the test waits for it on purpose
            [sys.executable, "-m", "tests.store.test_migration", str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "go\n"
            await trio.sleep(chance.uniform(0.0, 0.25))
            process.kill()
        connection = apsw.Connection(str(path))
        versions.append(connection.pragma("user_version"))
        connection.close()
        async with open_store(path) as store:
            assert (await store.summary()).updates == 60_000
            assert [each.id for each in await queue_of(store)] == [PENDING]
    assert set(versions) <= {1, VERSION}
    assert 1 in versions


if __name__ == "__main__":
    trio.run(open_once, Path(sys.argv[1]))
