"""`flowalert top`: the present day in a terminal."""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import config_option, store_option

if TYPE_CHECKING:
    from flowalert.cli.report.top import Screen

# A terminal that is looked at, and a store that is read by others.
_SHORTEST = 0.2
_USUAL_INVESTORS = ("foreign", "institutions", "individual")
# Alerts of before are read in case the screen has room.
_MOST_ALERTS = 100


@click.command()
@config_option
@store_option
@click.option(
    "--every", type=click.FloatRange(_SHORTEST), default=1.0, show_default=True, help="Seconds between looks."
)
@click.option("--once", is_flag=True, help="Print one look, and end.")
@click.option("--quantity", is_flag=True, help="Show net quantities, and not values.")
@click.option("--investor", "names", multiple=True, metavar="NAME", help="Show this investor; repeatable.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Korean or English; by LANG when left out.")
def top(
    *,
    config: Path,
    store: Path | None,
    every: float,
    once: bool,
    quantity: bool,
    names: tuple[str, ...],
    lang: str | None,
) -> None:
    """Watch who buys and who sells today, which alerts are open and how the feed stands; Ctrl-C ends it.

    It reads the store beside the service and changes nothing. Each investor has the net figure of the day, its change
    at the last publication, and the day so far as a line.

    Exit codes: 0 ended, 2 wrong usage, 4 the settings or the store cannot be read.
    """
    import os

    from flowalert.cli.report.top import Screen
    from flowalert.cli.setting import load_settings
    from flowalert.cli.status import UNKNOWN
    from flowalert.cli.store import run
    from flowalert.cli.tongue import find_tongue
    from flowalert.language.tongue import Tongue

    investors = [_find_investor(name) for name in names or _USUAL_INVESTORS]
    tongue = Tongue(lang) if lang is not None else find_tongue(os.environ)
    path = store or load_settings(config, UNKNOWN).store

    screen = Screen(investors, tongue, field="msvol" if quantity else "msval", once=once)
    try:
        run(partial(_watch, path, screen, None if once else every))
    except KeyboardInterrupt:
        click.echo()


def _find_investor(name: str) -> str:
    from flowalert.market.investor import INVESTORS, find_investor
    from flowalert.market.name import suggest

    found = find_investor(name)
    if found is None:
        near = suggest(name, [each.slug for each in INVESTORS])
        instead = f"did you mean {near}?" if near else "write foreign, institutions, individual or a code"
        raise click.BadParameter(f"there is no investor {name!r}; {instead}", param_hint="--investor")
    return found.code


async def _watch(path: Path, screen: "Screen", every: float | None) -> None:
    """Show a store again and again, or once; each time all that is in the journal by then is taken in."""
    import trio

    from flowalert.cli.report.day import Day
    from flowalert.cli.report.top import Glance
    from flowalert.cli.sight import look_at
    from flowalert.store import open_reader

    day = Day()
    async with open_reader(path, current=True) as reader:
        stretch = await reader.find_open_session()
        with screen:
            while True:
                entries, stretch = await reader.read_on(stretch)
                for entry in entries:
                    day.take(entry)
                if entries:
                    continue
                seen = await look_at(path, reader, dt.datetime.now(dt.UTC))
                alerts = await reader.alerts(limit=_MOST_ALERTS)
                screen.show(Glance(seen=seen, day=day, open_alerts=await reader.open_alerts(), alerts=alerts))
                if every is None:
                    return
                await trio.sleep(every)
