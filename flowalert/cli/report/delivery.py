"""Deliveries for a terminal, and for programs. Of a target only its label is there to be shown."""

from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.text import open_console
from flowalert.engine.notice import Cause, DeliveryState, Occasion
from flowalert.market.instant import KST
from flowalert.store import Ledger, Line

_STYLES = {
    DeliveryState.PENDING: "cyan",
    DeliveryState.SENDING: "cyan",
    DeliveryState.RETRYING: "yellow",
    DeliveryState.SENT: "green",
    DeliveryState.DEAD: "bold red",
    DeliveryState.SUPPRESSED: "dim",
}
_WHEN_SENT = "the service sends them within seconds where it runs, else when it starts"


def print_ledger(ledger: Ledger) -> None:
    """Print two lines for each delivery, its moments in Seoul's time, and the counts of the whole selection."""
    console = open_console()
    if not ledger.lines:
        console.print("No delivery.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("id", justify="right", no_wrap=True)
    table.add_column("made", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("channel → target, reason, what was told", overflow="fold")
    for line in ledger.lines:
        delivery, told = line.delivery, line.transition
        # On two lines, so that a narrow screen has room for the reason.
        how = f"{delivery.notice.channel} → {delivery.target.label}: {_sum_up(line)}"
        what = f"{told.rule} · {told.scope.korean} · {' '.join(delivery.notice.title.split())}"
        table.add_row(
            str(delivery.id),
            show_moment(delivery.created_at),
            Text(delivery.state.value, _STYLES[delivery.state]),
            Text.assemble(how, "\n", (what, "dim")),
        )
    console.print(table)
    total = sum(ledger.counts.values())
    if total > len(ledger.lines):
        console.print(f"the newest {len(ledger.lines):,} of {total:,}; --limit shows more", style="dim")
    console.print(
        Text("\n" + " · ".join(f"{count:,} {state.value}" for state, count in ledger.counts.items() if count))
    )


def print_ledger_json(ledger: Ledger) -> None:
    """Print "deliveries", oldest first, and "counts" of the whole selection by state; moments are ISO 8601."""
    echo_json(
        {
            "deliveries": [_describe(line) for line in ledger.lines],
            "counts": {state.value: count for state, count in ledger.counts.items()},
        }
    )


def print_retried(lines: Sequence[Line]) -> None:
    """Print what was put back, each as it was before."""
    for line in lines:
        delivery = line.delivery
        where = f"{delivery.notice.channel} → {delivery.target.label}"
        title = " ".join(delivery.notice.title.split())
        click.echo(f"{delivery.id}: {where}, {title}; was {delivery.state.value}: {delivery.reason}")
    click.echo(f"{len(lines):,} put back; {_WHEN_SENT}" if lines else "nothing to put back")


def print_retried_json(lines: Sequence[Line]) -> None:
    """Print "retried": what was put back, each as it was before."""
    echo_json({"retried": [_describe(line) for line in lines]})


def _sum_up(line: Line) -> str:
    """Return why the channel is told, the reason, when it was settled or is tried next, and how often it was tried.

    The date stands only where it is another than that of its making.
    """
    delivery = line.delivery
    moment = delivery.settled_at or max(delivery.next_at, line.blocked_until or delivery.next_at)
    same = moment.astimezone(KST).date() == delivery.created_at.astimezone(KST).date()
    shown = f"{moment.astimezone(KST):%H:%M:%S}" if same else show_moment(moment)
    parts = [say_cause(delivery.notice.cause), delivery.reason or line.waits_for]
    parts.append(f"settled {shown}" if delivery.settled_at else f"next {shown}")
    parts.append("1 try" if delivery.attempts == 1 else f"{delivery.attempts} tries")
    if delivery.uncertain:
        parts.append(f"{delivery.uncertain} perhaps out")
    return " · ".join(part for part in parts if part)


def say_cause(cause: Cause) -> str:
    """Say why a channel is told; nothing where its rule names it."""
    match cause.occasion:
        case Occasion.ROUTED:
            return ""
        case Occasion.FALLBACK:
            return f"fallback of {cause.of}"
        case Occasion.ESCALATED:
            return f"escalated from {cause.of}"
        case Occasion.UNMUTED:
            # `silence 3@2026-11-25T09:00:00`, or `inhibition sellers 0123…`: moment and id are for the store.
            kind, _, muted_by = cause.of.partition(" ")
            by = muted_by.replace("@", " ").split(" ")[0]
            return f"after silence {by}" if kind == "silence" else f"no longer inhibited by {by}"


def _describe(line: Line) -> dict[str, Any]:
    delivery, transition = line.delivery, line.transition
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "reason": delivery.reason or line.waits_for,
        "cause": delivery.notice.cause.occasion.value,
        "of": delivery.notice.cause.of,
        "channel": delivery.notice.channel,
        "target": delivery.target.label,
        "attempts": delivery.attempts,
        "uncertain": delivery.uncertain,
        "created_at": write_moment(delivery.created_at),
        "next_at": None if delivery.settled_at else write_moment(delivery.next_at),
        "blocked_until": None if line.blocked_until is None else write_moment(line.blocked_until),
        "settled_at": write_moment(delivery.settled_at) if delivery.settled_at else None,
        "rule": transition.rule,
        "scope": str(transition.scope),
        "kind": delivery.notice.kind.value,
        "severity": delivery.notice.severity.name.lower(),
        "title": delivery.notice.title,
        "transition": transition.id,
    }
