"""Rule files to rules, and every problem of every file at its place."""

import pytest

from flowalert.language.condition import Mode
from flowalert.market.sector import SEGMENTS
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.rules.problem import Level
from flowalert.rules.rulebook import Rule
from flowalert.rules.severity import Severity
from tests.rules.file import load, problems, rule


def the_rule(text: str) -> Rule:
    loaded = load(text)
    assert loaded.problems == ()
    (found,) = loaded.rulebook.rules
    return found


def test_a_rule_is_read_as_it_is_written() -> None:
    """Every key that there is, with names turned to codes and spans to seconds."""
    found = the_rule(
        rule(
            "summary: 외국인 매도",
            "venue: nxt",
            "mode: state",
            "for: 90s",
            "cooldown: 5m",
            "severity: critical",
            "labels: {desk: 해외, code: 0017, on: no}",
            "notify: [desk, desk, phone]",
            "title: '{{ sector }}'",
            "message: '{{ msval | won }}'",
            "enabled: true",
            sectors="[kospi, 코스닥, 900]",
            investors="[foreign, 기관, 0008]",
        )
    )
    assert (found.name, found.summary, found.venue, found.mode) == ("a-rule", "외국인 매도", Venue.NXT, Mode.STATE)
    assert found.sectors == ("001", "301", "900")
    assert found.investors == ("0017", "0018", "0008")
    assert (found.for_seconds, found.for_updates, found.cooldown) == (90, 0, 300)
    assert found.severity is Severity.CRITICAL
    assert found.labels == (("code", "0017"), ("desk", "해외"), ("on", "no"))
    assert found.notify == ("desk", "phone")
    assert found.title is not None
    assert found.message is not None
    assert (found.title.text, found.message.text) == ("{{ sector }}", "{{ msval | won }}")
    assert found.where == "rules/a.yaml:2"


def test_what_is_left_out_has_its_default() -> None:
    """KRX, a warning, no waiting, all channels, and the mode of the condition."""
    found = the_rule(rule())
    assert (found.venue, found.severity, found.mode) == (Venue.KRX, Severity.WARNING, Mode.STATE)
    assert (found.for_seconds, found.for_updates, found.cooldown) == (0, 0, 0)
    assert (found.labels, found.notify, found.title, found.message) == ((), (), None, None)
    assert the_rule(rule(when="delta(msval) > 1")).mode is Mode.EVENT
    assert the_rule(rule("mode: event")).mode is Mode.EVENT
    assert the_rule(rule("for: 3 updates")).for_updates == 3
    assert the_rule(rule("mode:\nfor: ~\ncooldown: null".replace("\n", "\n    "))).mode is Mode.STATE


def test_a_single_name_needs_no_list() -> None:
    """`sectors: kospi` is `sectors: [kospi]`."""
    found = the_rule(rule("notify: desk", sectors="kospi", investors="개인"))
    assert (found.sectors, found.investors, found.notify) == (("001",), ("0008",), ("desk",))


def test_all_means_every_segment_and_every_investor() -> None:
    """Investors stay open, for the exchange may send new ones; sectors are the segments."""
    found = the_rule(rule(sectors="all", investors="all"))
    assert found.sectors == tuple(each.code for each in SEGMENTS)
    assert found.investors is None
    assert the_rule(rule(sectors="[all, 013]")).sectors == (*(each.code for each in SEGMENTS), "013")


def test_the_sum_of_all_rows_can_be_named() -> None:
    """`all` leaves it out, and a rule that asks for it has it, with a warning of what it is."""
    for name in ("9999", "sum_of_rows"):
        loaded = load(rule(investors=f"[{name}]"))
        assert [each.level for each in loaded.problems] == [Level.WARNING]
        assert loaded.rulebook.rules[0].investors == ("9999",)


def test_a_name_that_stands_twice_counts_once() -> None:
    """By whatever spelling; it is suspect, and no error."""
    loaded = load(rule(sectors="[kospi, 코스닥, 001]", investors="[foreign, 외국인]"))
    assert [str(each).removeprefix("rules/a.yaml:") for each in loaded.problems] == [
        "3:27: warning: 001 stands here for the second time; take it out",
        "4:26: warning: 외국인 stands here for the second time; take it out",
    ]
    assert (loaded.rulebook.rules[0].sectors, loaded.rulebook.rules[0].investors) == (("001", "301"), ("0017",))


def test_codes_may_look_like_numbers() -> None:
    """Codes are text: a leading zero is no octal number."""
    found = the_rule(rule(name="010", sectors="[010, 001]", investors="[0017, 0008]"))
    assert (found.name, found.sectors, found.investors) == ("010", ("010", "001"), ("0017", "0008"))


