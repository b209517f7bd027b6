"""`flowalert deliveries`: what became of every notice, and one more try."""

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.moment import read_since
from flowalert.cli.option import by_option, config_option, store_option
from flowalert.cli.person import find_person
from flowalert.cli.store import find_store, run

if TYPE_CHECKING:
    from flowalert.store import Ledger, Names, NotPutBack, PutBack, Selection

_STATES = ("pending", "sending", "retrying", "sent", "dead", "suppressed")  # of DeliveryState, which is not loaded yet
_PARAMETER = re.compile(r"\$(\w+|\{\w+\})")
# An exit code, beside click's 2 for wrong usage.
NOT_PUT_BACK = 1


@click.command()
@click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
@config_option
@store_option
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only in this state; repeatable.")
@click.option("--channel", "channels", multiple=True, metavar="NAME", help="Only of this channel; repeatable.")
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Only of this rule, or foreigners-*; repeatable.")
@click.option("--since", metavar="TIME", help="Made since then: 10:00, 2026-11-23 or '2026-11-23 10:00'.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many, the newest.")
@click.option("--retry", is_flag=True, help="Send the deliveries of these IDs once more.")
@click.option("--retry-dead", is_flag=True, help="Send all that are dead once more, or those that the options choose.")
@click.option("--force", is_flag=True, help="With --retry: also what was sent before, a second time.")
@by_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def deliveries(  # noqa: PLR0913 - one for each option
    *,
    ids: tuple[int, ...],
    config: Path,
    store: Path | None,
    states: tuple[str, ...],
    channels: tuple[str, ...],
    rules: tuple[str, ...],
    since: str | None,
    limit: int,
    retry: bool,
    retry_dead: bool,
    force: bool,
    by: str | None,
    form: str,
) -> None:
    """List the deliveries of every notice, newest last, each with its state and the reason; or only those of IDs.

    What waits says for what, and until when. docs/delivery.md explains each reason.

    With --retry or --retry-dead they are sent once more: within seconds where the service runs, else when it starts.
    All of them or, where one cannot be, none.

    Exit codes: 0 done, 1 settings with errors, or nothing was put back because one could not be, 2 wrong usage,
    4 the store cannot be used.
    """
    narrowed = bool(states or channels or rules or since)
    if ids and (narrowed or retry_dead):
        raise click.UsageError("IDs choose by themselves; leave --state, --channel, --rule, --since, --retry-dead out")
    if retry and not ids:
        raise click.UsageError("--retry needs IDs, which the list shows, like: flowalert deliveries --retry 12 13")
    if retry_dead and states:
        raise click.UsageError("--retry-dead is about what is dead; leave --state out, or write --retry and IDs")
    if force and not retry:
        raise click.UsageError("--force is for --retry, to send a second time what was sent")
    from flowalert.cli.report import delivery as report
    from flowalert.engine.notice import DeliveryState
    from flowalert.store import NotPutBack, Selection

    selection = Selection(
        ids=ids,
        states=(DeliveryState.DEAD,) if retry_dead else tuple(map(DeliveryState, states)),
        channels=channels,
        rules=tuple(_PARAMETER.sub("*", rule) for rule in rules),
        since=None if since is None else read_since(since, dt.datetime.now(dt.UTC)),
    )
    if retry or retry_dead:
        done = _put_back(find_store(config, store), selection, find_person(by), force=force)
        if isinstance(done, NotPutBack):
            for objection in done.objections:
                click.echo(objection, err=True)
            click.echo("nothing was put back", err=True)
            raise SystemExit(NOT_PUT_BACK)
        (report.print_retried_json if form == "json" else report.print_retried)(done.lines)
    else:
        ledger = _read(find_store(config, store), selection, limit)
        (report.print_ledger_json if form == "json" else report.print_ledger)(ledger)


def _read(store: Path, selection: "Selection", limit: int) -> "Ledger":
    from flowalert.store import open_reader

    async def ask() -> "Ledger":
        async with open_reader(store, current=True) as reader:
            ledger = await reader.ledger(selection, limit=max(limit, len(selection.ids)))
            if not ledger.lines:
                _check_names(selection, await reader.names())
        return ledger

    ledger = run(ask)
    missing = sorted(set(selection.ids) - {line.delivery.id for line in ledger.lines})
    if missing:
        raise click.UsageError(f"there is no delivery {', '.join(map(str, missing))}")
    return ledger


def _put_back(store: Path, selection: "Selection", by: str, *, force: bool) -> "PutBack | NotPutBack":
    from flowalert.store import PutBack, open_clerk

    async def change() -> "PutBack | NotPutBack":
        async with open_clerk(store) as clerk:
            done = await clerk.put_back(selection, by=by, now=dt.datetime.now(dt.UTC), force=force)
            if isinstance(done, PutBack) and not done.lines:
                _check_names(selection, await clerk.names())
        return done

    return run(change)


def _check_names(selection: "Selection", known: "Names") -> None:
    """Raise click's error for a channel or a rule that the store has never heard of: it is a typing mistake."""
    objection = known.object_to(selection)
    if objection is not None:
        raise click.UsageError(objection)
