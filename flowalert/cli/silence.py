"""`flowalert silence`: tell nobody of some alerts, for a time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from flowalert.cli.moment import read_coming
from flowalert.cli.option import by_option, config_option, store_option
from flowalert.cli.person import find_person
from flowalert.cli.store import run

if TYPE_CHECKING:
    from flowalert.engine.matcher import Matcher
    from flowalert.engine.recurrence import Times
    from flowalert.engine.silence import Silence
    from flowalert.store import Alert, Reader

# Of the alerts that an ambiguous id may be, so many are named.
_NAMED = 5


@click.command()
@click.argument("matcher")
@config_option
@store_option
@click.option("--for", "length", metavar="TIME", help="For so long: 90s, 30m, 1h.")
@click.option("--until", metavar="TIME", help="Until then: 15:30 of today in Seoul, or '2026-11-23 15:30'.")
@click.option("--every", multiple=True, metavar="HOURS", help="Every day then: 09:00-09:10, or closing_auction.")
@click.option("--from", "begin", metavar="TIME", help="Not before then; now when left out.")
@click.option("--weekdays", metavar="DAYS", help="With --every: on these days, like mon-fri,sun.")
@click.option("--venue", type=click.Choice(["krx", "nxt", "unified"]), help="With --every: whose phases; krx if not.")
@click.option("--reason", required=True, help="Why, for whoever wonders later.")
@by_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def silence(  # noqa: PLR0913 - one for each option
    *,
    matcher: str,
    config: Path,
    store: Path | None,
    length: str | None,
    until: str | None,
    every: tuple[str, ...],
    begin: str | None,
    weekdays: str | None,
    venue: str | None,
    reason: str,
    by: str | None,
    form: str,
) -> None:
    """Tell nobody of the alerts that MATCHER matches, for a time. A running service minds it within seconds.

    MATCHER is like 'sector=kospi,severity<critical': all clauses must hold. Keys are rule (a name or a pattern like
    foreigners-*), sector, investor, venue, severity, alert (the beginning of an id) and the labels of rules;
    comparisons are = and !=, of severities < <= > >= as well; kospi|kosdaq is one or the other. An alert over several
    series has no sector: sector!=kospi matches it.

    One of --for, --until and --every says how long. With --every it comes back every day, until --until or until
    `flowalert unsilence` ends it; phases are of trading days, and hours may go past midnight.

    Exit codes: 0 done, 1 settings with errors, 2 wrong usage, 4 the store cannot be used.
    """
    if (length is not None) + (until is not None and not every) + bool(every) != 1:
        raise click.UsageError("say how long, with one of --for, --until and --every (which may have an --until)")
    if weekdays is not None and not every:
        raise click.UsageError("--weekdays is for --every")
    if venue is not None and not every:
        raise click.UsageError("--venue is for --every; to silence one venue alone, write venue=nxt in the matcher")
    if not reason.strip():
        raise click.BadParameter("is empty; say why, for whoever wonders later", param_hint="--reason")
    from flowalert.cli.mistake import read_or_refuse
    from flowalert.cli.report import silence as report
    from flowalert.engine.matcher import parse_matcher
    from flowalert.store import open_clerk

    parsed = read_or_refuse(matcher, parse_matcher)
    now = dt.datetime.now(dt.UTC)
    stretch = _read_stretch(begin, until, length, now)
    times = _read_times(every, weekdays, venue)
    place = _find_place(config, store)
    person = find_person(by)

    async def change() -> "tuple[Silence, Sequence[Alert]]":
        async with open_clerk(place.store) as clerk:
            whole = await _complete(parsed, clerk)
            _warn_of_rules(whole, {*place.rules, *(await clerk.names()).rules})
            _check_comes(whole, stretch, times, now)
            made = await clerk.add_silence(
                whole,
                starts_at=stretch.begin,
                ends_at=stretch.end,
                times=times,
                by=person,
                reason=reason.strip(),
                now=now,
            )
            return made, await clerk.open_alerts()

    made, alerts = run(change)
    (report.print_made_json if form == "json" else report.print_made)(made, alerts, now)


class _Stretch(NamedTuple):
    """From when, and until when where that is known."""

    begin: dt.datetime
    end: dt.datetime | None


class _Place(NamedTuple):
    """The store, and the rules of the settings where those were read."""

    store: Path
    rules: Iterable[str]


def _read_stretch(begin: str | None, until: str | None, length: str | None, now: dt.datetime) -> _Stretch:
    starts_at = now if begin is None else read_coming(begin, now, "--from")
    if length is not None:
        from flowalert.cli.choice import read_span

        try:
            return _Stretch(starts_at, starts_at + dt.timedelta(seconds=read_span(length, "--for")))
        except OverflowError:
            raise click.BadParameter(f"{length} is too long", param_hint="--for") from None
    ends_at = None if until is None else read_coming(until, now, "--until")
    if ends_at is not None and ends_at <= starts_at:
        raise click.UsageError("--until is not after --from")
    return _Stretch(starts_at, ends_at)


def _read_times(every: Sequence[str], weekdays: str | None, venue: str | None) -> "Times":
    from flowalert.cli.mistake import read_or_refuse
    from flowalert.engine.recurrence import merge_times, parse_times
    from flowalert.market.venue import Venue
    from flowalert.rules.active import EVERY_DAY
    from flowalert.rules.stretch import parse_weekday_list

    days = EVERY_DAY if weekdays is None else read_or_refuse(weekdays, parse_weekday_list)
    parse = partial(parse_times, venue=Venue(venue or "krx"), weekdays=days)
    return merge_times(each for text in every for each in read_or_refuse(text, parse))


def _find_place(config: Path, store: Path | None) -> _Place:
    if store is not None:
        return _Place(store, ())
    from flowalert.cli.setting import load_settings

    settings = load_settings(config)
    rulebook = settings.loaded.rulebook
    return _Place(settings.store, (*rulebook.by_name, *rulebook.disabled))


async def _complete(matcher: "Matcher", reader: "Reader") -> "Matcher":
    """Return the matcher with whole ids of alerts; click's error for what begins none, or more than one."""
    from msgspec.structs import replace

    from flowalert.engine.clause import Key
    from flowalert.engine.matcher import Matcher

    clauses = []
    for clause in matcher.clauses:
        if clause.key is Key.ALERT:
            clauses.append(replace(clause, values=tuple([await _find_alert(reader, each) for each in clause.values])))
        else:
            clauses.append(clause)
    return Matcher(tuple(clauses))


