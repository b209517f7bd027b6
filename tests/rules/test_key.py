"""What each key of a rule's life is read as, and what is said where it is none."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from flowalert.language.condition import Mode
from flowalert.language.tree import spell
from flowalert.market.instant import DAY, midnight
from flowalert.market.venue import Venue
from flowalert.rules.active import Active
from flowalert.rules.rulebook import Expiry, Limit, Rule
from flowalert.rules.severity import Severity
from tests.rules.file import load, problems, rule


def read(*lines: str, **given: str) -> Rule:
    loaded = load(rule(*lines, **given))
    assert [str(each) for each in loaded.errors] == []
    (found,) = loaded.rulebook.rules
    return found


NINE, HALF_PAST_THREE = 9 * 3600, 15 * 3600 + 1800


def test_levels_rise_however_they_are_written() -> None:
    """Each is a severity above the rule's own with its condition; their order in the file means nothing."""
    found = read("severity: info", "levels: {critical: msval > 2000억, warning: msval > 1000억}")
    assert [(each.severity, spell(each.clause.node)) for each in found.levels] == [
        (Severity.WARNING, "msval > 1000"),
        (Severity.CRITICAL, "msval > 2000"),
    ]


def test_resolving_keeping_and_repeating_are_read() -> None:
    """A condition and two durations."""
    found = read("resolve_when: msval < 100억", "keep_firing_for: 3m", "repeat: 30s")
    assert found.resolve_when is not None
    assert (spell(found.resolve_when.node), found.keep_firing_for, found.repeat) == ("msval < 100", 180, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("regular", Active(((NINE, HALF_PAST_THREE),))),
        ("정규장", Active(((NINE, HALF_PAST_THREE),))),
        ("09:00-15:20", Active(((NINE, HALF_PAST_THREE - 600),))),
        ("09:00:30 ~ 24:00", Active(((NINE + 30, DAY),))),
        ("[13:00-15:20, 09:00-11:30]", Active(((NINE, 41_400), (46_800, HALF_PAST_THREE - 600)))),
        ("[09:00-12:00, 11:00-13:00]", Active(((NINE, 46_800),))),
        ("[regular, 15:40-16:00]", Active(((NINE, HALF_PAST_THREE), (56_400, 57_600)))),
        ("{phases: [regular, closing_auction]}", Active(((NINE, HALF_PAST_THREE),))),
        ("{hours: 08:00-10:00, phases: regular}", Active(((NINE, 36_000),))),
        ("{weekdays: mon}", Active(weekdays=frozenset({0}))),
        ("{weekdays: [mon-wed, 금]}", Active(weekdays=frozenset({0, 1, 2, 4}))),
        ("{weekdays: [토-Monday]}", Active(weekdays=frozenset({5, 6, 0}))),
        ("{holidays: false}", Active(holidays=False)),
        ("{}", Active()),
    ],
)
def test_active_times_are_read(text: str, expected: Active) -> None:
    """Hours, phases of the venue's day, both beside each other or within each other, weekdays and holidays."""
    assert read(f"active: {text}").active == expected


