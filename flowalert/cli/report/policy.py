"""How a channel tells what it is told, in words and for programs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flowalert.delivery import Channel, Inhibition
from flowalert.engine.matcher import say_matcher
from flowalert.engine.recurrence import say_times
from flowalert.engine.transition import Severity
from flowalert.language.tongue import Tongue

_PLAIN = Channel("", ())
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "m"), (timedelta(seconds=1), "s"))
_MS = timedelta(milliseconds=1)


def say_policy(channel: Channel) -> Iterator[str]:
    """Yield what of a channel is not as it would be if its settings named targets alone."""
    if channel.language is not _PLAIN.language:
        yield "in English"
    if channel.min_severity is not _PLAIN.min_severity:
        yield f"{say_from(channel.min_severity)} only"
    if channel.quiet is not None:
        exempt = say_from(channel.quiet.min_severity)
        yield f"quiet {say_times(channel.quiet.times, Tongue.ENGLISH)}, but for what is {exempt}"
    if not channel.groups:
        yield "a message for each alert"
    elif channel.group_wait != _PLAIN.group_wait:
        yield f"gathers alerts for {say_length(channel.group_wait)}"
    if channel.groups and channel.group_interval != _PLAIN.group_interval:
        yield f"a message every {say_length(channel.group_interval)} at most"
    if channel.rate is not None:
        yield f"at most {channel.rate.count:,} messages in {say_length(timedelta(seconds=channel.rate.seconds))}"
    if channel.expires_after != _PLAIN.expires_after:
        yield f"late after {say_length(channel.expires_after)}"
    if channel.fallback is not None:
        yield f"{channel.fallback} is told what cannot be told here"
    if channel.escalation is not None:
        climbs, to = channel.escalation, channel.escalation.to
        what = f"what is {say_from(climbs.min_severity)} and nobody acknowledges in {say_length(climbs.after)}"
        yield f"{to} is told {what}"
    texts = list_texts(channel)
    if texts:
        yield f"{' and '.join(texts)} of its own"
    if channel.charts:
        yield "with charts"


def describe_policy(channel: Channel) -> dict[str, Any]:
    """Return all of a channel's settings but its targets and texts; times are in seconds, texts named alone."""
    quiet, rate, climbs = channel.quiet, channel.rate, channel.escalation
    return {
        "language": channel.language.value,
        "min_severity": channel.min_severity.slug,
        "quiet_hours": None
        if quiet is None
        else {"says": say_times(quiet.times, Tongue.ENGLISH), "min_severity": quiet.min_severity.slug},
        "group": channel.groups,
        "group_wait": channel.group_wait.total_seconds(),
        "group_interval": channel.group_interval.total_seconds(),
        "rate": None if rate is None else {"count": rate.count, "seconds": rate.seconds},
        "expires_after": channel.expires_after.total_seconds(),
        "fallback": channel.fallback,
        "escalate": None
        if climbs is None
        else {"to": climbs.to, "after": climbs.after.total_seconds(), "min_severity": climbs.min_severity.slug},
        "texts": list_texts(channel),
        "charts": channel.charts,
    }


def say_inhibition(inhibition: Inhibition) -> str:
    """Say what an inhibition keeps from being told: `while rule a fires, rule b is not told`."""
    source, target = (say_matcher(each, Tongue.ENGLISH) for each in (inhibition.source, inhibition.target))
    verb = "is" if len(inhibition.equal) == 1 else "are"
    same = f", where {' and '.join(inhibition.equal)} {verb} the same" if inhibition.equal else ""
    return f"while {source} fires, {target} is not told{same}"


def describe_inhibition(inhibition: Inhibition) -> dict[str, Any]:
    """Return an inhibition as it stands in the settings, with what it says."""
    return {
        "source": str(inhibition.source),
        "target": str(inhibition.target),
        "equal": inhibition.equal,
        "says": say_inhibition(inhibition),
    }


def list_texts(channel: Channel) -> list[str]:
    """Return which texts a channel has of its own."""
    return [name for name in ("header", "footer", "line") if getattr(channel.texts, name) is not None]


def say_from(severity: Severity) -> str:
    """Say from which severity on: `critical`, or `warning or graver`."""
    return severity.slug if severity is max(Severity) else f"{severity.slug} or graver"


def say_length(length: timedelta) -> str:
    """Write a length of time as the settings do: `300ms`, `90s`, `10m`."""
    for unit, name in _UNITS:
        if length and not length % unit:
            return f"{length // unit:,}{name}"
    return f"{length / _MS:g}ms"
