"""All that is to be told of a backtest, but for its alerts, which are told as they come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flowalert.engine.hindsight.backtest import Session
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.near_miss import NearMiss
from flowalert.engine.hindsight.tally import Tally
from flowalert.engine.hindsight.track import Sight, Track
from flowalert.rules.rulebook import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a backtest found, and in how many `seconds`.

    `near_misses`, `blind` sessions and `warm_up`, in seconds of a session, are by rule.
    `silent` are the places (`krx/900`) that the recordings have nothing of, with the rules that need them.
    `silences` are the times at which nothing came from the exchange, of which a built-in alert tells.
    `tracks` are what charts are drawn of, and `marked` the alerts that belong into each.
    """

    rules: Sequence[Rule]
    recordings: Sequence[str]
    sessions: Sequence[Session]
    tally: Tally
    near_misses: Mapping[str, Sequence[NearMiss]]
    blind: Mapping[str, Sequence[Session]]
    warm_up: Mapping[str, int]
    updates: int
    stale: int
    silent: Mapping[str, Sequence[str]]
    seconds: float
    silences: Sequence[Episode]
    tracks: Mapping[Sight, Track]
    marked: Mapping[Sight, Sequence[Episode]]

    @property
    def speed(self) -> float:
        """Updates a second."""
        return self.updates / self.seconds if self.seconds else 0.0


class Printer(Protocol):
    """Writes a report: alerts as they come, a day at a time, and the rest at the end."""

    def note(self, episodes: Sequence[Episode]) -> None: ...

    def end(self, outcome: Outcome) -> None: ...
