"""What a rule says of a time, from its keys alone."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from flowalert.language.condition import Furthest, Mode, read_tree
from flowalert.language.tree import Node
from flowalert.market.calendar import is_trading_day
from flowalert.market.sector import Counted
from flowalert.rules.rulebook import Rule
from tests.engine.naive_value import DAY


def tree_of(rule: Rule) -> Node:
    """The rule's first condition, the same object each time: what it was worth is remembered by it."""
    return read_tree_once(rule.condition.text, rule.condition.counted)


@cache
def read_tree_once(text: str, counted: Counted | None) -> Node:
    return read_tree(text, counted)


def conditions(rule: Rule) -> list[Node]:
    """All that decides: what the texts name besides is only told."""
    clauses = [*(each.clause for each in rule.levels), *([rule.resolve_when] if rule.resolve_when else [])]
    return [tree_of(rule), *(each.node for each in clauses)]


def is_active(rule: Rule, at: int) -> bool:
    active = rule.active
    if active is None:
        return True
    date = dt.date(1970, 1, 1) + dt.timedelta(days=at // DAY)
    in_hours = not active.hours or any(begin <= at % DAY < end for begin, end in active.hours)
    return in_hours and date.weekday() in active.weekdays and (active.holidays or is_trading_day(date))


def ends_at(rule: Rule, opened_at: int) -> int | None:
    """When the active time ends in which an alert opened; the session's end is none of it."""
    hours = rule.active.hours if rule.active is not None else ()
    return next((opened_at // DAY * DAY + end for begin, end in hours if begin <= opened_at % DAY < end), None)


def is_expired(rule: Rule, at: int, fires: int, first_session: int) -> bool:
    """Whether nothing more may fire; what fires already goes on to its own end."""
    expires = rule.expires
    if expires is None:
        return False
    if expires.last_day is not None:
        return at // DAY > expires.last_day
    if expires.fires is not None:
        return fires >= expires.fires
    return at // DAY > first_session


def find_peak(rule: Rule, since: Sequence[Any]) -> Any:
    """The furthest of the values since an alert opened, the way that its condition looks; an event has the last."""
    known = [each for each in since if each is not None]
    if rule.mode is Mode.EVENT or not known:
        return since[-1]
    match rule.condition.furthest:
        case Furthest.HIGHEST:
            return max(known)
        case Furthest.LOWEST:
            return min(known)
        case Furthest.FROM_ZERO:
            return max(known, key=abs)
