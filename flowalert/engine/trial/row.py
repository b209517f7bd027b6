"""An expectation and a transition, side by side."""

from collections.abc import Iterator

from flowalert.engine.transition import Scope, Transition
from flowalert.engine.trial.verdict import Row
from flowalert.language.meaning import Meaning
from flowalert.market.instant import clock
from flowalert.market.investor import investor_of
from flowalert.market.sector import Counted, sector_of
from flowalert.rules.rulebook import Rule
from flowalert.rules.trial.amount import Amount
from flowalert.rules.trial.expectation import Expectation, Verb

UNKNOWN = "unknown"


def compare(expectation: Expectation, transition: Transition, rule: Rule, told: tuple[str, str]) -> tuple[Row, ...]:
    """Return a row for each thing that is expected of a transition; `told` is its title and body."""
    return tuple(_list_rows(expectation, transition, rule, told))


def spell_expectation(verb: Verb, transition: Transition, rule: Rule) -> str:
    """Return the expectation that a transition meets, as a test file has it."""
    lines = [f"- {verb.value}: {transition.rule}", f"at: {clock(transition.at)}"]
    scope = spell_scope(transition.scope)
    if scope:
        lines.append(f"scope: {scope}")
    if transition.value is not None:
        lines.append(f"value: {spell_value(transition.value, rule, transition.scope)}")
    return "\n  ".join(lines)


def spell_scope(scope: Scope) -> str:
    """Return `kospi foreign`."""
    parts = []
    if scope.sector is not None:
        parts.append(sector_of(scope.sector).slug)
    if scope.investor is not None:
        parts.append(investor_of(scope.investor).slug)
    return " ".join(parts)


def spell_value(value: float | None, rule: Rule, scope: Scope) -> str:
    """Return what a rule is about, in the feed's unit and to the last digit, so that it reads back as the same."""
    return spell_figure(value, rule.condition.meaning, count_of(rule, scope))


def count_of(rule: Rule, scope: Scope) -> Counted | None:
    """Return what the quantities of an alert count, where that is known."""
    if scope.sector is not None:
        return sector_of(scope.sector).counted
    return rule.condition.meaning.counted


def spell_figure(value: float | None, meaning: Meaning, counted: Counted | None) -> str:
    """Return a figure in the feed's unit: `-350억`, `12천주`, `40계약`, `1.25`.

    `counted` is what a quantity counts whose meaning does not say.
    """
    if value is None:
        return UNKNOWN
    digits = f"{value}" if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")
    match meaning.won, meaning.quantity, meaning.counted or counted:
        case 1, 0, _:
            return f"{digits}억"
        case 0, 1, Counted.SHARES:
            return f"{digits}천주"
        case 0, 1, Counted.CONTRACTS:
            return f"{digits}계약"
        case _:
            return digits


def _list_rows(expectation: Expectation, transition: Transition, rule: Rule, told: tuple[str, str]) -> Iterator[Row]:
    title, message = told
    if expectation.severity is not None:
        yield _same("severity", expectation.severity.name.lower(), transition.severity.name.lower())
    for label, amount, seen in (
        ("value", expectation.value, transition.value),
        ("peak", expectation.peak, transition.peak),
    ):
        if amount is not None:
            yield _near(label, amount, seen, rule, transition.scope)
    if expectation.opened_at is not None:
        yield _same("opened_at", clock(expectation.opened_at), clock(transition.opened_at))
    if expectation.held_back is not None:
        yield _same("held_back", str(expectation.held_back), str(transition.held_back))
    if expectation.reason is not None:
        yield _same("reason", expectation.reason, transition.reason.name.lower())
    if expectation.hold is not None:
        yield _same("hold", expectation.hold, "nothing" if transition.hold is None else transition.hold.value)
    if expectation.title is not None:
        yield _same("title", expectation.title, title)
    if expectation.message is not None:
        yield _same("message", expectation.message, message)
    for text in expectation.contains:
        whole = f"{title}\n{message}"
        yield Row("contains", text, whole, agrees=text in whole)


def _same(label: str, expected: str, seen: str) -> Row:
    return Row(label, expected, seen, agrees=expected == seen)


def _near(label: str, amount: Amount, seen: float | None, rule: Rule, scope: Scope) -> Row:
    return Row(label, amount.text, spell_value(seen, rule, scope), agrees=amount.agrees(seen))
