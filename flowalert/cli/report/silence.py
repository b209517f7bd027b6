"""Silences for a terminal, and for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.short_id import shorten
from flowalert.cli.report.text import open_console
from flowalert.engine.clause import subject_of
from flowalert.engine.matcher import say_matcher
from flowalert.engine.recurrence import say_times
from flowalert.engine.silence import Silence, SilenceState, changes_at, in_force_since, state_at
from flowalert.language.tongue import Tongue
from flowalert.store import Alert

# Of more alerts than these the first are named, and the others counted.
_NAMED = 5

_STYLES = {
    SilenceState.IN_FORCE: "yellow",
    SilenceState.TO_COME: "cyan",
    SilenceState.RECURRING: "cyan",
    SilenceState.ENDED: "dim",
}


def print_made(silence: Silence, alerts: Sequence[Alert], now: datetime) -> None:
    """Print a new silence, when it is in force, and which of the alerts that are open it covers."""
    click.echo(f"silence {silence.id}: {say_matcher(silence.matcher, Tongue.ENGLISH)}")
    click.echo(f"{_say_when(silence)} (Seoul)")
    if state_at(silence, now) is SilenceState.RECURRING:
        click.echo(f"next {_show_change(silence, now)}")
    covered = _find_covered(silence, alerts)
    click.echo(f"covers {len(covered)} of {_count(alerts)} open now" if alerts else "no alert is open now")
    short = shorten([alert.id for alert in alerts])
    for alert in covered[:_NAMED]:
        click.echo(f"  {short[alert.id]}  {alert.last.rule} · {alert.last.scope.korean}")
    if len(covered) > _NAMED:
        click.echo(f"  … and {len(covered) - _NAMED:,} more")
    click.echo(f"flowalert unsilence {silence.id} ends it early")


def print_made_json(silence: Silence, alerts: Sequence[Alert], now: datetime) -> None:
    """Print "silence", with the ids of the open alerts that it "covers"."""
    echo_json({"silence": _describe(silence, alerts, now)})


def print_ended(silences: Sequence[Silence]) -> None:
    """Print what was ended."""
    for silence in silences:
        click.echo(f"silence {silence.id} ended: {say_matcher(silence.matcher, Tongue.ENGLISH)}")


def print_ended_json(silences: Sequence[Silence], now: datetime) -> None:
    """Print "ended": the silences, each as it is then."""
    echo_json({"ended": [_describe(each, [], now) for each in silences]})


def print_silences(silences: Sequence[Silence], alerts: Sequence[Alert], now: datetime) -> None:
    """Print two lines for each silence, its moments in Seoul's time."""
    console = open_console()
    if not silences:
        console.print("No silence.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("id", justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("what, when, by whom and why", overflow="fold")
    for silence in silences:
        state = state_at(silence, now)
        parts = [_say_when(silence)]
        if state is SilenceState.RECURRING:
            parts.append(f"next {_show_change(silence, now)}")
        if silence.ended_at is not None:
            parts.append(f"ended {show_moment(silence.ended_at)}")
        parts.append(f"{silence.by}: {silence.reason}")
        covered = _find_covered(silence, alerts)
        if covered and state is not SilenceState.ENDED:
            parts.append(f"covers {_count(covered)} open now")
        what = say_matcher(silence.matcher, Tongue.ENGLISH)
        table.add_row(
            str(silence.id), Text(state.value, _STYLES[state]), Text.assemble(what, "\n", (" · ".join(parts), "dim"))
        )
    console.print(table)


def print_silences_json(silences: Sequence[Silence], alerts: Sequence[Alert], now: datetime) -> None:
    """Print "silences" in the order of their making; moments are ISO 8601."""
    echo_json({"silences": [_describe(each, alerts, now) for each in silences]})


def _find_covered(silence: Silence, alerts: Sequence[Alert]) -> Sequence[Alert]:
    return [alert for alert in alerts if silence.matcher.matches(subject_of(alert.last, alert.labels))]


def _count(alerts: Sequence[Alert]) -> str:
    return "1 alert" if len(alerts) == 1 else f"{len(alerts):,} alerts"


def _say_when(silence: Silence) -> str:
    """Say from when until when, and at which times of it."""
    end = "a hand ends it" if silence.ends_at is None else show_moment(silence.ends_at)
    times = f"{say_times(silence.times, Tongue.ENGLISH)}, " if silence.times else ""
    return f"{times}from {show_moment(silence.starts_at)} until {end}"


def _show_change(silence: Silence, now: datetime) -> str:
    change = changes_at(silence, now)
    return "never" if change is None else show_moment(change)


def _describe(silence: Silence, alerts: Sequence[Alert], now: datetime) -> dict[str, Any]:
    return {
        "id": silence.id,
        "state": state_at(silence, now).value,
        "matcher": str(silence.matcher),
        "says": say_matcher(silence.matcher, Tongue.ENGLISH),
        "times": say_times(silence.times, Tongue.ENGLISH),
        "created_at": write_moment(silence.created_at),
        "starts_at": write_moment(silence.starts_at),
        "ends_at": _write(silence.ends_at),
        "ended_at": _write(silence.ended_at),
        "in_force_since": _write(in_force_since(silence, now)),
        "changes_at": _write(changes_at(silence, now)),
        "by": silence.by,
        "reason": silence.reason,
        "covers": [alert.id for alert in _find_covered(silence, alerts)],
    }


def _write(moment: datetime | None) -> str | None:
    return None if moment is None else write_moment(moment)
