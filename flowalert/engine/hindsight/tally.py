"""How often each rule fired in each session, and how often somebody was told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.market.instant import DAY

# A firing that is told again or told more loudly is a message, but no new firing.
_AGAIN = frozenset({Reason.REPEATED, Reason.SEVERITY_ROSE, Reason.COOLDOWN_OVER, Reason.CALM})


@dataclass(slots=True)
class Count:
    """Firings of one rule in one session; `told` counts messages of firings, late and repeated ones too.

    `tally` alone changes it.
    """

    fired: int = 0
    told: int = 0
    held: int = 0


class Tally:
    """Counts transitions by rule and session; a session is known by its day. `take` alone changes it."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[int, Count]] = {}

    def take(self, transitions: Iterable[Transition]) -> None:
        """Count transitions; a resolve is none of them, for who was told of the firing is told of it too."""
        for each in transitions:
            if each.kind is Kind.RESOLVED:
                continue
            days = self._counts.setdefault(each.rule, {})
            count = days.setdefault(each.at // DAY, Count())
            count.fired += each.reason not in _AGAIN
            count.told += each.told
            count.held += not each.told

    def on(self, rule: str, day: int) -> Count:
        """Return the counts of a rule on a day, numbered as in `at // DAY`."""
        return self._counts.get(rule, {}).get(day) or Count()

    def total(self, rule: str) -> Count:
        """Return the counts of a rule over all sessions."""
        counts = self._counts.get(rule, {}).values()
        return Count(
            sum(each.fired for each in counts), sum(each.told for each in counts), sum(each.held for each in counts)
        )

    def __iter__(self) -> Iterator[str]:
        """Yield the rules that fired at all."""
        return iter(self._counts)
