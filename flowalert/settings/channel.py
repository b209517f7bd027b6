"""The channels of the settings, and which alerts keep others from being told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from flowalert.delivery import Channel, Inhibition, TargetProblem, parse_target
from flowalert.delivery.channel import Escalation, Rate, Texts
from flowalert.delivery.composition import AROUND
from flowalert.delivery.gallery import find_missing_charts
from flowalert.delivery.quiet import Quiet, join_hours, parse_hours
from flowalert.delivery.rendering import OF_A_LINE
from flowalert.delivery.stage.mute import SHARED
from flowalert.delivery.target import Target
from flowalert.engine.clause import LABEL_PREFIX
from flowalert.engine.matcher import Matcher, parse_matcher
from flowalert.language.meaning import Meaning
from flowalert.language.mistake import Mistake
from flowalert.language.template import Template, read_wording
from flowalert.language.tongue import Tongue
from flowalert.market.name import suggest
from flowalert.rules.bound import parse_limit
from flowalert.rules.document import Document
from flowalert.rules.page import Path as Steps
from flowalert.rules.place import Scalar
from flowalert.rules.problem import Level, Problem
from flowalert.rules.severity import Severity, find_severity
from flowalert.settings.duration import LONGEST
from flowalert.settings.model import ChannelModel, EscalationModel, InhibitionModel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChannelsRead:
    """What could be read of the channels, and what was wrong."""

    channels: Mapping[str, Channel]
    inhibitions: tuple[Inhibition, ...]
    problems: tuple[Problem, ...]


def read_channels(
    document: Document, channels: Mapping[str, ChannelModel], inhibitions: Sequence[InhibitionModel]
) -> ChannelsRead:
    """Read the channels of a settings file, and its inhibitions; each problem has its place."""
    reader = _Reader(document, tuple(channels))
    if not channels:
        reader.complain((), "no channels", "alerts will stand in the log alone", Level.WARNING)
    read = {name: reader.read_channel(name, model) for name, model in channels.items()}
    for name in find_circles(read):
        reader.complain(("channels", name, "fallback"), f"the fallbacks lead back to {name}", "end them somewhere")
    bound = tuple(reader.read_inhibitions(inhibitions))
    return ChannelsRead(read, bound, tuple(reader.problems))


def find_circles(channels: Mapping[str, Channel]) -> Iterator[str]:
    """Yield the channels whose fallbacks lead back to them."""
    for name, channel in channels.items():
        seen = {name}
        following = channel.fallback
        while following is not None and following not in seen:
            seen.add(following)
            following = channels[following].fallback if following in channels else None
        if following == name:
            yield name


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads channels; `problems` grows while it does."""

    document: Document
    names: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, steps: Steps, what: str, instead: str = "", level: Level = Level.ERROR) -> None:
        self.problems.append(self.document.problem_of(steps, what, instead, level))

    def read_channel(self, name: str, model: ChannelModel) -> Channel:
        here = ("channels", name)
        hours = [self._parse((*here, "quiet_hours", number), each, parse_hours) for number, each in _number(model)]
        quiet = join_hours(each for each in hours if each is not None)
        targets = tuple(self._read_targets(here, model.targets))
        if model.charts:
            self._check_charts((*here, "charts"), targets)
        quiet_severity = self._read_severity((*here, "quiet_min_severity"), model.quiet_min_severity)
        return Channel(
            name,
            targets,
            Tongue(model.language),
            min_severity=self._read_severity((*here, "min_severity"), model.min_severity),
            groups=model.group,
            group_wait=timedelta(seconds=model.group_wait),
            group_interval=timedelta(seconds=model.group_interval),
            quiet=Quiet(quiet, quiet_severity) if quiet else None,
            rate=None if model.rate is None else self._parse((*here, "rate"), model.rate, parse_rate),
            expires_after=timedelta(seconds=model.expires_after),
            fallback=self._find_other(name, (*here, "fallback"), model.fallback),
            escalation=self._read_escalation(name, model.escalate),
            texts=Texts(
                header=self._read_text((*here, "header"), model.header, AROUND),
                footer=self._read_text((*here, "footer"), model.footer, AROUND),
                line=self._read_text((*here, "line"), model.line, OF_A_LINE),
            ),
            charts=model.charts,
        )

    def _read_targets(self, here: Steps, urls: Sequence[str]) -> Iterator[Target]:
        seen: set[str] = set()
        for number, url in enumerate(urls):
            steps = (*here, "targets", number)
            target = parse_target(url)
            if isinstance(target, TargetProblem):
                self.complain(steps, target.text)
            elif target.address.key in seen:
                self.complain(steps, "the same target stands in this channel twice", "take one out")
            else:
                seen.add(target.address.key)
                yield target

    def _check_charts(self, steps: Steps, targets: Sequence[Target]) -> None:
        missing = find_missing_charts()
        if missing is not None:
            self.complain(steps, missing)
        if targets and all(target.easel is None for target in targets):
            self.complain(steps, "none of the targets takes pictures", "alerts come without charts", Level.WARNING)

    def _read_severity(self, steps: Steps, text: str) -> Severity:
        severity = find_severity(text)
        if severity is None:
            self._complain_unknown(steps, "severity", text, [each.slug for each in Severity])
            return Severity.INFO
        return severity

    def _find_other(self, name: str, steps: Steps, other: str | None) -> str | None:
        if other is None:
            return None
        if other == name:
            self.complain(steps, f"this is {name} itself", "name another channel")
            return None
        if other not in self.names:
            self._complain_unknown(steps, "channel", other, self.names)
            return None
        return other

    def _read_escalation(self, name: str, model: EscalationModel | None) -> Escalation | None:
        if model is None:
            return None
        here = ("channels", name, "escalate")
        to = self._find_other(name, (*here, "to"), model.to)
        severity = self._read_severity((*here, "min_severity"), model.min_severity)
        return None if to is None else Escalation(to, timedelta(seconds=model.after), severity)

    def _read_text(self, steps: Steps, text: str | None, words: Mapping[str, Meaning]) -> Template | None:
        return None if text is None else self._parse(steps, text, lambda text: read_wording(text, words))

    def read_inhibitions(self, models: Sequence[InhibitionModel]) -> Iterator[Inhibition]:
        for number, model in enumerate(models):
            here = ("inhibit", number)
            source, target = (
                self._read_matcher((*here, "source"), model.source),
                self._read_matcher((*here, "target"), model.target),
            )
            for place, key in enumerate(model.equal):
                near = None if key in SHARED else suggest(key, SHARED)
                if near is not None and not key.startswith(LABEL_PREFIX):
                    self.complain(
                        (*here, "equal", place), f"unknown key {key!r}", f"did you mean {near}? A label is label.{key}"
                    )
            if source is not None and target is not None:
                equal = tuple(key.removeprefix(LABEL_PREFIX) for key in model.equal)
                yield Inhibition(source, target, equal)

    def _read_matcher(self, steps: Steps, text: str) -> Matcher | None:
        return self._parse(steps, text, parse_matcher)

    def _complain_unknown(self, steps: Steps, noun: str, name: str, known: Sequence[str]) -> None:
        near = suggest(name, known)
        instead = f"did you mean {near}?" if near else f"write one of {' '.join(known)}"
        self.complain(steps, f"unknown {noun} {name!r}", instead)

    def _parse(self, steps: Steps, text: str, parse: Callable[[str], T]) -> T | None:
        """Return what `parse` makes of a text; its Mistake is noted where it stands."""
        try:
            return parse(text)
        except Mistake as mistake:
            # One text may stand for a list of one.
            scalar = self.document.find(steps) or self.document.find(steps[:-1])
            if isinstance(scalar, Scalar):
                problem = self.document.problem_inside(
                    scalar, mistake.start, mistake.end, mistake.what, mistake.instead
                )
                self.problems.append(problem)
            else:
                self.complain(steps, mistake.what, mistake.instead)
            return None


def _number(model: ChannelModel) -> Iterator[tuple[int, str]]:
    return enumerate(model.quiet_hours)


def parse_rate(text: str) -> Rate:
    """Return the rate of `20/10m`; raises Mistake."""
    instead = "write a count and a time, like 20/10m"
    try:
        limit = parse_limit(text)
    except Mistake as mistake:
        # What a rule's limit may be beside that is of no use here.
        raise Mistake(mistake.what, (mistake.start, mistake.end), instead) from None
    if limit.seconds is None:
        raise Mistake("a rate is of a time, not of a session", (0, len(text)), instead)
    if limit.seconds > LONGEST:
        raise Mistake(f"{text!r} is of more than ten years", (0, len(text)), instead)
    return Rate(limit.count, limit.seconds)
