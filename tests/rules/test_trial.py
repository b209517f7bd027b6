"""Files of rules' tests: what each notation stands for, and what is said of one that cannot be read."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import clock, midnight
from flowalert.rules.document import Document, to_plain
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook
from flowalert.rules.trial import Trial, TrialFile, is_trial_file, list_patterns, load_trials

FILE = "tests.yaml"
RULES = """\
rules:
  - {name: dump, sectors: [kospi], investors: [foreign], when: delta(msval) <= -100억}
  - {name: turn, sectors: [kospi, futures], investors: [foreign, 개인], when: msval > 0}
  - {name: asleep, sectors: [kospi], investors: [foreign], when: msval > 0, enabled: false}
  - {name: elsewhere, venue: nxt, sectors: [kospi], investors: [foreign], when: msval > 0}
"""


def rulebook() -> Rulebook:
    loaded = load_rules([("rules.yaml", RULES)])
    assert loaded.problems == ()
    return loaded.rulebook


def a_file(market: str = "foreign msval: 0", expect: str = "[]", *more: str) -> str:
    """Return a file of one test, its `market` in one line and whatever else it has."""
    lines = ["name: a test", "only: [dump, turn]", "sector: kospi", f"market: {{{market}}}", f"expect: {expect}", *more]
    return "rules: rules.yaml\ntests:\n  - " + "\n    ".join(lines) + "\n"


def read(text: str) -> Trial:
    loaded = load_trials(Document(FILE, text), rulebook())
    assert loaded.problems == ()
    (trial,) = loaded.trials
    return trial


def problems(text: str) -> list[str]:
    """Return what is wrong with a file: `5:11: what; instead`."""
    loaded = load_trials(Document(FILE, text), rulebook())
    return [str(each).removeprefix(f"{FILE}:") for each in loaded.problems]


def tell(entries: tuple[Entry, ...]) -> list[str]:
    """Write entries as `01:30 001/0017 -450 (-350)`, with the change in parentheses."""
    lines = []
    for each in entries:
        match each:
            case Update():
                named = f"{each.series.sector}/{each.series.investor}"
                lines.append(f"{clock(each.at)[3:]} {named} {each.msval} ({each.p_msval})")
            case SlotClosed():
                lines.append(f"{clock(each.at)[3:]} slot closed")
            case FeedLost() | FeedBack():
                lines.append(f"{clock(each.at)[3:]} {type(each).__name__} {' '.join(each.places)}".strip())
            case SessionClosed():
                lines.append(f"{clock(each.at)[3:]} session closed")
    return lines


def figures(line: str) -> list[str]:
    """Return the updates of a line of foreigners' `msval`, without what they have in common."""
    told = tell(read(a_file(f"foreign msval: {line}")).entries)
    return [each.replace("001/0017 ", "") for each in told if "closed" not in each]


def test_a_figure_a_slot_becomes_an_update_and_a_closed_slot() -> None:
    """The change is that since the update before; nothing changed just before the first."""
    assert tell(read(a_file("foreign msval: 100 -50")).entries) == [
        "00:30 001/0017 100 (0)",
        "00:30 slot closed",
        "01:00 001/0017 -50 (-150)",
        "01:00 slot closed",
    ]


