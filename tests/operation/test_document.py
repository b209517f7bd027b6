"""docs/operation.md, compared with the code."""

from collections import defaultdict
from pathlib import Path

import click
import pytest

from flowalert.cli import run as run_module, status as status_module
from flowalert.cli.run import _describe
from flowalert.feed.setting import Endpoint, FeedSettings
from flowalert.rules.rulebook import Rulebook
from flowalert.service import Account, Plan
from tests.document import list_rows, list_words
from tests.operation.log_call import list_log_calls

DOCUMENT = Path(__file__).parents[2] / "docs" / "operation.md"
ROWS = list_rows(DOCUMENT, "event", "level", "fields", "says")
# Fields that a call does not name itself.
_FEED = FeedSettings(endpoint=Endpoint("ws://127.0.0.1:1/", "http://127.0.0.1:1/"), appkey="", appsecret="")
UNPACKED = {
    "flowalert started": set(_describe(Plan(rulebook=Rulebook(), channels={}, feed=_FEED, store=Path("flowalert.db")))),
    "flowalert stopping": {"why"},
    "reloaded": {f"{of}_{what}" for of in ("rules", "channels") for what in ("added", "removed", "changed")},
    "flowalert stopped": set(Account.__dataclass_fields__),
    "flowalert crashed": {"exception"},
}


def test_every_event_is_in_the_table_with_its_fields_and_its_level() -> None:
    """And nothing else. Where a level is chosen, it is the one that is not debug."""
    fields: defaultdict[str, set[str]] = defaultdict(set)
    levels: dict[str, str] = {}
    for call in list_log_calls():
        fields[call.event] |= call.fields | UNPACKED.get(call.event, set())
        if call.level is not None:
            levels[call.event] = call.level
    table = {list_words(event)[0]: set(list_words(named)) for event, _, named, _ in ROWS}
    assert table == dict(fields)
    written = {list_words(event)[0]: level for event, level, *_ in ROWS}
    assert {event: written[event] for event in levels} == levels


def test_every_event_stands_there_once() -> None:
    """None is said to mean two things."""
    events = [list_words(row[0])[0] for row in ROWS]
    assert len(events) == len(set(events))


@pytest.mark.parametrize(
    ("header", "command", "codes"),
    [
        (
            ("exit code", "why it ended", "systemd"),
            run_module.run,
            {0, 1, 2, run_module.REFUSED_KEY, run_module.REFUSED_STORE, run_module.CRASHED, 130},
        ),
        (
            ("exit code", "means"),
            status_module.status,
            {0, status_module.NEEDS_A_LOOK, 2, status_module.NOT_RUNNING, status_module.UNKNOWN},
        ),
    ],
)
def test_every_exit_code_is_in_the_tables_and_in_the_help(
    header: tuple[str, ...], command: click.Command, codes: set[int]
) -> None:
    """And nothing else in the tables."""
    assert {int(list_words(row[0])[0]) for row in list_rows(DOCUMENT, *header)} == codes
    assert command.help is not None
    said = command.help.partition("Exit codes:")[2]
    assert [code for code in codes if str(code) not in said] == []
