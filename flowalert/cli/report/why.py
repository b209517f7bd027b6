"""The state of an alert for a terminal: what is compared, what stands in the way, and what was told."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flowalert.engine.side import show_number_of, show_sides
from flowalert.engine.transition import Hold, Kind, Transition
from flowalert.engine.watch import Phase
from flowalert.engine.why import Gate, Why
from flowalert.language.template import UNKNOWN
from flowalert.market.instant import DAY, clock, stamp
from flowalert.rules.rulebook import Rule

_ANSWERS: Mapping[bool | None, str] = {True: "true", False: "false", None: "unknown"}
_STYLES: Mapping[bool | None, str] = {True: "green", False: "red", None: "yellow"}
_PHASES: Mapping[Phase, str] = {
    Phase.IDLE: "not firing",
    Phase.PENDING: "pending: the condition holds, but not yet for long enough",
    Phase.FIRING: "firing",
    Phase.RECOVERING: "recovering: still firing, about to be resolved",
}
_HOLDS: Mapping[Hold, str] = {
    Hold.COOLDOWN: "held back by the cooldown",
    Hold.LIMIT: "held back by the limit",
    Hold.FLAPPING: "held back, since it comes and goes",
}


def show(rule: Rule, found: Sequence[Why], transitions: Sequence[Transition], *, in_full: bool) -> None:
    """Print how a rule stands: each scope in full, or a line each."""
    console = Console()
    if not in_full:
        console.print(_list_scopes(rule, found))
        console.print("Name one of these scopes to see each comparison and gate.")
        return
    for each in found:
        console.print(Text(f"{rule.name} · {each.scope.korean} ({each.scope})", style="bold"))
        console.print(f"  as of {clock(each.at)}: {_PHASES[each.phase]}{_since(each)}")
        if each.updated_at is not None:
            console.print(f"  judged at {clock(each.updated_at)}: the condition is {_ANSWERS[each.answer]}")
        console.print(_list_comparisons(each))
        console.print(_list_gates(each.gates, each.at))
        told = [transition for transition in transitions if transition.scope == each.scope]
        for line in _list_told(rule, told):
            console.print(f"  {line}", highlight=False)


def _since(each: Why) -> str:
    if each.opened_at is None or each.severity is None:
        return ""
    return f", since {clock(each.opened_at)}, {each.severity.name.lower()}"


def _list_scopes(rule: Rule, found: Sequence[Why]) -> Table:
    table = Table(title=rule.name, title_justify="left", box=None, header_style="bold")
    for column in ("scope", "", "state", "condition", "first comparison"):
        table.add_column(column)
    for each in found:
        first = each.comparisons[0]
        left, _ = show_sides(first, each.scope)
        answer = Text(_ANSWERS[each.answer], style=_STYLES[each.answer])
        table.add_row(str(each.scope), each.scope.korean, each.phase.value, answer, f"{first.left} = {left}")
    return table


def _list_comparisons(each: Why) -> Table:
    table = Table(box=None, pad_edge=True, header_style="bold")
    for column in ("", "comparison", "value", "against", "holds"):
        table.add_column(column)
    for comparison in each.comparisons:
        left, right = show_sides(comparison, each.scope)
        answer = Text(_ANSWERS[comparison.holds], style=_STYLES[comparison.holds])
        table.add_row(comparison.clause, comparison.text, left, right, answer)
    return table


def _list_gates(gates: Sequence[Gate], at: int) -> Table:
    table = Table(box=None, pad_edge=True, header_style="bold")
    for column in ("gate", "", "state"):
        table.add_column(column)
    for gate in gates:
        until = "" if gate.until is None else f", until {_show_time(gate.until, at)}"
        mark = Text("open", style="green") if gate.is_open else Text("shut", style="yellow")
        table.add_row(gate.name.value, mark, gate.words + until)
    return table


def _show_time(time: int, at: int) -> str:
    """Write a time, with its date where that is another than `at` has."""
    return clock(time) if time // DAY == at // DAY else stamp(time)


def _list_told(rule: Rule, transitions: Sequence[Transition]) -> list[str]:
    if not transitions:
        return ["In this session it has told nothing."]
    lines = ["In this session:"]
    for each in transitions:
        value = UNKNOWN if each.value is None else show_number_of(each.value, rule.condition.meaning, each.scope)
        told = "" if each.told else f" · not told: {_HOLDS[each.hold] if each.hold else 'nor was its firing'}"
        reason = "" if each.kind is Kind.FIRED else f", {each.reason.value}"
        lines.append(f"  {clock(each.at)} {each.kind.value}{reason} {value}{told}")
    return lines
