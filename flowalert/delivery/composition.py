"""Deliveries that go out together, made into one message."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from flowalert.delivery.age import say_age, say_ages
from flowalert.delivery.channel import Channel
from flowalert.delivery.mark import mark_alert
from flowalert.delivery.message import Line, Message, Style
from flowalert.delivery.phrase import say_cause, say_count, say_severity
from flowalert.engine.notice import Delivery
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Kind, Severity
from flowalert.language.meaning import BARE, CLOCK, TEXT, Meaning
from flowalert.language.template import Template, Word
from flowalert.language.tongue import Tongue
from flowalert.market.instant import KST

# What a channel's header and footer can say.
AROUND: Mapping[str, Meaning] = {"channel": TEXT, "count": BARE, "severity": TEXT, "at": CLOCK}

# So many alerts are told in whole in one message; of more, each has a row of a table.
SPELLED_OUT = 4
# More rows than any message is read to the end of; the others are counted.
LISTED = 300


class Moment(Struct, frozen=True):
    """When a message is sent: by the clock of people, and by that of the exchange."""

    wall: datetime
    exchange: datetime


class Selection(Struct, frozen=True):
    """Which deliveries of a batch a message speaks of, the most severe first, and how many alerts it only counts."""

    ids: tuple[int, ...]
    unlisted: int


def select(batch: Sequence[Waiting]) -> Selection:
    """Return the last notice of each alert: what came before it is over by now."""
    latest = {each.alert: each for each in batch}
    ordered = sorted(latest.values(), key=lambda each: (-each.severity, each.id))
    return Selection(tuple(each.id for each in ordered[:LISTED]), max(len(ordered) - LISTED, 0))


def compose(
    deliveries: Sequence[Delivery], channel: Channel, sent: Moment, *, unlisted: int = 0, earlier: int = 0
) -> Message:
    """Return the message of deliveries of one channel, each the last one about its alert.

    `unlisted` counts alerts, and `earlier` notices, that it speaks of without listing them.
    """
    late = [each for each in deliveries if sent.wall - each.created_at > channel.expires_after]
    open_ = [each for each in deliveries if each.notice.kind is not Kind.RESOLVED]
    severity = max(each.notice.severity for each in open_ or deliveries)
    if len(deliveries) == 1:
        (only,) = deliveries
        title, lines = only.notice.title, tuple(_write_one(only, channel.language, sent, earlier=earlier))
        kind = only.notice.kind
    else:
        title = _title(deliveries, unlisted, channel.language)
        lines = tuple(_write_several(deliveries, channel.language, sent, earlier=earlier))
        kind = _kind(deliveries)
    if late:
        title = channel.language.choose(f"[늦음] {title}", f"[late] {title}")
    count = len(deliveries) + unlisted
    words: dict[str, Word] = {
        "channel": channel.name,
        "count": count,
        "severity": say_severity(severity, channel.language),
        "at": _second_of_day(sent.wall),
    }
    return Message(
        title=title,
        lines=(*_own(channel.texts.header, words), *lines, *_own(channel.texts.footer, words)),
        kind=kind,
        severity=severity,
        tongue=channel.language,
        unlisted=unlisted,
    )


def _write_one(delivery: Delivery, tongue: Tongue, sent: Moment, *, earlier: int) -> Iterator[Line]:
    notice = delivery.notice
    cause = say_cause(notice.cause, tongue)
    if cause is not None:
        yield Line(cause, Style.HEADING)
    yield from (Line(text) for text in notice.body.split("\n"))
    if notice.wording.trend:
        yield Line(notice.wording.trend)
    if earlier:
        yield Line(_say_earlier(earlier, "it", tongue))
    if not notice.wording.own:
        yield Line(say_age(notice.wording, sent.exchange, tongue), Style.NOTE)


def _write_several(deliveries: Sequence[Delivery], tongue: Tongue, sent: Moment, *, earlier: int) -> Iterator[Line]:
    """Write each whole where they are few, else a row of a table for each.

    A cause that all have stands above them; one that some have, with those where they are few, else with their number.
    """
    few = len(deliveries) <= SPELLED_OUT
    causes = Counter(say_cause(each.notice.cause, tongue) for each in deliveries)
    for cause, count in causes.items():
        if cause is not None and count == len(deliveries):
            yield Line(cause, Style.HEADING)
        elif cause is not None and not few:
            yield Line(tongue.choose(f"{count:,}건: {cause}", f"{count:,} of them: {cause}"), Style.HEADING)
    for each in deliveries:
        if few:
            yield Line(each.notice.title, Style.HEADING)
            cause = say_cause(each.notice.cause, tongue)
            if cause is not None and len(causes) > 1:
                yield Line(cause)
            yield from (Line(text) for text in each.notice.body.split("\n"))
            yield Line()
        else:
            yield Line(style=Style.ROW, cells=each.notice.wording.row or (each.notice.title,))
    if earlier:
        yield Line(_say_earlier(earlier, "them", tongue))
    yield Line(say_ages([each.notice.wording for each in deliveries], sent.exchange, tongue), Style.NOTE)


def _say_earlier(count: int, alerts: str, tongue: Tongue) -> str:
    plural = "notice" if count == 1 else "notices"
    return tongue.choose(f"앞서 알리지 못한 {count:,}건 포함", f"with {count:,} earlier {plural} of {alerts}")


def _title(deliveries: Sequence[Delivery], unlisted: int, tongue: Tongue) -> str:
    """Say how many alerts there are, and of which severities: `🚨 알림 40건 · 긴급 2 · 주의 36 · 해제 2`."""
    open_ = [each.notice.severity for each in deliveries if each.notice.kind is not Kind.RESOLVED]
    parts = [f"{say_severity(level, tongue)} {open_.count(level)}" for level in sorted(Severity, reverse=True)]
    parts = [part for part in parts if not part.endswith(" 0")]
    over = len(deliveries) - len(open_)
    if over:
        parts.append(tongue.choose(f"해제 {over}", f"resolved {over}"))
    if unlisted:
        parts.append(tongue.choose(f"그 밖에 {unlisted:,}", f"others {unlisted:,}"))
    whole = say_count(len(deliveries) + unlisted, tongue)
    return mark_alert(" · ".join([whole, *parts]), _kind(deliveries), max(open_, default=Severity.INFO))


def _kind(deliveries: Sequence[Delivery]) -> Kind:
    kinds = {each.notice.kind for each in deliveries}
    return Kind.RESOLVED if kinds == {Kind.RESOLVED} else Kind.FIRING


def _own(text: Template | None, words: Mapping[str, Word]) -> Iterator[Line]:
    if text is not None:
        yield from (Line(each) for each in text.render({}, words, None).rstrip().split("\n"))


def _second_of_day(moment: datetime) -> int:
    local = moment.astimezone(KST)
    return int(timedelta(hours=local.hour, minutes=local.minute, seconds=local.second).total_seconds())
