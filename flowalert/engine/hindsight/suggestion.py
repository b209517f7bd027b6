"""Which amount would have a rule tell so often: found by running the rule with other amounts over the same entries."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from msgspec import Struct

from flowalert.engine.engine import Engine
from flowalert.engine.hindsight.amount import Amount, find_amounts, place_amounts, round_amount, write_amount
from flowalert.engine.hindsight.tally import Tally
from flowalert.language.tree import spell
from flowalert.market.entry import Entry, Update
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook

# What is tried at first, as multiples of the amount that the rule has; and how many amounts at most in a pass.
_FIRST = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_A_PASS = 12
# Amounts beyond this are of no use: 12 doublings are 4,096 times the rule's own.
_PASSES = 6
# A variant that told this many times as often as wanted is not looked at to the end.
_HOPELESS = 8.0
# So near to what is wanted is near enough: two digits of an amount cannot be chosen much closer.
_CLOSE = 0.05
# What tells never at all is set apart from what tells once in ten sessions by this.
_HARDLY = 0.05

Entries = Callable[[], Iterable[Sequence[Entry]]]


class Tried(Struct, frozen=True):
    """One amount that was tried: the text of the condition with it, and how often it told per session."""

    value: float
    text: str
    told: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What was found for one rule: the best and all that were tried, by amount; or why nothing could be."""

    rule: Rule
    varied: tuple[Amount, ...] = ()
    best: Tried | None = None
    tried: tuple[Tried, ...] = ()
    refusal: str = ""

    def write(self, value: float) -> str:
        """Write a value as the rule has its own amount."""
        return write_amount(self.rule.condition.text, self.varied[0], value)


def suggest_amounts(
    rules: Sequence[Rule], wanted: float, entries: Entries, *, vary: int | None = 0
) -> list[Suggestion]:
    """Return for each rule the amount that would have told `wanted` times a session on these entries.

    Firings that were told count, late and repeated ones too, resolves not; cooldown, `for`, levels and limits are
    at work, an `expires` is not. `vary` picks one of the amounts of a condition, None all of them together, in
    proportion. `entries` is asked anew for each pass: all rules take part in the same ones.
    """
    searches = [_begin(rule, wanted, vary) for rule in rules]
    open_ = [each for each in searches if isinstance(each, _Search)]
    for _ in range(_PASSES):
        variants: list[Rule] = []
        tried: list[tuple[_Search, float]] = []
        for search in open_:
            for value in search.next_values():
                variants.append(search.place(value, f"{len(variants)}"))
                tried.append((search, value))
        if not variants:
            break
        told = _count(variants, wanted, entries)
        for variant, (search, value) in zip(variants, tried, strict=True):
            search.told[value] = told[variant.name]
    return [each.finish() if isinstance(each, _Search) else each for each in searches]


def _begin(rule: Rule, wanted: float, vary: int | None) -> "_Search | Suggestion":
    amounts = find_amounts(rule.condition.tree)
    if not amounts:
        return Suggestion(rule, refusal="its condition is set against no amount that could be varied")
    if vary is not None and vary >= len(amounts):
        words = "one amount" if len(amounts) == 1 else f"{len(amounts)} amounts"
        return Suggestion(rule, refusal=f"its condition has {words}, and none of number {vary + 1}")
    varied = range(len(amounts)) if vary is None else (vary,)
    zeros = [number for number in varied if not amounts[number].value]
    if zeros and (vary is not None or len(zeros) == len(amounts)):
        return Suggestion(rule, refusal=f"{spell(amounts[zeros[0]].of)} is set against 0, which has no size to vary")
    kept = tuple(number for number in varied if amounts[number].value)
    return _Search(replace(rule, expires=None), amounts, kept, wanted)


