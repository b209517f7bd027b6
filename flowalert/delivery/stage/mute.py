"""What silences and other alerts keep from being told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from flowalert.delivery.stage.sieve import Drop, Sieved, Verdict, sieve
from flowalert.engine.clause import Subject, make_subject
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

    def read(self, subject: Subject) -> tuple[object, ...]:
        """Return what a source and a target must have in common, of one of them."""
        return tuple(getattr(subject, key) if key in SHARED else dict(subject.labels).get(key) for key in self.equal)


@dataclass(frozen=True)
class Mutes:
    """All that can keep an alert from being told: silences, and inhibitions with the alerts that fire."""

    silences: Sequence[Silence] = ()
    inhibitions: Sequence[Inhibition] = ()
    firing: Sequence[Subject] = ()
    acknowledged: Mapping[str, str] = field(default_factory=dict)

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
        for inhibition, sources in zip(self.inhibitions, self._sources, strict=True):
            if inhibition.target.matches(subject):
                for source in sources.get(inhibition.read(subject), ()):
                    # What would inhibit itself could never be told.
                    if source.alert != subject.alert:
                        return source
        return None

    @cached_property
    def _sources(self) -> list[dict[tuple[object, ...], list[Subject]]]:
        """For each inhibition the alerts that are its sources, by what a target must have in common with them.

        Two of each are enough: one of them is not the target. In a storm to go through all that fires for each that
        waits would take minutes.
        """
        found: list[dict[tuple[object, ...], list[Subject]]] = []
        for inhibition in self.inhibitions:
            sources: dict[tuple[object, ...], list[Subject]] = {}
            for each in self.firing:
                if inhibition.source.matches(each):
                    some = sources.setdefault(inhibition.read(each), [])
                    some += [each] if len(some) < 2 else []
            found.append(sources)
        return found


def drop_muted(waiting: Sequence[Waiting], mutes: Mutes, now: datetime) -> Sieved:
    """Suppress what is silenced or inhibited. A resolve passes: who was told of the firing is told of its end."""
    if not mutes.silences and not mutes.inhibitions:
        return Sieved(tuple(waiting))

    def judge(each: Waiting) -> Verdict:
        return None if each.kind is Kind.RESOLVED else mutes.find(subject_of(each), now)

    return sieve(waiting, judge, now)


def subject_of(waiting: Waiting) -> Subject:
    """Return what a matcher is asked about."""
    return make_subject(waiting.alert, waiting.rule, waiting.scope, waiting.severity, waiting.labels)
