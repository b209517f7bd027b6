"""Alerts, figures and scopes in the words of the reports."""

from collections.abc import Mapping

from flowalert.cli.report.outcome import Outcome
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.near_miss import NearMiss
from flowalert.engine.side import show_number_of
from flowalert.engine.transition import Reason, Scope
from flowalert.language.template import UNKNOWN
from flowalert.market.instant import stamp
from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rule


def show_value(value: float | None, rule: Rule, scope: Scope) -> str:
    """Write a figure of the rule's subject as people of the market write it."""
    return UNKNOWN if value is None else show_number_of(value, rule.condition.meaning, scope)


def show_english(scope: Scope) -> str:
    """Write a scope in English: `kospi foreigners`."""
    names = []
    if scope.sector is not None:
        names.append(sector_of(scope.sector).slug.replace("_", " "))
    if scope.investor is not None:
        names.append(investor_of(scope.investor).english)
    return " ".join(names) or scope.venue.value


def write_duration(seconds: int) -> str:
    """Write `1h 2m 30s`, as a rule would."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def show_length(episode: Episode) -> str:
    """Write how long an alert lasted, and why it ended where that was not its condition."""
    if episode.event:
        return ""
    if episode.duration is None:
        return "still open"
    # Most alerts end because their condition does: only another end is news.
    why = "" if episode.ended in (None, Reason.CONDITION) else f" ({_ENDS.get(episode.ended, episode.ended.value)})"
    return write_duration(episode.duration) + why


_ENDS: Mapping[Reason, str] = {
    Reason.SESSION_CLOSED: "session's end",
    Reason.INACTIVE: "not active",
    Reason.FEED_HEARD: "heard again",
}


def show_telling(episode: Episode) -> str:
    """Write whether anybody was told and what kept it back: `told 3×`, `told late, 09:35:00`, `held: cooldown`."""
    if not episode.told:
        return f"held: {episode.hold.value}" if episode.hold is not None else "held"
    times = f" {episode.told}×" if episode.told > 1 else ""
    late = f" late, {stamp(episode.told_at)[11:]}" if episode.told_at not in (None, episode.fired_at) else ""
    return f"told{times}{late}"


def show_lack(miss: NearMiss, rule: Rule) -> str:
    """Write what was lacking: `4.2% short`, or `false after 30s, for: 1m`."""
    if miss.held is None:
        return f"{miss.short * 100:.1f}% short" if miss.short else "not for long enough"
    wanted = write_duration(rule.for_seconds) if rule.for_seconds else f"{rule.for_updates} updates"
    return f"false after {write_duration(miss.held)}, for: {wanted}"


def say_blind(rule: Rule, outcome: Outcome) -> str:
    """Say in how many sessions a rule could not see everything, and why."""
    sessions = outcome.blind[rule.name]
    warm_up = outcome.warm_up[rule.name]
    short = sum(each.last_at - each.first_at < warm_up for each in sessions)
    missed = len(sessions) - short
    parts = []
    if missed:
        parts.append(f"updates were missed in {missed} of {_plural(len(outcome.sessions), 'session')}")
    if short:
        verb = "was" if short == 1 else "were"
        parts.append(f"{_plural(short, 'session')} {verb} shorter than the {write_duration(warm_up)} it looks back on")
    return ", ".join(parts)


def say_silences(outcome: Outcome) -> str:
    """Say when nothing came from the exchange: that was told too, and counts for no rule."""
    times = "; ".join(f"since {stamp(each.opened_at)}, {show_length(each)}" for each in outcome.silences)
    return f"{FEED_SILENT}: nothing came from the exchange {times}"


def summarise(outcome: Outcome) -> str:
    """Say how much was run over how much, and how fast."""
    stale = f", {outcome.stale:,} of them too late" if outcome.stale else ""
    return (
        f"{outcome.updates:,} updates{stale} in {_plural(len(outcome.sessions), 'session')}, "
        f"{_plural(len(outcome.rules), 'rule')}, {outcome.seconds:.1f} s: {outcome.speed:,.0f} updates/s"
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