def test_a_phase_is_one_of_the_rules_venue() -> None:
    """`unified` has those of both exchanges."""
    assert read("active: 프리마켓", "venue: nxt").active == Active(((8 * 3600, 8 * 3600 + 3000),))
    assert read("active: [pre_market, regular]", "venue: unified").active == Active(
        (
            (8 * 3600, 8 * 3600 + 3000),
            (NINE, HALF_PAST_THREE),
        )
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-31", Expiry(last_day=midnight(dt.date(2026, 12, 31)) // DAY)),
        ("3 fires", Expiry(fires=3)),
        ("1 fire", Expiry(fires=1)),
        ("session", Expiry(session=True)),
    ],
)
def test_the_end_of_a_rule_is_read(text: str, expected: Expiry) -> None:
    """A date, a number of firings, or a session."""
    assert read(f"expires: {text}").expires == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5/session", Limit(5)), ("5 / 1h", Limit(5, 3600)), ("1/90s", Limit(1, 90))],
)
def test_a_limit_is_read(text: str, expected: Limit) -> None:
    """So many in a session, or in a time."""
    assert read(f"limit: {text}").limit == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("levels: [a]", "6:13: levels: a list stands here; write keys and values"),
        ("levels: {critcal: msval > 9}", "6:14: unknown severity 'critcal'; did you mean critical?"),
        ("levels: {info: msval > 9}", "6:20: the level info is not above the rule's own severity, warning; take it"),
        ("levels: {critical: msvall > 9}", "6:24: unknown name 'msvall'; did you mean msval?"),
        ("levels: {critical: }", "6:24: critical: nothing stands here; write a text"),
        ("resolve_when: msval", "6:19: msval is an amount of won, not a condition; compare it"),
        ("keep_firing_for: 3 updates", "6:22: what it is kept for is a time, not a count of updates; write a duration"),
        ("repeat: 10s", "6:13: nothing new is known after 10s: the exchange publishes every 30 s; write 30s or more"),
        ("repeat: often", "6:13: 'often' is no duration; write a number and a unit"),
        ("active: reglar", "6:13: unknown phase 'reglar'; did you mean regular?"),
        ("active: lunch", "6:13: unknown phase 'lunch'; write one of opening_auction regular closing_auction after_h"),
        ("active: pre_market", "6:13: pre_market is a phase of nxt, not of krx; write one of opening_auction regular"),
        ("active: 09:00-", "6:13: '09:00-' is no stretch of the day; write two times, like 09:00-15:20"),
        ("active: [regular, 09:00-25:00]", "6:29: 25:00 is no time of day; write hours and minutes, like 09:00, up to"),
        ("active: 09:60-10:00", "6:13: 09:60 is no time of day"),
        ("active: 22:00-02:00", "6:13: '22:00-02:00' goes past midnight; write two: 22:00-24:00 and 00:00-02:00"),
        ("active: 09:00-09:00", "6:13: '09:00-09:00' is over as it begins; write an end after the begin"),
        ("active: []", "6:13: the list is empty; name a phase, like regular, or hours, like 09:00-15:20"),
        ("active: [[a]]", "6:14: 0: a list stands here; write a text"),
        ("active: {hour: 09:00-10:00}", "6:14: unknown key 'hour'; did you mean hours?"),
        ("active: {hours: []}", "6:21: the list is empty; write hours, like 09:00-15:20, or take it out"),
        ("active: {hours: regular}", "6:21: 'regular' is no stretch of the day"),
        ("active: {phases: [regular, x]}", "6:32: unknown phase 'x'"),
        ("active: {hours: 16:00-17:00, phases: regular}", "6:21: these hours lie in none of the phases; take hours or"),
        ("active: {weekdays: [mon, fry]}", "6:30: 'fry' is no day of the week; did you mean fri?"),
        ("active: {weekdays: mon-xyz}", "6:28: 'xyz' is no day of the week; write mon, mon-fri or 월-금"),
        ("active: {weekdays: []}", "6:24: the list is empty; write days, like [mon-fri], or take it out"),
        ("active: {holidays: no}", "6:24: holidays: 'no' stands here; write true or false"),
        ("expires: soon", "6:14: 'soon' is no end of a rule; write a date, like 2026-12-31, or 3 fires, or session"),
        ("expires: 2026-02-30", "6:14: 2026-02-30 is no date; write year, month and day, like 2026-12-31"),
        ("expires: 0 fires", "6:14: '0 fires' is over before it begins; write 1 fire or more"),
        ("limit: 5", "6:12: '5' is no limit; write a count and a time, like 5/session or 5/1h"),
        ("limit: 0/session", "6:12: '0/session' would tell of nothing; write 1 or more, or enabled: false"),
        ("limit: 5/day", "6:14: 'day' is no duration; write a time, like 5/session or 5/1h"),
        ("limit: 5/3 updates", "6:14: a limit's time is a time, not a count of updates; write a time, like 5/session"),
    ],
)
def test_each_mistake_in_a_key_has_its_place(lines: str, expected: str) -> None:
    """Line and column of what is wrong, what stands there, and what to write."""
    found = problems(rule(lines))
    assert len(found) == 1
    assert found[0].startswith(expected)
    assert load(rule(lines)).rulebook.rules == ()


EVENT = "delta(msval) > 1"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("for: 5m", "an event lasts no time, so nothing holds for long"),
        ("resolve_when: msval < 0", "an event is over at once, so there is nothing to resolve"),
        ("keep_firing_for: 5m", "an event is over at once, so nothing keeps firing"),
        ("repeat: 5m", "an event is over at once, so nothing is still firing"),
    ],
)
def test_what_a_state_has_is_an_error_of_an_event(line: str, what: str) -> None:
    """It says what to write instead, which depends on why the rule is an event."""
    key = line.split(":", maxsplit=1)[0]
    column = len(key) + 7
    assert problems(rule(line, when=EVENT)) == [
        f"6:{column}: {what}; take {key} out, or write a condition that lasts, like delta(msval, 5m) <= -300억"
    ]
    assert problems(rule(line, "mode: event")) == [f"6:{column}: {what}; take {key} out, or write mode: state"]


def test_what_an_event_has_from_the_defaults_is_for_the_states_beside_it() -> None:
    """Defaults speak of a whole file: nothing is wrong, and the event has none of it."""
    text = (
        "defaults: {sectors: kospi, investors: all, for: 1m, resolve_when: msval < 0, keep_firing_for: 1m, repeat: 1m,"
        " levels: {warning: msval > 9, critical: msval > 99}}\n"
        f"rules:\n  - {{name: a, when: {EVENT}}}\n  - {{name: b, when: msval > 3, severity: info}}\n"
    )
    loaded = load(text)
    assert [str(each) for each in loaded.problems] == []
    event, state = loaded.rulebook.rules
    assert (event.mode, event.for_seconds, event.resolve_when, event.keep_firing_for, event.repeat) == (
        Mode.EVENT, 0, None, 0, 0,
    )  # fmt: skip
    assert (state.for_seconds, state.keep_firing_for, state.repeat) == (60, 60, 60)
    assert state.resolve_when is not None
    assert [len(each.levels) for each in (event, state)] == [1, 2]


