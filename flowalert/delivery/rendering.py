"""A transition in the words that a person reads."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from flowalert.delivery.channel import Channel
from flowalert.delivery.routing import route
from flowalert.engine.notice import Notice
from flowalert.engine.transition import Kind, Reason, Severity, Transition
from flowalert.language.template import UNKNOWN, Template, Word, show_duration, show_number
from flowalert.language.wording import say
from flowalert.market.instant import clock
from flowalert.market.investor import investor_of
from flowalert.market.sector import Counted, sector_of
from flowalert.rules.rulebook import Rule, Rulebook

SEVERITIES: Mapping[Severity, str] = {Severity.INFO: "정보", Severity.WARNING: "주의", Severity.CRITICAL: "긴급"}
STATES: Mapping[Kind, str] = {Kind.FIRED: "발생", Kind.FIRING: "발생", Kind.RESOLVED: "해제"}
_REASONS: Mapping[Reason, str] = {
    Reason.SEVERITY_ROSE: "심각도가 올라갔습니다",
    Reason.REPEATED: "아직 이어지고 있습니다",
    Reason.FLAPPING: "짧은 사이에 되풀이되고 있습니다. 잠잠해질 때까지 다시 알리지 않습니다",
    Reason.CALM: "되풀이되던 것이 멎고, 아직 이어지고 있습니다",
    Reason.INACTIVE: "규칙의 감시 시간이 끝나 해제되었습니다",
    Reason.COOLDOWN_OVER: "알림을 쉬는 동안 시작되어 아직 이어지고 있습니다",
    Reason.SESSION_CLOSED: "장이 끝나 해제되었습니다",
    Reason.RULE_GONE: "규칙이 바뀌거나 없어져 해제되었습니다",
    Reason.RULE_NEW: "규칙이 바뀌어 지금 알립니다",
}


def make_notices(
    transitions: Iterable[Transition], rulebook: Rulebook, channels: Mapping[str, Channel]
) -> Iterator[Notice]:
    """Yield a notice for each transition that is to be told and each channel that its rule names.

    A resolve whose rule is gone is written once for all; the store knows whom the firing was told.
    """
    for transition in transitions:
        if not transition.told or not channels:
            continue
        rule = rulebook.by_name.get(transition.rule)
        title, body = render(transition, rule)
        for name in _name_channels(rule, channels):
            channel = channels[name]
            yield Notice(
                transition=transition.id,
                alert=transition.alert,
                kind=transition.kind,
                severity=transition.severity,
                channel=name,
                targets=channel.addresses,
                title=title,
                body=body,
            )


def _name_channels(rule: Rule | None, channels: Collection[str]) -> tuple[str, ...]:
    return route(rule.notify, channels) if rule is not None else (next(iter(channels)),)


def render(transition: Transition, rule: Rule | None) -> tuple[str, str]:
    """Return title and body of what is told about a transition; `rule` is None where it is gone."""
    resolved = transition.kind is Kind.RESOLVED
    words = _find_words(transition, rule)
    counted = sector_of(transition.scope.sector).counted if transition.scope.sector is not None else None
    title = _fill(rule.title if rule else None, transition, words, counted)
    body = _fill(rule.message if rule else None, transition, words, counted)
    if title is None:
        title = f"[{words['severity']}] {words['summary'] or transition.rule}"
    if resolved and not (rule and rule.title and _mentions_state(rule.title)):
        title = f"{STATES[Kind.RESOLVED]}: {title}"
    if body is None:
        body = "\n".join(_describe(transition, rule, counted))
    elif resolved and rule and rule.message and not _mentions_state(rule.message):
        # The text was written for the firing; without this nobody could tell the two apart.
        body = f"{body.rstrip()}\n{_sum_up(transition, rule, counted)}"
    return title, body.strip()


def _fill(
    template: Template | None, transition: Transition, words: Mapping[str, Word], counted: Counted | None
) -> str | None:
    return None if template is None else template.render(transition.values, words, counted)


def _mentions_state(template: Template) -> bool:
    return "state" in template.words


def _find_words(transition: Transition, rule: Rule | None) -> dict[str, Word]:
    scope = transition.scope
    return {
        "rule": transition.rule,
        "summary": rule.summary if rule else "",
        "sector": sector_of(scope.sector).korean if scope.sector is not None else "",
        "investor": investor_of(scope.investor).korean if scope.investor is not None else "",
        "venue": scope.venue.korean,
        "severity": SEVERITIES[transition.severity],
        "state": STATES[transition.kind],
        "at": transition.at,
        "opened_at": transition.opened_at,
        "duration": transition.at - transition.opened_at,
        "held_back": transition.held_back,
        "value": transition.value,
        "peak": transition.peak,
    }


def _describe(transition: Transition, rule: Rule | None, counted: Counted | None) -> Iterator[str]:
    subject = f" {say(rule.condition.subject)}" if rule else ""
    yield f"{transition.scope.korean}{subject} {_show(transition.value, rule, counted)}"
    if transition.kind is Kind.RESOLVED:
        yield _sum_up(transition, rule, counted)
    elif rule is not None:
        yield f"{clock(transition.at)} · {rule.condition.text.strip()}"
    if transition.kind is not Kind.RESOLVED and transition.at > transition.opened_at:
        yield f"{clock(transition.opened_at)}부터 {show_duration(transition.at - transition.opened_at)} 동안"
    if transition.reason in _REASONS and transition.kind is not Kind.RESOLVED:
        yield _REASONS[transition.reason]
    if transition.held_back:
        yield f"그 사이 알리지 않은 것 {transition.held_back}번"


def _sum_up(transition: Transition, rule: Rule | None, counted: Counted | None) -> str:
    parts = [
        f"{clock(transition.at)} 해제",
        f"{show_duration(transition.at - transition.opened_at)} 동안",
        f"최대 {_show(transition.peak, rule, counted)}",
    ]
    if transition.reason in _REASONS:
        parts.append(_REASONS[transition.reason])
    return " · ".join(parts)


def _show(value: float | None, rule: Rule | None, counted: Counted | None) -> str:
    if value is None:
        return UNKNOWN
    return show_number(value, rule.condition.meaning, counted) if rule else f"{value:,}"
