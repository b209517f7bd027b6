"""Numbers with units."""

import pytest

from flowalert.language.literal import LARGEST, parse_span, resolve_clock, resolve_literal
from flowalert.language.meaning import BARE, DURATION, QUANTITY, RATIO, UPDATES, WON, Meaning
from flowalert.language.mistake import Mistake
from flowalert.market.sector import Counted

SPAN = (3, 9)


@pytest.mark.parametrize(
    ("digits", "unit", "value", "meaning"),
    [
        ("300", "", 300, BARE),
        ("-1_000", "", -1000, BARE),
        ("0.5", "", 0.5, BARE),
        ("300", "억", 300, WON),
        ("300", "억원", 300, WON),
        ("300", "eok", 300, WON),
        ("300", "eokwon", 300, WON),
        ("300", "Eok", 300, WON),
        ("1.5", "조", 15_000, WON),
        ("1.5", "jo", 15_000, WON),
        ("5000", "만원", 0.5, WON),
        ("100_000_000", "원", 1, WON),
        ("100_000_000", "KRW", 1, WON),
        ("1", "천억", 1000, WON),
        ("1", "baekeok", 100, WON),
        ("20", "만", 200, QUANTITY),
        ("20", "만주", 200, QUANTITY),
        ("20", "man", 200, QUANTITY),
        ("20", "manju", 200, QUANTITY),
        ("5", "천주", 5, QUANTITY),
        ("5", "cheonju", 5, QUANTITY),
        ("5", "백만주", 5000, QUANTITY),
        ("500", "주", 0.5, QUANTITY),
        ("500", "shares", 0.5, QUANTITY),
        ("30", "%", 0.3, RATIO),
        ("-0.5", "%", -0.005, RATIO),
        ("5", "m", 300, DURATION),
        ("90", "s", 90, DURATION),
        ("90", "초", 90, DURATION),
        ("1.5", "분", 90, DURATION),
        ("1", "h", 3600, DURATION),
        ("1", "시간", 3600, DURATION),
        ("20", "updates", 20, UPDATES),
        ("1", "update", 1, UPDATES),
    ],
)
def test_a_literal_is_resolved_to_the_unit_of_the_feed(digits: str, unit: str, value: float, meaning: Meaning) -> None:
    """Won in 억, shares in thousands, durations in seconds; Korean and ASCII spellings alike."""
    number = resolve_literal(digits, unit, Counted.SHARES, SPAN)
    assert (number.value, number.meaning, number.span) == (value, meaning, SPAN)
    assert isinstance(number.value, int) == (value == int(value))


@pytest.mark.parametrize(
    ("digits", "unit", "value"),
    [("40", "계약", 40), ("40", "gyeyak", 40), ("40", "contracts", 40), ("2", "천계약", 2000), ("2", "만", 20_000)],
)
def test_contracts_are_the_unit_where_sectors_count_them(digits: str, unit: str, value: int) -> None:
    """A contract is one, and an amount without a noun is contracts too."""
    number = resolve_literal(digits, unit, Counted.CONTRACTS, SPAN)
    assert (number.value, number.meaning) == (value, QUANTITY)


@pytest.mark.parametrize(
    ("digits", "unit", "counted", "what", "instead"),
    [
        ("5", "바나나", Counted.SHARES, "unknown unit '바나나'", "units are 억"),
        ("300", "ek", Counted.SHARES, "unknown unit 'ek'", "did you mean 300eok?"),
        ("20", "eokwom", Counted.SHARES, "unknown unit 'eokwom'", "did you mean 20eokwon?"),
        ("5", "M", Counted.SHARES, "unknown unit 'M'", ""),
        ("40", "계약", Counted.SHARES, "계약 counts contracts, but the rule's sectors count shares", "in shares"),
        ("20", "만주", Counted.CONTRACTS, "만주 counts shares, but the rule's sectors count contracts", "in contracts"),
        ("20", "만주", None, "만주 counts shares, but the rule's sectors count both", "sectors of one kind"),
        ("20", "만", None, "만 alone could be shares or contracts", "sectors of one kind"),
        ("1.5", "updates", Counted.SHARES, "1.5 updates is no count", "from 1"),
        ("0", "updates", Counted.SHARES, "0 updates is no count", "from 1"),
        ("-3", "updates", Counted.SHARES, "-3 updates is no count", "from 1"),
        ("1" + "0" * 16, "", Counted.SHARES, "larger than any amount", "unit"),
        ("1", "조" * 900, Counted.SHARES, "larger than any amount", "unit"),
        ("9" * 3000, "m", Counted.SHARES, "larger than any amount", "unit"),
    ],
)
def test_a_literal_without_sense_is_refused(
    digits: str, unit: str, counted: Counted | None, what: str, instead: str
) -> None:
    """The message says what is wrong with it and what to write, at its place."""
    with pytest.raises(Mistake) as caught:
        resolve_literal(digits, unit, counted, SPAN)
    assert what in caught.value.what
    assert instead in caught.value.instead
    assert (caught.value.start, caught.value.end) == SPAN


def test_amounts_of_won_do_not_ask_what_the_sectors_count() -> None:
    """Won are won, over shares and contracts together too."""
    assert resolve_literal("300", "억", None, SPAN).value == 300
    assert resolve_literal("20", "만원", None, SPAN).value == 0.002


def test_the_largest_number_is_a_number() -> None:
    """The bound itself is allowed."""
    assert resolve_literal(str(LARGEST), "", None, SPAN).value == LARGEST
    assert resolve_literal(f"-{LARGEST}", "", None, SPAN).value == -LARGEST


@pytest.mark.parametrize(
    ("text", "second"), [("14:50", 53_400), ("9:00", 32_400), ("14:50:30", 53_430), ("00:00", 0), ("23:59:59", 86_399)]
)
def test_a_time_of_day_is_its_second(text: str, second: int) -> None:
    """Hours and minutes, seconds where they are given."""
    assert resolve_clock(text, SPAN).value == second


@pytest.mark.parametrize("text", ["24:00", "14:60", "14:50:60", "99:99"])
def test_what_no_clock_shows_is_refused(text: str) -> None:
    """The message names it."""
    with pytest.raises(Mistake, match=f"{text} is no time of day"):
        resolve_clock(text, SPAN)


@pytest.mark.parametrize(
    ("text", "value", "meaning"),
    [
        ("5m", 300, DURATION),
        (" 90 s ", 90, DURATION),
        ("0.5h", 1800, DURATION),
        ("1_000초", 1000, DURATION),
        ("3 updates", 3, UPDATES),
        ("1update", 1, UPDATES),
    ],
)
def test_a_span_is_a_duration_or_a_count(text: str, value: int, meaning: Meaning) -> None:
    """What `for` and `cooldown` hold."""
    span = parse_span(text)
    assert (span.value, span.meaning) == (value, meaning)


@pytest.mark.parametrize(
    "text", ["", " ", "5", "m", "5 m m", "0s", "0.5s", "-5m", "5억", "5 minutes ago", "٥m", "0 updates", "1.5 updates"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    """A whole number of seconds or updates above zero, with its unit; all else says what to write."""
    with pytest.raises(Mistake) as caught:
        parse_span(text)
    assert caught.value.instead
    assert (caught.value.start, caught.value.end) == (0, len(text))
