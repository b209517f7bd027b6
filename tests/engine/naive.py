"""The specification of the engine in the plainest code: every rule judged at every update, from the whole past.

It shares with the engine the parser and the checker, and nothing of what makes the engine fast: no cuts, no
bands, no memories, no timers' heap. Whatever the two disagree on is a defect of one of them.
"""

import hashlib
import operator as op
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flowalert.engine.transition import Kind, Reason, Scope, Transition, transition_id
from flowalert.language.checker import Checker
from flowalert.language.condition import Furthest, Mode
from flowalert.language.meaning import Sort
from flowalert.language.parser import parse_condition
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, spell
from flowalert.market.entry import Entry, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.sector import Counted
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.severity import Severity

DAY = 86_400
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": op.add, "-": op.sub, "*": op.mul, "/": op.truediv,
    "<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge, "==": op.eq, "!=": op.ne,
}  # fmt: skip
DIFFERENT = {"msval": "p_msval", "msvol": "p_msvol"}


@dataclass
class Past:
    """The updates of one series in one session, and which of them came after a gap."""

    updates: list[Update] = field(default_factory=list)
    gaps: list[bool] = field(default_factory=list)
    lost: bool = False

    def publications(self, until: int) -> list[int]:
        """The last update of each publication up to the update numbered `until`."""
        return [n for n in range(until + 1) if n == until or self.updates[n + 1].at != self.updates[n].at]

    def broken(self, last: int) -> bool:
        """Whether updates were missed before the publication whose last update so far is `last`."""
        return any(self.gaps[n] for n in range(last + 1) if self.updates[n].at == self.updates[last].at)

    def is_gap(self, update: Update) -> bool:
        earlier = [each for each in self.updates if each.at < update.at]
        if not self.updates or (not earlier and self.updates):
            return False

        def follows(base: Update) -> bool:
            return all(
                None in (net, change, base_net) or base_net + change == net  # type: ignore[operator]
                for net, change, base_net in (
                    (update.msval, update.p_msval, base.msval),
                    (update.msvol, update.p_msvol, base.msvol),
                )
            )

        bases = [earlier[-1]]
        if self.updates[-1].at == update.at:
            bases.append(self.updates[-1])
        return not any(follows(each) for each in bases)


def value(node: Node, past: Past, i: int) -> Any:
    """The value of an expression at the update numbered `i`; None for unknown."""
    match node:
        case Number(number):
            return number
        case Name("time"):
            return past.updates[i].at % DAY
        case Name(name):
            return getattr(past.updates[i], name)
        case Binary(operator, left, right):
            return calculate(operator, value(left, past, i), value(right, past, i))
        case Call("abs", (inner,)):
            number = value(inner, past, i)
            return None if number is None else abs(number)
        case Call("delta", (Name(name),)) if name in DIFFERENT:
            return getattr(past.updates[i], DIFFERENT[name])
        case Call("delta", (of,)):
            seen = past.publications(i)
            if len(seen) < 2 or past.broken(i):
                return None
            return calculate("-", value(of, past, i), value(of, past, seen[-2]))
        case Call("delta", (of, Number(count, meaning))) if meaning.sort is Sort.UPDATES:
            seen = past.publications(i)
            if len(seen) <= count or any(past.broken(n) for n in seen[-int(count) :]):
                return None
            return calculate("-", value(of, past, i), value(of, past, seen[-int(count) - 1]))
        case Call("delta", (of, Number(seconds))):
            seen = past.publications(i)
            target = past.updates[i].at - seconds
            before = [n for n in seen if past.updates[n].at <= target]
            if not before:
                return None
            following = next(n for n in seen if n > before[-1])
            if past.updates[before[-1]].at != target and past.broken(following):
                return None
            return calculate("-", value(of, past, i), value(of, past, before[-1]))
    raise AssertionError(node)


def calculate(operator: str, left: Any, right: Any) -> Any:
    if left is None or right is None or (operator == "/" and right == 0):
        return None
    return OPERATORS[operator](left, right)


