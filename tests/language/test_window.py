"""How far a function looks back: a duration, a number of updates, or the session."""

import pytest

from flowalert.language.checker import Checker
from flowalert.language.function import FUNCTIONS
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition
from flowalert.language.tree import spell
from flowalert.market.sector import Counted

WINDOWED = [name for name, function in FUNCTIONS.items() if function.windowed]


def spelled(text: str) -> str:
    return spell(Checker(Counted.SHARES).check_truth(parse_condition(text)))


def call(function: str, window: str) -> str:
    of = "msval > 0" if function == "count" else "msval"
    return f"{function}({of}, {window})"


def refuse(text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        spelled(text)
    return caught.value


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("90s", "90s"), ("90초", "90s"), ("5m", "5m"), ("5 분", "5m"), ("1h", "1h"), ("1시간", "1h"),
        ("0.5m", "30s"), ("1 update", "1 updates"), ("20 updates", "20 updates"), ("20updates", "20 updates"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("function", WINDOWED)
def test_every_windowed_function_takes_a_length(function: str, window: str, expected: str) -> None:
    """In each of its spellings, with one of them in the end."""
    assert spelled(f"{call(function, window)} > 0") == f"{call(function, expected)} > 0"


@pytest.mark.parametrize("function", WINDOWED)
def test_the_session_is_a_window_to_all_but_a_fading_mean(function: str) -> None:
    """An `ema` needs a length to fade over."""
    text = f"{call(function, 'session')} > 0"
    if function == "ema":
        mistake = refuse(text)
        assert text[mistake.start : mistake.end] == "session"
        assert str(mistake) == "ema needs a length to fade over; write one, like 5m or 20 updates"
    else:
        assert spelled(text) == text


@pytest.mark.parametrize("window", ["0s", "-5m", "1.5s", "0.001h"])
@pytest.mark.parametrize("function", WINDOWED)
def test_a_window_has_whole_seconds_above_zero(function: str, window: str) -> None:
    """Exchange time has no others."""
    text = f"{call(function, window)} > 0"
    mistake = refuse(text)
    assert text[mistake.start : mistake.end] == window
    assert "no whole number of seconds above zero" in mistake.what


@pytest.mark.parametrize("window", ["5", "300억", "30%", "msval", "14:50", "(msval > 0)", "5m + 5m", "time"])
@pytest.mark.parametrize("function", WINDOWED)
def test_what_is_no_length_is_no_window(function: str, window: str) -> None:
    """A number without a unit could be minutes or updates; nobody guesses."""
    refuse(f"{call(function, window)} > 0")


@pytest.mark.parametrize("count", ["0 updates", "1.5 updates", "-3 updates"])
def test_updates_are_counted_in_whole_ones(count: str) -> None:
    """From 1 on."""
    refuse(f"sum(msval, {count}) > 0")


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        ("session > 3", "session", "session is a window", "highest(msval, session)"),
        ("msval > session", "session", "session is a window", "highest(msval, session)"),
        ("delta(session) > 3", "session", "session is a window", "highest(msval, session)"),
        ("delta(session, 5m) > 3", "session", "session is a window", "highest(msval, session)"),
        ("abs(msval, session) > 3", "abs(msval, session", "abs does not take 2 arguments", "write abs(x)"),
        ("prev(msval, session) > 3", "prev(msval, session", "prev does not take 2 arguments", "write prev(x)"),
        ("crosses(msval, session)", "session", "session is a window", "highest(msval, session)"),
        ("foreign.session > 3", "session", "session is a window", ""),
        ("sum(msval, foreign.session) > 3", "session", "session is a window", ""),
    ],
)
def test_the_session_stands_only_where_a_window_does(text: str, place: str, what: str, instead: str) -> None:
    """It is no figure, and no one's."""
    mistake = refuse(text)
    assert text[mistake.start : mistake.end] == place
    assert mistake.what == what
    assert instead in mistake.instead


def test_windows_nest() -> None:
    """A window over a window, each with its own length."""
    text = "highest(avg(delta(msval), 20 updates), session) > sum(count(msval > 0, 1m), 5m) * lowest(msval, 90s)"
    assert spelled(text) == text
