"""What is said of sessions in which something grows, and of those in which nothing does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.soak.sample import Census, Session
from tests.soak.verdict import find_growth

KEPT = 2
SESSION = Session(
    number=1,
    frames=1,
    seconds=1.0,
    cpu_us=50.0,
    p50_ms=40.0,
    p99_ms=80.0,
    messages=1,
    memory_mb=100.0,
    blocks=500_000,
    census=Census(tasks=23, threads=3, descriptors=14),
    store_mb=50.0,
    kept=KEPT,
)


def make_sessions(name: str, values: Sequence[Any]) -> list[Session]:
    return [replace(SESSION, **{name: value}) for value in values]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("memory_mb", [80, 90, 100, 104, 96, 100, 100, 100, 100, 104, 96]),
        ("p50_ms", [90, 40, 40, 300, 40, 40, 40, 300, 300, 300, 49]),
        ("store_mb", [10, 20, 30, 50, 50, 50, 55, 50, 50, 50, 50]),
    ],
)
def test_what_stays_within_its_bound_is_no_growth(name: str, values: Sequence[Any]) -> None:
    """The first sessions are not judged, and a machine that was busy for some is no slower service."""
    assert list(find_growth(make_sessions(name, values), KEPT)) == []


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("memory_mb", [100] * 10 + [106], "memory is 6.0% off its median"),
        ("p50_ms", [40, 40, 40, 40, 40, 40, 40, 40, 51, 300, 51], "p50_ms is 1.27 times as much"),
        ("census", [SESSION.census] * 10 + [replace(SESSION.census, tasks=24)], "tasks after each session: [23,"),
        ("census", [SESSION.census] * 10 + [replace(SESSION.census, threads=2)], "threads after each session: [3,"),
        ("kept", [1, 2, 3], "sessions in the store: [1, 2, 3]"),
        ("store_mb", [50] * 10 + [60], "the store grows"),
    ],
)
def test_growth_is_said(name: str, values: Sequence[Any], words: str) -> None:
    """In words with the figures."""
    (said,) = find_growth(make_sessions(name, values), KEPT)
    assert said.startswith(words)
