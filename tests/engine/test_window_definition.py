"""Answers over a window against their definitions, to the last bit."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

from hypothesis import example, given, settings, strategies as st

from flowalert.language.code import Value
from tests.engine.market import FOREIGN, Gauge

# What is sent of one publication: seconds since the one before (0 corrects it), msval, and whether it follows.
Report: TypeAlias = tuple[int, int | None, bool]


class Plain:
    """The definitions, written down: all readings of the session are kept, and each answer is worked out anew."""

    def __init__(self) -> None:
        self.readings: list[tuple[int, float | None, bool]] = []

    def take(self, at: int, value: float | None, *, broken: bool) -> None:
        if self.readings and self.readings[-1][0] == at:
            broken = self.readings.pop()[2] or broken
        self.readings.append((at, value, broken))

    def answer(self, function: str, window: str) -> Value:
        at, value, _ = self.readings[-1]
        size, _, unit = window.partition(" ")
        if value is None:
            return None
        if unit:
            seen = self.readings[-int(size) :]
            if len(seen) < int(size) or any(broken for _, _, broken in seen[1:]) or None in [x for _, x, _ in seen]:
                return None
        elif window == "session":
            seen = [each for each in self.readings if each[1] is not None]
        else:
            begin = at - int(size.removesuffix("s"))
            seen = [each for each in self.readings if each[0] > begin]
            if len(seen) == len(self.readings) or None in [x for _, x, _ in seen]:
                return None
            if function == "sum" and any(broken for _, _, broken in seen):
                return None
        return PLAIN[function]([(t, Fraction(x)) for t, x, _ in seen if x is not None])


def mean(xs: Sequence[Fraction]) -> Fraction:
    return sum(xs, Fraction(0)) / len(xs)


def spread(xs: Sequence[Fraction]) -> float:
    return math.sqrt(float(mean([(x - mean(xs)) ** 2 for x in xs])))


def score(xs: Sequence[Fraction]) -> float | None:
    return (float(xs[-1]) - float(mean(xs))) / spread(xs) if spread(xs) else None


def slope(pairs: Sequence[tuple[int, Fraction]]) -> float | None:
    if len(pairs) < 2:
        return None
    middle, level = mean([Fraction(t) for t, _ in pairs]), mean([x for _, x in pairs])
    return float(60 * sum((t - middle) * (x - level) for t, x in pairs) / sum((t - middle) ** 2 for t, _ in pairs))


PLAIN: dict[str, Callable[[list[tuple[int, Fraction]]], Value]] = {
    "sum": lambda pairs: float(sum(x for _, x in pairs)),
    "avg": lambda pairs: float(mean([x for _, x in pairs])),
    "stdev": lambda pairs: spread([x for _, x in pairs]),
    "zscore": lambda pairs: score([x for _, x in pairs]),
    "slope": slope,
    "highest": lambda pairs: float(max(x for _, x in pairs)),
    "lowest": lambda pairs: float(min(x for _, x in pairs)),
}
WINDOWS = ("45s", "60s", "1 updates", "3 updates", "session")

reports = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 15, 30, 30, 30, 60, 200)),
        st.one_of(st.none(), st.integers(-5, 5), st.integers(-(10**9), 10**9)),
        st.sampled_from((True, True, True, True, False)),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@example(many=[(30, 10**9, True), (30, 1, True), (30, -(10**9), True), (30, 1, True)])
@example(many=[(30, 5, True), (0, 3, True), (30, 4, False), (0, 4, True), (30, None, True), (30, 4, True)])
@given(many=reports)
def test_every_window_is_what_its_definition_says(many: Sequence[Report]) -> None:
    """To the last bit, of floats that no float holds exactly, through blanks, gaps and corrections."""
    asked = [(function, window) for function in PLAIN for window in WINDOWS]
    gauge = Gauge(*(f"{function}(msval / 3, {window})" for function, window in asked))
    plain = Plain()
    for seconds, value, follows in many:
        gauge.at += seconds
        gauge.update(value) if follows or value is None else gauge.update(value, change=value + 10**10)
        broken = gauge.engine._streams[FOREIGN].gap
        plain.take(gauge.at, None if value is None else value / 3, broken=broken)
        assert dict(zip(asked, gauge.values, strict=True)) == {each: plain.answer(*each) for each in asked}
