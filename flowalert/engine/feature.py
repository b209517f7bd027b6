"""A feature of one series that rules compare with constants, and which comparisons an update touches."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from math import inf, nextafter

from flowalert.language.code import Read, Value
from flowalert.language.condition import Leaf, Threshold


class Feature:
    """One feature's present value, and the cuts of all the comparisons of it, sorted.

    Between two neighbouring cuts nothing can change: `low <= value < high` is the guard band, and the usual
    update costs these two comparisons and nothing else. Only a value that leaves the band makes `move` look
    up, by bisection, exactly the cuts between old and new.

    What changes: `value` with every update, the rest by `move` and `reset` alone. `known` is the last value that
    was not unknown. `previous` is the value that the present band was entered from, `before` the one that
    the band of `previous` was entered from, and `tick` numbers the update that entered the present band.
    """

    __slots__ = (
        "_falling",
        "_falling_rules",
        "_level_rules",
        "_levels",
        "_rising",
        "_rising_rules",
        "before",
        "high",
        "known",
        "low",
        "previous",
        "read",
        "tick",
        "trail",
        "value",
    )

    def __init__(self, read: Read, comparisons: Iterable[tuple[Leaf, int]], *, keeps_trail: bool) -> None:
        """Take the comparisons, each with the index of its rule. `keeps_trail` remembers the day's values."""
        self.read = read
        rising: list[tuple[float, int]] = []
        falling: list[tuple[float, int]] = []
        levels: list[tuple[float, int]] = []
        for leaf, rule in comparisons:
            if not isinstance(leaf, Threshold):
                levels.append((leaf.level, rule))
            elif leaf.rising:
                rising.append((leaf.cut, rule))
            else:
                falling.append((leaf.cut, rule))
        self._rising, self._rising_rules = _split(rising)
        self._falling, self._falling_rules = _split(falling)
        self._levels, self._level_rules = _split(levels)
        self.trail: list[Value] | None = [] if keeps_trail else None
        self.reset()

    def reset(self) -> None:
        """Forget the value: a new session begins."""
        self.value: Value = None
        self.known: Value = None
        self.previous: Value = None
        self.before: Value = None
        self.low, self.high = inf, -inf
        self.tick = -1
        if self.trail is not None:
            self.trail.clear()

    def move(self, value: Value, tick: int, touched: list[int]) -> bool:
        """Take a value outside the band; append the rules whose comparisons it touches.

        Returns True where the value was unknown and is known, or the reverse: then rules that are open must be
        judged too, for what they wait for may have come while nobody could see it.
        """
        old, self.value = self.value, value
        if old is not None:
            self.known = old
        last = self.known
        if value is None:
            self.low, self.high = inf, -inf
            return old is not None
        rising, falling, levels = self._rising, self._falling, self._levels
        up_to, down_to = bisect_right(rising, value), bisect_right(falling, value)
        if old is None:
            touched += self._rising_rules[:up_to]
            touched += self._falling_rules[down_to:]
            touched += self._level_rules
        else:
            was = bisect_right(rising, old)
            touched += self._rising_rules[was:up_to] if was < up_to else self._rising_rules[up_to:was]
            was = bisect_right(falling, old)
            touched += self._falling_rules[was:down_to] if was < down_to else self._falling_rules[down_to:was]
            if levels:
                first, final = (old, value) if old < value else (value, old)
                touched += self._level_rules[bisect_left(levels, first) : bisect_right(levels, final)]
        self._enter_band(value, up_to, down_to)
        if last is not None and not self.low <= last < self.high:
            self.before, self.previous, self.tick = self.previous, last, tick
        return old is None

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


def _split(cuts: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    cuts.sort()
    return [cut for cut, _ in cuts], [rule for _, rule in cuts]
