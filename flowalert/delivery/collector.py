"""From the journal's entries to the picture of an alert."""

from collections.abc import Iterable, Sequence

from flowalert.delivery.phrase import say_scope
from flowalert.delivery.picture import Curve, Picture, Words
from flowalert.engine.hindsight.track import Sight, Tracker
from flowalert.engine.transition import Scope
from flowalert.language.tongue import Tongue
from flowalert.language.tree import Node, spell
from flowalert.language.wording import Speaker
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY
from flowalert.market.sector import sector_of
from flowalert.rules.rulebook import Rule, Rulebook

HOUR = 3600
_CURVES = 2


class Collector:
    """Collects what a rule looked at, from entries in their order, at one scope and around one exchange time.

    What changes, by `run` alone, is the tracker. It folds the day from its first entry, or windows would not be
    what the engine had; chunk by chunk, so that a loop can do something else in between.
    """

    def __init__(self, rule: Rule, scope: Scope, at: int) -> None:
        self._rule = rule
        self._at = at
        self._sight = Sight(rule.name, scope, at // DAY)
        self._tracker = Tracker(Rulebook((rule,)), [self._sight])

    def run(self, entries: Sequence[Entry]) -> None:
        """Take entries in."""
        self._tracker.run(entries)

    def finish(self, tongue: Tongue) -> Picture | None:
        """Return the picture of the hour before and what came in the hour after; None where there is nothing to see."""
        track = self._tracker.tracks.get(self._sight)
        if track is None:
            return None
        rule, scope = self._rule, self._sight.scope
        condition = rule.condition
        nodes = {spell(node): node for node in (condition.subject, *condition.features)}
        counted = condition.counted if scope.sector is None else sector_of(scope.sector).counted
        curves = []
        for number, panel in enumerate(track.panels):
            points = tuple(point for point in track.list_points(number) if abs(point[0] - self._at) <= HOUR)
            if points:
                curves.append(Curve(_name(nodes[panel.of]), panel.meaning, counted, points, panel.levels))
        if not curves:
            return None
        title = Words(
            f"{say_scope(scope, Tongue.KOREAN)} · {rule.summary or rule.name}",
            # A summary is Korean as a rule; the name is what the rule's file has.
            f"{say_scope(scope, Tongue.ENGLISH)} · {rule.name}",
        )
        return Picture(title, self._at, tuple(curves[:_CURVES]), tongue)


def collect(
    rule: Rule, scope: Scope, at: int, entries: Iterable[Entry], tongue: Tongue = Tongue.KOREAN
) -> Picture | None:
    """Return the picture of what a rule looked at around `at`, from the entries of the day; None where there is none.

    A hundred thousand entries take a twentieth of a second: in a loop, feed a `Collector` in chunks.
    """
    collector = Collector(rule, scope, at)
    collector.run(tuple(entries))
    return collector.finish(tongue)


def _name(node: Node) -> Words:
    # A heading has no article.
    return Words(Speaker(Tongue.KOREAN).say(node), Speaker(Tongue.ENGLISH).say(node).removeprefix("the "))
