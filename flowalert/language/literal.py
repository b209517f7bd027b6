"""Numbers with units, as people of the market write them: `300억`, `1.5조`, `5천주`, `5m`, `20 updates`."""

import re
from decimal import Decimal

from flowalert.language.meaning import BARE, CLOCK, DURATION, RATIO, UPDATES, WON, Meaning, Sort
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Number, Span
from flowalert.market.name import suggest
from flowalert.market.sector import Counted

# Beyond this nothing is a real amount, and a float would no longer hold each whole number.
LARGEST = 10**15
# What is computed beyond this is no figure of a market either; within it, it fits a column of 64 bits.
LARGEST_VALUE = 10**18

# A quantity by what it counts.
QUANTITIES = {each: Meaning(Sort.NUMBER, quantity=1, counted=each) for each in (None, *Counted)}

_WON_PER_UNIT = 100_000_000  # the feed counts value in 억원
_SHARES_PER_UNIT = 1_000  # and shares in 천주

_MULTIPLIERS = {
    "십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 10**8, "조": 10**12,
    "sip": 10, "baek": 100, "cheon": 1_000, "man": 10_000, "eok": 10**8, "jo": 10**12,
}  # fmt: skip
_NOUNS = {
    "원": "won", "won": "won", "krw": "won",
    "주": "shares", "ju": "shares", "share": "shares", "shares": "shares",
    "계약": "contracts", "gyeyak": "contracts", "contract": "contracts", "contracts": "contracts",
}  # fmt: skip
_DURATIONS = {
    "s": 1, "sec": 1, "초": 1,
    "m": 60, "min": 60, "분": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "시간": 3600,
}  # fmt: skip
_UPDATES = {"updates", "update"}

_AMOUNT_UNIT = re.compile("(?P<multipliers>(?:" + "|".join(_MULTIPLIERS) + ")*)(?P<noun>" + "|".join(_NOUNS) + ")?")
_ONE_MULTIPLIER = re.compile("|".join(_MULTIPLIERS))
_SUGGESTED = (*_DURATIONS, *_UPDATES, *_NOUNS, *_MULTIPLIERS, "억원", "조원", "만주", "천주", "eokwon")

# Without blanks at its ends: two runs of them with what may be nothing between take quadratic time to tell apart.
_SPAN = re.compile(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?)\s*([^\W\d_]*)")
# More figures before the point than any amount has in any unit; beyond, arithmetic costs time or overflows.
_MOST_FIGURES = 40


def resolve_literal(digits: str, unit: str, counted: Counted | None, span: Span) -> Number:
    """Return the constant in the feed's own unit.

    `counted` says what the quantities of the sectors in question count, None where they count both.
    Raises Mistake for an unknown unit, a fraction of an update, or a quantity that the sectors do not count.
    """
    if len(digits.partition(".")[0].replace("_", "").lstrip("0")) > _MOST_FIGURES:
        raise _too_large(span)
    number = Decimal(digits.replace("_", ""))
    if not unit:
        return _number(number, BARE, span)
    if unit == "%":
        return _number(number / 100, RATIO, span)
    if unit in _DURATIONS:
        return _number(number * _DURATIONS[unit], DURATION, span)
    if unit in _UPDATES:
        if number != int(number) or number < 1:
            raise Mistake(f"{digits} updates is no count", span, "write a whole number from 1")
        return _number(number, UPDATES, span)
    match = _AMOUNT_UNIT.fullmatch(unit.lower())
    if match is None:
        near = suggest(unit, _SUGGESTED)
        raise Mistake(
            f"unknown unit {unit!r}",
            span,
            f"did you mean {digits}{near}?" if near else "units are 억 조 원 만 천주 계약 % s m h updates, as in 300억",
        )
    return _amount(number, match, unit, counted, span)


def _amount(number: Decimal, match: re.Match[str], unit: str, counted: Counted | None, span: Span) -> Number:
    large = False
    for multiplier in _ONE_MULTIPLIER.findall(match["multipliers"]):
        number *= _MULTIPLIERS[multiplier]
        if number > LARGEST * _WON_PER_UNIT:
            raise _too_large(span)
        large = large or _MULTIPLIERS[multiplier] >= 10**8
    noun = _NOUNS.get(match["noun"] or "")
    if noun == "won" or (noun is None and large):
        return _number(number / _WON_PER_UNIT, WON, span)
    if noun is None and counted is None:
        raise Mistake(
            f"{unit} alone could be shares or contracts here, for the rule's sectors count both",
            span,
            "write a rule for sectors of one kind, or a bare number in the feed's unit",
        )
    if noun is not None and (counted is None or noun != counted.value):
        here = "both shares and contracts" if counted is None else counted.value
        raise Mistake(
            f"{unit} counts {noun}, but the rule's sectors count {here}",
            span,
            "write a rule for sectors of one kind" if counted is None else f"write the threshold in {here}",
        )
    if counted is Counted.SHARES:
        number /= _SHARES_PER_UNIT
    return _number(number, QUANTITIES[counted], span)


def resolve_clock(text: str, span: Span) -> Number:
    """Return the second of the day of `14:50` or `14:50:30`; raises Mistake for no time of day."""
    parts = [int(each) for each in text.split(":")]
    hour, minute, second = (*parts, 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        raise Mistake(f"{text} is no time of day", span, "write hours, minutes and seconds like 14:50 or 14:50:30")
    return Number(hour * 3600 + minute * 60 + second, CLOCK, span)


def parse_span(text: str) -> Number:
    """Read what a rule's `for` or `cooldown` holds: a duration or a count of updates; raises Mistake."""
    match = _SPAN.fullmatch(text.strip())
    whole = (0, len(text))
    if match is None or match[2] not in _DURATIONS | dict.fromkeys(_UPDATES):
        raise Mistake(f"{text!r} is no duration", whole, "write a number and a unit, like 90s, 5m, 1h or 3 updates")
    number = resolve_literal(match[1], match[2], None, whole)
    if not isinstance(number.value, int) or number.value < 1:
        raise Mistake(f"{text!r} is no whole number of seconds above zero", whole, "write 1s or more")
    return number


def _number(number: Decimal, meaning: Meaning, span: Span) -> Number:
    if abs(number) > LARGEST:
        raise _too_large(span)
    whole = int(number)
    return Number(whole if whole == number else float(number), meaning, span)


def _too_large(span: Span) -> Mistake:
    return Mistake("the number is larger than any amount of the market", span, "look at its unit")
