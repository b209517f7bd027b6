import json
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, strategies as st

from flowalert.market.venue import Venue
from flowalert.simulator.fault import Fault, FaultKind, Garbling, Mangler, garble, parse_chance
from flowalert.simulator.market import Market
from flowalert.simulator.session import second_at

FRAME = Market(1).frames(Venue.KRX, "001", second_at(10))[0]


def pass_all(mangler: Mangler, frames: Sequence[str]) -> list[str | bytes]:
    return [sent for frame in frames for sent in mangler.pass_on(frame)]


def armed(*faults: Fault) -> Mangler:
    mangler = Mangler({}, Random(1))
    for fault in faults:
        mangler.arm(fault)
    return mangler


def test_nothing_due_changes_nothing() -> None:
    """Without faults every frame goes through, as it is."""
    assert pass_all(armed(), ["a", "b", "c"]) == ["a", "b", "c"]


def test_drop() -> None:
    """As many frames as asked are lost, and no more."""
    assert pass_all(armed(Fault(FaultKind.DROP, count=2)), ["a", "b", "c"]) == ["c"]


def test_repeat() -> None:
    """The frame comes twice."""
    assert pass_all(armed(Fault(FaultKind.REPEAT)), ["a", "b"]) == ["a", "a", "b"]


def test_reorder() -> None:
    """The frame comes after the next; of three in a row that are due, none is lost."""
    assert pass_all(armed(Fault(FaultKind.REORDER)), ["a", "b", "c"]) == ["b", "a", "c"]
    assert pass_all(armed(Fault(FaultKind.REORDER, count=3)), ["a", "b", "c", "d"]) == ["b", "a", "d", "c"]


@given(st.integers(0, 10**6), st.dictionaries(st.sampled_from(["repeat", "reorder"]), st.floats(0, 1)))
def test_only_drops_lose_frames(seed: int, chances: dict[str, float]) -> None:
    """However likely repeats and changes of order are, each frame comes; at most the last is still held."""
    mangler = Mangler({FaultKind(name): chance for name, chance in chances.items()}, Random(seed))
    frames = [str(number) for number in range(50)]
    assert set(frames) - set(pass_all(mangler, frames)) <= {"49"}


def test_chance_is_seeded() -> None:
    """The same seed loses the same frames, about as many as asked."""
    frames = [str(number) for number in range(2000)]
    first, second = (pass_all(Mangler({FaultKind.DROP: 0.1}, Random(3)), frames) for _ in range(2))
    assert first == second
    assert 1700 < len(first) < 1900


def test_shift_is_the_vendors() -> None:
    """A byte slips in before `tjjcode`, as in the vendor's `I000`, and the fields after it move on by one."""
    whole = json.loads(FRAME)["body"]
    shifted = json.loads(garble(FRAME, Garbling.SHIFT, Random(1)))["body"]
    assert shifted["tjjcode"] == "I" + whole["tjjcode"][:3]
    assert shifted["msvalue"] == whole["tjjcode"][3] + whole["msvalue"][:-1]
    assert shifted["upcode"] == whole["upcode"]


def test_broken_json_and_utf8() -> None:
    """One damage cannot be parsed, the other cannot even be read as text."""
    broken = garble(FRAME, Garbling.BROKEN_JSON, Random(1))
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken)
    raw = garble(FRAME, Garbling.BROKEN_UTF8, Random(1))
    assert isinstance(raw, bytes)
    with pytest.raises(UnicodeDecodeError):
        raw.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drop=0.01", (FaultKind.DROP, 0.01)),
        ("black-hole=1", (FaultKind.BLACK_HOLE, 1.0)),
    ],
)
def test_chance_is_read(text: str, expected: tuple[FaultKind, float]) -> None:
    """A fault and its probability are read from the command line."""
    assert parse_chance(text) == expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("dorp=0.1", "did you mean 'drop'"),
        ("xyzzy=0.1", "known are drop, repeat"),
        ("drop", "has no probability; write it as drop=0.01"),
        ("drop=often", "'often' is no number"),
        ("drop=2", "between 0 and 1"),
        ("drop=nan", "between 0 and 1"),
    ],
)
def test_wrong_chance_is_told(text: str, what: str) -> None:
    """What is wrong with it is said, and what to write instead."""
    with pytest.raises(ValueError, match=what):
        parse_chance(text)