@pytest.mark.parametrize(
    ("line", "updates"),
    [
        ("0 (-50)x3", ["00:30 0 (0)", "01:00 -50 (-50)", "01:30 -100 (-50)", "02:00 -150 (-50)"]),
        ("7 = =x2", ["00:30 7 (0)", "01:00 7 (0)", "01:30 7 (0)", "02:00 7 (0)"]),
        ("0 _x2 -30", ["00:30 0 (0)", "02:00 -30 (-30)"]),
        ("0 !-450 -460", ["00:30 0 (0)", "01:00 -450 (0)", "01:30 -460 (-10)"]),
        ("0 !-450/-470", ["00:30 0 (0)", "01:00 -450 (0)", "01:00 -470 (-20)"]),
        ("0 -100/-120 -130", ["00:30 0 (0)", "01:00 -100 (-100)", "01:00 -120 (-120)", "01:30 -130 (-10)"]),
        ("5 ? 9", ["00:30 5 (0)", "01:00 None (None)", "01:30 9 (4)"]),
        ("5 ? (+1)", ["00:30 5 (0)", "01:00 None (None)", "01:30 6 (1)"]),
        ("0.5조 -1_000억 (+20억)", ["00:30 5000 (0)", "01:00 -1000 (-6000)", "01:30 -980 (20)"]),
        (
            "[0, -100, (-50)x2, =]",
            ["00:30 0 (0)", "01:00 -100 (-100)", "01:30 -150 (-50)", "02:00 -200 (-50)", "02:30 -200 (0)"],
        ),
    ],
)
def test_what_a_notation_stands_for(line: str, updates: list[str]) -> None:
    """A change, the same, nothing, a gap, a correction, a blank, units, and a list instead of a text."""
    assert figures(line) == updates


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30))
def test_a_line_of_plain_figures_is_those_figures(values: list[int]) -> None:
    """Each slot has its figure, and what changed is the difference."""
    entries = read(a_file("foreign msval: " + " ".join(map(str, values)))).entries
    updates = [each for each in entries if isinstance(each, Update)]
    assert [each.msval for each in updates] == values
    changes = [now - before for before, now in zip([values[0], *values], values, strict=False)]
    assert [each.p_msval for each in updates] == changes


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(1, 50))
def test_a_run_of_changes_is_the_changes_written_out(first: int, change: int, times: int) -> None:
    """`(-50)x3` is `(-50) (-50) (-50)`."""
    short = read(a_file(f"foreign msval: {first} ({change:+d})x{times}")).entries
    assert short == read(a_file(f"foreign msval: {first} {f'({change:+d}) ' * times}")).entries


def test_updates_of_a_slot_come_in_the_order_of_their_codes_and_corrections_after_them() -> None:
    """As the exchange sends them; the slot is closed when all have come."""
    market = "futures 개인 msval: 1, foreign msval: 2/3, 개인 msval: 4"
    assert tell(read(a_file(market)).entries) == [
        "00:30 001/0008 4 (0)",
        "00:30 001/0017 2 (0)",
        "00:30 900/0008 1 (0)",
        "00:30 001/0017 3 (1)",
        "00:30 slot closed",
    ]


@pytest.mark.parametrize(
    "name",
    ["foreign msval", "외국인 msval", "0017 msval", "kospi foreign msval", "kospi.foreign.msval", "001.0017.msval"],
)
def test_a_line_is_named_by_slug_korean_name_or_code(name: str) -> None:
    """With blanks, or with dots as a condition has them; without a sector it is the test's."""
    assert tell(read(a_file(f"{name}: 3")).entries)[0] == "00:30 001/0017 3 (0)"


def test_every_figure_of_the_exchange_can_be_given() -> None:
    """What is not given is 0; a net is what was bought less what was sold; a change that is given is left as it is."""
    market = "foreign msvalue: 0 70, foreign mdvalue: 0 50, foreign msvol: 1 4, foreign p_msvol: 0 99"
    update = read(a_file(market)).entries[2]
    assert isinstance(update, Update)
    assert (update.msvalue, update.mdvalue, update.msval, update.p_msval) == (70, 50, 20, 20)
    assert (update.msvol, update.p_msvol, update.msvolume, update.mdvolume) == (4, 99, 0, 0)
    assert update.tjjtime == "09010000"


def test_events_come_after_the_slot_of_their_time() -> None:
    """The feed lost and back, for all or for some; a slot left open; the session closed, by the calendar's time."""
    events = (
        "events:",
        "  - {session: closed}",
        "  - {at: 09:01, feed: lost}",
        "  - {at: 09:01:45, feed: back}",
        "  - {at: 09:02, feed: lost, sectors: [선물]}",
        "  - {at: 09:02, slot: open}",
    )
    assert tell(read(a_file("foreign msval: 0 1 _ 2", "[]", *events)).entries) == [
        "00:30 001/0017 0 (0)",
        "00:30 slot closed",
        "01:00 001/0017 1 (1)",
        "01:00 slot closed",
        "01:00 FeedLost",
        "01:45 FeedBack",
        "02:00 001/0017 2 (1)",
        "02:00 FeedLost krx/900",
        "10:00 session closed",
    ]