def truth(node: Node, past: Past, i: int) -> bool | None:
    """Kleene's logic, from the definitions."""
    match node:
        case Not(part):
            inner = truth(part, past, i)
            return None if inner is None else not inner
        case Logic(operator, parts):
            answers = [truth(each, past, i) for each in parts]
            if operator == "and":
                return False if False in answers else None if None in answers else True
            return True if True in answers else None if None in answers else False
        case Compare(operator, left, right):
            one, other = value(left, past, i), value(right, past, i)
            if one is None or other is None:
                return None
            return bool(OPERATORS[operator](one, other))
        case Call(function, (left, right)):
            distance = [calculate("-", value(left, past, n), value(right, past, n)) for n in range(i + 1)]
            if distance[-1] is None:
                return None
            sides = [each for each in distance[:-1] if each]
            up = bool(sides) and sides[-1] < 0 < distance[-1]
            down = bool(sides) and sides[-1] > 0 > distance[-1]
            return {"crosses_above": up, "crosses_below": down, "crosses": up or down}[function]
    raise AssertionError(node)


@dataclass
class Life:
    """One rule at one scope."""

    truth: bool | None = None
    phase: str = "idle"
    since: int = 0
    began: int = 0
    due: int | None = None
    counted: int = 0
    alert: str = ""
    n: int = 0
    told: bool = False
    told_at: int | None = None
    told_severity: Severity = Severity.INFO
    told_sign: int = 0
    held_back: int = 0