async def _find_alert(reader: "Reader", beginning: str) -> str:
    found = await reader.alerts_beginning(beginning, limit=_NAMED + 1)
    if not found:
        raise click.UsageError(f"there is no alert {beginning}; flowalert ack lists those that are open")
    if len(found) > 1:
        more = " and more" if len(found) > _NAMED else ""
        named = ", ".join(f"{alert.id} ({alert.last.rule})" for alert in found[:_NAMED])
        raise click.UsageError(f"several alerts begin with {beginning}: {named}{more}; write more of the one")
    return found[0].id


def _warn_of_rules(matcher: "Matcher", known: Iterable[str]) -> None:
    """Say which rules nobody knows: it may be a typing mistake, or a rule that is yet to be written."""
    from fnmatch import filter as match

    from flowalert.engine.clause import Key
    from flowalert.market.name import suggest

    for name in (value for clause in matcher.clauses if clause.key is Key.RULE for value in clause.values):
        if not match(known, name):
            near = suggest(name, known)
            instead = f"did you mean {near}?" if near else "the silence minds it once there is one"
            click.echo(f"warning: no rule is known by the name {name!r}; {instead}", err=True)


def _check_comes(matcher: "Matcher", stretch: _Stretch, times: "Times", now: dt.datetime) -> None:
    """Raise click's error for a silence that is never in force, such as one of trading days on Sundays."""
    from flowalert.engine.silence import Silence, changes_at, is_in_force

    planned = Silence(
        id=0,
        matcher=matcher,
        created_at=now,
        starts_at=stretch.begin,
        ends_at=stretch.end,
        by="",
        reason="",
        times=times,
    )
    if not is_in_force(planned, now) and changes_at(planned, now) is None:
        raise click.UsageError("it would never be in force; look at --every, --weekdays and --until together")