def test_defaults_are_what_a_rule_does_not_say() -> None:
    """A rule's own word wins, key by key."""
    text = (
        "defaults:\n  sectors: kosdaq\n  investors: foreign\n  severity: info\n  cooldown: 5m\n  notify: desk\n"
        "  message: '{{ msval }}'\nrules:\n"
        "  - {name: a, when: msval > 1}\n"
        "  - {name: b, when: msval > 1, severity: critical, sectors: kospi, notify: []}\n"
    )
    one, other = load(text).rulebook.rules
    assert (one.sectors, one.severity, one.cooldown, one.notify) == (("301",), Severity.INFO, 300, ("desk",))
    assert (other.sectors, other.severity, other.cooldown, other.notify) == (("001",), Severity.CRITICAL, 300, ())
    assert one.message is not None


def test_a_rule_that_is_off_is_checked_and_left_out() -> None:
    """It is named, and its mistakes are mistakes."""
    loaded = load(rule("enabled: false"))
    assert (loaded.rulebook.rules, loaded.rulebook.disabled) == ((), ("a-rule",))
    assert problems(rule("enabled: false", when="msvall > 1")) == ["5:11: unknown name 'msvall'; did you mean msval?"]


def test_the_rules_say_which_places_they_need() -> None:
    """Each venue and sector once, with the rules that want it."""
    text = "rules:\n" + "".join(
        f"  - {{name: {name}, sectors: [{sectors}], investors: all, when: msval > 1{extra}}}\n"
        for name, sectors, extra in [
            ("a", "kospi, kosdaq", ""), ("b", "kospi", ""), ("c", "kospi", ", venue: nxt"),
            ("d", "etf", ", enabled: false"),
        ]
    )  # fmt: skip
    assert load(text).rulebook.places == {
        (Venue.KRX, "001"): ("a", "b"), (Venue.KRX, "301"): ("a",), (Venue.NXT, "001"): ("c",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty; begin with rules:"),
        ("# only a comment\n", "1:1: the file is empty; begin with rules:"),
        ("- a\n- b\n", "1:1: this is no rule file; begin with rules: and a list below it"),
        ("rules", "1:1: this is no rule file; begin with rules: and a list below it"),
        ("rules:\n", "1:7: rules: nothing stands here; write a list, like [a, b]"),
        ("rules: {a: b}\n", "1:8: rules: a table of keys stands here; write a list, like [a, b]"),
        ("rules: abc\n", "1:8: rules: 'abc' stands here; write a list, like [a, b]"),
        ("defaults: {severity: info}\n", "1:1: the file has no 'rules'; add rules:"),
        ("rules: []\ndefaults: 3\n", "2:11: defaults: '3' stands here; write keys and values"),
        ("rules: []\nruls: []\n", "2:1: unknown key 'ruls'; did you mean rules?"),
        ("rules: []\ndefaults: {sevrity: info}\n", "2:12: unknown key 'sevrity'; did you mean severity?"),
        ("rules: []\ndefaults: {name: a}\n", "2:12: unknown key 'name'; known are venue sectors investors"),
        ("rules:\n - 3\n", "2:4: a rule is keys and values; write name:, sectors:, when: …"),
        ("rules:\n - [a]\n", "2:4: a rule is keys and values; write name:, sectors:, when: …"),
        ("tests: []\nrules: a.yaml\n", "1:1: this is a file of rule tests, not of rules; run it with flowalert test"),
        ("rules:\n -\n", "2:3: a rule is keys and values; write name:, sectors:, when: …"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, expected: str) -> None:
    """What stands there, and what to write."""
    (problem,) = problems(text)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("wen: msval > 1", "6:5: unknown key 'wen'; did you mean when?"),
        ("for_: 5m", "6:5: unknown key 'for_'; did you mean for?"),
        ("바나나: 5m", "6:5: unknown key '바나나'; known are "),
        ("summary: [a]", "6:14: summary: a list stands here; write a text"),
        ("summary: {a: b}", "6:14: summary: a table of keys stands here; write a text"),
        ("severity: fatal", "6:15: unknown severity 'fatal'; write one of info warning critical"),
        ("severity: crit", "6:15: unknown severity 'crit'; did you mean critical?"),
        ("severity:", "6:14: severity: nothing stands here; write a text"),
        ("venue: krxx", "6:12: unknown venue 'krxx'; did you mean krx?"),
        ("mode: evnt", "6:11: unknown mode 'evnt'; did you mean event?"),
        ("for: 5", "6:10: '5' is no duration; write a number and a unit, like 90s, 5m, 1h or 3 updates"),
        ("for: '0s'", "6:11: '0s' is no whole number of seconds above zero; write 1s or more"),
        ("for: [5m]", "6:10: for: a list stands here; write a text"),
        ("cooldown: soon", "6:15: 'soon' is no duration; write a number and a unit"),
        ("cooldown: 3 updates", "6:15: a cooldown is a time, not a count of updates; write a duration, like 5m"),
        ("enabled: yes", "6:14: enabled: 'yes' stands here; write true or false"),
        ("enabled: 1", "6:14: enabled: '1' stands here; write true or false"),
        ("labels: [a]", "6:13: labels: a list stands here; write keys and values"),
        ("labels: {a: [b]}", "6:17: a: a list stands here; write a text"),
        ("labels: {a: }", "6:17: a: nothing stands here; write a text"),
        ("notify: {a: b}", "6:13: notify: a table of keys stands here; write a list"),
        ("notify: [a, [b]]", "6:17: 1: a list stands here; write a text"),
        ("title: '{{ msvall }}'", "6:16: unknown name 'msvall'; did you mean msval?"),
        ("message: '{{ msval | wun }}'", "6:26: unknown format 'wun'; did you mean won?"),
        ("message: {{ msval }}", "6:15: a key must be a word; put quotes around a text that begins with {{"),
        (
            "mode: event\n    for: 5m",
            "7:10: an event lasts no time, so nothing holds for long; take for out, or write mode: s",
        ),
    ],
)
def test_each_mistake_in_a_rule_has_its_place(lines: str, expected: str) -> None:
    """Line and column of the key or the value, what stands there, and what to write."""
    found = problems(rule(lines))
    assert found[0].startswith(expected)
    assert load(rule(lines)).rulebook.rules == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "[a]"}, "2:11: name: a list stands here; write a text"),
        ({"name": ""}, "2:10: name: nothing stands here; write a text"),
        ({"name": "' a'"}, "2:11: ' a' is no name for a rule; write words joined by hyphens"),
        ({"name": "a/b"}, "2:11: 'a/b' is no name for a rule"),
        ({"name": '"a\\nb"'}, "2:11: 'a\\nb' is no name for a rule"),
        ({"sectors": "[kospy]"}, "3:15: unknown sector 'kospy'; did you mean kospi?"),
        ({"sectors": "[kospi, 코스닭]"}, "3:22: unknown sector '코스닭'; did you mean 코스"),
        ({"sectors": "[99]"}, "3:15: unknown sector '99'; write a name like kospi, 코스닥 or futures, a code, or all"),
        ({"sectors": "[]"}, "3:14: the rule names no sectors; add sectors:, like [kospi, kosdaq] or all"),
        ({"sectors": "[[kospi]]"}, "3:15: 0: a list stands here; write a text"),
        ({"investors": "[foreing]"}, "4:17: unknown investor 'foreing'; did you mean foreign?"),
        ({"investors": "[17]"}, "4:17: unknown investor '17'; write a name like foreign, 개인 or 기관, a code, or all"),
        ({"investors": "[]"}, "4:16: the rule names no investors; add investors:"),
        ({"investors": "[all, 개인]"}, "4:16: all stands beside others; write all alone, or the others alone"),
        ({"when": "msval"}, "5:11: msval is an amount of won, not a condition; compare it, like msval > 0"),
        ({"when": ""}, "5:10: when: nothing stands here; write a text"),
        ({"when": "[msval]"}, "5:11: when: a list stands here; write a text"),
        ({"when": "msvol > 300억"}, "5:11: a quantity is compared with an amount of won; write a quantity"),
        ({"when": "msvol > 40계약"}, "5:19: 계약 counts contracts, but the rule's sectors count shares"),
        ({"when": "msvol > 20만주", "sectors": "[futures]"}, "5:19: 만주 counts shares, but"),
        ({"when": "msvol > 20만", "sectors": "all"}, "5:19: 만 alone could be shares or contracts here"),
        ({"when": "delta(msval) > 1\n    for: 5m"}, "6:10: an event lasts no time, so nothing holds for long"),
    ],
)  # fmt: skip
def test_each_mistake_in_what_a_rule_must_have(given: dict[str, str], expected: str) -> None:
    """Name, sectors, investors and condition are checked by their meaning."""
    found = problems(rule(**given))
    assert found[0].startswith(expected)
    assert load(rule(**given)).rulebook.rules == ()


