"""What silences and other alerts keep from being told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from flowalert.delivery.stage.sieve import Drop, Sieved, Verdict, sieve
from flowalert.engine.clause import Subject
from flowalert.engine.matcher import Matcher
from flowalert.engine.queue import Waiting
from flowalert.engine.silence import Silence, find_silence, say_occurrence
from flowalert.engine.transition import Kind

# What two alerts can have in common beside a label.
SHARED = ("rule", "sector", "investor", "venue")


class Inhibition(Struct, frozen=True):
    """While an alert fires that `source` matches, those that `target` matches are not told of.

    Both must agree in each of `equal`: one of SHARED, or a label.
    """

    source: Matcher
    target: Matcher
    equal: tuple[str, ...] = ()

    def binds(self, source: Subject, target: Subject) -> bool:
        """Tell whether a firing alert is a source for an alert that is a target."""
        return self.source.matches(source) and all(_read(source, key) == _read(target, key) for key in self.equal)


def _read(subject: Subject, key: str) -> object:
    return getattr(subject, key) if key in SHARED else dict(subject.labels).get(key)


class Mutes(Struct, frozen=True):
    """All that can keep an alert from being told: silences, and inhibitions with the alerts that fire."""

    silences: Sequence[Silence] = ()
    inhibitions: Sequence[Inhibition] = ()
    firing: Sequence[Subject] = ()
    acknowledged: Mapping[str, str] = {}

    def find(self, subject: Subject, now: datetime) -> Drop | None:
        """Return what mutes an alert at a moment of the wall clock, if anything does."""
        silence = find_silence(self.silences, subject, now)
        if silence is not None:
            why = f": {silence.reason}" if silence.reason else ""
            return Drop(f"silence {silence.id}{why}", f"silence {say_occurrence(silence, now)}")
        source = self._find_source(subject)
        if source is not None:
            return Drop(f"inhibited by {source.rule}", f"inhibition {source.rule} {source.alert}")
        return None

    def _find_source(self, subject: Subject) -> Subject | None:
        for inhibition in self.inhibitions:
            if not inhibition.target.matches(subject):
                continue
            for source in self.firing:
                # What would inhibit itself could never be told.
                if source.alert != subject.alert and inhibition.binds(source, subject):
                    return source
        return None


def drop_muted(waiting: Sequence[Waiting], mutes: Mutes, now: datetime) -> Sieved:
    """Suppress what is silenced or inhibited. A resolve passes: who was told of the firing is told of its end."""
    if not mutes.silences and not mutes.inhibitions:
        return Sieved(tuple(waiting))

    def judge(each: Waiting) -> Verdict:
        return None if each.kind is Kind.RESOLVED else mutes.find(subject_of(each), now)

    return sieve(waiting, judge, now)


def subject_of(waiting: Waiting) -> Subject:
    """Return what a matcher is asked about."""
    scope = waiting.scope
    return Subject(
        alert=waiting.alert,
        rule=waiting.rule,
        venue=scope.venue,
        sector=scope.sector,
        investor=scope.investor,
        severity=waiting.severity,
        labels=waiting.labels,
    )
