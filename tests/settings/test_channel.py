"""What the settings say of a channel and of inhibitions, and what is said of what they may not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flowalert.delivery import Channel, Inhibition
from flowalert.delivery.channel import Escalation, Rate
from flowalert.delivery.quiet import Quiet, join_hours, parse_hours
from flowalert.engine.matcher import parse_matcher
from flowalert.language.tongue import Tongue
from flowalert.rules.severity import Severity
from flowalert.settings import Settings, SettingsRefused, read_settings

RULES = "rules:\n  - {name: a, sectors: [kospi], investors: [foreign], when: msval > 0}\n"
# A key of `desk` stands in line 10, from column 5 on.
BEFORE = """\
feed:
  domain: wss://127.0.0.1:9443/websocket
  token_url: https://127.0.0.1:8080/oauth2/token
  appkey: a
  appsecret: b
channels:
  boss: {targets: ["json://127.0.0.1:8000/b"], fallback: night, escalate: {to: night, after: 5m}}
  night: {targets: ["json://127.0.0.1:8000/c"]}
  desk:
"""
AFTER = """\
    targets: ["json://127.0.0.1:8000/a"]
rules: [rules.yaml]
"""


def read(folder: Path, keys: str, more: str = "") -> Settings:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "flowalert.yaml").write_text(f"{BEFORE}{keys}{AFTER}{more}", encoding="utf-8")
    return read_settings(folder / "flowalert.yaml", {})


def desk(folder: Path, key: str) -> Channel:
    return read(folder, f"    {key}\n").channels["desk"]


def refused(folder: Path, keys: str, more: str = "") -> list[str]:
    """Return the problems, each without the file's name."""
    with pytest.raises(SettingsRefused) as raised:
        read(folder, keys, more)
    return [str(each).removeprefix(f"{folder}/flowalert.yaml:") for each in raised.value.problems]


def test_a_channel_that_says_nothing_groups_for_a_moment(tmp_path: Path) -> None:
    """Every severity, at every hour, in Korean; what is ten minutes old is late."""
    channel = read(tmp_path, "").channels["desk"]
    assert channel == Channel("desk", channel.targets)
    assert (channel.groups, channel.group_wait, channel.group_interval) == (
        True,
        timedelta(milliseconds=300),
        timedelta(seconds=1),
    )
    assert (channel.language, channel.expires_after) == (Tongue.KOREAN, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("key", "part", "value"),
    [
        ("language: en", "language", Tongue.ENGLISH),
        ("min_severity: warning", "min_severity", Severity.WARNING),
        ("group: false", "groups", False),
        ("group_wait: 300ms", "group_wait", timedelta(milliseconds=300)),
        ("group_wait: 0", "group_wait", timedelta(0)),
        ("group_interval: 1.5m", "group_interval", timedelta(seconds=90)),
        ("expires_after: 1d", "expires_after", timedelta(days=1)),
        ("expires_after: 2시간", "expires_after", timedelta(hours=2)),
        ("quiet_hours: 22:00-07:00", "quiet", Quiet(join_hours([parse_hours("22:00-07:00")]))),
        (
            "quiet_hours: [mon-fri 22:00-07:00, 토-일, closing_auction]",
            "quiet",
            Quiet(join_hours(parse_hours(each) for each in ("mon-fri 22:00-07:00", "sat-sun", "closing_auction"))),
        ),
        (
            "quiet_hours: [sat-sun]\n    quiet_min_severity: warning",
            "quiet",
            Quiet(parse_hours("sat-sun"), Severity.WARNING),
        ),
        ("quiet_hours: []", "quiet", None),
        ("rate: 20/10m", "rate", Rate(20, 600)),
        ("fallback: boss", "fallback", "boss"),
        ("escalate: {to: boss, after: 5m}", "escalation", Escalation("boss", timedelta(minutes=5))),
        (
            "escalate: {to: boss, after: 90s, min_severity: info}",
            "escalation",
            Escalation("boss", timedelta(seconds=90), Severity.INFO),
        ),
        ("charts: true", "charts", True),
    ],
)
def test_each_key_is_read(tmp_path: Path, key: str, part: str, value: Any) -> None:
    """The others keep their defaults."""
    channel = desk(tmp_path, key)
    assert getattr(channel, part) == value
    plain = Channel("desk", channel.targets)
    others = {name for name in Channel.__struct_fields__ if getattr(channel, name) != getattr(plain, name)}
    assert others <= {part}


