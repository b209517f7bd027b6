"""Expressions and conditions in Korean or English, as a reader of an alert would say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flowalert.language.checker import Checker
from flowalert.language.figure import say_figure, say_percent
from flowalert.language.function import CROSSINGS
from flowalert.language.meaning import RATIO, Meaning, Sort
from flowalert.language.particle import attach
from flowalert.language.template import show_duration
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Binary, Call, Compare, Logic, Name, Node, Not, Number, Text, spell
from flowalert.market.investor import investor_of
from flowalert.market.sector import Counted, sector_of

# Korean and English.
_Pair: TypeAlias = tuple[str, str]

_FIELDS: Mapping[str, _Pair] = {
    "msvol": ("순매수량", "net quantity bought"),
    "msval": ("순매수", "net buying"),
    "msvolume": ("매수량", "quantity bought"),
    "mdvolume": ("매도량", "quantity sold"),
    "msvalue": ("매수 대금", "value bought"),
    "mdvalue": ("매도 대금", "value sold"),
    "p_msvol": ("순매수량 변화", "change in net quantity bought"),
    "p_msval": ("순매수 변화", "change in net buying"),
    "time": ("시각", "the time of day"),
}
# {x} is what the call is of, {w} its window.
_CALLS: Mapping[str, _Pair] = {
    "delta": ("{x} 변화", "the change of {x} since the update before"),
    "prev": ("직전 {x}", "{x} at the update before"),
    "abs": ("{x} 크기", "the size of {x}"),
    "streak": ("‘{x}’ 연속 횟수", "the number of updates in a row with ‘{x}’"),
}
_WINDOWED: Mapping[str, _Pair] = {
    "delta": ("{x} {w} 변화", "the {w} change of {x}"),
    "sum": ("{x} {w} 합계", "the {w} sum of {x}"),
    "avg": ("{x} {w} 평균", "the {w} average of {x}"),
    "stdev": ("{x} {w} 표준편차", "the {w} standard deviation of {x}"),
    "highest": ("{x} {w} 최고", "the {w} high of {x}"),
    "lowest": ("{x} {w} 최저", "the {w} low of {x}"),
    "slope": ("{x} {w} 기울기(분당)", "the {w} slope, a minute, of {x}"),
    "ema": ("{x} {w} 지수이동평균", "the {w} exponential average of {x}"),
    "zscore": ("{x} {w} z점수", "the {w} z-score of {x}"),
    "count": ("‘{x}’ {w} 횟수", "the {w} count of updates with ‘{x}’"),
}
_COMPARISONS: Mapping[str, _Pair] = {
    "<": ("{x} {y} 미만", "{x} is below {y}"),
    "<=": ("{x} {y} 이하", "{x} is at or below {y}"),
    ">": ("{x} {y} 초과", "{x} is above {y}"),
    ">=": ("{x} {y} 이상", "{x} is at or above {y}"),
    "==": ("{x} 정확히 {y}", "{x} is exactly {y}"),
    "!=": ("{x} {y} 아님", "{x} is not {y}"),
}
_TIMES: Mapping[str, _Pair] = {
    "<": ("시각이 {y} 전", "the time is before {y}"),
    "<=": ("시각이 {y}까지", "the time is {y} or before"),
    ">": ("시각이 {y} 뒤", "the time is after {y}"),
    ">=": ("시각이 {y}부터", "the time is {y} or after"),
    "==": ("시각이 {y} 정각", "the time is {y}"),
    "!=": ("시각이 {y} 아님", "the time is not {y}"),
}
_CROSSINGS: Mapping[str, _Pair] = {
    "crosses_above": ("{x} {y} 위로 올라서는 순간", "{x} rises through {y}"),
    "crosses_below": ("{x} {y} 아래로 내려서는 순간", "{x} falls through {y}"),
    "crosses": ("{x} {y} 선을 넘나드는 순간", "{x} passes {y}, upward or downward"),
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷"}
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}


def say(node: Node) -> str:
    """Say in Korean what a checked expression is: `외국인 순매수 5분 변화` for `foreign.delta(msval, 5m)`."""
    return Speaker(Tongue.KOREAN).say(node)


def say_sector(code: str, tongue: Tongue) -> str:
    """Say a sector's name: `코스피`, or `KOSPI`."""
    sector = sector_of(code)
    slug = sector.slug.replace("_", " ")
    return tongue.choose(sector.korean, slug.upper() if sector.slug in _CAPITALS else slug)


def say_investor(code: str, tongue: Tongue) -> str:
    """Say an investor's name: `외국인`, or `foreigners`."""
    investor = investor_of(code)
    return tongue.choose(investor.korean, investor.english)


def say_window(window: Number, tongue: Tongue) -> str:
    """Say a window's length as it stands before a noun: `5분`, `20회` or `당일`; `5-minute` or `session`."""
    count = int(window.value)
    match window.meaning.sort:
        case Sort.SESSION:
            return tongue.choose("당일", "session")
        case Sort.UPDATES:
            return tongue.choose(f"{count}회", f"{count:,}-update")
        case _:
            return tongue.choose(show_duration(count), _say_adjective(count))


