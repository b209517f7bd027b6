"""Which series the rules are about, and what they set them against."""

from flowalert.market.series import parse_series
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook
from flowalert.web.interest import Interests, list_levels


def load(*rules: str) -> Rulebook:
    text = "rules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    loaded = load_rules([("rules.yaml", text)])
    assert not loaded.errors, loaded.problems
    return loaded.rulebook


def levels(rule: str, of: str = "krx/001/0017") -> list[tuple[str, float, str]]:
    (loaded,) = load(rule).rules
    found = list(list_levels(loaded, parse_series(of)))
    assert {level.rule for level in found} <= {"r"}
    return [(level.figure, level.value, level.severity) for level in found]


async def test_the_series_are_those_of_the_rules_sectors_and_of_their_conditions() -> None:
    """By sector; foreigners, institutions and individuals stand for all, and go before the others."""
    rulebook = load(
        "{name: a, sectors: [kosdaq, kospi], investors: [pension_funds, individual], when: msval > 0}",
        "{name: b, sectors: [kospi], when: foreign.msval > individual.msval}",
        "{name: c, sectors: [futures], investors: all, when: msvol > 0}",
        "{name: d, when: nothing.foreign.msval > 0}".replace("nothing", "etf"),
    )
    found = await Interests().find_rules(rulebook)
    assert [(str(each), [rule.name for rule in rules]) for each, rules in found.items()] == [
        ("krx/001/0017", ["b"]),
        ("krx/001/0008", ["a", "b"]),
        ("krx/001/0006", ["a"]),
        ("krx/301/0008", ["a"]),
        ("krx/301/0006", ["a"]),
        ("krx/560/0017", ["d"]),
        ("krx/900/0017", ["c"]),
        ("krx/900/0018", ["c"]),
        ("krx/900/0008", ["c"]),
    ]


async def test_other_rules_are_looked_at_anew() -> None:
    """What was found is kept while the rules are the same."""
    interests = Interests()
    of = parse_series("krx/001/0017")
    first = load("{name: a, sectors: [kospi], investors: [foreign], when: msval > 5}")
    found = await interests.find_rules(first)
    assert await interests.find_rules(first) is found
    assert [level.value for level in await interests.find_levels(of)] == [5]
    await interests.find_rules(load("{name: a, sectors: [kospi], investors: [foreign], when: msval > 6}"))
    assert [level.value for level in await interests.find_levels(of)] == [6]


def test_a_level_is_what_was_written() -> None:
    """To the digit, and with the severity that goes with it."""
    rule = "{name: r, sectors: [kospi], investors: [foreign], when: %s, levels: {critical: %s}}"
    assert levels(rule % ("msval <= -300억", "delta(msval) <= -20억")) == [
        ("msval", -300, "warning"),
        ("p_msval", -20, "critical"),
    ]
    assert levels(rule % ("p_msvol < 100", "100 < msvol")) == [("p_msvol", 100, "warning"), ("msvol", 100, "critical")]


def test_either_side_of_a_size_is_a_level() -> None:
    rule = "{name: r, sectors: [kospi], investors: [foreign], when: abs(delta(msvol)) >= 350}"
    assert levels(rule) == [("p_msvol", 350, "warning"), ("p_msvol", -350, "warning")]


def test_what_is_over_time_or_of_another_series_is_no_level() -> None:
    """Windows and calls have no line of the day; a line is drawn where its own series is."""
    rule = "{name: r, sectors: [kospi], when: '%s'}"
    assert levels(rule % "foreign.delta(msval, 5m) > 1 and foreign.msval + individual.msval > 2") == []
    mixed = rule % "foreign.msval > 1 and individual.msval < 2 and futures.foreign.msvol > 3"
    assert levels(mixed) == [("msval", 1, "warning")]
    assert levels(mixed, "krx/001/0008") == [("msval", 2, "warning")]
    assert levels(mixed, "krx/900/0017") == [("msvol", 3, "warning")]
    assert levels(mixed, "krx/301/0017") == []
