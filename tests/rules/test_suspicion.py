"""What is legal and hardly meant: a warning at its place, and the rule is loaded."""

import pytest

from flowalert.rules.problem import Level
from tests.rules.file import FILE, load, rule


def warnings(text: str) -> list[str]:
    loaded = load(text)
    assert loaded.errors == ()
    assert all(each.level is Level.WARNING for each in loaded.problems)
    assert loaded.rulebook.rules
    return [str(each).removeprefix(f"{FILE}:").replace("warning: ", "") for each in loaded.problems]


@pytest.mark.parametrize(
    "when",
    [
        "msval > 5 and msval < 3",
        "msval > 5 and msval < 6",
        "msval >= 5억 and 3억 >= msval",
        "not (msval > 3 or msval <= 3)",
        "msval > 5 and (msval < 3 or msval < 4)",
        "abs(msval) < 0",
        "msvolume < 0",
        "avg(msvalue, 5m) <= -1",
        "msvalue + mdvalue < 0",
        "streak(msval > 0) < 0",
        "delta(msval, 5m) > 5 and msval > 1 and delta(msval, 300s) < 3",
        "crosses_below(abs(msval), 0)",
        "msval == 3 and msval == 4",
    ],
)
def test_a_condition_that_cannot_be_true_is_suspect(when: str) -> None:
    """Its comparisons of one feature leave no value, or none that the feature can have."""
    assert warnings(rule(when=f"'{when}'")) == ["5:11: this is never true; look at its comparisons"]


@pytest.mark.parametrize(
    ("when", "venue"),
    [("time >= 20:00", "krx"), ("time < 08:00", "krx"), ("time < 08:00", "nxt"), ("time > 20:10", "unified")],
)
def test_a_time_at_which_nothing_comes_is_suspect(when: str, venue: str) -> None:
    """The venue's day is named."""
    (said,) = warnings(rule(f"venue: {venue}", when=f"msval > 0 and {when}"))
    assert said.startswith(f"5:11: this is never true; look at its comparisons; the day of {venue} is from 08:")


@pytest.mark.parametrize(
    "when", ["msval > 3 or msval <= 3", "abs(msval) >= 0", "msval < 5 or msval > 1", "time >= 08:00"]
)
def test_a_condition_that_cannot_be_false_is_suspect(when: str) -> None:
    """There is nothing to tell."""
    (said,) = warnings(rule(when=when))
    assert said.startswith("5:11: this is always true; look at its comparisons")


@pytest.mark.parametrize(
    "when",
    [
        "msval > 3 and msval < 5",
        "msval > 3 and delta(msval) < -5",
        "msval > 5 or msval < 3",
        "delta(msvolume) < 0",
        "delta(msval) <= -300",
        "delta(msval, 5m) <= -5000억",
        "msval <= -5조",
        "msvalue >= 30조",
        "abs(delta(msvol)) >= 3000",
        "msvol >= 200_000",
        "avg(msval, 5m) > 0.5억",
        "msval / msvalue > 30%",
        "zscore(delta(msval), 1h) > 3",
        "slope(msval, 10m) > 0.5",
        "sum(delta(msval), 1h) > 3조",
        "time >= 09:30 and time < 15:00 and msval > 0",
        "crosses(msval, 0)",
        "not crosses_below(msval, 0) and msval > 1",
        "msval > 0.5 * msvalue",
        "futures.delta(msval) >= 3000억 and msval > 1",
        "msval >= 1억",
        "count(delta(msval) < 0, 10m) >= 15",
    ],
)
def test_what_people_write_is_not_suspect(when: str) -> None:
    """A warning that is wrong now and then is soon read by nobody."""
    assert warnings(rule(when=f"'{when}'")) == []


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (
            "msval <= -300_000_000",
            "5:20: a bare number is in 억원: this is -30,000조, more than any day brings; if won was meant, write -3억",
        ),
        (
            "delta(msval) <= -30000",
            "5:27: a bare number is in 억원: this is -3조, more than any publication brings; look at its unit",
        ),
        ("30조 < p_msval", "5:11: 30조 is more than any publication brings; look at its unit"),
        ("msval > 1 and abs(msval) > 3000조", "5:38: 3,000조 is more than any day brings; look at its unit"),
        (
            "msvol >= 30_000_000",
            "5:20: a bare number is in 천주: this is 300억주, more than any day brings; if shares were meant",
        ),
        (
            "crosses(msval, 1000원)",
            "5:26: this is less than 1억원, the least that the feed can tell; write 0, or look at",
        ),
        (
            "msvol > 100주",
            "5:19: this is less than 1천주, the least that the feed can tell; write 0, or look at its unit",
        ),
        ("streak(delta(msval) > 99조) > 3", "5:33: 99조 is more than any publication brings; look at its unit"),
    ],
)
def test_an_amount_in_the_wrong_unit_is_suspect(when: str, expected: str) -> None:
    """At the amount: what it is in the feed's unit, and what was perhaps meant."""
    (said,) = warnings(rule(when=when))
    assert said.startswith(expected)


