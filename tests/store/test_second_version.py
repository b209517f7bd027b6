"""Stores of versions before this one."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import apsw
import msgspec

from flowalert.delivery import Channel
from flowalert.engine.notice import Address, DeliveryState
from flowalert.engine.transition import Kind, Severity, Transition
from flowalert.market.moment import to_ms
from flowalert.store import open_reader, open_store
from flowalert.store.database import create_file
from flowalert.store.schema import _VERSIONS, APPLICATION_ID, VERSION
from tests.delivery.desk import Clock, ScriptedTarget, open_desk
from tests.store.sample import DESK, NOW, PHONE, transition

SENT, DEAD, PENDING = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.PENDING
MINUTE = timedelta(minutes=1)


def make_second_version(path: Path) -> apsw.Connection:
    """Make a store as it was before messages had structure."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "WAL")
    connection.pragma("foreign_keys", True)
    with connection:
        for script in _VERSIONS[:2]:
            connection.execute(script)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", 2)
    return connection


def add_transition(connection: apsw.Connection, of: Transition, now: datetime) -> None:
    content = msgspec.json.encode(of).decode()
    connection.execute(
        "INSERT INTO transitions (id, alert, at, committed_at, told, content) VALUES (?, ?, ?, ?, 1, ?)",
        (of.id, of.alert, of.at, to_ms(now), content),
    )
    state = "resolved" if of.kind is Kind.RESOLVED else "open"
    connection.execute(
        "INSERT INTO alerts (id, rule, scope, state, severity, opened_at, last_transition) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, last_transition = excluded.last_transition",
        (of.alert, of.rule, str(of.scope), state, of.severity.value, of.opened_at, of.id),
    )


def add_delivery(
    connection: apsw.Connection,
    of: Transition,
    title: str,
    target: Address,
    state: DeliveryState,
    now: datetime,
    reason: str = "",
) -> None:
    connection.execute(
        "INSERT INTO notices (transition, channel, alert, kind, severity, format, title, body)"
        " VALUES (?, 'desk', ?, ?, ?, 'text', ?, ?) ON CONFLICT (transition, channel) DO NOTHING",
        (of.id, of.alert, of.kind.value, of.severity.value, title, f"{title}의 본문"),
    )
    connection.execute(
        "INSERT INTO targets (key, label) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (target.key, target.label)
    )
    connection.execute(
        "INSERT INTO deliveries (notice, target, state, reason, attempts, uncertain, created_at, next_at, settled_at)"
        " VALUES ((SELECT id FROM notices WHERE transition = ?), ?, ?, ?, ?, 0, ?, ?, ?)",
        (
            of.id,
            target.key,
            state.value,
            reason,
            int(state is not PENDING),
            to_ms(now),
            to_ms(now),
            to_ms(now) if state.settled else None,
        ),
    )


def fill(path: Path) -> None:
    """Write what an older service would have left behind: sent, dead, waiting, and cut off in a send."""
    connection = make_second_version(path)
    told, refused, new = (transition(episode=name) for name in ("told", "refused", "new"))
    grave = msgspec.structs.replace(transition(episode="grave"), severity=Severity.CRITICAL)
    over = transition(Kind.RESOLVED, 2, episode="told")
    with connection:
        for each in (told, refused, new, grave, over):
            add_transition(connection, each, NOW)
        add_delivery(connection, told, "told", DESK, SENT, NOW, "accepted")
        add_delivery(connection, told, "told", PHONE, DEAD, NOW, "HTTP 403 Forbidden")
        add_delivery(connection, refused, "refused", DESK, DEAD, NOW, "HTTP 404 Not Found")
        add_delivery(connection, new, "new", DESK, PENDING, NOW)
        add_delivery(connection, new, "new", PHONE, DeliveryState.SENDING, NOW, "under way")
        add_delivery(connection, grave, "grave", DESK, PENDING, NOW)
        for target in (DESK, PHONE):
            add_delivery(connection, over, "over", target, PENDING, NOW)
    connection.close()


async def test_what_waited_in_an_older_store_goes_out(tmp_path: Path) -> None:
    """With its text, to its targets, and what was sent or dead before stays as it was."""
    path = tmp_path / "flow.db"
    fill(path)
    clock, target, phone = Clock(), ScriptedTarget(DESK), ScriptedTarget(PHONE)
    channel = Channel("desk", (target, phone), groups=False)
    clock.advance(seconds=5)
    async with open_store(path) as store:
        before = {each.id: each for each in await store.deliveries() if each.state.settled}
        async with open_desk(store, [], clock, channels=[channel]) as desk:
            for _ in range(4):
                await desk.look()
        after = {each.id: each for each in await store.deliveries()}
    assert [(each.notice.title, each.state) for each in before.values()] == [
        ("refused", DEAD),
        ("told", DEAD),
        ("told", SENT),
    ]
    assert {id_: after[id_] for id_ in before} == before
    assert target.titles == ["new", "grave", "over"]
    assert phone.titles == ["new"]
    assert target.messages[0].lines[0].text == "new의 본문"
    resolve = next(each for each in after.values() if each.notice.title == "over" and each.target == PHONE)
    assert resolve.reason == "the firing was not told: dead, HTTP 403 Forbidden"
    assert [each.uncertain for each in after.values() if each.target == PHONE and each.notice.title == "new"] == [1]


def shape(path: Path) -> dict[str, str]:
    """Return what the store is made of: each table with its columns, each index and view with its text."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    made = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"):
        if kind == "table":
            columns = connection.execute(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}')")  # noqa: S608 - names of our own tables
            keys = connection.execute(f'SELECT "table", "from" FROM pragma_foreign_key_list(\'{name}\')')  # noqa: S608 - the same
            made[name] = json.dumps([sorted(columns.fetchall()), sorted(keys.fetchall())])
        else:
            made[name] = " ".join(sql.split())
    connection.close()
    return made


async def test_an_older_store_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    """Of the same tables and indexes, whole by SQLite's own checks; and a reader finds it as it is."""
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    fill(old)
    async with open_store(old) as store:
        await store.deliveries()
    create_file(new)
    assert shape(old) == shape(new)
    connection = apsw.Connection(str(old))
    assert connection.pragma("user_version") == VERSION
    assert connection.pragma("foreign_key_check") is None
    assert connection.pragma("integrity_check") == "ok"
    connection.close()
    async with open_reader(old) as reader:
        assert len(await reader.deliveries()) == 8
