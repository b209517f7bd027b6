"""A transition in the words that a person reads."""

import datetime as dt
from collections.abc import Mapping

from msgspec import Struct

from flowalert.delivery.age import is_published
from flowalert.delivery.amount import say_amount
from flowalert.delivery.channel import Channel
from flowalert.delivery.description import Description
from flowalert.delivery.outage import render_outage
from flowalert.delivery.phrase import say_severity, say_state, say_venue
from flowalert.engine.notice import Wording
from flowalert.engine.transition import Transition
from flowalert.language.meaning import BARE, TEXT, Meaning
from flowalert.language.template import OF_THE_SUBJECT, WORDS, Template, Word
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_duration, say_investor, say_sector
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rule

# What a channel's row of an alert can say. Figures are texts there, for each rule's has a unit of its own.
OF_A_LINE: Mapping[str, Meaning] = {**WORDS, **dict.fromkeys(OF_THE_SUBJECT, TEXT)}


class Voice(Struct, frozen=True):
    """How a channel speaks: its language, and its own text for the row of an alert in a digest."""

    tongue: Tongue = Tongue.KOREAN
    line: Template | None = None


class Occurrence(Struct, frozen=True):
    """A transition with its rule, None where it is gone, and when it came about by the exchange's clock.

    `received_at` is the receipt of the entry that brought it about; None where that is not known. `trend` is a line
    about the day so far by language, empty where there is none.
    """

    transition: Transition
    rule: Rule | None
    received_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    trends: tuple[tuple[Tongue, str], ...] = ()


def voice_of(channel: Channel) -> Voice:
    """Return how a channel speaks."""
    return Voice(channel.language, channel.texts.line)


def word(occurrence: Occurrence, voice: Voice) -> Wording:
    """Return what is told about a transition, in a voice."""
    transition, rule = occurrence.transition, occurrence.rule
    title, body = render(transition, rule, voice.tongue)
    own = rule is not None and rule.message is not None
    has_title = transition.rule == FEED_SILENT or (rule is not None and rule.title is not None)
    described = Description(transition, rule, voice.tongue)
    return Wording(
        title=title,
        body=body,
        row=described.row(title if has_title else None) if voice.line is None else (_fill_line(voice.line, described),),
        trend="" if own else dict(occurrence.trends).get(voice.tongue, ""),
        own=own,
        at=transition.at,
        published=is_published(transition),
        received_at=occurrence.received_at,
        decided_at=occurrence.decided_at,
    )


def render(transition: Transition, rule: Rule | None, tongue: Tongue = Tongue.KOREAN) -> tuple[str, str]:
    """Return title and body of what is told about a transition; `rule` is None where it is gone.

    A rule's own texts are used as they are in either language; the alert's words that they quote follow it.
    """
    if transition.rule == FEED_SILENT:
        return render_outage(transition, tongue)
    described = Description(transition, rule, tongue)
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


def _fill_line(template: Template, described: Description) -> str:
    """Fill in a text for alerts of any rule: figures are texts in it, since each rule's has its own unit."""
    meaning = described.rule.condition.meaning if described.rule else BARE
    figures: dict[str, Word] = {
        name: say_amount(figure, meaning, described.counted, described.tongue)
        for name, figure in (("value", described.transition.value), ("peak", described.transition.peak))
    }
    return " ".join(template.render({}, {**_find_words(described), **figures}, None).split())


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
