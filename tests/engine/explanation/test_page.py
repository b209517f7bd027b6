"""Rules in words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from flowalert.engine.explanation import Page, explain, sum_up
from flowalert.language.explanation import Item
from flowalert.language.tongue import Tongue
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rule

ROOT = Path(__file__).parent.parent.parent.parent

SELLING = {
    "name": "selling",
    "summary": "외국인 매도",
    "sectors": ["kospi", "kosdaq"],
    "investors": ["foreign"],
    "when": "delta(msval, 5m) <= -300억",
}


def read(**keys: Any) -> Rule:
    """Return the rule `selling` with other keys; None takes one away."""
    given = {key: value for key, value in {**SELLING, **keys}.items() if value is not None}
    text = yaml.safe_dump({"rules": [given]}, allow_unicode=True, sort_keys=False)
    loaded = load_rules([("rules.yaml", text)])
    assert loaded.errors == ()
    return loaded.rulebook.rules[0]


def write(items: tuple[Item, ...], indent: str = "") -> list[str]:
    return [line for item in items for line in (indent + item.text, *write(item.parts, indent + "  "))]


def say(key: str, tongue: Tongue = Tongue.ENGLISH, **keys: Any) -> list[str]:
    """Return the lines of one section, none where there is no such section."""
    page = explain(read(**keys), tongue)
    return next((write(each.items) for each in page.sections if each.key == key), [])


CHANGE = "the 5-minute change of foreigners' net buying"
FLAPPING = (
    "one that opens for the 4th time within 10 minutes is told as flapping, "
    "and no more until it has been calm for 10 minutes"
)


def test_a_page_says_all_there_is_to_a_rule() -> None:
    """In English: whose, what, when, and who is told."""
    page = explain(read(), Tongue.ENGLISH)
    assert (page.rule, page.summary, page.where) == ("selling", "외국인 매도", "rules.yaml:2")
    assert page.condition == "delta(msval, 5m) <= -300억"
    assert {each.title: write(each.items) for each in page.sections} == {
        "Watches": [
            "venue: krx",
            "sectors: KOSPI, KOSDAQ",
            "investors: foreigners",
            "2 series in all, by 2 registrations: krx/001, krx/301",
        ],
        "Condition": ["the 5-minute change of foreigners' net buying is at or below -30 billion won (-300억)"],
        "Mode": [
            "state: it opens when the condition becomes true and resolves when it becomes false",
            "it compares what lasts",
            "  the 5-minute change of foreigners' net buying is at or below -30 billion won (-300억)",
        ],
        "Judged": ["at every update of its series, at a correction too"],
        "Warm-up": [
            "it can be true from 09:05:30 on, with an update every 30 s",
            "the 5-minute change of foreigners' net buying: 5 minutes after the first update",
        ],
        "Missed updates": [
            f"{CHANGE}: unknown where they were missed around the moment that it looks back to",
            "while the feed is lost nothing opens and nothing resolves",
        ],
        "Alerts": ["one for each sector and investor: up to 2 at a time"],
        "Life of an alert": [
            "it fires as soon as the condition becomes true",
            "it resolves when the condition is false",
            "while the condition is unknown it neither opens nor resolves",
            "when the session ends, what is open resolves",
        ],
        "Severity": ["warning"],
        "Telling": [
            "each firing is told",
            FLAPPING,
        ],
        "Who is told": ["the settings' channel default if there is one, else all of them"],
        "Texts": ["title: flowalert writes it", "message: flowalert writes it"],
    }


def test_a_page_in_korean() -> None:
    """The same, as it is said there."""
    sections = {each.title: write(each.items) for each in explain(read(**{"for": "1m"}), Tongue.KOREAN).sections}
    assert sections["보는 것"] == [
        "거래소: 한국거래소(krx)",
        "업종: 코스피, 코스닥",
        "투자자: 외국인",
        "모두 2개 계열, 등록 2건: krx/001, krx/301",
    ]
    assert sections["조건"] == ["외국인 순매수 5분 변화가 -300억 이하"]
    assert sections["준비"][0] == "이르면 09:05:30부터 참일 수 있다(30초마다 빠짐없이 올 때)"
    assert sections["경보의 일생"][0] == (
        "조건이 1분 동안 이어지면 열린다. 한 번이라도 거짓이면 처음부터 다시 기다린다"
    )


# Each key of a rule, and a value that it does not have by itself.
KEYS: list[dict[str, Any]] = [
    {"venue": "nxt"},
    {"sectors": "futures"},
    {"investors": "all"},
    {"when": "msval > 3억"},
    {"mode": "event"},
    {"for": "1m"},
    {"for": "3 updates"},
    {"resolve_when": "msval > 0"},
    {"keep_firing_for": "1m"},
    {"cooldown": "5m"},
    {"repeat": "10m"},
    {"severity": "info"},
    {"levels": {"critical": "msval < -1조"}},
    {"active": "regular"},
    {"active": {"weekdays": ["mon", "wed-fri"], "holidays": "false"}},
    {"expires": "2026-12-31"},
    {"expires": "3 fires"},
    {"expires": "session"},
    {"limit": "5/session"},
    {"limit": "5/1h"},
    {"labels": {"team": "desk"}},
    {"notify": ["desk"]},
    {"title": "{{ msval | won }}"},
    {"message": "그냥 글"},
    {"summary": "다른 말"},
    {"name": "another"},
]


def _shape(page: Page) -> list[tuple[str, int]]:
    return [(each.key, len(write(each.items))) for each in page.sections]


@pytest.mark.parametrize("keys", KEYS, ids=str)
def test_every_key_shows_in_both_languages(keys: dict[str, Any]) -> None:
    """A rule that differs in one key has another page, and the two languages say equally much of it."""
    rule = read(**keys)
    for tongue in Tongue:
        assert explain(rule, tongue) != explain(read(), tongue)
    korean, english = explain(rule, Tongue.KOREAN), explain(rule, Tongue.ENGLISH)
    assert _shape(korean) == _shape(english)
    for one, other in zip(korean.sections, english.sections, strict=True):
        assert one.title != other.title
        assert not any(line.isascii() for line in write(one.items) if one.key in ("life", "judged", "gaps", "telling"))


@pytest.mark.parametrize(
    ("key", "keys", "line"),
    [
        (
            "watches",
            {"investors": "all"},
            "investors: all, codes that are new too; not 9999, which counts the subtotals",
        ),
        (
            "watches",
            {"when": "futures.foreign.msval > 0", "sectors": None, "investors": None},
            "  foreigners in futures",
        ),
        ("watches", {"when": "individual.msval > 0", "investors": None}, "  individuals in the rule's sector"),
        ("watches", {"when": "futures.msval > 0", "sectors": None}, "  foreigners in futures"),
        ("scope", {"when": "individual.msval > 0", "investors": None}, "one for each sector: up to 2 at a time"),
        ("scope", {"when": "futures.msval > 0", "sectors": None}, "one for each investor"),
        ("scope", {"when": "futures.foreign.msval > 0", "sectors": None, "investors": None}, "one alone, for the"),
        ("scope", {"investors": "all"}, "one for each sector and investor: up to 28 at a time"),
        ("mode", {"when": "delta(msval) <= -300억"}, "every comparison is about one update alone"),
        ("mode", {"mode": "event"}, "the rule itself says so (mode: event); by its condition it would be a state"),
        ("mode", {"when": "time >= 14:50"}, "it compares the time of day alone"),
        ("warm_up", {"when": "delta(msval) <= -300억"}, "none: it is known from the first update on"),
        (
            "warm_up",
            {"when": "avg(msval, 20 updates) > 0"},
            "it can be true from 09:10:00 on, with an update every 30 s",
        ),
        ("warm_up", {"when": "delta(msval, 5m) > 0", "venue": "nxt"}, "it can be true from 08:05:30 on"),
        ("gaps", {"when": "msval > 3억"}, "the next update has it all: the condition is not touched"),
        (
            "gaps",
            {"when": "delta(msval) > 3억"},
            "the change of foreigners' net buying since the update before: unharmed",
        ),
        ("gaps", {"when": "delta(msvalue) > 3억"}, "foreigners' value bought since the update before: unknown"),
        ("gaps", {"when": "streak(msval > 0) > 3"}, "counts from 1 again"),
        ("gaps", {"when": "ema(msval, 5m) > 3"}, "goes by what was seen"),
        ("gaps", {"when": "ema(msval, 5 updates) > 3"}, "begins anew"),
        ("gaps", {"when": "sum(msval, 5m) > 3"}, "unknown until they lie before the window"),
        ("gaps", {"when": "sum(msval, session) > 3"}, "goes by what was seen"),
        ("gaps", {"for": "2m"}, "times that are waited for stand still over it"),
        (
            "life",
            {"for": "2m"},
            "it fires when the condition has held for 2 minutes; one update that says no ends the wait",
        ),
        ("life", {"for": "3 updates"}, "it fires when the condition has held for 3 updates"),
        ("life", {"resolve_when": "msval > -100억"}, "  foreigners' net buying is above -10 billion won (-100억)"),
        ("life", {"keep_firing_for": "90s"}, "but only if that stays so for 1 minute 30 seconds"),
        ("life", {"when": "delta(msval) < 0"}, "it fires at each update at which the condition is true"),
        (
            "severity",
            {"levels": {"critical": "msval < -1조"}},
            "  foreigners' net buying is below -1 trillion won (-1조)",
        ),
        ("term", {"active": "09:10-15:20"}, "active: 09:10–15:20"),
        (
            "term",
            {"active": {"weekdays": ["mon", "wed-fri"], "holidays": "false"}},
            "active: Monday, Wednesday–Friday; trading days",
        ),
        ("term", {"active": "20:00-24:00", "when": "delta(msval) < 0"}, "outside it does not fire"),
        ("term", {"expires": "2026-12-31"}, "it expires: 2026-12-31 is its last session"),
        ("term", {"expires": "1 fire"}, "it expires after 1 firing, over all that it watches"),
        ("term", {"expires": "session"}, "it expires with the first session that it sees"),
        ("telling", {"cooldown": "5m"}, "after one is told the next 5 minutes are quiet"),
        ("telling", {"repeat": "10m"}, "while it fires it is told again every 10 minutes"),
        ("telling", {"limit": "5/session"}, "at most 5 in a session are told at each scope"),
        ("telling", {"limit": "3/1h"}, "at most 3 in 1 hour are told at each scope"),
        ("channels", {"notify": ["desk", "phone"]}, "desk, phone"),
        ("channels", {"labels": {"team": "desk"}}, "labels: team=desk"),
        (
            "texts",
            {"title": "{{ msval }} {{ futures.foreign.msvol }}"},
            "title: the rule's own; it shows foreigners' net buying",
        ),
        ("texts", {"message": "그냥 글"}, "message: the rule's own"),
    ],
)
def test_what_each_key_means_is_said(key: str, keys: dict[str, Any], line: str) -> None:
    """Each in its section, in a line that begins or goes on so."""
    assert any(line in each for each in say(key, **keys)), say(key, **keys)


def test_several_series_are_judged_once_a_slot() -> None:
    """And it is said which, and what becomes of one that comes late."""
    lines = say("judged", when="foreign.msval + individual.msval < 0", investors=None)
    assert lines[0] == (
        "once a slot: when all of foreigners in the rule's sector and individuals in the rule's sector "
        "have reported it, or when it is closed"
    )
    assert len(lines) == 3


def test_a_rule_can_be_about_one_series_here_and_two_there() -> None:
    """Where it names one that is its own as well; then both ways of judging are said."""
    lines = say("judged", when="msval > foreign.msval", investors=["foreign", "individual"])
    assert len(lines) == 4


def test_the_channels_are_those_of_the_settings_where_they_are_known() -> None:
    """Whatever the rule itself names; and that there are none is said."""
    for channels, line in ((("desk", "phone"), "desk, phone"), ((), "nobody: the settings have no channels")):
        (section,) = [each for each in explain(read(), Tongue.ENGLISH, channels).sections if each.key == "channels"]
        assert write(section.items) == [line]


@pytest.mark.parametrize(
    ("keys", "korean", "english"),
    [
        ({"for": "1m"}, "코스피·코스닥 외국인: 순매수 5분 변화가 -300억 이하, 1분 동안", "for 1 minute"),
        ({"for": "2 updates"}, "코스피·코스닥 외국인: 순매수 5분 변화가 -300억 이하, 2회 연속", "for 2 updates"),
        ({"when": "crosses(msval, 0)"}, "코스피·코스닥 외국인: 순매수가 0 선을 넘나드는 순간, 그때마다", "each time"),
        ({"sectors": "all", "investors": "all"}, "코스피 등 14개 모든 투자자: ", "KOSPI and 13 more every investor: "),
        (
            {"when": "선물.외국인.msval > 0", "sectors": None, "investors": None},
            "선물 외국인 순매수가 0 초과",
            "is above 0",
        ),
    ],
)
def test_a_rule_in_a_line(keys: dict[str, Any], korean: str, english: str) -> None:
    """Who and what, without what can be asked for."""
    assert sum_up(read(**keys), Tongue.KOREAN).startswith(korean)
    assert english in sum_up(read(**keys), Tongue.ENGLISH)


_FILES = sorted(path for folder in ("rules", "examples/rules") for path in (ROOT / folder).glob("*.yaml"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_rule_that_is_shipped_can_be_explained(path: Path) -> None:
    """In both languages, and in a line."""
    loaded = load_rules([(path.name, path.read_text(encoding="utf-8"))])
    for rule in loaded.rulebook.rules:
        for tongue in Tongue:
            assert sum_up(rule, tongue)
            assert all(line for each in explain(rule, tongue).sections for line in write(each.items))
