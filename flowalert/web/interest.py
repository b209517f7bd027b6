"""The series that the rules are about, and the lines that the rules draw for them."""

from collections.abc import Iterator, Mapping, Sequence

import trio
from msgspec import Struct

from flowalert.engine.expression import resolve
from flowalert.engine.hindsight.amount import find_amounts
from flowalert.language.tree import Call, Name, Node
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.severity import Severity

# Who a rule for all investors is drawn for: those of whom people speak.
EVERYBODY = ("0017", "0018", "0008")
_FIGURES = {"msval", "msvol", "p_msval", "p_msvol"}
_CHANGES = {"msval": "p_msval", "msvol": "p_msvol"}
# Of a series that a thousand rules are about, a chart has room for few.
_MOST_RULES = 40
_MOST_LEVELS = 12
# Rules looked at before the engine has its turn: a millisecond.
_AT_ONCE = 200


class Level(Struct, frozen=True):
    """What a rule sets a figure of a series against.

    `figure` is `msval`, `msvol`, or their changes `p_msval` and `p_msvol`, and `value` is in the feed's unit.
    """

    rule: str
    figure: str
    value: float | int
    severity: str


class Interests:
    """Tells the series of a rulebook, and keeps what it found until it is asked about another.

    What changes, by `find_rules` and `find_levels`: what was found of the latest rulebook.
    """

    def __init__(self) -> None:
        self._rulebook: Rulebook | None = None
        self._rules: dict[Series, list[Rule]] = {}
        self._levels: dict[Series, Sequence[Level]] = {}
        self._turn = trio.Lock()

    async def find_rules(self, rulebook: Rulebook) -> Mapping[Series, Sequence[Rule]]:
        """Return the series that the rules are about, by sector and investor, each with its rules, forty at most."""
        async with self._turn:
            if self._rulebook is not rulebook:
                found: dict[Series, list[Rule]] = {}
                for number, rule in enumerate(rulebook.rules):
                    for each in list_series(rule):
                        rules = found.setdefault(each, [])
                        if len(rules) < _MOST_RULES:
                            rules.append(rule)
                    if number % _AT_ONCE == 0:
                        await trio.lowlevel.checkpoint()
                self._rulebook = rulebook
                self._rules = {each: found[each] for each in sorted(found, key=_rank)}
                self._levels = {}
            return self._rules

    async def find_levels(self, of: Series) -> Sequence[Level]:
        """Return the lines that the rules draw for a series, a dozen at most."""
        levels = self._levels.get(of)
        if levels is None:
            found: list[Level] = []
            for rule in self._rules.get(of, ()):
                found += list_levels(rule, of)
                # A condition is read from its text again.
                await trio.lowlevel.checkpoint()
            levels = self._levels[of] = found[:_MOST_LEVELS]
        return levels


def list_series(rule: Rule) -> tuple[Series, ...]:
    """Return the series that a rule is about, each once."""
    investors: Sequence[str | None] = EVERYBODY if rule.investors is None else rule.investors or (None,)
    found = [
        each
        for sector in rule.sectors or (None,)
        for investor in investors
        for each in resolve(rule.venue, sector, investor, rule.references)
    ]
    return tuple(dict.fromkeys(found))


def list_levels(rule: Rule, of: Series) -> Iterator[Level]:
    """Yield what a rule sets the present figures of a series against; what is over time is on no line of its day."""
    yield from _list_levels(rule, rule.condition.tree, rule.severity, of)
    for level in rule.levels:
        yield from _list_levels(rule, level.clause.node, level.severity, of)


def _list_levels(rule: Rule, tree: Node, severity: Severity, of: Series) -> Iterator[Level]:
    for amount in find_amounts(tree):
        node: Node = amount.of
        values: tuple[float, ...] = (amount.value,)
        if isinstance(node, Call) and node.function == "abs":
            node, values = node.arguments[0], (amount.value, -amount.value)
        named = _find_figure(node)
        if named is not None and _is_about(rule, named, of):
            for value in dict.fromkeys(values):
                yield Level(rule.name, named.name, value, severity.name.lower())


def _find_figure(node: Node) -> Name | None:
    """Return the figure that an expression is, if it is one that has a line."""
    match node:
        case Name(name) if name in _FIGURES:
            return node
        case Call("delta", (Name(name) as of,)) if name in _CHANGES:
            return Name(_CHANGES[name], of.sector, of.investor)
        case _:
            return None


def _is_about(rule: Rule, named: Name, of: Series) -> bool:
    is_of_sector = of.sector in rule.sectors if named.sector is None else named.sector == of.sector
    if named.investor is not None:
        return is_of_sector and named.investor == of.investor
    return is_of_sector and (rule.investors is None or of.investor in rule.investors)


def _rank(of: Series) -> tuple[str, str, int, str]:
    """Order by venue and sector; whom people speak of goes before the others."""
    first = EVERYBODY.index(of.investor) if of.investor in EVERYBODY else len(EVERYBODY)
    return of.venue.value, of.sector, first, of.investor
