"""Alerts as wholes: each with its firing, how far it went and its end, folded from transitions."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from flowalert.engine.transition import Hold, Kind, Reason, Scope, Severity, Transition


class Episode(Struct, frozen=True, kw_only=True):
    """One alert from its firing to its end.

    Times are exchange time; `ended_at` and `ended` are None for one that the entries leave open, and `ended_at` is
    `fired_at` for an event. `value` is the figure at the firing, `peak` the furthest that is known of it.
    `severity` is the highest it had. `told` counts how often it was told, its resolve left out; `told_at` is when
    first, and `hold` says what kept its firing back.
    """

    alert: str
    rule: str
    scope: Scope
    severity: Severity
    opened_at: int
    fired_at: int
    value: float | int | None
    peak: float | int | None
    event: bool = False
    ended_at: int | None = None
    ended: Reason | None = None
    told: int = 0
    told_at: int | None = None
    hold: Hold | None = None

    @property
    def duration(self) -> int | None:
        """How long it lasted, in seconds from its opening; None while it is open."""
        return None if self.ended_at is None else self.ended_at - self.opened_at


class Episodes:
    """Folds transitions to episodes. What changes: those that are open, by `take` and `finish` alone."""

    def __init__(self) -> None:
        self._open: dict[str, Episode] = {}

    def take(self, transitions: Iterable[Transition]) -> list[Episode]:
        """Take transitions in, in their order; return the episodes that ended with them."""
        done = []
        for each in transitions:
            before = self._open.pop(each.alert, None)
            episode = _begin(each) if before is None else _go_on(before, each)
            if episode.ended_at is None:
                self._open[each.alert] = episode
            else:
                done.append(episode)
        return done

    def finish(self) -> list[Episode]:
        """Return the episodes that never ended."""
        left, self._open = list(self._open.values()), {}
        return left


def _begin(first: Transition) -> Episode:
    event = first.kind is Kind.FIRED
    return Episode(
        alert=first.alert,
        rule=first.rule,
        scope=first.scope,
        severity=first.severity,
        opened_at=first.opened_at,
        fired_at=first.at,
        value=first.value,
        peak=first.peak,
        event=event,
        ended_at=first.at if event else None,
        told=int(first.told),
        told_at=first.at if first.told else None,
        hold=first.hold,
    )


def _go_on(episode: Episode, next_: Transition) -> Episode:
    peak = episode.peak if next_.peak is None else next_.peak
    if next_.kind is Kind.RESOLVED:
        return replace(episode, peak=peak, ended_at=next_.at, ended=next_.reason)
    return replace(
        episode,
        peak=peak,
        severity=max(episode.severity, next_.severity),
        told=episode.told + next_.told,
        told_at=next_.at if next_.told and episode.told_at is None else episode.told_at,
    )
