"""Who is told of a transition, and in which words."""

import datetime as dt
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from flowalert.delivery.announcement import announce_again, make_notices
from flowalert.delivery.channel import Channel, Escalation, Texts
from flowalert.delivery.rendering import OF_A_LINE, Occurrence
from flowalert.engine.notice import Address, Cause, Notice, Occasion
from flowalert.engine.transition import Reason, Severity, Transition
from flowalert.language.template import read_wording
from flowalert.language.tongue import Tongue
from flowalert.rules.rulebook import Rulebook
from tests.delivery.desk import ScriptedTarget
from tests.delivery.test_rendering import FIRING, RESOLVED, rulebook
from tests.store.sample import DESK, NOW, PHONE


def notices(
    transitions: Iterable[Transition], book: Rulebook, channels: Iterable[Channel], now: dt.datetime = NOW
) -> list[Notice]:
    occurrences = [Occurrence(each, book.by_name.get(each.rule), NOW, NOW) for each in transitions]
    return list(make_notices(occurrences, by_name(channels), now))


def by_name(channels: Iterable[Channel]) -> Mapping[str, Channel]:
    return {channel.name: channel for channel in channels}


def test_notices_go_to_the_rules_channels() -> None:
    """One a channel that the rule names; what a cooldown held back makes none."""
    channels = [Channel(name, ()) for name in ("desk", "default", "other")]
    book = rulebook(notify="[desk, other]")
    assert [each.channel for each in notices([FIRING], book, channels)] == ["desk", "other"]
    assert [each.channel for each in notices([FIRING], rulebook(), channels)] == ["default"]
    assert not notices([replace(FIRING, told=False)], book, channels)


def test_each_channel_reads_its_own_voice() -> None:
    """Written once for all channels that say it alike, with the moments of receipt and decision."""
    line = read_wording("{{ sector }}: {{ value }} ({{ duration }})", OF_A_LINE)
    channels = [
        Channel("desk", ()),
        Channel("london", (), Tongue.ENGLISH),
        Channel("floor", ()),
        Channel("brief", (), texts=Texts(line=line)),
    ]
    book = rulebook(notify="[desk, london, floor, brief]")
    desk, london, floor, brief = notices([FIRING], book, channels)
    assert desk.wording is floor.wording
    assert desk.body.startswith("코스피 외국인 순매수 5분 변화 🔵 -1,234억")
    assert london.body.startswith("KOSPI foreigners: 5-minute change of net buying 🔵 -1,234억 (-123.4bn won)")
    assert (desk.wording.at, desk.wording.received_at, desk.wording.decided_at) == (FIRING.at, NOW, NOW)
    assert desk.wording.row == ("⚠", "코스피 외국인", "🔵 -1,234억", "sell", "10:10:30")
    assert brief.wording.row == ("코스피: -1,234억 (0초)",)


def test_a_channel_hears_of_nothing_below_its_severity() -> None:
    """But of the end of whatever it was told."""
    channels = [Channel("desk", ()), Channel("boss", (), min_severity=Severity.CRITICAL)]
    book = rulebook(notify="[desk, boss]")
    assert [each.channel for each in notices([FIRING], book, channels)] == ["desk"]
    risen = replace(FIRING, severity=Severity.CRITICAL, reason=Reason.SEVERITY_ROSE)
    assert [each.channel for each in notices([risen], book, channels)] == ["desk", "boss"]
    assert [each.channel for each in notices([RESOLVED], book, channels)] == ["desk", "boss"]


def test_what_is_critical_is_urgent_and_what_repeats_is_a_reminder() -> None:
    """So that the one waits for nothing, and the other ends with an acknowledgement."""
    channels = [Channel("desk", ())]
    grave = replace(FIRING, severity=Severity.CRITICAL)
    again = replace(FIRING, reason=Reason.REPEATED)
    plain, urgent, reminder = notices([FIRING, grave, again], rulebook(), channels)
    assert [(each.urgent, each.reminder) for each in (plain, urgent, reminder)] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_what_nobody_acknowledges_climbs() -> None:
    """From channel to channel, each falling due after the one before, from its severity on, and never in a circle."""
    minutes = dt.timedelta(minutes=1)
    channels = [
        Channel("desk", (), escalation=Escalation("boss", 5 * minutes)),
        Channel("boss", (), escalation=Escalation("chief", 10 * minutes)),
        Channel("chief", (), escalation=Escalation("desk", minutes)),
    ]
    book = rulebook(notify="[desk]")
    grave = replace(FIRING, severity=Severity.CRITICAL)
    assert [(each.channel, each.cause, each.not_before) for each in notices([grave], book, channels)] == [
        ("desk", Cause(), None),
        ("boss", Cause(Occasion.ESCALATED, "desk"), NOW + 5 * minutes),
        ("chief", Cause(Occasion.ESCALATED, "boss"), NOW + 15 * minutes),
    ]
    assert [each.channel for each in notices([FIRING], book, channels)] == ["desk"]


def test_a_resolve_has_words_for_whoever_may_have_been_told_of_the_firing() -> None:
    """In the language of each: fallbacks and those to whom an alert climbs, whether or not they were."""
    minute = dt.timedelta(minutes=1)
    channels = [
        Channel("desk", (), fallback="london", escalation=Escalation("boss", minute)),
        Channel("london", (), Tongue.ENGLISH, fallback="night"),
        Channel("boss", (), escalation=Escalation("desk", minute)),
        Channel("night", ()),
        Channel("other", ()),
    ]
    found = notices([RESOLVED], rulebook(notify="[desk]"), channels)
    assert [each.channel for each in found] == ["desk", "london", "boss", "night"]
    assert ["해제" in each.title for each in found] == [True, False, True, True]
    assert all(each.not_before is None and each.cause == Cause() for each in found)


def test_a_resolve_of_a_rule_that_is_gone_is_written_once() -> None:
    """Without the rule there is no text of its own and no unit; the store knows whom to tell."""
    channels = [Channel(name, ()) for name in ("desk", "other")]
    (notice,) = notices([replace(RESOLVED, reason=Reason.RULE_GONE)], Rulebook(), channels)
    assert notice.title == "✅ 해제: [주의] sell"
    assert notice.body.startswith("코스피 외국인 -10\n")
    assert "규칙이 바뀌거나 없어져 해제되었습니다" in notice.body
    assert not notice.wording.published


def test_a_notice_of_before_goes_to_chosen_targets() -> None:
    """In the channel's own voice, whatever channels the rule names."""
    channel = Channel("desk", (ScriptedTarget(DESK), ScriptedTarget(PHONE)))
    cause = Cause(Occasion.UNMUTED, "silence 3@2026-11-23T09:00:00")
    notice = announce_again(Occurrence(FIRING, None), channel, cause, [PHONE.key])
    assert (notice.targets, notice.cause, notice.reminder) == ((PHONE,), cause, True)
    whole = announce_again(Occurrence(FIRING, None), channel, Cause(Occasion.FALLBACK, "other"))
    assert whole.targets == (Address(DESK.key, "slack"), Address(PHONE.key, "tgram"))
    assert not whole.reminder
