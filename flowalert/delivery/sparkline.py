"""A line of figures in a line of text: `오늘 ▇▆▅▃0▂▁ -1,234억`.

The scale reaches from the lowest to the highest value and not to zero: a morning's large position would leave the rest
of the day one bar high. What zero says is said by a `0` where the line came to the side on which it now is.
"""

from collections.abc import Iterable, Sequence

from flowalert.delivery.amount import say_amount
from flowalert.engine.transition import Scope, Transition
from flowalert.engine.trend import Figure, Trends, find_figure
from flowalert.language.checker import Checker
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Name
from flowalert.language.wording import Speaker
from flowalert.market.sector import sector_of
from flowalert.rules.rulebook import Rule

# Many phones' fonts draw ▄ and █ from another baseline than these.
BARS = "▁▂▃▅▆▇"
GAP = "·"
ZERO = "0"
LONGEST = 27
"""The day of any venue with the mark of zero."""

Line = Sequence[float | None]


def draw_sparkline(line: Line, at_most: int = LONGEST) -> str:
    """Draw a line in at most so many characters, two at least; "" where no value is known.

    A value is a bar, the higher the more it is, and one that is not known a dot. A line that is the same throughout
    is drawn at half height. Where there is no room, neighbours are one bar, of the last value that is known of them.
    """
    drawn = _draw(_thin(line, at_most))
    # The mark of zero is a character too.
    return drawn if len(drawn) <= at_most else _draw(_thin(line, at_most - 1))


def say_trend(figure: Figure, line: Line, scope: Scope, tongue: Tongue, at_most: int = LONGEST) -> str | None:
    """Say how a figure came to be what it is: `오늘 ▁▁▂▃▅▇ +1,234억`; None where no value is known.

    Net buying of what the alert is about is left unsaid, any other figure is named: `오늘 선물 순매수량 …`.
    """
    known = [value for value in line if value is not None]
    if not known:
        return None
    of = figure.series
    sector = None if of.sector == scope.sector else of.sector
    investor = None if of.investor == scope.investor else of.investor
    counted = sector_of(of.sector).counted
    named = Name(figure.field, sector, investor)
    shown = say_amount(known[-1], Checker(counted).check(named).meaning, counted, tongue)
    name = "" if named == Name("msval") else f" {Speaker(tongue).say(named)}"
    return f"{tongue.choose('오늘', 'today')}{name} {draw_sparkline(line, at_most)} {shown}"


def say_trends(
    trends: Trends, transition: Transition, rule: Rule | None, tongues: Iterable[Tongue]
) -> tuple[tuple[Tongue, str], ...]:
    """Say, in each language, how the figure of a transition came to be what it is.

    Nothing where there is no line, and where it would not be read: of what nobody is told, or told in the rule's own
    text.
    """
    if not transition.told or rule is None or rule.message is not None:
        return ()
    figure = find_figure(rule, transition.scope)
    if figure is None:
        return ()
    line = trends.line(figure.series, figure.field)
    said = ((tongue, say_trend(figure, line, transition.scope, tongue)) for tongue in tongues)
    return tuple((tongue, text) for tongue, text in said if text is not None)


def _thin(line: Line, count: int) -> Line:
    """Return a line of at most so many values, each the last that is known of its share."""
    share = max(1, -(-len(line) // count))
    shares = (line[begin : begin + share] for begin in range(0, len(line), share))
    return [next((value for value in reversed(each) if value is not None), None) for each in shares]


def _draw(line: Line) -> str:
    known = [value for value in line if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    bars = [GAP if value is None else _choose_bar(value, low, high) for value in line]
    crossing = _find_crossing(line)
    if crossing is not None:
        bars.insert(crossing, ZERO)
    return "".join(bars)


def _choose_bar(value: float, low: float, high: float) -> str:
    if low == high:
        return BARS[len(BARS) // 2 - 1]
    return BARS[min(int((value - low) / (high - low) * len(BARS)), len(BARS) - 1)]


def _find_crossing(line: Line) -> int | None:
    """Return the place of the first value since the latest change of sign, None where there was none."""
    found, below = None, None
    for place, value in enumerate(line):
        # Zero itself is on the side from which it was reached.
        if value:
            if below is not None and below != (value < 0):
                found = place
            below = value < 0
    return found
