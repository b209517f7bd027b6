"""Alerts that wait for somebody, and those that somebody has taken on, for a terminal and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.short_id import shorten
from flowalert.cli.report.text import SEVERITY_STYLES, open_console
from flowalert.engine.ack import Ack
from flowalert.market.instant import stamp, to_wall
from flowalert.store import Alert, AlertState


def print_list(pool: Sequence[Alert], acks: Mapping[str, Ack], *, acknowledged: bool, events: bool) -> None:
    """Print the alerts that are acknowledged, or those that are not, with what `flowalert ack` takes for each."""
    console = open_console()
    every = [each for each in pool if (each.id in acks) is acknowledged]
    shown = _choose(every, events=events)
    if shown:
        short = shorten([each.id for each in pool])
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for heading in ("alert", "since", "severity"):
            table.add_column(heading, no_wrap=True)
        table.add_column("rule · what about", overflow="fold")
        for alert in shown:
            last = alert.last
            what = f"{last.rule} · {last.scope.korean}" + (" (event)" if alert.state is AlertState.FIRED else "")
            ack = acks.get(alert.id)
            table.add_row(
                short[alert.id],
                stamp(last.opened_at),
                Text(last.severity.slug, SEVERITY_STYLES[last.severity]),
                Text(what) if ack is None else Text.assemble(what, "\n", (_say(ack), "dim")),
            )
        console.print(table)
    elif acknowledged:
        console.print("Nothing that is open is acknowledged.")
    else:
        console.print("Nothing is open that is not acknowledged.")
    more = len(every) - len(shown)
    if more:
        console.print(f"{more:,} more in the events of the last 24 hours; --events lists them", style="dim")


def print_list_json(pool: Sequence[Alert], acks: Mapping[str, Ack], *, acknowledged: bool, events: bool) -> None:
    """Print "alerts" with their acknowledgements, and the "events" that were left out, as a number."""
    every = [each for each in pool if (each.id in acks) is acknowledged]
    shown = _choose(every, events=events)
    echo_json({"alerts": [_describe(each, acks.get(each.id)) for each in shown], "events": len(every) - len(shown)})


def print_done(alerts: Sequence[Alert], *, withdrawn: bool) -> None:
    """Print what was acknowledged, or withdrawn."""
    for alert in alerts:
        done = "no longer acknowledged" if withdrawn else "acknowledged"
        click.echo(f"{done}: {alert.last.rule} · {alert.last.scope.korean} ({alert.id})")


def print_done_json(alerts: Sequence[Alert], *, withdrawn: bool) -> None:
    """Print the alerts that were "acknowledged", or "withdrawn"."""
    echo_json({"withdrawn" if withdrawn else "acknowledged": [_describe(each, None) for each in alerts]})


def _choose(alerts: Sequence[Alert], *, events: bool) -> Sequence[Alert]:
    return [each for each in alerts if events or each.state is AlertState.OPEN]


def _say(ack: Ack) -> str:
    comment = f": {ack.comment}" if ack.comment else ""
    return f"{ack.by}, {show_moment(ack.at)}{comment}"


def _describe(alert: Alert, ack: Ack | None) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "state": alert.state.value,
        "rule": alert.last.rule,
        "scope": str(alert.last.scope),
        "severity": alert.last.severity.slug,
        "opened_at": write_moment(to_wall(alert.last.opened_at)),
        "acknowledged": None if ack is None else {"by": ack.by, "at": write_moment(ack.at), "comment": ack.comment},
    }
