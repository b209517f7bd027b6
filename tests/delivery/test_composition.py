"""What a message says that is made of several deliveries."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from flowalert.delivery.channel import Channel, Texts
from flowalert.delivery.composition import AROUND, LISTED, SPELLED_OUT, Moment, compose, select
from flowalert.delivery.message import Message, Style
from flowalert.engine.notice import Cause, Delivery, DeliveryState, Notice, Occasion, Wording
from flowalert.engine.queue import Waiting
from flowalert.engine.transition import Kind, Severity
from flowalert.language.template import read_wording
from flowalert.language.tongue import Tongue
from tests.delivery.lane_history import lanes
from tests.delivery.waiting import waiting
from tests.store.sample import DESK, MONDAY, NOW

# 09:50:45 in Seoul; NOW is 15 seconds later.
AT = MONDAY + 9 * 3600 + 50 * 60 + 45
SENT = Moment(NOW, NOW)
KOREAN = Channel("desk", ())
ENGLISH = Channel("london", (), Tongue.ENGLISH)
FALLBACK = Cause(Occasion.FALLBACK, "desk")


def delivery(number: int, *, created_at: Any = NOW, **others: Any) -> Delivery:
    parts: dict[str, Any] = {
        "kind": Kind.FIRING,
        "severity": Severity.WARNING,
        "wording": Wording(
            title=f"title {number}", body=f"body {number}\nmore", row=("⚠", f"row {number}"), at=AT, published=True
        ),
        **others,
    }
    notice = Notice(transition=f"t{number}", alert=f"a{number}", channel="desk", targets=(DESK,), **parts)
    return Delivery(
        id=number, notice=notice, target=DESK, state=DeliveryState.SENDING, created_at=created_at, next_at=created_at
    )


def several(count: int, **others: Any) -> list[Delivery]:
    return [delivery(number, **others) for number in range(1, count + 1)]


def texts(message: Message) -> list[str]:
    return [line.text for line in message.lines]


def of_style(message: Message, style: Style) -> list[str]:
    return [line.text or " ".join(line.cells) for line in message.lines if line.style is style]


def test_one_alert_keeps_its_own_text_whole() -> None:
    """Title, lines and the line about the day as they were written, and how old it is at the end."""
    one = delivery(1)
    one = replace(one, notice=replace(one.notice, wording=replace(one.notice.wording, trend="▁▂█")))
    message = compose([one], KOREAN, SENT)
    assert (message.title, message.kind, message.severity) == ("title 1", Kind.FIRING, Severity.WARNING)
    assert texts(message) == ["body 1", "more", "▁▂█", "09:50:45 발표 · 발송 +15.1초"]


def test_a_rules_own_text_has_nothing_added() -> None:
    """It says what it wants to say; what it stands for is said all the same."""
    one = delivery(1)
    one = replace(one, notice=replace(one.notice, wording=replace(one.notice.wording, own=True)))
    assert texts(compose([one], KOREAN, SENT)) == ["body 1", "more"]
    assert texts(compose([one], KOREAN, SENT, earlier=2)) == ["body 1", "more", "앞서 알리지 못한 2건 포함"]
    assert texts(compose([one], ENGLISH, SENT, earlier=1))[-1] == "with 1 earlier notice of it"


def test_a_few_alerts_have_a_section_each() -> None:
    """With title and text, in the order given, and one line about the age of all."""
    message = compose(several(SPELLED_OUT), KOREAN, SENT)
    assert message.title == "⚠ 알림 4건 · 주의 4"
    assert of_style(message, Style.HEADING) == ["title 1", "title 2", "title 3", "title 4"]
    assert texts(message)[:4] == ["title 1", "body 1", "more", ""]
    assert not of_style(message, Style.ROW)
    assert of_style(message, Style.NOTE) == ["09:50:45 발표 · 발송 +15.1초"]


def test_more_alerts_have_a_row_each() -> None:
    """One that has no cells has its title."""
    each = several(SPELLED_OUT + 1)
    bare = replace(each[0].notice, wording=replace(each[0].notice.wording, row=()))
    message = compose([replace(each[0], notice=bare), *each[1:]], ENGLISH, SENT)
    assert message.title == "⚠ 5 alerts · warning 5"
    assert of_style(message, Style.ROW) == ["title 1", "⚠ row 2", "⚠ row 3", "⚠ row 4", "⚠ row 5"]
    assert not of_style(message, Style.HEADING)
    assert of_style(message, Style.NOTE) == ["published 09:50:45 · sent +15.1 s"]


@pytest.mark.parametrize("count", [SPELLED_OUT, SPELLED_OUT + 1])
def test_what_came_before_is_counted(count: int) -> None:
    """In a message of several as in one of one."""
    assert "앞서 알리지 못한 3건 포함" in texts(compose(several(count), KOREAN, SENT, earlier=3))
    assert "with 3 earlier notices of them" in texts(compose(several(count), ENGLISH, SENT, earlier=3))


@given(lanes())
def test_each_alert_is_told_once_by_its_last_notice_the_most_severe_first(each: list[Waiting]) -> None:
    """A firing and its resolve in one message are the resolve."""
    if not each:
        return
    selection = select(each)
    by_id = {other.id: other for other in each}
    chosen = [by_id[id_] for id_ in selection.ids]
    assert {other.alert: other.id for other in each} == {other.alert: other.id for other in chosen}
    assert chosen == sorted(chosen, key=lambda other: (-other.severity, other.id))
    assert selection.unlisted == 0


def test_more_alerts_than_anybody_reads_are_counted() -> None:
    """The most severe of them are listed, and the title has them all."""
    batch = [waiting(number) for number in range(1, LISTED + 21)]
    batch.append(waiting(LISTED + 21, severity=Severity.CRITICAL))
    selection = select(batch)
    assert (selection.ids[:2], len(selection.ids), selection.unlisted) == ((LISTED + 21, 1), LISTED, 21)
    grave = delivery(LISTED + 21, severity=Severity.CRITICAL)
    message = compose([grave, *several(LISTED - 1)], KOREAN, SENT, unlisted=21)
    assert message.title == "🚨 알림 321건 · 긴급 1 · 주의 299 · 그 밖에 21"
    assert message.unlisted == 21
    message = compose([grave, *several(LISTED - 1)], ENGLISH, SENT, unlisted=2_021)
    assert message.title == "🚨 2,321 alerts · critical 1 · warning 299 · others 2,021"


@given(
    st.lists(st.tuples(st.sampled_from(Severity), st.sampled_from([Kind.FIRING, Kind.FIRED, Kind.RESOLVED])),
             min_size=2, max_size=40),
    st.integers(0, 30),
    st.sampled_from([KOREAN, ENGLISH]),
)  # fmt: skip
def test_the_counts_of_a_title_add_up(parts: Sequence[tuple[Severity, Kind]], unlisted: int, channel: Channel) -> None:
    """What is over counts as that and not by its severity; what there is none of is not named."""
    each = [delivery(number, severity=severity, kind=kind) for number, (severity, kind) in enumerate(parts)]
    message = compose(each, channel, SENT, unlisted=unlisted)
    whole, *counts = [int(figure.replace(",", "")) for figure in re.findall(r"[0-9][0-9,]*", message.title)]
    assert whole == sum(counts) == len(each) + unlisted
    assert 0 not in counts
    over = all(kind is Kind.RESOLVED for _, kind in parts)
    assert message.kind is (Kind.RESOLVED if over else Kind.FIRING)
    assert message.title.startswith("✅") == over
    fire = [severity for severity, kind in parts if kind is not Kind.RESOLVED]
    assert message.severity is max(fire or [severity for severity, _ in parts])


def test_a_title_names_severities_and_what_is_over() -> None:
    """The mark is that of the gravest that fires: what is over alarms nobody."""
    each = [
        delivery(1, severity=Severity.CRITICAL, kind=Kind.RESOLVED),
        delivery(2),
        delivery(3),
        delivery(4, severity=Severity.INFO),
    ]
    assert compose(each, KOREAN, SENT).title == "⚠ 알림 4건 · 주의 2 · 정보 1 · 해제 1"
    assert compose(each, ENGLISH, SENT).title == "⚠ 4 alerts · warning 2 · info 1 · resolved 1"


def test_what_is_late_says_so() -> None:
    """A message of which any part waited for longer than the channel lets it."""
    late = NOW - timedelta(minutes=10, milliseconds=1)
    assert compose([delivery(1, created_at=NOW - timedelta(minutes=10))], KOREAN, SENT).title == "title 1"
    assert compose([delivery(1, created_at=late)], KOREAN, SENT).title == "[늦음] title 1"
    assert compose([delivery(1, created_at=late)], ENGLISH, SENT).title == "[late] title 1"
    mixed = [delivery(1, created_at=late), delivery(2)]
    assert compose(mixed, KOREAN, SENT).title == "[늦음] ⚠ 알림 2건 · 주의 2"


@pytest.mark.parametrize(
    ("cause", "korean", "english"),
    [
        (FALLBACK, "desk 채널에 전하지 못해 대신 알립니다", "told here because the channel desk could not be reached"),
        (
            Cause(Occasion.ESCALATED, "desk"),
            "desk 채널에서 아무도 확인하지 않았습니다",
            "nobody in the channel desk has acknowledged it",
        ),
        (
            Cause(Occasion.UNMUTED, "silence 3@2026-11-23T09:00:00"),
            "알림이 멈춰 있던 사이 시작되어 아직 이어지고 있습니다",
            "no longer silenced or inhibited, and still going on",
        ),
    ],
)
@pytest.mark.parametrize("count", [1, SPELLED_OUT, SPELLED_OUT + 1])
def test_a_cause_stands_above_what_it_is_the_cause_of(cause: Cause, korean: str, english: str, count: int) -> None:
    """Once, where all have it."""
    each = several(count, cause=cause)
    for channel, said in ((KOREAN, korean), (ENGLISH, english)):
        message = compose(each, channel, SENT)
        assert message.lines[0].text == said
        assert message.lines[0].style is Style.HEADING
        assert texts(message).count(said) == 1


def test_causes_that_read_alike_are_said_once() -> None:
    """Ten alerts whose inhibitions ended need one sentence, whatever it was that muted each."""
    each = [delivery(number, cause=Cause(Occasion.UNMUTED, f"inhibition crash {number}")) for number in range(1, 11)]
    assert of_style(compose(each, ENGLISH, SENT), Style.HEADING) == [
        "no longer silenced or inhibited, and still going on"
    ]


def test_a_cause_of_some_is_not_said_of_all() -> None:
    """In sections it stands with those that have it, above rows with their number."""
    few = compose([delivery(1, cause=FALLBACK), delivery(2)], ENGLISH, SENT)
    said = "told here because the channel desk could not be reached"
    assert texts(few)[:7] == ["title 1", said, "body 1", "more", "", "title 2", "body 2"]
    many = compose([*several(5), delivery(6, cause=FALLBACK)], ENGLISH, SENT)
    assert of_style(many, Style.HEADING) == [f"1 of them: {said}"]
    many = compose([*several(5), delivery(6, cause=FALLBACK)], KOREAN, SENT)
    assert of_style(many, Style.HEADING) == ["1건: desk 채널에 전하지 못해 대신 알립니다"]


@pytest.mark.parametrize(
    ("channel", "first", "last"),
    [
        (KOREAN, "[desk] 2건 주의 09:51:00", "두 줄\n끝"),
        (ENGLISH, "[london] 2건 warning 09:51:00", "두 줄\n끝"),
    ],
)
def test_a_channels_own_texts_stand_around_a_message(channel: Channel, first: str, last: str) -> None:
    """With the channel's name, how many alerts there are, the gravest severity and when it is sent."""
    header = read_wording("[{{ channel }}] {{ count }}건 {{ severity }} {{ at | clock }}", AROUND)
    channel = replace(channel, texts=Texts(header=header, footer=read_wording("두 줄\n끝\n", AROUND)))
    lines = texts(compose(several(2), channel, SENT))
    assert lines[0] == first
    assert "\n".join(lines[-2:]) == last
    counted = texts(compose(several(2), channel, SENT, unlisted=40))
    assert counted[0] == first.replace("2건", "42건")
