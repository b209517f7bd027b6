"""Who watches a service at work, beside its log."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from flowalert.delivery import Report
from flowalert.engine.notice import Notice
from flowalert.engine.transition import Transition
from flowalert.feed.outlet import Received
from flowalert.market.series import Series


class Observer(Protocol):
    """Hears of what a service does, as soon as it is on disk; it may not block, and nothing of it is waited for."""

    def note_entries(self, received: Sequence[Received]) -> None:
        """Take note of entries, in order, with the moments of their receipt."""

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:
        """Take note of a transition; `notice` is its text, where anybody is told."""

    def note_delivery(self, report: Report) -> None:
        """Take note of what became of deliveries after an attempt or a decision."""

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Take note of series in which updates were missed, and of how often."""

    def note_rules(self) -> None:
        """Take note that the service goes by other rules now."""


class Observers:
    """Several that watch the same service; without any, nobody does."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def note_entries(self, received: Sequence[Received]) -> None:
        """Tell each of them."""
        for each in self._observers:
            each.note_entries(received)

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:
        """Tell each of them."""
        for each in self._observers:
            each.note_transition(transition, notice)

    def note_delivery(self, report: Report) -> None:
        """Tell each of them."""
        for each in self._observers:
            each.note_delivery(report)

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Tell each of them."""
        for each in self._observers:
            each.note_gaps(gaps)

    def note_rules(self) -> None:
        """Tell each of them."""
        for each in self._observers:
            each.note_rules()