def test_contracts_have_no_thousands() -> None:
    """A bare number of futures counts contracts."""
    assert warnings(rule(when="abs(delta(msvol)) > 3000", sectors="futures")) == []
    assert warnings(rule(when="futures.delta(msvol) > 0.5 and msval > 1"))[0].startswith(
        "5:34: this is less than 1계약"
    )
    (said,) = warnings(rule(when="msvol > 30_000_000", sectors="futures"))
    assert said.startswith("5:19: a bare number is in 계약: this is 3,000만계약, more than any day brings; look at its")


def test_codes_of_other_series_are_looked_at_too() -> None:
    """In the condition, in levels and in what resolves it."""
    said = warnings(
        rule("levels: {critical: 9999.msval > 3}", "resolve_when: 0042.msval < 0", when="msval > 1 and 999.msval > 1")
    )
    assert [each.split(";")[0] for each in said] == [
        "5:11: the sector code 999 is in no list that flowalert knows",
        "6:24: 9999 adds up every row, and so counts the parts of 외국인 and 기관계 twice",
        "7:19: the investor code 0042 is in no list that flowalert knows",
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "levels: {critical: msval > 100억}",
            "6:24: this level holds whenever the condition does; set it further away",
        ),
        ("levels: {critical: msval < 100억}", "6:24: this level is never reached: the condition rules it out"),
        ("levels: {critical: msval > 5 and msval < 3}", "6:24: this is never true; look at its comparisons"),
        (
            "severity: info\n    levels: {warning: msval > 900억, critical: msval > 800억}",
            "7:23: whenever this level holds, critical does too; set critical further away, or take this out",
        ),
        ("resolve_when: msval > 400억", "6:19: this holds only while the condition does, so the alert never resolves"),
        ("resolve_when: abs(msval) < 0", "6:19: this is never true; look at its comparisons"),
        ("for: 12h", "6:10: this is longer than a session of krx, at whose end every alert ends; write less"),
        ("repeat: 12h", "6:13: this is longer than a session of krx"),
        ("active: 20:00-21:00", "6:13: no update of krx comes at these times; its day is from 08:30:00 to 18:10:00"),
        ("active: {weekdays: sat-sun}", "6:13: no session is held on these days; name a day from mon to fri"),
    ],
)
def test_a_rule_that_contradicts_itself_is_suspect(lines: str, expected: str) -> None:
    """Levels that mean nothing, alerts that never resolve, times without a market."""
    (said,) = warnings(rule(lines))
    assert said.startswith(expected)


@pytest.mark.parametrize(
    "lines",
    [
        "levels: {critical: msval > 900억}",
        "severity: info\n    levels: {critical: msval > 900억, warning: msval > 800억}",
        "levels: {critical: delta(msval) > 100억}",
        "resolve_when: msval < 100억",
        "resolve_when: delta(msval) < 0",
        "resolve_when: msval < 100억\n    levels: {critical: msval < 200억}",
        "keep_firing_for: 5m\n    levels: {critical: msval < 200억}",
        "for: 5h",
        "active: 08:45-09:30",
        "active: {weekdays: [fri-sat]}",
    ],
)
def test_a_rule_with_a_life_is_not_suspect(lines: str) -> None:
    """While an alert fires on, its level may lie beyond its condition."""
    assert warnings(rule(lines)) == []


def test_two_rules_that_are_one_are_suspect() -> None:
    """But for the name everything is the same; one that is off does not count."""
    twin = rule(name="b").removeprefix("rules:\n")
    assert warnings(rule() + twin) == [
        "6:11: this rule is a-rule but for the name; everybody is told twice; that one is in rules/a.yaml:2"
    ]
    assert warnings(rule() + rule(name="b", when="msval > 301억").removeprefix("rules:\n")) == []
    assert warnings(rule() + rule("enabled: false", name="b").removeprefix("rules:\n")) == []
