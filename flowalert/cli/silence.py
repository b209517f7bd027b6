"""`flowalert silence`: tell nobody of some alerts, for a time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from flowalert.cli.option import by_option, config_option, store_option
from flowalert.cli.person import find_person
from flowalert.cli.store import run

if TYPE_CHECKING:
    from flowalert.engine.matcher import Matcher
    from flowalert.engine.recurrence import Times
    from flowalert.engine.silence import Silence
    from flowalert.engine.wish import Stretch
    from flowalert.store import Alert, Reader


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
    from flowalert.engine.wish import ever_comes, warn_of_rules
    from flowalert.store import open_clerk

    parsed = read_or_refuse(matcher, parse_matcher)
    now = dt.datetime.now(dt.UTC)
    stretch, times = _read_when(
        begin=begin, until=until, length=length, every=every, weekdays=weekdays, venue=venue, now=now
    )
    place = _find_place(config, store)
    person = find_person(by)

    async def change() -> "tuple[Silence, Sequence[Alert]]":
        async with open_clerk(place.store) as clerk:
            whole = await _complete(parsed, clerk)
            for warning in warn_of_rules(whole, {*place.rules, *(await clerk.names()).rules}):
                click.echo(f"warning: {warning}", err=True)
            if not ever_comes(whole, stretch, times, now):
                raise click.UsageError("it would never be in force; look at --every, --weekdays and --until together")
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


class _Place(NamedTuple):
    """The store, and the rules of the settings where those were read."""

    store: Path
    rules: Iterable[str]


def _read_when(
    *,
    begin: str | None,
    until: str | None,
    length: str | None,
    every: Sequence[str],
    weekdays: str | None,
    venue: str | None,
    now: dt.datetime,
) -> "tuple[Stretch, Times]":
    """Return from when until when, and at which times of it; end the program for what is none."""
    from flowalert.cli.mistake import refuse
    from flowalert.engine.wish import Misread, read_stretch, read_times
    from flowalert.market.venue import Venue

    try:
        return read_stretch(begin, until, length, now), read_times(every, weekdays, Venue(venue or "krx"))
    except Misread as misread:
        if misread.part in ("every", "weekdays"):
            refuse(misread.text, misread.mistake)
        raise click.BadParameter(str(misread), param_hint=f"--{misread.part}") from None


def _find_place(config: Path, store: Path | None) -> _Place:
    if store is not None:
        return _Place(store, ())
    from flowalert.cli.setting import load_settings

    settings = load_settings(config)
    rulebook = settings.loaded.rulebook
    return _Place(settings.store, (*rulebook.by_name, *rulebook.disabled))


async def _complete(matcher: "Matcher", reader: "Reader") -> "Matcher":
    """Return the matcher with whole ids of alerts; click's error for what begins none, or more than one."""
    from flowalert.store import NotOne

    found = await reader.complete(matcher)
    if isinstance(found, NotOne):
        instead = "" if found.alerts else "; flowalert ack lists those that are open"
        raise click.UsageError(found.words + instead)
    return found