@pytest.mark.parametrize(
    ("lost", "back", "is_lost"),
    [("", "", False), ("kospi", "kospi", False), ("", "kospi", False), ("kospi", "", False), ("", "kosdaq", True)],
)
def test_what_is_lost_is_back_for_all_or_for_some(lost: str, back: str, *, is_lost: bool) -> None:
    """Figures of a sector whose feed is lost are a mistake until it is back."""
    events = [
        f"  - {{at: {at}, feed: {what}{f', sectors: {sector}' if sector else ''}}}"
        for at, what, sector in (("09:00:30", "lost", lost), ("09:01:00", "back", back))
    ]
    assert bool(problems(a_file("foreign msval: 0 _ 5", "[]", "events:", *events))) is is_lost


def test_date_start_and_slot() -> None:
    """A test has a day and slots of its own; those of the file's defaults serve where it says nothing."""
    text = a_file("foreign msval: 0 1", "[]", "start: 14:50", "date: 2026-12-01")
    text = text.replace("tests:", "defaults: {start: 10:00, slot: 1m}\ntests:")
    trial = read(text)
    nine = midnight(dt.date(2026, 12, 1))
    assert trial.slots == (nine + 14 * 3600 + 50 * 60, nine + 14 * 3600 + 51 * 60)


def test_what_is_a_file_of_tests() -> None:
    """`tests` at its top; it names its rules as a text or a list."""
    assert is_trial_file(Document(FILE, a_file()))
    assert not is_trial_file(Document("rules.yaml", RULES))
    assert list_patterns(Document(FILE, a_file())) == (("rules.yaml", ("rules",)),)
    assert list_patterns(Document(FILE, "rules: [a.yaml, ../*.yaml]\ntests: []")) == (
        ("a.yaml", ("rules", 0)),
        ("../*.yaml", ("rules", 1)),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: a", "1:1: this is no file of tests; begin with rules: and tests:"),
        ("tests: [a]", "1:1: the file of tests has no 'rules'; add rules:"),
        ("rules: a\ntests: []", "2:8: there are no tests here; write a list, each test after a dash"),
        ("rules: a\ntests: [b]", "2:9: a test is keys and values; write name:, market: …"),
        ("rules: a\ntests: [{name: b}]", "2:9: the test has no 'market'; add market:"),
        (a_file().replace("name:", "nmae:"), "3:5: unknown key 'nmae'; did you mean name?"),
        (a_file() + "difaults: {}\n", "8:1: unknown key 'difaults'; did you mean defaults?"),
        (a_file("foreign msval: 0 ten"), "6:31: 'ten' is no figure; write a figure like -450"),
        (a_file("foreign msval: 0 5계약"), "6:31: 계약 counts contracts, but the rule's sectors count shares"),
        (a_file("foreign msval: 0 5천주"), "6:31: 5천주 is a quantity, and this line is an"),
        (a_file("foreign msval: 1500만"), "6:29: 1500만 is a quantity, and this line is an amount of won"),
        (a_file("foreign msval: 50000000원"), "6:29: 50000000원 is no whole number of 억"),
        (a_file("foreign msval: = 1"), "6:29: '=' follows no figure; begin with a figure, like 0"),
        (a_file("foreign msval: 0 !5x3"), "6:31: '!5x3' makes no sense; write ! before one figure"),
        (a_file("foreign msval: 0 1x0"), "6:31: '1x0' makes no sense"),
        (a_file("foreign msval: 0x2000"), "6:29: there are more figures than the 1,799 slots to midnight"),
        (a_file("foreign msval: 5 !5"), "6:31: nothing shows that updates were missed"),
        (a_file("foreign msval: 5 6/6"), "6:31: this corrects nothing, and the feed drops a repeat"),
        (a_file("foreign msva: 5"), "6:22: 'msva' is no figure of the exchange; did you mean msval?"),
        (a_file("msval: 5"), "6:14: the line names no investor; write whose msval it is, like foreign msval"),
        (a_file("foriegn msval: 5"), "6:14: unknown investor 'foriegn'; did you mean foreign?"),
        (a_file("kospii foreign msval: 5"), "6:14: unknown sector 'kospii'; did you mean kospi?"),
        (a_file("foreign msval: 5").replace("sector: kospi", "date: 2026-11-23"), "6:14: the line names no sector"),
        (a_file("foreign msval: 5, 외국인 msval: 6"), "6:32: this is the line 'foreign msval' again; write it once"),
        (a_file("foreign msval: 5 6, foreign msvol: 5"), "6:34: foreign msvol has nothing at 09:01:00"),
        (a_file("foreign msval: 5 _, foreign msvol: 5 6"), "6:31: foreign msval has nothing at 09:01:00"),
        (a_file("foreign msval: 5", "[]", "date: tomorrow"), "8:11: 'tomorrow' is no date; write it like 2026-11-23"),
        (a_file("foreign msval: 5", "[]", "start: nine"), "8:12: 'nine' is no time of day"),
        (a_file("foreign msval: 5", "[]", "slot: 3 updates"), "8:11: a slot is a time, not a count of updates"),
        (a_file("foreign msval: 5", "[]", "venue: krz"), "8:12: unknown venue 'krz'; did you mean krx?"),
        (a_file().replace("sector: kospi", "sector: kospii"), "5:13: unknown sector 'kospii'; did you mean kospi?"),
        (a_file().replace("[dump, turn]", "dumb"), "4:11: no rule is called 'dumb'; did you mean dump?"),
        (a_file().replace("[dump, turn]", "asleep"), "4:11: the rule asleep is switched off"),
        (a_file().replace("only: [dump, turn]", "date: 2026-11-23"), "3:11: the rules under test are about krx and"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_at_its_place(text: str, problem: str) -> None:
    """Where, what was found, and what to write instead."""
    assert any(each.startswith(problem) for each in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ("{at: 09:00:30}", "9:9: this says nothing that happens; write feed: lost"),
        ("{at: 09:00:30, feed: lost, slot: open}", "9:9: feed and slot stand side by side"),
        ("{at: 09:00:30, feed: gone}", "9:30: unknown feed 'gone'; write feed: lost or feed: back"),
        ("{feed: lost}", "9:9: at what time?; add at:, like 09:00:30"),
        ("{at: 08:00, feed: lost}", "9:14: 08:00:00 is before the first slot; write 09:00:30 or later"),
        ("{at: 09:00:40, slot: open}", "9:14: nothing happens at 09:00:40; the slots are 09:00:30 to"),
        ("{at: 09:00:30, session: closed, sectors: kospi}", "9:41: unknown key of a session 'sectors'; take it out"),
        ("{at: 09:00:30, feed: lost, sectors: kospii}", "9:45: unknown sector 'kospii'; did you mean kospi?"),
        ("{at: 09:00:30, feed: lost}", "6:31: the feed is lost at 09:01:00; write _ until it is back"),
        ("{at: 09:00:30, session: closed}", "6:31: the session is closed before 09:01:00"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_event(event: str, problem: str) -> None:
    """The same for what happens beside the updates, and for updates that could not have come."""
    found = problems(a_file("foreign msval: 0 5", "[]", "events:", f"  - {event}"))
    assert any(each.startswith(problem) for each in found), found


@pytest.mark.parametrize(
    ("expectation", "problem"),
    [
        ("{at: 09:00:30}", "7:14: this says nothing of a rule; write one of fires repeats"),
        ("{fires: dump, quiet: dump}", "7:14: fires and quiet stand side by side"),
        ("{fires: dmp, at: 09:00:30}", "7:22: no rule is called 'dmp'; did you mean dump?"),
        ("{fires: asleep, at: 09:00:30}", "7:22: the rule asleep is switched off"),
        ("{fires: elsewhere, at: 09:00:30}", "7:22: the rule elsewhere is not under test here"),
        ("{fires: dump}", "7:14: fires at what time?; add at:, like 09:00:30"),
        ("{fires: dump, at: 9.30}", "7:32: '9.30' is no time of day"),
        ("{fires: dump, at: 09:00:45}", "7:32: nothing happens at 09:00:45; the slots are 09:00:30 to 09:01:00, every"),
        ("{fires: dump, at: 09:00:30, hold: limit}", "7:42: hold says nothing about fires; take it out"),
        ("{quiet: dump, from: 09:01, until: 09:00}", "7:48: until lies before from; let it be the same or later"),
        ("{quiet: dump, value: 3}", "7:28: value says nothing about quiet; take it out"),
        ("{fires: dump, at: 09:00:30, severity: worse}", "7:52: unknown severity 'worse'; write one of info"),
        ("{fires: dump, at: 09:00:30, value: 5계약}", "7:49: 계약 counts contracts"),
        ("{fires: dump, at: 09:00:30, value: 5천주}", "7:49: 5천주 is a quantity, and the rule is about an"),
        ("{fires: dump, at: 09:00:30, value: much}", "7:49: 'much' is no amount"),
        ("{fires: dump, at: 09:00:30, held_back: -1}", "7:53: '-1' is no count"),
        ("{fires: dump, at: 09:00:30, reason: cooldwon_over}", "7:50: unknown reason 'cooldwon_over'; did you mean"),
        ("{fires: dump, at: 09:00:30, scope: kosdak}", "7:49: 'kosdak' is no part of this rule's scope"),
        ("{fires: dump, at: 09:00:30, scope: [kospi, 코스닥]}", "7:57: '코스닥' is no part of this rule's scope"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_expectation(expectation: str, problem: str) -> None:
    """The same for what is expected."""
    found = problems(a_file("foreign msval: 0 5", f"[{expectation}]"))
    assert any(each.startswith(problem) for each in found), found


@pytest.mark.parametrize(
    ("about", "scope", "found"),
    [
        ("sectors: [kospi, 증권], investors: [foreign, 증권], when: msval > 0", "증권", (None, "0001")),
        ("sectors: [kospi, 증권], investors: [foreign, 증권], when: msval > 0", "증권 증권", ("024", "0001")),
        ("sectors: [kospi, 증권], investors: [foreign], when: msval > 0", "foreign 001", ("001", "0017")),
        ("sectors: [kospi, 증권], when: foreign.msval > 0", "증권", ("024", None)),
        ("sectors: [미니선물], investors: [개인], when: msval > 0", "미니 KP200 선물", ("940", None)),
        ("investors: [foreign], when: futures.msval > 0", "foreign", (None, "0017")),
    ],
)
def test_a_scope_is_read_by_what_its_rule_leaves_open(
    about: str, scope: str, found: tuple[str | None, str | None]
) -> None:
    """증권 and 보험 are investors first, as before a field, but not for a rule whose alerts are about sectors."""
    loaded = load_rules([("rules.yaml", f"rules:\n  - {{name: dump, {about}}}\n")])
    assert loaded.problems == ()
    text = a_file("foreign msval: 0", f"[{{fires: dump, at: 09:00:30, scope: {scope}}}]").replace(
        "[dump, turn]", "dump"
    )
    trials = load_trials(Document(FILE, text), loaded.rulebook)
    assert trials.problems == ()
    (expectation,) = trials.trials[0].expectations
    assert (expectation.sector, expectation.investor) == found


def test_one_bad_test_hides_no_other() -> None:
    """Each test of a file is read by itself, and two tests do not have one name."""
    text = a_file("foreign msval: x") + a_file("foreign msval: 0").split("tests:\n")[1]
    text += a_file("foreign msval: 0", "[{fires: dmp, at: 09:00:30}]").split("tests:\n")[1].replace("a test", "b test")
    assert [each.split(";")[0] for each in problems(text)] == [
        "6:29: 'x' is no figure",
        "8:11: another test has the name 'a test'",
        "17:22: no rule is called 'dmp'",
    ]


def test_a_mistake_in_a_default_is_said_once_and_at_its_place() -> None:
    """Though every test of the file has it."""
    text = a_file() + a_file().split("tests:\n")[1].replace("a test", "b test")
    text = text.replace("tests:\n", "defaults: {date: soon}\ntests:\n", 1)
    assert problems(text) == ["2:18: 'soon' is no date; write it like 2026-11-23"]


def test_the_schema_takes_what_can_be_read() -> None:
    """An independent validator agrees: on texts, and on the numbers that an editor makes of figures."""
    validator = Draft202012Validator(TrialFile.model_json_schema())
    plain = to_plain(Document(FILE, a_file("foreign msval: 0 1", "[{fires: dump, at: 09:00:30, value: 3억}]")).tree)
    assert list(validator.iter_errors(plain)) == []
    plain["tests"][0]["market"] = {"foreign msval": [0, -100, "(-50)x3"], "개인 msval": 5}
    plain["tests"][0]["expect"][0] |= {"value": -350, "held_back": 2}
    assert list(validator.iter_errors(plain)) == []
    assert TrialFile.model_validate(plain).tests[0].market["foreign msval"] == ["0", "-100", "(-50)x3"]
    plain["tests"][0]["expcet"] = []
    assert [each.validator for each in validator.iter_errors(plain)] == ["additionalProperties"]