def test_a_channels_texts_are_read(tmp_path: Path) -> None:
    """Those around a message with its words, and an alert's row with the alert's."""
    texts = (
        read(
            tmp_path,
            "    header: '{{ channel }} {{ count }} {{ severity }} {{ at | clock }}'\n"
            "    footer: |\n      두 줄\n      끝\n"
            "    line: '{{ rule }} {{ sector }} {{ investor }} {{ value }} {{ peak }} {{ duration }}'\n",
        )
        .channels["desk"]
        .texts
    )
    assert texts.header is not None
    assert texts.footer is not None
    assert texts.line is not None
    assert texts.footer.text == "두 줄\n끝\n"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("quiet_hours: 22:00-7", "10:24: 7 is no time of day; write hours and minutes, like 09:00, up to 24:00"),
        ("quiet_hours: [sat-snu]", "10:23: 'snu' is no day of the week; did you mean sun?"),
        ("quiet_hours: [satt]", "10:19: 'satt' is no day of the week; did you mean sat?"),
        ("quiet_hours: [closing_aucton]", "10:19: unknown phase 'closing_aucton'; did you mean closing_auction?"),
        ("quiet_hours: [22:00-07:00, mon-fir 1:00-2:00]", "10:36: 'fir' is no day of the week; did you mean fri?"),
        ("quiet_hour: [sat]", "10:5: unknown key 'quiet_hour'; did you mean quiet_hours?"),
        ("quiet_min_severity: criticl", "10:25: unknown severity 'criticl'; did you mean critical?"),
        ("min_severity: warn", "10:19: unknown severity 'warn'; did you mean warning?"),
        ("min_severity: grave", "10:19: unknown severity 'grave'; write one of info warning critical"),
        ("rate: 20", "10:11: '20' is no limit; write a count and a time, like 20/10m"),
        ("rate: 20/session", "10:11: a rate is of a time, not of a session; write a count and a time, like 20/10m"),
        ("rate: 0/10m", "10:11: '0/10m' would tell of nothing; write a count and a time, like 20/10m"),
        ("rate: 20/10x", "10:14: '10x' is no duration; write a count and a time, like 20/10m"),
        ("rate: 20/87601h", "10:11: '20/87601h' is of more than ten years; write a count and a time, like 20/10m"),
        ("rate: 20/10 updates", "10:14: a limit's time is a time, not a count of updates; write a count and a time"),
        ("fallback: desk", "10:15: this is desk itself; name another channel"),
        ("fallback: bos", "10:15: unknown channel 'bos'; did you mean boss?"),
        ("fallback: telegram", "10:15: unknown channel 'telegram'; write one of boss night desk"),
        ("escalate: boss", "10:15: escalate: 'boss' stands here; write keys and values"),
        ("escalate: {to: bos, after: 5m}", "10:20: unknown channel 'bos'; did you mean boss?"),
        ("escalate: {to: desk, after: 5m}", "10:20: this is desk itself; name another channel"),
        ("escalate: {to: boss}", "10:15: the settings file has no 'after'; add after:"),
        ("escalate: {to: boss, after: 5m, aftre: 5m}", "10:37: unknown key 'aftre'; did you mean after?"),
        ("escalate: {to: boss, after: 5}", "10:33: after: '5' stands here; write a number and a unit, like 300ms"),
        ("escalate: {to: boss, after: 5m, min_severity: critcal}", "10:51: unknown severity 'critcal'; did you mean"),
        ("header: '{{ chanel }}'", "10:17: unknown name 'chanel'; did you mean channel?"),
        ("footer: '{{ count'", "10:14: "),
        ("line: '{{ msval }}'", "10:15: msval is a figure of one rule's series, and this text is about alerts of any"),
        ("line: '{{ secter }}'", "10:15: unknown name 'secter'; did you mean sector?"),
        ("group: maybe", "10:12: group: 'maybe' stands here; write true or false"),
        *(
            (f"group_wait: {text}", f"10:17: group_wait: '{text}' stands here; write a number and a unit, like 300ms")
            for text in ("-1s", "-1", "5", "soon", "5 parsecs", "1e400", ".inf", "nan", "1h30")
        ),
        ("expires_after: 3651d", "10:20: expires_after: '3651d' stands here; write at most ten years, 3650d"),
        ("expires_after: 99999999999999999999d", "10:20: expires_after: a text stands here; write at most ten years"),
    ],
)
def test_each_mistake_is_said_at_its_place(tmp_path: Path, key: str, problem: str) -> None:
    """With what to write instead."""
    (found,) = refused(tmp_path, f"    {key}\n")
    assert found.startswith(problem), found


