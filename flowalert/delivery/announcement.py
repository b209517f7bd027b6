"""Who is told of a transition: its channels, and those that hear of it when nobody there acknowledges it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime

from flowalert.delivery.channel import Channel
from flowalert.delivery.rendering import Occurrence, Voice, voice_of, word
from flowalert.delivery.routing import route
from flowalert.engine.notice import ROUTED, Address, Cause, Notice, Occasion, Wording
from flowalert.engine.transition import Kind, Reason, Severity
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rule

# They tell what was told before.
_REMINDING = frozenset({Reason.REPEATED, Reason.CALM})


def make_notices(occurrences: Iterable[Occurrence], channels: Mapping[str, Channel], now: datetime) -> Iterator[Notice]:
    """Yield a notice for each transition that is to be told and each channel that its rule names.

    The built-in alert goes to every channel, anything else to none that wants graver alerts only. A text is written
    once for all channels that say it alike. A resolve is written for those too that may have been told in the place of
    a channel or after it; one whose rule is gone is written once for all. The store knows whom the firing was told.
    `now` is wall time.
    """
    for occurrence in occurrences:
        transition = occurrence.transition
        if not transition.told or not channels:
            continue
        write = _Writer(occurrence).write
        if transition.rule == FEED_SILENT:
            yield from _tell_everybody(occurrence, channels, write)
            continue
        resolved = transition.kind is Kind.RESOLVED
        names = _name_channels(occurrence.rule, channels)
        for name in _reach(names, channels) if resolved and occurrence.rule is not None else names:
            channel = channels[name]
            # Whom it did not matter enough to when it fired, it may have come to matter to since.
            if transition.severity < channel.min_severity and not resolved:
                continue
            yield _make(occurrence, channel, write(channel))
            if not resolved:
                for to, cause, due in _escalate(channel, channels, transition.severity, now):
                    yield _make(occurrence, to, write(to), cause=cause, not_before=due)


class _Writer:
    """Writes one occurrence, once in each voice; what changes are the wordings that it has, by `write`."""

    def __init__(self, occurrence: Occurrence) -> None:
        self._occurrence = occurrence
        self._wordings: dict[Voice, Wording] = {}

    def write(self, channel: Channel) -> Wording:
        voice = voice_of(channel)
        wording = self._wordings.get(voice)
        if wording is None:
            wording = self._wordings[voice] = word(self._occurrence, voice)
        return wording


def _tell_everybody(
    occurrence: Occurrence, channels: Mapping[str, Channel], write: Callable[[Channel], Wording]
) -> Iterator[Notice]:
    """Yield a notice for every channel: all of them would have been told of something. A target hears of it once."""
    told: set[str] = set()
    for channel in channels.values():
        addresses = tuple(each for each in channel.addresses if each.key not in told)
        told.update(each.key for each in addresses)
        if addresses:
            yield _make(occurrence, channel, write(channel), addresses=addresses)


def announce_again(
    occurrence: Occurrence, channel: Channel, cause: Cause, targets: Collection[str] | None = None
) -> Notice:
    """Return a notice of a transition for a channel that its rule did not name, or not for this.

    `targets` are the keys of those of the channel's that it is for; None for all.
    """
    addresses = tuple(each for each in channel.addresses if targets is None or each.key in targets)
    return _make(occurrence, channel, word(occurrence, voice_of(channel)), cause=cause, addresses=addresses)


def _make(
    occurrence: Occurrence,
    channel: Channel,
    wording: Wording,
    *,
    cause: Cause = ROUTED,
    not_before: datetime | None = None,
    addresses: tuple[Address, ...] | None = None,
) -> Notice:
    transition = occurrence.transition
    return Notice(
        transition=transition.id,
        alert=transition.alert,
        kind=transition.kind,
        severity=transition.severity,
        channel=channel.name,
        targets=channel.addresses if addresses is None else addresses,
        wording=wording,
        cause=cause,
        urgent=transition.severity is Severity.CRITICAL,
        reminder=transition.reason in _REMINDING or cause.occasion is Occasion.UNMUTED,
        not_before=not_before,
    )


def _name_channels(rule: Rule | None, channels: Mapping[str, Channel]) -> tuple[str, ...]:
    return route(rule.notify, channels) if rule is not None else (next(iter(channels)),)


def _reach(names: Iterable[str], channels: Mapping[str, Channel]) -> Iterable[str]:
    """Return the channels, and those to which their fallbacks and escalations may lead."""
    reached = dict.fromkeys(names)
    ahead = list(reached)
    while ahead:
        channel = channels[ahead.pop(0)]
        following = (channel.fallback, channel.escalation.to if channel.escalation is not None else None)
        for name in following:
            if name is not None and name not in reached:
                reached[name] = None
                ahead.append(name)
    return reached


def _escalate(
    channel: Channel, channels: Mapping[str, Channel], severity: Severity, now: datetime
) -> Iterator[tuple[Channel, Cause, datetime]]:
    """Yield the channels to which an alert climbs, one after the other, and when it falls due there."""
    climbed = {channel.name}
    due = now
    while channel.escalation is not None:
        escalation = channel.escalation
        if severity < escalation.min_severity or escalation.to in climbed:
            return
        due += escalation.after
        yield channels[escalation.to], Cause(Occasion.ESCALATED, channel.name), due
        channel = channels[escalation.to]
        climbed.add(channel.name)
