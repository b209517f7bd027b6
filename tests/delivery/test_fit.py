"""A text fits its target, as a pure function: by whole lines, counted as the target counts."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings, strategies as st

from flowalert.delivery.cut import find_cuts
from flowalert.delivery.fit import Fitted, Room, Size, fit
from flowalert.delivery.markup.plain import PLAIN
from flowalert.delivery.message import Line, Message
from flowalert.engine.transition import Kind, Severity
from flowalert.language.tongue import Tongue

ROOMY = 10_000


def count_bytes(text: str) -> int:
    return len(text.encode())


def room_of(
    body: int, *, title: int = 250, lines: int | None = None, shared: bool = False, count: Callable[[str], int] = len
) -> Room:
    """A room for texts that go out as they are; `shared` where the title is a line of the body."""

    def measure(head: str, text: str) -> Size:
        whole = f"{head}\n{text}" if shared and head else text
        size = 0 if shared else count(head)
        return Size(title=size, body=count(whole), lines=whole.count("\n") + 1, total=size + count(whole))

    return Room(title=title, body=body, lines=lines, unit="characters", measure=measure)


def message(title: str, body: str, tongue: Tongue = Tongue.KOREAN) -> Message:
    lines = tuple(Line(line) for line in body.split("\n"))
    return Message(title=title, lines=lines, kind=Kind.FIRED, severity=Severity.INFO, tongue=tongue)


def fit_plain(title: str, body: str, room: Room, tongue: Tongue = Tongue.KOREAN) -> Fitted:
    return fit(message(title, body, tongue), room, PLAIN)


def fit_text(body: str, limit: int) -> str:
    return fit_plain("", body, room_of(limit)).body


ROOMS = st.builds(
    room_of,
    st.integers(3, 90),
    title=st.integers(3, 30),
    lines=st.none() | st.integers(1, 5),
    shared=st.booleans(),
    count=st.sampled_from([len, count_bytes]),
)
WORD = st.text("가나다 -1,23억<&`*_[]()\u0301🇰🇷\n", max_size=200)
LINES = st.lists(st.text("가나다 -12억", max_size=30), min_size=1, max_size=40).map("\n".join)


@settings(max_examples=400)
@given(st.text("가나a 1", max_size=60), WORD | LINES, ROOMS, st.sampled_from(Tongue))
def test_what_comes_out_fits(title: str, body: str, room: Room, tongue: Tongue) -> None:
    """Whatever the text, the limits and the unit; the same text always gives the same, and what fits is left alone."""
    fitted = fit_plain(title, body, room, tongue)
    assert fitted == fit_plain(title, body, room, tongue)
    assert room.holds(fitted.title, fitted.body)
    if room.holds(title, body):
        assert (fitted.title, fitted.body, fitted.shortened) == (title, body, "")
    else:
        before, after = room.measure(title, body).total, room.measure(fitted.title, fitted.body).total
        assert fitted.shortened == f"shortened from {before:,} to {after:,} characters"
    if body.strip():
        assert fitted.body.strip()
    again = fit_plain(fitted.title, fitted.body, room, tongue)
    assert (again.title, again.body, again.shortened) == (fitted.title, fitted.body, "")


@settings(max_examples=400)
@given(LINES, st.integers(40, 120))
@example("\n".join(["가" * 20] * 11), 40)
@example("가\n\n\n" + "나\n" * 60, 40)
def test_lines_stay_whole_and_those_left_out_are_counted(body: str, limit: int) -> None:
    """The result is a beginning of the text by lines, as long as can be, and the number of the others with text."""
    lines = body.strip().split("\n")
    fitted = fit_plain("", body, room_of(limit)).body
    if len(body) <= limit:
        assert fitted == body
        return
    if fitted == body.strip():
        return  # blanks at its ends were all that was too much
    *kept, last = fitted.split("\n")
    assert kept == lines[: len(kept)]
    left = [line for line in lines[len(kept) :] if line.strip()]
    assert last == f"외 {len(left)}줄"
    more = lines[: len(kept) + 1]
    others = [line for line in lines[len(more) :] if line.strip()]
    longer = "\n".join([*more, *([f"외 {len(others)}줄"] if others else [])])
    assert len(longer) > limit


def test_the_last_line_is_in_the_channels_language() -> None:
    """Korean if nothing is said; English with its singular."""
    body = "\n".join(f"line {number}" for number in range(10))
    assert fit_plain("", body, room_of(30)).body == "line 0\nline 1\nline 2\n외 7줄"
    assert fit_plain("", body, room_of(40), Tongue.ENGLISH).body == "line 0\nline 1\nline 2\nand 7 more lines"
    assert fit_plain("", "a\n" + "b" * 20, room_of(21), Tongue.ENGLISH).body == "a\nand 1 more line"


def test_a_line_too_long_for_any_message_is_begun() -> None:
    """Whole lines stand before it, and it is not one of those left out; one that would fit elsewhere is not begun."""
    body = "\n".join(["제목", "가" * 100, "나", "다"])
    assert fit_text(body, 30) == "제목\n" + "가" * 21 + "…\n외 2줄"
    assert fit_text("제목\n" + "가" * 29, 30) == "제목\n외 1줄"
    assert fit_text("가" * 100, 30) == "가" * 29 + "…"
    assert fit_text("제목\n" + "1" * 100, 12) == "제목\n외 1줄"  # no beginning of a number is worth a line


def test_a_room_too_small_for_the_count_has_the_beginning() -> None:
    """Rather than a count of lines without any."""
    assert fit_text("가나다라마바사\n아", 4) == "가나다…"
    assert fit_text("가나다라마바사\n아", 1) == "…"


@pytest.mark.parametrize(
    ("line", "limit", "cut"),
    [
        ("가나 \u1112\u1161\u11ab\u1100\u1173\u11af", 6, "가나…"),  # 한글, written in parts
        ("가나다e\u0301\u0323!!", 5, "가나다…"),
        ("가 👨‍👩‍👧‍👦 가족", 6, "가…"),
        ("가 👍🏽 좋아요", 4, "가…"),
        ("가 🇰🇷🇯🇵 두 나라", 6, "가 🇰🇷…"),
        ("순매도 -1,234억 원", 8, "순매도…"),
        ("순매도 -1,234억 원", 11, "순매도…"),
        ("순매도 -1,234억 원", 12, "순매도 -1,234억…"),
    ],
)
def test_a_cut_is_between_what_a_reader_sees_as_one(line: str, limit: int, cut: str) -> None:
    """Composed characters, families, flags, and amounts with their unit are whole or left out."""
    assert fit_text(line, limit) == cut


def test_a_shared_room_leaves_the_title_its_half() -> None:
    """A title longer than what the body leaves is cut, to no less than half; a short body leaves it more."""
    room = room_of(40, shared=True)
    assert fit_plain("가" * 30, "나" * 50, room).title == "가" * 18 + "…"
    fitted = fit_plain("가" * 39, "나" * 5, room)
    assert (fitted.title, fitted.body) == ("가" * 33 + "…", "나" * 5)
    assert fit_plain("가" * 15, "나" * 50, room).title == "가" * 15


def test_a_title_of_its_own_is_cut_alone() -> None:
    """The body stays whole."""
    fitted = fit_plain("가" * 30, "나" * 9, room_of(40, title=10))
    assert (fitted.title, fitted.body) == ("가" * 9 + "…", "나" * 9)
    assert fitted.shortened == "shortened from 39 to 19 characters"


def test_a_bound_of_lines_counts_the_last_one() -> None:
    """Some targets show two lines and no more."""
    assert fit_plain("", "가\n나\n다", room_of(ROOMY, lines=2)).body == "가\n외 2줄"


@given(st.text(max_size=60))
def test_no_cut_stands_before_a_combining_mark(line: str) -> None:
    """Any text: cuts are in order, start at the beginning and lie within the line."""
    cuts = find_cuts(line)
    assert cuts[0] == 0
    assert cuts == sorted(set(cuts))
    assert all(not unicodedata.combining(line[at]) for at in cuts[1:])
    assert all(at < len(line) for at in cuts[1:])