class Naive:
    def __init__(self, rulebook: Rulebook, counted: Counted = Counted.SHARES) -> None:
        self.rules = rulebook.rules
        self.trees = [Checker(counted).check_truth(parse_condition(rule.condition.text)) for rule in self.rules]
        self.pasts: dict[Series, Past] = {}
        self.lives: dict[tuple[int, Series], Life] = {}
        self.now = -1
        self.session = -1
        self.made: list[Transition] = []

    def handle(self, entry: Entry) -> list[Transition]:
        self.made = []
        if isinstance(entry, Update):
            self.update(entry)
        elif isinstance(entry, SlotClosed) and entry.at // DAY == self.session:
            self.now = max(self.now, entry.at)
            self.timers(entry.at + 1)
        elif isinstance(entry, SessionClosed) and entry.at // DAY == self.session:
            self.close(max(self.now, entry.at))
        elif isinstance(entry, FeedLost):
            for series, past in self.pasts.items():
                past.lost = past.lost or not entry.places or series.place in entry.places
        return self.made

    def update(self, update: Update) -> None:
        if update.at // DAY < self.session:
            return
        if update.at // DAY > self.session:
            self.close(self.now)
            self.session = update.at // DAY
            self.pasts.clear()
            self.lives.clear()
        self.now = max(self.now, update.at)
        past = self.pasts.setdefault(update.series, Past())
        if past.updates and update.at < past.updates[-1].at:
            return
        gap = past.is_gap(update)
        if past.updates and (gap or past.lost):
            for (_, series), life in self.lives.items():
                if series is update.series and life.phase == "pending" and life.due is not None:
                    life.due += update.at - past.updates[-1].at
        past.lost = False
        past.updates.append(update)
        past.gaps.append(gap)
        for index, rule in enumerate(self.rules):
            if update.series.sector in rule.sectors and watches(rule, update.series.investor):
                self.judge(index, rule, update.series, past)
        self.timers(update.at)

    def judge(self, index: int, rule: Rule, series: Series, past: Past) -> None:
        life = self.lives.setdefault((index, series), Life())
        i = len(past.updates) - 1
        answer = truth(self.trees[index], past, i)
        came_true = answer is True and life.truth is not True
        life.truth = life.truth if answer is None else answer
        at = past.updates[i].at
        if rule.mode is Mode.EVENT:
            if answer:
                self.begin(rule, series, life, past)
                told, held = self.tell(rule, series, life, at)
                self.emit(rule, series, life, Kind.FIRED, Reason.CONDITION, at, told, held)
        elif life.phase == "idle" and came_true:
            self.begin(rule, series, life, past)
            life.phase, life.counted = "pending", 1
            life.due = at + rule.for_seconds if rule.for_seconds else None
            self.fire_if_held(rule, series, life, at, Reason.CONDITION)
        elif life.phase == "pending" and answer is False:
            life.phase = "idle"
        elif life.phase == "pending" and answer:
            life.counted += 1
            self.fire_if_held(rule, series, life, at, Reason.HELD_FOR)
        elif life.phase == "firing" and answer is False:
            self.resolve(rule, series, life, at, Reason.CONDITION)
        elif life.phase == "firing" and answer and life.due is not None and at >= life.due:
            self.tell_late(rule, series, life, at)

    def timers(self, at: int) -> None:
        ready = [
            (life.due, index, str(series), series, life)
            for (index, series), life in self.lives.items()
            if life.phase != "idle" and life.due is not None and life.due < at and not self.pasts[series].lost
        ]
        for _, index, _, series, life in sorted(ready, key=lambda each: each[:3]):
            past = self.pasts[series]
            if truth(self.trees[index], past, len(past.updates) - 1) is not True:
                continue
            if life.phase == "pending":
                self.fire(self.rules[index], series, life, self.now, Reason.HELD_FOR)
            else:
                self.tell_late(self.rules[index], series, life, self.now)

    def close(self, at: int) -> None:
        for (index, series), life in sorted(self.lives.items(), key=lambda each: (str(each[0][1]), each[0][0])):
            if life.phase == "firing":
                self.resolve(self.rules[index], series, life, at, Reason.SESSION_CLOSED)
            life.phase = "idle"

    def begin(self, rule: Rule, series: Series, life: Life, past: Past) -> None:
        at = past.updates[-1].at
        nth = sum(each.at == at for each in past.updates) - 1
        life.since, life.began, life.n = at, len(past.updates) - 1, 0
        scope = f"{series.venue.value}/{series.sector}/{series.investor}"
        identity = f"{rule.name}\n{scope}\n{series} {at} {nth}".encode()
        life.alert = hashlib.blake2b(identity, digest_size=10).hexdigest()

    def fire_if_held(self, rule: Rule, series: Series, life: Life, at: int, reason: Reason) -> None:
        if at >= life.due if life.due is not None else life.counted >= rule.for_updates:
            self.fire(rule, series, life, at, reason)

    def fire(self, rule: Rule, series: Series, life: Life, at: int, reason: Reason) -> None:
        life.phase = "firing"
        life.told, held = self.tell(rule, series, life, at)
        life.due = None if life.told else (life.told_at or 0) + rule.cooldown
        self.emit(rule, series, life, Kind.FIRING, reason, at, life.told, held)

    def tell_late(self, rule: Rule, series: Series, life: Life, at: int) -> None:
        held, life.held_back, life.due, life.told = life.held_back - 1, 0, None, True
        self.note(rule, series, life, at)
        self.emit(rule, series, life, Kind.FIRING, Reason.COOLDOWN_OVER, at, True, held)

    def tell(self, rule: Rule, series: Series, life: Life, at: int) -> tuple[bool, int]:
        turned = sign(self.subject(rule, series)) * life.told_sign < 0
        if life.told_at is not None and at < life.told_at + rule.cooldown and not turned:
            life.held_back += 1
            return False, 0
        held, life.held_back = life.held_back, 0
        self.note(rule, series, life, at)
        return True, held

    def note(self, rule: Rule, series: Series, life: Life, at: int) -> None:
        life.told_at, life.told_sign = at, sign(self.subject(rule, series))

    def resolve(self, rule: Rule, series: Series, life: Life, at: int, reason: Reason) -> None:
        self.emit(rule, series, life, Kind.RESOLVED, reason, at, life.told, 0)
        life.told_at = at if life.told else life.told_at
        life.phase, life.due, life.told = "idle", None, False

    def subject(self, rule: Rule, series: Series) -> Any:
        past = self.pasts[series]
        return value(rule.condition.subject, past, len(past.updates) - 1)

    def emit(
        self, rule: Rule, series: Series, life: Life, kind: Kind, reason: Reason, at: int, told: bool, held: int
    ) -> None:
        past = self.pasts[series]
        since = [value(rule.condition.subject, past, n) for n in range(life.began, len(past.updates))]
        known = [each for each in since if each is not None]
        peak = since[-1]
        if known and rule.mode is Mode.STATE:
            peak = {
                Furthest.HIGHEST: max(known), Furthest.LOWEST: min(known), Furthest.FROM_ZERO: max(known, key=abs),
            }[rule.condition.furthest]  # fmt: skip
        life.n += 1
        self.made.append(
            Transition(
                id=transition_id(life.alert, kind, life.n),
                alert=life.alert,
                rule=rule.name,
                scope=Scope(series.venue, series.sector, series.investor),
                kind=kind,
                reason=reason,
                severity=rule.severity,
                n=life.n,
                at=at,
                opened_at=life.since,
                told=told,
                held_back=held,
                value=since[-1],
                peak=peak,
                values={spell(node): value(node, past, len(past.updates) - 1) for node in rule.expressions},
            )
        )


def watches(rule: Rule, investor: str) -> bool:
    return investor != "9999" if rule.investors is None else investor in rule.investors


def sign(number: Any) -> int:
    return 0 if not number else 1 if number > 0 else -1
