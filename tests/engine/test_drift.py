"""A long day: what enters a window leaves it to the last bit."""

import math
from fractions import Fraction
from random import Random

import pytest

from flowalert.language.code import Value
from tests.engine.market import Gauge

# From nine to half past three there are 780; these are what fits into a day.
PUBLICATIONS = 1_700
WINDOW = 20


def spend_a_day(gauge: Gauge, seed: int) -> list[Fraction]:
    """Publish figures from one to a million million, so that small ones are lost in a float beside large ones.

    Return the thirds of the latest, as the floats that they are.
    """
    chance = Random(seed)
    values = [chance.choice((-1, 1)) * chance.randrange(10 ** chance.randrange(1, 13)) for _ in range(PUBLICATIONS)]
    gauge.slots(*values)
    return [Fraction(value / 3) for value in values]


def mean(xs: list[Fraction]) -> Fraction:
    return sum(xs, Fraction(0)) / len(xs)


@pytest.mark.parametrize("window", [f"{WINDOW} updates", f"{WINDOW * 30}s"])
def test_a_day_leaves_no_rounding_behind(window: str) -> None:
    """At its end each answer is the true one, rounded once, as if there had been nothing before the window."""
    names = ("sum", "avg", "stdev", "zscore", "slope")
    gauge = Gauge(*(f"{name}(msval / 3, {window})" for name in names))
    seen = spend_a_day(gauge, 1)[-WINDOW:]
    times = [30 * Fraction(n) for n in range(WINDOW)]
    deviations = [(t - mean(times), x - mean(seen)) for t, x in zip(times, seen, strict=True)]
    spread = math.sqrt(float(mean([x * x for _, x in deviations])))
    expected: list[Value] = [
        float(sum(seen)),
        float(mean(seen)),
        spread,
        (float(seen[-1]) - float(mean(seen))) / spread,
        float(60 * sum(t * x for t, x in deviations) / sum(t * t for t, _ in deviations)),
    ]
    assert gauge.values == expected


def test_a_sum_of_floats_over_a_session_is_the_true_one_rounded() -> None:
    """Adding one float after another is not: that is what makes this a test."""
    gauge = Gauge("sum(msval / 3, session)")
    seen = spend_a_day(gauge, 2)
    assert gauge.value == math.fsum(map(float, seen))
    added = 0.0
    for each in seen:
        added += float(each)
    assert gauge.value != added


def test_what_has_left_a_window_leaves_nothing() -> None:
    """A huge figure beside a small one: when it is gone, the small ones are all there."""
    gauge = Gauge("sum(msval / 3, 3 updates)")
    assert gauge.read(1, 10**17, 1, 1, 1)[-1] == math.fsum([1 / 3] * 3)
    assert Gauge("stdev(msval / 3, 2 updates)").read(10**8, -(10**8), 1, 1)[-1] == 0.0


def test_a_sum_of_whole_numbers_is_whole() -> None:
    """No float comes into it, however large they are."""
    gauge = Gauge("sum(msval, session)")
    seen = gauge.read(9 * 10**16, 1, 9 * 10**16, 1)[-1]
    assert (type(seen), seen) == (int, 18 * 10**16 + 2)