@dataclass
class _Search:
    """The search for one rule's amount. What changes is `told`: times told per session by the amounts tried so far."""

    rule: Rule
    amounts: tuple[Amount, ...]
    varied: tuple[int, ...]
    wanted: float
    told: dict[float, float] = field(default_factory=dict)

    @property
    def _main(self) -> Amount:
        return self.amounts[self.varied[0]]

    def place(self, value: float, name: str) -> Rule:
        """Return the rule with this amount, and the others in proportion to it."""
        multiple = value / self._main.value
        others = {number: self._round(self.amounts[number], multiple) for number in self.varied[1:]}
        return replace(place_amounts(self.rule, {self.varied[0]: value, **others}), name=name)

    def next_values(self) -> Sequence[float]:
        """Return the amounts to try next; none where nothing better can be found."""
        if not self.told:
            return self._new(self._main.value * multiple for multiple in _FIRST)
        if abs(self.told[self._best()] - self.wanted) <= _CLOSE * self.wanted:
            return ()
        ordered = sorted(self.told, key=abs)
        between = [pair for pair in pairwise(ordered) if self._lies_between(*pair)]
        if not between:
            return self._go_beyond(ordered)
        for below, above in sorted(between, key=lambda pair: min(map(self._distance, pair))):
            steps = 8 * _A_PASS
            new = self._new(below + (above - below) * step / steps for step in range(1, steps))
            if new:
                return new[:: math.ceil(len(new) / _A_PASS)]
        return ()

    def finish(self) -> Suggestion:
        """Return what was found."""
        tried = tuple(
            Tried(value, self.place(value, self.rule.name).condition.text, self.told[value])
            for value in sorted(self.told, key=abs)
        )
        varied = tuple(self.amounts[number] for number in self.varied)
        best = self._best()
        if not self.told[best]:
            return Suggestion(self.rule, varied, None, tried, refusal="it told nobody at any amount that was tried")
        return Suggestion(self.rule, varied, next(each for each in tried if each.value == best), tried)

    def _best(self) -> float:
        """Return the amount that came closest; of two as close, the one nearer to the rule's own."""
        return min(self.told, key=lambda value: (self._distance(value), abs(math.log(value / self._main.value))))

    def _distance(self, value: float) -> float:
        """Return how far an amount is from telling as often as wanted: twice as often is as far as half as often."""
        return abs(math.log((self.told[value] + _HARDLY) / (self.wanted + _HARDLY)))

    def _lies_between(self, one: float, other: float) -> bool:
        return min(self.told[one], self.told[other]) < self.wanted < max(self.told[one], self.told[other])

    def _go_beyond(self, ordered: Sequence[float]) -> Sequence[float]:
        """Return amounts beyond the smallest or the largest that was tried, whichever came closer."""
        smaller, larger = self._distance(ordered[0]), self._distance(ordered[-1])
        # Where nothing ever told, the easier side is the one to go to.
        down = smaller < larger or (smaller == larger and self._main.easing * self._main.value <= 0)
        end, factor = (ordered[0], 0.5) if down else (ordered[-1], 2.0)
        return self._new(end * factor**step for step in range(1, 5))

    def _new(self, values: Iterable[float]) -> list[float]:
        rounded = (round_amount(value, whole=self._main.whole) for value in values)
        return [value for value in dict.fromkeys(rounded) if value and value not in self.told]

    def _round(self, amount: Amount, multiple: float) -> int | float:
        return round_amount(amount.value * multiple, whole=amount.whole) or amount.value


def _count(variants: Sequence[Rule], wanted: float, entries: Entries) -> dict[str, float]:
    """Return how often each variant told per session of its venue.

    A session is judged by itself whatever came before, so each may have an engine of its own, and a variant that
    has told far too often already is left out of those to come; it is known by its rate until then.
    """
    tally = Tally()
    sessions: dict[Venue, int] = dict.fromkeys(Venue, 0)
    counted: dict[str, float] = {}
    running = list(variants)
    engine = Engine(Rulebook(tuple(running)))
    day = -1
    days: dict[Venue, int] = {}
    for chunk in entries():
        for entry in chunk:
            if isinstance(entry, Update) and entry.at // DAY != days.get(entry.series.venue):
                if entry.at // DAY > day:
                    day = entry.at // DAY
                    dropped = _drop_hopeless(running, tally, sessions, wanted)
                    if dropped:
                        counted |= dropped
                        engine = Engine(Rulebook(tuple(running)))
                if entry.at // DAY > days.get(entry.series.venue, -1):
                    days[entry.series.venue] = entry.at // DAY
                    sessions[entry.series.venue] += 1
            made = engine.handle(entry)
            if made:
                tally.take(made)
    return counted | {each.name: _rate(each, tally, sessions) for each in running}


def _drop_hopeless(running: list[Rule], tally: Tally, sessions: Mapping[Venue, int], wanted: float) -> dict[str, float]:
    dropped = {}
    for each in tuple(running):
        rate = _rate(each, tally, sessions)
        if sessions[each.venue] and rate > _HOPELESS * max(wanted, 1):
            dropped[each.name] = rate
            running.remove(each)
    return dropped


def _rate(rule: Rule, tally: Tally, sessions: Mapping[Venue, int]) -> float:
    return tally.total(rule.name).told / max(1, sessions[rule.venue])