def test_fallbacks_in_a_circle_are_refused(tmp_path: Path) -> None:
    """At each channel of it: what nobody could be told would go round for ever."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    circle = BEFORE.replace("  night: {", "  night: {fallback: desk, ")
    (tmp_path / "flowalert.yaml").write_text(f"{circle}    fallback: boss\n{AFTER}", encoding="utf-8")
    with pytest.raises(SettingsRefused) as raised:
        read_settings(tmp_path / "flowalert.yaml", {})
    assert [str(each).split("flowalert.yaml:")[1] for each in raised.value.problems] == [
        "7:58: the fallbacks lead back to boss; end them somewhere",
        "8:21: the fallbacks lead back to night; end them somewhere",
        "10:15: the fallbacks lead back to desk; end them somewhere",
    ]


def test_escalations_in_a_circle_are_read(tmp_path: Path) -> None:
    """Two channels may ask each other: a climb ends where it began."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    circle = BEFORE.replace("to: night", "to: desk")
    text = f"{circle}    escalate: {{to: boss, after: 5m}}\n{AFTER}"
    (tmp_path / "flowalert.yaml").write_text(text, encoding="utf-8")
    channels = read_settings(tmp_path / "flowalert.yaml", {}).channels
    assert [channels[name].escalation for name in ("boss", "desk")] == [
        Escalation("desk", timedelta(minutes=5)),
        Escalation("boss", timedelta(minutes=5)),
    ]


def test_an_inhibition_is_read(tmp_path: Path) -> None:
    """With what its alerts must have in common: parts of an alert, and labels with or without their prefix."""
    more = "inhibit:\n  - {source: sector=kospi, target: severity<critical, equal: [sector, label.team, floor]}\n"
    assert read(tmp_path, "", more).inhibitions == (
        Inhibition(parse_matcher("sector=kospi"), parse_matcher("severity<critical"), ("sector", "team", "floor")),
    )
    alone = "inhibit:\n  - {source: rule=a, target: rule=b, equal: investor}\n"
    assert read(tmp_path, "", alone).inhibitions == (
        Inhibition(parse_matcher("rule=a"), parse_matcher("rule=b"), ("investor",)),
    )


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("{source: sector=kospii, target: rule=a}", "13:21: unknown sector 'kospii'; did you mean kospi?"),
        ("{source: rule=a, target: sevrity=critical}", "13:30: unknown key 'sevrity'; did you mean severity?"),
        ("{source: rule=a, target: severity<critcal}", "13:39: unknown severity 'critcal'; did you mean critical?"),
        ("{source: '', target: rule=a}", "13:15: nothing stands here; write something like sector=kospi"),
        ("{source: rule=a}", "13:5: the settings file has no 'target'; add target:"),
        ("{source: rule=a, traget: rule=b, target: rule=b}", "13:22: unknown key 'traget'; did you mean target?"),
        (
            "{source: rule=a, target: rule=b, equal: [secter]}",
            "13:46: unknown key 'secter'; did you mean sector? A label is label.secter",
        ),
    ],
)
def test_each_mistake_of_an_inhibition_is_said_at_its_place(tmp_path: Path, item: str, problem: str) -> None:
    """As those of a channel are."""
    (found,) = refused(tmp_path, "", f"inhibit:\n  - {item}\n")
    assert found.startswith(problem), found