def say_duration(seconds: int, tongue: Tongue) -> str:
    """Say a length of time: `1분 30초`, or `1 minute 30 seconds`."""
    if tongue is Tongue.KOREAN:
        return show_duration(seconds)
    parts = ((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
    return " ".join(f"{number} {noun}{'s' * (number != 1)}" for number, noun in parts if number) or "0 seconds"


_CAPITALS = {"kospi", "kosdaq", "kp200", "elw", "etf"}


def _say_adjective(seconds: int) -> str:
    for length, noun in ((3600, "hour"), (60, "minute")):
        if seconds % length == 0:
            return f"{seconds // length:,}-{noun}"
    return f"{seconds:,}-second"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says checked expressions and conditions in one language.

    `counted` is what the quantities of the rule's own sectors count; without it a quantity is said as a bare number.
    `sector` and `investor` are the codes by which a figure is named that leaves them open; None leaves them unsaid.
    """

    tongue: Tongue
    counted: Counted | None = None
    sector: str | None = None
    investor: str | None = None

    def say(self, node: Node) -> str:
        match node:
            case Name("p_msval" | "p_msvol" as name):
                of = Name(name.removeprefix("p_"), node.sector, node.investor)
                return self.say(Call("delta", (of,)))
            case Name():
                return self._say_name(node)
            case Number(_, meaning):
                return self._say_constant(node, meaning)
            case Text(value):
                return value
            case Compare():
                return self._say_comparison(node)
            case Logic(operator, parts):
                joint = self.tongue.choose("그리고" if operator == "and" else "또는", operator)
                return f" {joint} ".join(map(self._say_part, parts))
            case Not(part):
                said = f"({self.say(part)})"
                return self.tongue.choose(f"{attach(said, '이', '가')} 아님", f"not {said}")
            case Call():
                return self._say_call(node)
            case Binary():
                return self._say_arithmetic(node)
            case _:
                return spell(node)

    def _say_part(self, node: Node) -> str:
        return f"({self.say(node)})" if isinstance(node, Logic) else self.say(node)

    def _say_name(self, name: Name) -> str:
        field = self._choose(_FIELDS, name.name)
        if not name.name.startswith(("ms", "md")):
            # The time of day, and an alert's own words, are nobody's.
            return field
        of_sector, by_investor = name.sector or self.sector, name.investor or self.investor
        sector = None if of_sector is None else say_sector(of_sector, self.tongue)
        investor = None if by_investor is None else say_investor(by_investor, self.tongue)
        if self.tongue is Tongue.KOREAN:
            return " ".join(each for each in (sector, investor, field) if each is not None)
        if investor is not None:
            field = f"{investor}' {field}" if investor.endswith("s") else f"{investor}'s {field}"
        return field if sector is None else f"{field} in {sector}"

    def _say_call(self, call: Call) -> str:
        function, (first, *others) = call.function, call.arguments
        if function in CROSSINGS:
            return self._fill(self._choose(_CROSSINGS, function), first, others[0])
        if function == "if":
            return spell(call)
        window = others[0] if others else None
        x = f"({self.say(first)})" if isinstance(first, Binary) else self.say(first)
        if isinstance(window, Number):
            return self._choose(_WINDOWED, function).format(x=x, w=say_window(window, self.tongue))
        return self._choose(_CALLS, function).format(x=x)

    def _say_comparison(self, comparison: Compare) -> str:
        operator, left, right = comparison.operator, comparison.left, comparison.right
        if isinstance(left, Number):
            left, right, operator = right, left, _MIRRORED[operator]
        if left == Name("time"):
            return self._choose(_TIMES, operator).format(y=self._say_beside(right, left))
        return self._fill(self._choose(_COMPARISONS, operator), left, right)

    def _fill(self, sentence: str, left: Node, right: Node) -> str:
        x, y = self.say(left), self._say_beside(right, left)
        if self.tongue is Tongue.KOREAN:
            x = attach(x, "이", "가")
            y = attach(y, "이", "가") if sentence.endswith("아님") else y
        return sentence.format(x=x, y=y)

    def _say_arithmetic(self, node: Binary) -> str:
        operator, left, right = node.operator, node.left, node.right
        if operator in "+-":
            said = self._say_beside(left, right), self._say_beside(right, left)
        else:
            said = self.say(left), self.say(right)
        binding = _BINDING[operator]
        one = f"({said[0]})" if _binding_of(left) < binding else said[0]
        other = f"({said[1]})" if _binding_of(right) <= binding else said[1]
        return f"{one} {_SIGNS[operator]} {other}"

    def _say_beside(self, node: Node, other: Node) -> str:
        """Say one side of two that meet: a bare number has the unit of what it meets."""
        if not isinstance(node, Number) or isinstance(other, Number):
            return self.say(node)
        meaning = Checker(self.counted).check(other).meaning
        return self._say_constant(node, meaning if node.meaning.bare or node.meaning.quantity else node.meaning)

    def _say_constant(self, number: Number, meaning: Meaning) -> str:
        if meaning.sort is Sort.NUMBER and number.meaning == RATIO:
            return say_percent(number.value)
        return say_figure(number.value, meaning, self.counted, self.tongue)

    def _choose(self, pairs: Mapping[str, _Pair], word: str) -> str:
        # An alert's own words are none of the language's fields.
        return self.tongue.choose(*pairs.get(word, (word, word)))


def _binding_of(node: Node) -> int:
    return _BINDING[node.operator] if isinstance(node, Binary) else max(_BINDING.values()) + 1
