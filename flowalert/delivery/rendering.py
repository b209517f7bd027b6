"""A transition in the words that a person reads."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping

from flowalert.delivery.channel import Channel
from flowalert.delivery.description import Description
from flowalert.delivery.outage import tell_outage
from flowalert.delivery.phrase import say_severity, say_state, say_venue
from flowalert.delivery.routing import route
from flowalert.engine.notice import Notice
from flowalert.engine.transition import Transition
from flowalert.language.template import Template, Word
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_duration, say_investor, say_sector
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rule, Rulebook


def make_notices(
    transitions: Iterable[Transition],
    rulebook: Rulebook,
    channels: Mapping[str, Channel],
    decided_at: dt.datetime | None = None,
) -> Iterator[Notice]:
    """Yield a notice for each transition that is to be told and each channel that its rule names.

    The built-in alert is told to every channel. A text is written once for all channels of a language. A resolve whose
    rule is gone is written once for all; the store knows whom the firing was told. `decided_at` is the wall time at
    which the engine made the transitions.
    """
    for transition in transitions:
        if not transition.told or not channels:
            continue
        if transition.rule == FEED_SILENT:
            yield from tell_outage(transition, channels)
            continue
        rule = rulebook.by_name.get(transition.rule)
        texts: dict[Tongue, tuple[str, str]] = {}
        for name in _name_channels(rule, channels):
            channel = channels[name]
            if channel.language not in texts:
                texts[channel.language] = render(transition, rule, channel.language, decided_at)
            title, body = texts[channel.language]
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


def render(
    transition: Transition,
    rule: Rule | None,
    tongue: Tongue = Tongue.KOREAN,
    decided_at: dt.datetime | None = None,
) -> tuple[str, str]:
    """Return title and body of what is told about a transition; `rule` is None where it is gone.

    A rule's own texts are used as they are in either language; the alert's words that they quote follow it.
    """
    described = Description(transition, rule, tongue, decided_at)
    own_title = rule.title if rule else None
    own_body = rule.message if rule else None
    title = described.title() if own_title is None else _fill(own_title, described)
    if own_title is not None and "state" not in own_title.words:
        title = described.introduce(title)
    body = described.body() if own_body is None else _fill(own_body, described).rstrip()
    if own_body is not None and described.resolved and "state" not in own_body.words:
        # The text was written for the firing; without this nobody could tell the two apart.
        body = f"{body}\n{described.close()}"
    return title, body.strip()


def _fill(template: Template, described: Description) -> str:
    return template.render(described.transition.values, _find_words(described), described.counted)


def _find_words(described: Description) -> dict[str, Word]:
    transition, rule, tongue = described.transition, described.rule, described.tongue
    scope = transition.scope
    return {
        "rule": transition.rule,
        "summary": rule.summary if rule else "",
        "sector": say_sector(scope.sector, tongue) if scope.sector is not None else "",
        "investor": say_investor(scope.investor, tongue) if scope.investor is not None else "",
        "venue": say_venue(scope.venue, tongue),
        "severity": say_severity(transition.severity, tongue),
        "state": say_state(transition.kind, tongue),
        "at": transition.at,
        "opened_at": transition.opened_at,
        # As text: a duration can only be shown, and a template knows Korean alone.
        "duration": say_duration(transition.at - transition.opened_at, tongue),
        "held_back": transition.held_back,
        "value": transition.value,
        "peak": transition.peak,
    }
