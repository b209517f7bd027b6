"""`flowalert why`: why an alert fired, or did not."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from flowalert.cli.argument import load_configured, load_rulebook, pick_rules, sort_paths
from flowalert.cli.option import config_option
from flowalert.cli.reading import read_latest, read_recordings
from flowalert.cli.scope import Wanted

if TYPE_CHECKING:
    from flowalert.engine.transition import Transition
    from flowalert.engine.why import Why
    from flowalert.market.entry import Entry
    from flowalert.rules.rulebook import Rule, Rulebook

_TIME = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
# Of more than these only one line each is shown.
_IN_FULL = 3


class _Moment(NamedTuple):
    """A time of day in seconds, and the date where one was given."""

    date: dt.date | None
    second: int


@click.command()
@click.argument("rule")
@click.argument("scope", nargs=-1)
@click.option("--at", "moment", metavar="TIME", help="As of then: 10:31, 10:31:30 or '2026-11-23 10:31'.")
@config_option
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Rule files or folders to take the rule from, instead of those of the settings.",
)
@click.option(
    "--recording",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Recordings or stores to look into, instead of the store of the settings.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def why(
    *,
    rule: str,
    scope: tuple[str, ...],
    moment: str | None,
    config: Path,
    rules: tuple[Path, ...],
    recording: tuple[Path, ...],
    form: str,
) -> None:
    """Say why RULE fired, or did not, at SCOPE: `kospi foreign`, or all of its scopes when that is left out.

    The journal is folded again up to TIME, or to its end; each comparison is shown with its number, each gate with
    its state, and what the rule told in that session. Over the store of the settings a silence is a gate too: the one
    that applies now, or did at TIME, and so is that somebody has acknowledged the alert.
    """
    at = None if moment is None else _read_moment(moment)
    if rules:
        rulebook, store = load_rulebook(sort_paths(rules).rules, [rule]), None
    else:
        whole, store = load_configured(config)
        rulebook = pick_rules(whole, [rule])
    if not recording and store is None:
        raise click.UsageError("with --rules say where to look: --recording FILE, a recording or a store")
    entries = _choose(recording, store, at)
    found = _look(rulebook, entries, at, Wanted(scope))
    if store is not None and not recording:
        found = found._replace(why=_ask_people(store, rulebook.rules[0], found.why, past=at is not None))
    if form == "json":
        _print_json(found)
    else:
        from flowalert.cli.report.why import show

        show(rulebook.rules[0], found.why, found.transitions, in_full=len(found.why) <= _IN_FULL)


class _Found(NamedTuple):
    why: "Sequence[Why]"
    transitions: "Sequence[Transition]"


def _read_moment(text: str) -> _Moment:
    match = _TIME.fullmatch(text.strip())
    wrong = click.BadParameter(f"{text!r} is no time; write 10:31, 10:31:30 or '2026-11-23 10:31'", param_hint="--at")
    if match is None:
        raise wrong
    try:
        date = dt.date.fromisoformat(match[1]) if match[1] else None
        time = dt.time(int(match[2]), int(match[3]), int(match[4] or 0))
    except ValueError:
        raise wrong from None
    return _Moment(date, time.hour * 3600 + time.minute * 60 + time.second)


def _choose(recording: Sequence[Path], store: Path | None, at: _Moment | None) -> "Iterator[Sequence[Entry]]":
    """Return the entries to fold: of recordings, of the latest session of a store, or of the date that is asked for."""
    if recording:
        return read_recordings(sort_paths(recording).recordings, "looking back")
    if store is None:
        raise AssertionError("one of the two is named")
    if at is None or at.date is None:
        return read_latest(store)
    return read_recordings([store], "looking back")


def _look(rulebook: "Rulebook", chunks: "Iterator[Sequence[Entry]]", at: _Moment | None, wanted: Wanted) -> _Found:
    """Fold entries up to a moment, and ask the engine; of several sessions the last one that has begun by then."""
    from flowalert.engine.engine import Engine
    from flowalert.market.entry import Update
    from flowalert.market.instant import DAY, midnight

    engine = Engine(rulebook)
    venue = rulebook.rules[0].venue
    told: list[Transition] = []
    updates, day = 0, -1
    until = None if at is None or at.date is None else midnight(at.date) + at.second
    for entries in chunks:
        for entry in entries:
            if until is not None and entry.at > until:
                break
            if at is not None and until is None and entry.at % DAY > at.second:
                continue
            if isinstance(entry, Update) and entry.series.venue is venue:
                updates += 1
                if entry.at // DAY > day:
                    day = entry.at // DAY
                    told.clear()
            told += engine.handle(entry)
    if not updates:
        raise click.ClickException("nothing was received by then; try a later time, or another recording")
    found = [each for each in engine.why(rulebook.rules[0].name) if wanted.admits(each.scope)]
    if not found:
        scopes = ", ".join(str(each.scope) for each in engine.why(rulebook.rules[0].name))
        raise click.UsageError(f"the rule has no such scope; it has {scopes}")
    name = rulebook.rules[0].name
    return _Found(found, [each for each in told if each.rule == name and wanted.admits(each.scope)])


def _ask_people(store: Path, rule: "Rule", answers: "Sequence[Why]", *, past: bool) -> "Sequence[Why]":
    """Return the answers with what people have silenced and acknowledged: now, or at the time of each answer.

    A store of an older version knows of neither, and is not asked.
    """
    import trio

    from flowalert.engine.hand import add_hands
    from flowalert.market.instant import to_wall
    from flowalert.store import StoreRefused, open_reader

    async def ask() -> "Sequence[Why]":
        async with open_reader(store, current=True) as reader:
            silences = await reader.silences()
            acks = await reader.acks(alerts=[each.alert for each in answers if each.alert is not None])
        now = dt.datetime.now(dt.UTC)
        return [add_hands(each, rule, silences, acks, to_wall(each.at) if past else now) for each in answers]

    try:
        return trio.run(ask)
    except StoreRefused:
        return answers


def _print_json(found: _Found) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode({"why": found.why, "transitions": found.transitions})).decode())