def test_what_a_rule_lacks_is_said_at_the_rule() -> None:
    """All that is missing, at once."""
    assert [each.split(";")[0] for each in problems("rules:\n  - summary: a\n")] == [
        "2:5: the rule has no 'name'",
        "2:5: the rule has no 'when'",
        "2:5: the rule names no sectors",
        "2:5: the rule names no investors",
    ]


def test_all_mistakes_of_all_files_come_at_once() -> None:
    """In the order of files and lines; a bad rule hides no other, and the good ones load."""
    bad = rule("severity: fatal", "cooldown: x", "title: '{{ y }}'", name="''", sectors="[x]", when="z > 1")
    good = rule(name="good").removeprefix("rules:\n")
    loaded = load_rules([("b.yaml", bad + good), ("a.yaml", "rules: [3]\n"), ("c.yaml", "rules: [")])
    assert [str(each).split(";")[0].split(" ")[0] for each in loaded.problems] == [
        "a.yaml:1:9:", "b.yaml:2:11:", "b.yaml:3:15:", "b.yaml:5:11:", "b.yaml:6:15:", "b.yaml:7:15:", "c.yaml:2:1:",
    ]  # fmt: skip
    assert [each.name for each in loaded.rulebook.rules] == ["good"]


def test_a_mistake_of_the_defaults_is_said_once() -> None:
    """At its own place, however many rules have it from there."""
    text = "defaults: {severity: fatal, cooldown: x, notify: 3, wen: 5}\nrules:\n" + "".join(
        f"  - {{name: r{n}, sectors: kospi, investors: all, when: msval > 1}}\n" for n in range(3)
    )
    assert [each.split(";")[0] for each in problems(text, ["desk"])] == [
        "1:22: unknown severity 'fatal'", "1:39: 'x' is no duration",
        "1:50: unknown channel '3'", "1:53: unknown key 'wen'",
    ]  # fmt: skip


