"""A feature of one series that rules compare with constants, and which comparisons an update touches."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from heapq import heappop, heappush
from math import inf, nextafter

from flowalert.language.code import Read, Value
from flowalert.language.condition import Crossing, Threshold


class Feature:
    """One feature's present value, and the cuts of the comparisons that are to be noticed.

    There are three kinds. The thresholds of rules with one comparison stand in sorted arrays, for good. The levels of
    crossings do too. A threshold of a rule with several comparisons stands in a heap only while the rule waits
    for it: a conjunction cannot become true before a comparison that is not true does, so one of those is all that
    needs to be noticed of it.

    Between two neighbouring cuts nothing can change: `low <= value < high` is the guard band, and the usual update
    costs these two comparisons and nothing else. Only a value that leaves the band makes `move` look up exactly the
    cuts between old and new.

    What changes: `value` with every update, the rest by `move`, `wait` and `reset` alone. `known` is the last value
    that was not unknown. `previous` is the value that the present band was entered from, `before` the one that
    the band of `previous` was entered from, and `tick` numbers the update that entered the present band.
    """

    __slots__ = (
        "_falling",
        "_falling_rules",
        "_falling_waits",
        "_first_falling_waits",
        "_first_rising_waits",
        "_level_rules",
        "_levels",
        "_rising",
        "_rising_rules",
        "_rising_waits",
        "before",
        "high",
        "known",
        "low",
        "previous",
        "read",
        "tick",
        "value",
    )

    def __init__(
        self,
        read: Read,
        thresholds: Iterable[tuple[Threshold, int]],
        waits: Iterable[tuple[Threshold, int, int]],
        levels: Iterable[tuple[Crossing, int]],
    ) -> None:
        """Take the comparisons, each with its rule's index; those waited for at a session's begin with their number."""
        self.read = read
        thresholds = list(thresholds)
        self._rising, self._rising_rules = _split((leaf.cut, rule) for leaf, rule in thresholds if leaf.rising)
        self._falling, self._falling_rules = _split((leaf.cut, rule) for leaf, rule in thresholds if not leaf.rising)
        self._levels, self._level_rules = _split((leaf.level, rule) for leaf, rule in levels)
        # A sorted list is a heap.
        waits = list(waits)
        self._first_rising_waits = sorted((leaf.cut, rule, number) for leaf, rule, number in waits if leaf.rising)
        self._first_falling_waits = sorted((-leaf.cut, rule, number) for leaf, rule, number in waits if not leaf.rising)
        self.reset()

    def reset(self) -> None:
        """Forget the value: a new session begins."""
        self.value: Value = None
        self.known: Value = None
        self.previous: Value = None
        self.before: Value = None
        self.low, self.high = inf, -inf
        self.tick = -1
        self._rising_waits = self._first_rising_waits.copy()
        self._falling_waits = self._first_falling_waits.copy()

    def wait(self, leaf: Threshold, rule: int, number: int) -> None:
        """Notice when a comparison that is not true becomes true, once."""
        if leaf.rising:
            heappush(self._rising_waits, (leaf.cut, rule, number))
            self.high = min(self.high, leaf.cut)
        else:
            heappush(self._falling_waits, (-leaf.cut, rule, number))
            self.low = max(self.low, leaf.cut)

    def move(self, value: Value, tick: int, touched: list[int], woken: list[tuple[int, int]]) -> bool:
        """Take a value outside the band; append the rules whose comparisons it touches.

        A comparison that was waited for is appended to `woken`, as rule and number, as well. Returns True where the
        value was unknown and is known, or the reverse: then rules that are open must be judged too, for what
        they wait for may have come while nobody could see it.
        """
        old, self.value = self.value, value
        if old is not None:
            self.known = old
        last = self.known
        if value is None:
            self.low, self.high = inf, -inf
            return old is not None
        up_to, down_to = bisect_right(self._rising, value), bisect_right(self._falling, value)
        if old is None:
            touched += self._rising_rules[:up_to]
            touched += self._falling_rules[down_to:]
            touched += self._level_rules
        else:
            was = bisect_right(self._rising, old)
            touched += self._rising_rules[was:up_to] if was < up_to else self._rising_rules[up_to:was]
            was = bisect_right(self._falling, old)
            touched += self._falling_rules[was:down_to] if was < down_to else self._falling_rules[down_to:was]
            if self._levels:
                first, final = (old, value) if old < value else (value, old)
                touched += self._level_rules[bisect_left(self._levels, first) : bisect_right(self._levels, final)]
        if self._rising_waits or self._falling_waits:
            self._wake(value, touched, woken)
        self._enter_band(value, up_to, down_to)
        if last is not None and not self.low <= last < self.high:
            self.before, self.previous, self.tick = self.previous, last, tick
        return old is None

    def _wake(self, value: float, touched: list[int], woken: list[tuple[int, int]]) -> None:
        rising, falling = self._rising_waits, self._falling_waits
        while rising and rising[0][0] <= value:
            _, rule, number = heappop(rising)
            touched.append(rule)
            woken.append((rule, number))
        while falling and -falling[0][0] > value:
            _, rule, number = heappop(falling)
            touched.append(rule)
            woken.append((rule, number))

    def _enter_band(self, value: float, up_to: int, down_to: int) -> None:
        """Find the cuts next to `value`; a level is a band of its own, since on it is neither above nor below."""
        low, high = -inf, inf
        if up_to:
            low = self._rising[up_to - 1]
        if up_to < len(self._rising):
            high = self._rising[up_to]
        if down_to:
            low = max(low, self._falling[down_to - 1])
        if down_to < len(self._falling):
            high = min(high, self._falling[down_to])
        if self._rising_waits:
            high = min(high, self._rising_waits[0][0])
        if self._falling_waits:
            low = max(low, -self._falling_waits[0][0])
        if self._levels:
            at = bisect_left(self._levels, value)
            if at:
                low = max(low, nextafter(self._levels[at - 1], inf))
            if at < len(self._levels):
                level = self._levels[at]
                low, high = (value, nextafter(value, inf)) if level == value else (low, min(high, level))
        self.low, self.high = low, high

    def crossed_above(self, level: float, tick: int) -> bool:
        """Tell whether this very update brought the value from below `level` to above it."""
        value, previous, before = self.value, self.previous, self.before
        if self.tick != tick or value is None or previous is None or value <= level:
            return False
        return previous < level or (previous == level and before is not None and before < level)

    def crossed_below(self, level: float, tick: int) -> bool:
        """Tell whether this very update brought the value from above `level` to below it."""
        value, previous, before = self.value, self.previous, self.before
        if self.tick != tick or value is None or previous is None or value >= level:
            return False
        return previous > level or (previous == level and before is not None and before > level)


def _split(cuts: Iterable[tuple[float, int]]) -> tuple[list[float], list[int]]:
    ordered = sorted(cuts)
    return [cut for cut, _ in ordered], [rule for _, rule in ordered]