@pytest.mark.parametrize(
    ("condition", "sectors", "investors"),
    [
        ("msval > 1", ("001",), ("0017",)),
        ("개인.msval > 1", ("001",), ()),
        ("kosdaq.msval > 1", (), ("0017",)),
        ("kosdaq.개인.msval > 1", (), ()),
        ("개인.msval > 1 and futures.msvol > 1", ("001",), ("0017",)),
        ("time > 10:00", ("001",), ("0017",)),
    ],
)
def test_a_rule_needs_what_its_condition_leaves_open(
    condition: str, sectors: tuple[str, ...], investors: tuple[str, ...]
) -> None:
    """Sectors and investors are needed where the condition names none itself, and have no use where it does."""
    text = f"rules:\n  - name: a\n    when: {condition}\n"
    needed = ("    sectors: kospi\n" if sectors else "") + ("    investors: foreign\n" if investors else "")
    loaded = load(text + needed)
    assert loaded.problems == ()
    assert (loaded.rulebook.rules[0].sectors, loaded.rulebook.rules[0].investors) == (sectors, investors)
    said = "".join(problems(text))
    assert ("the rule names no sectors" in said, "the rule names no investors" in said) == (
        bool(sectors), bool(investors),
    )  # fmt: skip
    said = "".join(problems(text + "    sectors: kospi\n    investors: foreign\n"))
    assert ("sectors has no use here" in said, "investors has no use here" in said) == (not sectors, not investors)
    (inheriting,) = load("defaults: {sectors: kospi, investors: foreign}\n" + text).rulebook.rules
    assert inheriting == replace(loaded.rulebook.rules[0], where=inheriting.where)


def test_a_level_and_a_resolving_condition_can_leave_something_open() -> None:
    """What any of a rule's conditions leaves open, the rule must name."""
    closed = "name: a, when: kospi.foreign.msval > 1"
    assert problems(f"rules:\n  - {{{closed}, resolve_when: foreign.msval < 0, sectors: kospi}}\n") == []
    assert "the rule names no sectors" in problems(f"rules:\n  - {{{closed}, resolve_when: foreign.msval < 0}}\n")[0]
    assert "names no investors" in problems(f"rules:\n  - {{{closed}, levels: {{critical: kospi.msval > 3}}}}\n")[0]


def test_what_an_event_inherits_and_has_no_use_for_leaves_nothing_open() -> None:
    """A resolving condition of the defaults is not the event's."""
    text = "defaults: {resolve_when: msval < 0}\nrules:\n  - {name: a, when: kospi.foreign.delta(msval) > 1}\n"
    loaded = load(text)
    assert loaded.problems == ()
    assert (loaded.rulebook.rules[0].sectors, loaded.rulebook.rules[0].investors) == ((), ())


def test_a_text_leaves_open_what_the_conditions_do() -> None:
    """It may name any series, but for what no condition leaves open there is nothing to take it from."""
    closed = "rules:\n  - name: a\n    when: foreign.msval > 1\n    sectors: kospi\n    message: "
    assert problems(closed + "'{{ 개인.msval }}'\n") == []
    (problem,) = problems(closed + "'{{ msval }}'\n")
    assert problem.startswith("5:18: ")


def test_a_rule_needs_the_sectors_that_it_names_anywhere() -> None:
    """In its condition, its levels, what resolves it and its texts: all must be asked for at the exchange."""
    found = read(
        "levels: {critical: 900.foreign.msval > 9}",
        "resolve_when: 301.msval < 0",
        "message: '{{ 560.foreign.msval }}'",
        when="msval > 3 and 101.msval > 3",
    )
    assert found.places == ("001", "101", "900", "301", "560")
    assert set(load(rule(when="msval > 3 and 101.msval > 3")).rulebook.places) == {
        (Venue.KRX, "001"), (Venue.KRX, "101"),
    }  # fmt: skip


stretches = st.tuples(st.integers(0, DAY // 60 - 1), st.integers(1, DAY // 60)).filter(lambda pair: pair[0] < pair[1])


@given(written=st.lists(stretches, min_size=1, max_size=4), minute=st.integers(0, DAY // 60 - 1))
def test_a_minute_is_active_if_one_of_the_hours_has_it(written: list[tuple[int, int]], minute: int) -> None:
    """Whatever overlaps, touches or stands out of order."""
    texts = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in written]
    active = read(f"active: [{', '.join(texts)}]").active
    assert active is not None
    assert active.contains(minute * 60) == any(a <= minute < b for a, b in written)
    assert all(one[1] < other[0] for one, other in zip(active.hours, active.hours[1:], strict=False))