def test_the_name_of_a_built_in_alert_is_taken() -> None:
    """Nobody could tell the two apart; at its place, also where a parameter makes it."""
    taken = "the name 'feed-silent' is that of an alert that is built in; write another, like my-feed-silent"
    assert problems(rule().replace("a-rule", "feed-silent")) == [f"2:11: {taken}"]
    made = rule("params: {what: [silent, loud]}").replace("a-rule", "feed-$what")
    assert [each.partition(": ")[2].replace(" (what=silent of the params)", "") for each in problems(made)] == [taken]


def test_two_rules_do_not_share_a_name() -> None:
    """In one file or in two; the first one is named."""
    again = rule() + rule().removeprefix("rules:\n")
    assert problems(again) == ["6:11: another rule has the name 'a-rule'; it is in rules/a.yaml:2"]
    loaded = load_rules([("a.yaml", rule()), ("b.yaml", rule("enabled: false"))])
    assert [str(each) for each in loaded.problems] == [
        "b.yaml:2:11: another rule has the name 'a-rule'; it is in a.yaml:2"
    ]


def test_a_key_that_stands_twice_is_an_error_of_the_rule() -> None:
    """Which of the two was meant nobody knows."""
    loaded = load(rule("when: msval > 2"))
    assert [str(each) for each in loaded.errors] == [
        "rules/a.yaml:6:5: the key 'when' stands here again; the first is in line 5"
    ]


def test_a_code_that_no_list_has_is_a_warning() -> None:
    """The rule loads: the exchange changes its lists."""
    loaded = load(rule(sectors="[kospi, 999]", investors="[0042]"))
    assert loaded.errors == ()
    assert [str(each).removeprefix("rules/a.yaml:").split(";")[0] for each in loaded.problems] == [
        "3:22: warning: the sector code 999 is in no list that flowalert knows",
        "4:17: warning: the investor code 0042 is in no list that flowalert knows",
    ]
    assert loaded.rulebook.rules[0].sectors == ("001", "999")


def test_channels_are_checked_where_they_are_known() -> None:
    """A rule file by itself may name any channel."""
    text = rule("notify: [desk, phon]")
    assert problems(text) == []
    assert problems(text, ["desk", "phone"]) == ["6:20: unknown channel 'phon'; did you mean phone?"]
    assert problems(text, []) == [
        "6:14: unknown channel 'desk'; channels are none", "6:20: unknown channel 'phon'; channels are none",
    ]  # fmt: skip


def test_rules_of_several_files_keep_their_order() -> None:
    """The order of the files as given, then of the lines."""
    loaded = load_rules([("z.yaml", rule(name="one")), ("a.yaml", rule(name="two"))])
    assert [each.name for each in loaded.rulebook.rules] == ["one", "two"]
    assert set(loaded.rulebook.by_name) == {"one", "two"}
