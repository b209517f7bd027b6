"""The figures that a rule looked at, over time, read off a rule that fires whenever one of them is known.

So that there is no second evaluator: what a chart shows is what the engine had before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flowalert.engine.engine import Engine
from flowalert.engine.hindsight.amount import find_amounts
from flowalert.engine.outage import leave_out_outage
from flowalert.engine.transition import Scope
from flowalert.language.checker import Checker
from flowalert.language.condition import Mode, condition_of
from flowalert.language.literal import LARGEST_VALUE
from flowalert.language.meaning import BARE, Meaning
from flowalert.language.tree import Call, Compare, Logic, Node, Number, spell, walk_names
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.rules.rulebook import Rule, Rulebook


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be seen: one rule at one scope on one day (a number, as in `at // DAY`)."""

    rule: str
    scope: Scope
    day: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One expression that a rule sets against something: its spelling, its meaning, and what it is set against."""

    of: str
    meaning: Meaning
    levels: tuple[float, ...]


@dataclass(slots=True)
class Track:
    """What was seen of one sight: exchange times, and of each panel the value then, None where it was unknown.

    `Tracker` alone adds to it. A correction takes the place of what it corrects.
    """

    panels: tuple[Panel, ...]
    times: list[int] = field(default_factory=list)
    values: list[tuple[float | None, ...]] = field(default_factory=list)

    def list_points(self, panel: int) -> list[tuple[int, float]]:
        """Return the times and values of a panel, by its number, where they are known."""
        every = zip(self.times, (values[panel] for values in self.values), strict=True)
        return [(at, value) for at, value in every if value is not None]


class Tracker:
    """Collects tracks for the sights that are wanted. What changes, by `run` alone: the engine and the tracks."""

    def __init__(self, rulebook: Rulebook, sights: Iterable[Sight]) -> None:
        self.tracks: dict[Sight, Track] = {}
        wanted: dict[tuple[str, Scope], None] = {}
        for sight in sights:
            panels = tuple(find_panels(rulebook.by_name[sight.rule]))
            if panels:
                self.tracks[sight] = Track(panels)
                wanted[sight.rule, sight.scope] = None
        self._places = {str(number): place for number, place in enumerate(wanted)}
        watching = (_make_watching(rulebook.by_name[rule], scope, name) for name, (rule, scope) in self._places.items())
        self._engine = Engine(Rulebook(tuple(watching)))

    def run(self, entries: Sequence[Entry]) -> None:
        """Take entries in."""
        for entry in entries:
            for made in leave_out_outage(self._engine.handle(entry)):
                rule, scope = self._places[made.rule]
                track = self.tracks.get(Sight(rule, scope, made.at // DAY))
                if track is None:
                    continue
                if track.times and track.times[-1] == made.at:
                    track.times.pop()
                    track.values.pop()
                track.times.append(made.at)
                track.values.append(tuple(made.values.get(panel.of) for panel in track.panels))


def find_panels(rule: Rule) -> Iterator[Panel]:
    """Yield what a rule sets against something, in its order, the time of day left out."""
    condition = rule.condition
    levels: dict[Node, list[float]] = {}
    for amount in find_amounts(condition.tree):
        if _is_size_of(amount.of, condition.subject):
            # Either side counts, and people want to see which it was.
            levels.setdefault(condition.subject, []).extend((amount.value, -amount.value))
        else:
            levels.setdefault(amount.of, []).append(amount.value)
    checker = Checker(condition.counted)
    for feature in _list_features(rule):
        node = condition.subject if _is_size_of(feature, condition.subject) else feature
        # One without an amount of its own is the difference of two figures that are set against each other.
        yield Panel(spell(node), checker.check(node).meaning, tuple(dict.fromkeys(levels.get(node, [0]))))


def _is_size_of(node: Node, subject: Node) -> bool:
    return isinstance(node, Call) and node.function == "abs" and node.arguments[0] == subject


def _list_features(rule: Rule) -> tuple[Node, ...]:
    return tuple(each for each in rule.condition.features if any(name.name != "time" for name in walk_names(each)))


def _make_watching(rule: Rule, scope: Scope, name: str) -> Rule:
    """Return a rule that fires at this scope at each judgement at which one of the rule's figures is known."""
    condition = rule.condition
    known = tuple(Compare(">=", each, Number(-LARGEST_VALUE, BARE)) for each in _list_features(rule))
    tree = known[0] if len(known) == 1 else Logic("or", known)
    watching = condition_of(tree, name, condition.counted)
    return Rule(
        name=name,
        # It is judged with the rule, at the same moments.
        condition=replace(watching, subject=condition.subject, references=rule.references),
        sectors=rule.sectors if scope.sector is None else (scope.sector,),
        investors=rule.investors if scope.investor is None else (scope.investor,),
        venue=rule.venue,
        mode=Mode.EVENT,
    )
