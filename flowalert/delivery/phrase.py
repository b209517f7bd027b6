"""The fixed words of messages, in both languages."""

from collections.abc import Mapping
from typing import TypeAlias

from flowalert.engine.notice import Cause, Occasion
from flowalert.engine.transition import Kind, Reason, Scope, Severity
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_investor, say_sector
from flowalert.market.venue import Venue

# Korean and English.
_Pair: TypeAlias = tuple[str, str]

_STATES: Mapping[Kind, _Pair] = {
    Kind.FIRED: ("발생", "fired"),
    Kind.FIRING: ("발생", "firing"),
    Kind.RESOLVED: ("해제", "resolved"),
}
_VENUES: Mapping[Venue, _Pair] = {
    Venue.KRX: (Venue.KRX.korean, "Korea Exchange"),
    Venue.NXT: (Venue.NXT.korean, "Nextrade"),
    Venue.UNIFIED: (Venue.UNIFIED.korean, "unified market"),
}
# None for what the message says anyway.
_REASONS: Mapping[Reason, _Pair | None] = {
    Reason.CONDITION: None,
    Reason.HELD_FOR: None,
    Reason.SEVERITY_ROSE: ("심각도가 올라갔습니다", "the severity rose"),
    Reason.REPEATED: ("아직 이어지고 있습니다", "still going on"),
    Reason.FLAPPING: (
        "짧은 사이에 되풀이되고 있습니다. 잠잠해질 때까지 다시 알리지 않습니다",
        "comes and goes too often, and is not told again until it calms down",
    ),
    Reason.CALM: (
        "되풀이되던 것이 멎고, 아직 이어지고 있습니다",
        "no longer comes and goes, and is still going on",
    ),
    Reason.INACTIVE: ("규칙의 감시 시간이 끝나 해제되었습니다", "resolved because the rule's hours are over"),
    Reason.COOLDOWN_OVER: (
        "알림을 쉬는 동안 시작되어 아직 이어지고 있습니다",
        "began during the cooldown, and is still going on",
    ),
    Reason.SESSION_CLOSED: ("장이 끝나 해제되었습니다", "resolved because the session is over"),
    Reason.FEED_SILENT: ("거래소에서 아무것도 오지 않습니다", "nothing comes from the exchange"),
    Reason.FEED_HEARD: ("거래소에서 다시 들어옵니다", "updates come from the exchange again"),
    Reason.RULE_GONE: ("규칙이 바뀌거나 없어져 해제되었습니다", "resolved because the rule was changed or is gone"),
    Reason.RULE_NEW: ("규칙이 바뀌어 지금 알립니다", "told now because the rule was changed"),
}
# {of} is the other channel.
_OCCASIONS: Mapping[Occasion, _Pair | None] = {
    Occasion.ROUTED: None,
    Occasion.UNMUTED: (
        "알림이 멈춰 있던 사이 시작되어 아직 이어지고 있습니다",
        "no longer silenced or inhibited, and still going on",
    ),
    Occasion.FALLBACK: (
        "{of} 채널에 전하지 못해 대신 알립니다",
        "told here because the channel {of} could not be reached",
    ),
    Occasion.ESCALATED: ("{of} 채널에서 아무도 확인하지 않았습니다", "nobody in the channel {of} has acknowledged it"),
}


def say_cause(cause: Cause, tongue: Tongue) -> str | None:
    """Say why a channel is told of what it would not be otherwise; None where its rule names it."""
    pair = _OCCASIONS[cause.occasion]
    return None if pair is None else tongue.choose(*pair).format(of=cause.of)


def say_count(count: int, tongue: Tongue) -> str:
    """Say how many alerts there are: `알림 40건`, or `40 alerts`."""
    return tongue.choose(f"알림 {count:,}건", "1 alert" if count == 1 else f"{count:,} alerts")


def say_severity(severity: Severity, tongue: Tongue) -> str:
    """Say how much an alert matters: `주의`, or `warning`."""
    return tongue.choose(severity.korean, severity.slug)


def say_state(kind: Kind, tongue: Tongue) -> str:
    """Say how an alert stands after a transition: `발생`, or `firing`."""
    return tongue.choose(*_STATES[kind])


def say_reason(reason: Reason, tongue: Tongue) -> str | None:
    """Say why an alert is told; None where its condition is the whole reason."""
    pair = _REASONS[reason]
    return None if pair is None else tongue.choose(*pair)


def say_venue(venue: Venue, tongue: Tongue) -> str:
    """Say a venue's name: `한국거래소`, or `Korea Exchange`."""
    return tongue.choose(*_VENUES[venue])


def say_scope(scope: Scope, tongue: Tongue) -> str:
    """Say what an alert is about: `코스피 외국인`, or `KOSPI foreigners`; the venue's name where that is all."""
    names = []
    if scope.sector is not None:
        names.append(say_sector(scope.sector, tongue))
    if scope.investor is not None:
        names.append(say_investor(scope.investor, tongue))
    return " ".join(names) or say_venue(scope.venue, tongue)
