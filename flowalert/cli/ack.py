"""`flowalert ack`: that somebody has taken an alert on."""

import datetime as dt
import fnmatch
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from flowalert.cli.option import by_option, config_option, store_option
from flowalert.cli.person import find_person
from flowalert.cli.scope import Wanted
from flowalert.cli.store import find_store, run

if TYPE_CHECKING:
    from flowalert.store import Alert, Clerk, Reader

NOTHING_DONE = 1
# For so long an event can be acknowledged: it has no end.
_FRESH = dt.timedelta(hours=24)
_ID = re.compile(r"[0-9a-f]{4,20}", re.ASCII | re.IGNORECASE)
# Of the alerts that an ambiguous id may be, so many are named.
_NAMED = 5


@click.command()
@click.argument("words", nargs=-1, metavar="[ALERT | RULE [SECTOR [INVESTOR]]]")
@config_option
@store_option
@click.option("--all", "whole", is_flag=True, help="Acknowledge all that is open, or with --undo withdraw all.")
@click.option("--events", is_flag=True, help="In the list, and with --all: the events of the last 24 hours too.")
@click.option("--comment", metavar="TEXT", help="What there is to say, for the others.")
@click.option("--undo", is_flag=True, help="Withdraw instead; without an alert, list what is acknowledged.")
@by_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def ack(  # noqa: PLR0913 - one for each option
    *,
    words: tuple[str, ...],
    config: Path,
    store: Path | None,
    whole: bool,
    events: bool,
    comment: str | None,
    undo: bool,
    by: str | None,
    form: str,
) -> None:
    """Acknowledge an alert; without one, list those that are open and not acknowledged, with their ids.

    ALERT is the beginning of an id, RULE a name or a pattern like foreigners-*: of a rule all alerts are acknowledged,
    or those of SECTOR and INVESTOR. An event can be acknowledged for 24 hours.

    Exit codes: 0 done, 1 settings with errors, or nothing was done for the reason that is printed, 2 wrong usage, or an
    unknown name, 4 the store cannot be used.
    """
    acting = bool(words) or whole
    if words and (whole or events):
        raise click.UsageError("name an alert or write --all, not both; --events is for --all and the list")
    if comment is not None and (undo or not acting):
        raise click.UsageError("--comment is for acknowledging; name an alert, or write --all")
    path = find_store(config, store)
    from flowalert.cli.report import ack as report
    from flowalert.store import NotAcknowledged, open_clerk, open_reader

    now = dt.datetime.now(dt.UTC)

    async def ask() -> None:
        async with open_reader(path, current=True) as reader:
            pool = await _read_pool(reader, now)
            acks = await reader.acks(alerts=[each.id for each in pool])
        print_list = report.print_list_json if form == "json" else report.print_list
        print_list(pool, acks, acknowledged=undo, events=events)

    async def change() -> None:
        person = find_person(by)
        async with open_clerk(path) as clerk:
            chosen = await _choose(clerk, words, now, events=events)
            ids = await _narrow(clerk, chosen, acknowledged=undo)
            if undo:
                done = await clerk.withdraw_acknowledgement(ids, by=person, now=now)
            else:
                done = await clerk.acknowledge(ids, by=person, comment=comment or "", now=now)
        if isinstance(done, NotAcknowledged):
            _end(*done.objections)
        (report.print_done_json if form == "json" else report.print_done)(done, withdrawn=undo)

    run(change if acting else ask)


async def _read_pool(reader: "Reader", now: dt.datetime) -> "Sequence[Alert]":
    """Return what can be acknowledged: what is open, and then the events of late."""
    return [*await reader.open_alerts(), *await reader.events(now - _FRESH)]


async def _choose(reader: "Reader", words: Sequence[str], now: dt.datetime, *, events: bool) -> "Sequence[Alert]":
    """Return the alerts that are named, or all that are open; end the program where there are none."""
    from flowalert.store import AlertState

    pool = await _read_pool(reader, now)
    if not words:
        return [each for each in pool if events or each.state is AlertState.OPEN]
    name, *scope = words
    wanted = Wanted(scope)
    of_rule = [each for each in pool if each.last.rule == name or fnmatch.fnmatchcase(each.last.rule, name)]
    if of_rule:
        admitted = [each for each in of_rule if wanted.admits(each.last.scope)]
        if not admitted:
            scopes = ", ".join(dict.fromkeys(str(each.last.scope) for each in of_rule))
            _end(f"no alert of {name} is open at {' '.join(scope)}; there is one at {scopes}")
        return admitted
    if not _ID.fullmatch(name):
        await _end_unknown(reader, name, pool)
    beginning = name.lower()
    found = [each for each in pool if each.id.startswith(beginning)]
    if not found:
        await _end_unknown(reader, name, pool)
    if len(found) > 1:
        more = " and more" if len(found) > _NAMED else ""
        named = ", ".join(f"{each.id} ({each.last.rule})" for each in found[:_NAMED])
        raise click.UsageError(f"several alerts begin with {name}: {named}{more}; write more of the one")
    if scope:
        raise click.UsageError(f"{name} is an alert by itself; leave {' '.join(scope)} out")
    return found


async def _end_unknown(reader: "Reader", name: str, pool: "Sequence[Alert]") -> NoReturn:
    """End the program: nothing of that name can be acknowledged, or there is nothing of that name."""
    from flowalert.market.name import suggest
    from flowalert.store import AlertState

    if _ID.fullmatch(name):
        for alert in await reader.alerts_beginning(name.lower(), limit=1):
            over = "is resolved" if alert.state is AlertState.RESOLVED else "is an event of more than 24 hours ago"
            _end(f"alert {alert.id} of {alert.last.rule} {over}; nothing is left to acknowledge")
    rules = (await reader.names()).rules
    if fnmatch.filter(rules, name):
        _end(f"no alert of {name} is open; nothing to acknowledge")
    near = suggest(name, rules)
    opened = ", ".join(dict.fromkeys(each.last.rule for each in pool)) or "nothing"
    instead = f"did you mean {near}?" if near else f"open is {opened}"
    raise click.UsageError(f"there is no alert and no rule {name!r}; {instead}")


async def _narrow(clerk: "Clerk", chosen: "Sequence[Alert]", *, acknowledged: bool) -> Sequence[str]:
    """Return the ids of those that are acknowledged, or are not; end the program where none is so."""
    acks = await clerk.acks(alerts=[each.id for each in chosen])
    ids = [each.id for each in chosen if (each.id in acks) is acknowledged]
    if not ids and not chosen:
        _end("nothing is open")
    if not ids and acknowledged:
        _end(*(f"alert {each.id} of {each.last.rule} is not acknowledged" for each in chosen))
    if not ids:
        _end(*(f"alert {each.id} of {each.last.rule} was acknowledged by {acks[each.id].by}" for each in chosen))
    return ids


def _end(*reasons: str) -> NoReturn:
    for reason in reasons:
        click.echo(reason, err=True)
    raise SystemExit(NOTHING_DONE)
