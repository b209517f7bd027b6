"""A rule's constants as people say them, to the last digit: `1조 2,345억`, `-50 billion won (-500억)`.

What a message shows is rounded (`market.amount`); what a rule compares with is not.
"""

from decimal import Decimal

from flowalert.language.meaning import Meaning, Sort
from flowalert.language.tongue import Tongue
from flowalert.market.amount import SHARES_PER_UNIT
from flowalert.market.instant import clock
from flowalert.market.sector import Counted

_WON_PER_UNIT = 100_000_000

_KOREAN_STEPS = ((10**12, "조"), (10**8, "억"), (10**4, "만"))
_ENGLISH_STEPS = ((10**12, " trillion"), (10**9, " billion"), (10**6, " million"))


def say_figure(value: float, meaning: Meaning, counted: Counted | None, tongue: Tongue) -> str:
    """Say a constant in the feed's unit that is compared with something of this meaning.

    `counted` is what quantities count, where `meaning` does not say it; None where they count both.
    """
    exact = Decimal(repr(value))
    counted = meaning.counted or counted
    match meaning.sort, meaning.won, meaning.quantity:
        case Sort.CLOCK, _, _:
            return clock(int(value)).removesuffix(":00")
        case Sort.NUMBER, 1, 0:
            return _say_won(exact * _WON_PER_UNIT, tongue)
        case Sort.NUMBER, 0, 1 if counted is not None:
            return _say_quantity(exact, counted, tongue)
        case Sort.NUMBER, 1, -1 if counted is not None:
            return _say_price(exact, counted, tongue)
        case _:
            return _group(exact)


def say_percent(ratio: float) -> str:
    """Say a ratio (0.3) as a percentage (`30%`)."""
    return _group(Decimal(repr(ratio)) * 100) + "%"


def _say_won(won: Decimal, tongue: Tongue) -> str:
    korean = _count_in_korean(won, "원")
    if tongue is Tongue.KOREAN or not won:
        return korean
    return f"{_count_in_english(won)} won ({korean})"


def _say_quantity(units: Decimal, counted: Counted, tongue: Tongue) -> str:
    if not units:
        return "0"
    if counted is Counted.SHARES:
        units *= SHARES_PER_UNIT
    korean = _count_in_korean(units, "주" if counted is Counted.SHARES else "계약")
    if tongue is Tongue.KOREAN:
        return korean
    english = f"{_group(units)} {counted.value}"
    return f"{english} ({korean})" if abs(units) >= 10_000 else english


def _say_price(price: Decimal, counted: Counted, tongue: Tongue) -> str:
    won = price * _WON_PER_UNIT / (SHARES_PER_UNIT if counted is Counted.SHARES else 1)
    if counted is Counted.SHARES:
        return tongue.choose(f"주당 {_count_in_korean(won, '원')}", f"{_group(won)} won a share")
    return tongue.choose(f"계약당 {_count_in_korean(won, '원')}", f"{_group(won)} won a contract")


def _count_in_korean(number: Decimal, noun: str) -> str:
    """Write `1조 2,345억`, `5,000만원`, `123만 4,000주`; 억 and 조 alone are won to everybody."""
    if not number:
        return "0"
    left = abs(number)
    words: list[str] = []
    for step, word in _KOREAN_STEPS:
        count, left = divmod(left, step)
        if count:
            words.append(f"{int(count):,}{word}")
    if left:
        words.append(_group(left))
    said = " ".join(words)
    return ("-" if number < 0 else "") + (said if noun == "원" and said[-1] in "억조" else said + noun)


def _count_in_english(number: Decimal) -> str:
    for step, word in _ENGLISH_STEPS:
        if abs(number) >= step:
            return _group(number / step) + word
    return _group(number)


def _group(number: Decimal) -> str:
    """Write a number grouped by thousands, with the decimals that it has, eight at most."""
    text = f"{number:,.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
