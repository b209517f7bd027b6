"""How often what has happened since the start."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from flowalert.delivery import Report
from flowalert.engine.notice import DeliveryState, Notice
from flowalert.engine.transition import Transition
from flowalert.feed.outlet import Received
from flowalert.market.series import Series

# Seconds: from a message that goes out at once to one that channels call late, and beyond.
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)


class Latency:
    """How long notices waited. What changes, by `add`: the number of those within each bound, and the sum of all."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one that waited so long."""
        # Clocks are set back, and nothing is sent before it is asked for.
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += max(0.0, seconds)


class Meter:
    """Counts what an observer hears of. What changes, by the `note_…` functions: the counts."""

    def __init__(self) -> None:
        self.entries: Counter[str] = Counter()
        self.transitions: Counter[tuple[str, bool]] = Counter()
        self.deliveries: Counter[tuple[str, DeliveryState]] = Counter()
        self.latencies: dict[str, Latency] = {}
        self.gaps = 0

    def note_entries(self, received: Sequence[Received]) -> None:
        """Count entries by their kind."""
        self.entries.update(type(each.entry).__name__ for each in received)

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:  # noqa: ARG002 - an observer's
        """Count a transition by its kind, and by whether it was to be told."""
        self.transitions[transition.kind.value, transition.told] += 1

    def note_delivery(self, report: Report) -> None:
        """Count deliveries by their channel and state, and how long those that were sent had waited."""
        self.deliveries[report.channel, report.state] += report.count
        for seconds in report.waited:
            self.latencies.setdefault(report.channel, Latency()).add(seconds)

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Count missed updates."""
        self.gaps += sum(gaps.values())

    def note_rules(self) -> None:
        """Count nothing."""
