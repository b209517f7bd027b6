"""Whose figure it is: prefixes of names and of calls."""

import pytest
from hypothesis import given, settings, strategies as st

from flowalert.language.checker import Checker
from flowalert.language.condition import read_condition
from flowalert.language.meaning import NET_WON
from flowalert.language.mistake import Mistake
from flowalert.language.parser import parse_condition, parse_placeholder
from flowalert.language.template import read_template
from flowalert.language.tree import Name, spell, walk_names
from flowalert.market.investor import INVESTORS
from flowalert.market.sector import SECTORS, Counted


def spelled(text: str, counted: Counted | None = Counted.SHARES) -> str:
    return spell(Checker(counted).check_truth(parse_condition(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foreign.msval > 0", "foreign.msval > 0"),
        ("외국인.msval > 0", "foreign.msval > 0"),
        ("0017.msval > 0", "foreign.msval > 0"),
        ("futures.msval > 0", "futures.msval > 0"),
        ("선물.msval > 0", "futures.msval > 0"),
        ("900.msval > 0", "futures.msval > 0"),
        ("futures.foreign.msval > 0", "futures.foreign.msval > 0"),
        ("선물.외국인.msval > 0", "futures.foreign.msval > 0"),
        ("001.0017.msval > 0", "kospi.foreign.msval > 0"),
        ("kospi.개인.msval > 0", "kospi.individual.msval > 0"),
        ("retail.msval > 0", "individual.msval > 0"),
        ("기관.msval > 0", "institutions.msval > 0"),
        ("KOSPI.Foreign.msval > 0", "kospi.foreign.msval > 0"),
    ],
)
def test_a_series_is_named_by_slug_korean_name_or_code(text: str, expected: str) -> None:
    """In either part, alone or together, and each has one spelling."""
    assert spelled(text) == expected


def test_of_one_part_an_investor_is_meant_before_a_sector() -> None:
    """증권 and 보험 are both; the sectors of these names go by their codes and slugs, or before an investor."""
    assert spelled("증권.msval > 0") == "securities.msval > 0"
    assert spelled("보험.msval > 0") == "insurance.msval > 0"
    assert spelled("024.msval > 0") == "brokers.msval > 0"
    assert spelled("증권.증권.msval > 0") == "brokers.securities.msval > 0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foreign.delta(msval, 5m) > 0", "delta(foreign.msval, 5m) > 0"),
        ("futures.foreign.abs(delta(msval)) > 0", "abs(delta(futures.foreign.msval)) > 0"),
        ("foreign.sum(msval - msvalue, session) > 0", "sum(foreign.msval - foreign.msvalue, session) > 0"),
        ("foreign.count(msval > 0 and msvol > 0, 10m) > 3", "count(foreign.msval > 0 and foreign.msvol > 0, 10m) > 3"),
        ("foreign.crosses(msval, 0)", "crosses(foreign.msval, 0)"),
        ("foreign.delta(individual.msval) > 0", "delta(individual.msval) > 0"),
        ("foreign.delta(msval - individual.msval) > 0", "delta(foreign.msval - individual.msval) > 0"),
        ("futures.delta(foreign.msval) > 0", "delta(futures.foreign.msval) > 0"),
        ("foreign.delta(futures.msval) > 0", "delta(futures.foreign.msval) > 0"),
        ("futures.foreign.delta(kospi.msval) > 0", "delta(kospi.foreign.msval) > 0"),
        ("foreign.prev(individual.prev(msval)) > 0", "prev(prev(individual.msval)) > 0"),
        ("foreign.streak(msval > 0 and time > 14:50) > 3", "streak(foreign.msval > 0 and time > 14:50:00) > 3"),
    ],
)
def test_a_prefix_of_a_call_goes_to_the_names_inside(text: str, expected: str) -> None:
    """To those that have none of their own in that part: the inner one wins, and `time` takes none."""
    assert spelled(text) == expected


def test_a_prefix_ends_with_its_call() -> None:
    """What stands beside it is the rule's own."""
    assert spelled("foreign.abs(msval) + msval > 0") == "abs(foreign.msval) + msval > 0"


@pytest.mark.parametrize(
    ("text", "place", "what", "instead"),
    [
        ("foriegn.msval > 0", "foriegn", "unknown sector or investor 'foriegn'", "did you mean foreign?"),
        ("외궄인.msval > 0", "외궄인", "unknown sector or investor '외궄인'", "did you mean 외국인?"),
        ("바나나.msval > 0", "바나나", "unknown sector or investor '바나나'", "foreign.msval or futures.foreign.msvol"),
        ("futurs.foreign.msval > 0", "futurs", "unknown sector 'futurs'", "did you mean futures?"),
        ("futures.foriegn.msval > 0", "foriegn", "unknown investor 'foriegn'", "did you mean foreign?"),
        ("foreign.futures.msval > 0", "foreign", "unknown sector 'foreign'", ""),
        ("futures.kospi.msval > 0", "kospi", "unknown investor 'kospi'", ""),
        ("krx.futures.foreign.msval > 0", "krx.futures.foreign.msval", "3 parts", "futures.foreign.msvol"),
        ("foreign.time > 14:50", "foreign.time", "time is the same for everybody", "write time alone"),
        ("foreign.msvall > 0", "msvall", "unknown name 'msvall'", "did you mean msval?"),
        ("foreign.delat(msval) > 0", "delat", "unknown function 'delat'", "did you mean delta?"),
        ("foreign > 0", "foreign", "foreign alone is no figure", "say which, like foreign.msval"),
        ("선물 > 0", "선물", "선물 alone is no figure", "say which, like 선물.msval"),
        ("foreign. > 0", ".", "'.' is not understood here", ""),
        ("foreign.300 > 0", ".", "'.' is not understood here", ""),
        ("foreign.(msval) > 0", ".", "'.' is not understood here", ""),
    ],
)
def test_a_prefix_that_is_none_is_refused_at_its_part(text: str, place: str, what: str, instead: str) -> None:
    """Each part by itself, with a suggestion where something is near."""
    with pytest.raises(Mistake) as caught:
        spelled(text)
    assert text[caught.value.start : caught.value.end] == place
    assert what in caught.value.what
    assert instead in caught.value.instead


@pytest.mark.parametrize(
    ("text", "sectors", "investors"),
    [
        ("msval > 0", True, True),
        ("foreign.msval > 0", True, False),
        ("futures.msval > 0", False, True),
        ("futures.foreign.msval > 0", False, False),
        ("foreign.msval > 0 and msval > 0", True, True),
        ("foreign.msval > 0 and futures.individual.msval > 0", True, False),
        ("futures.msval > 0 and kospi.individual.msval > 0", False, True),
        ("foreign.msval > 0 and futures.msval > 0", True, True),
        ("foreign.msval > 0 and time > 14:50", True, False),
        ("time > 14:50", True, True),
    ],
)
def test_a_condition_opens_what_it_does_not_name(text: str, sectors: bool, investors: bool) -> None:
    """By any of its names; the time of day is everybody's, and alone it needs somebody's updates."""
    condition = read_condition(text, Counted.SHARES)
    assert (condition.opens_sector, condition.opens_investor) == (sectors, investors)


def test_a_condition_tells_its_series_once_each() -> None:
    """As codes, from left to right."""
    condition = read_condition("foreign.msval > msval and 0017.delta(msvol) > futures.foreign.msvol", None)
    assert condition.references == ((None, "0017"), (None, None), ("900", "0017"))


@pytest.mark.parametrize("text", ["msval > 0", "delta(msval, 5m) > 0", "crosses(msval, 0)", "sum(msval, session) > 0"])
def test_the_same_of_another_series_is_another_feature(text: str) -> None:
    """Names with and without a prefix are told apart."""
    one, other = read_condition(text, Counted.SHARES), read_condition(text.replace("msval", "foreign.msval"), None)
    assert one.features != other.features


@settings(deadline=None)
@given(
    sector=st.sampled_from([each.code for each in SECTORS] + ["999"]),
    investor=st.sampled_from([each.code for each in INVESTORS] + ["7777"]),
)
def test_every_code_reads_back_from_its_spelling(sector: str, investor: str) -> None:
    """Known codes are spelled by their slugs, and unknown ones as they are."""
    tree = Checker(None).check_truth(parse_condition(f"{sector}.{investor}.msval > 0"))
    (name,) = walk_names(tree)
    assert name == Name("msval", sector, investor)
    assert Checker(None).check_truth(parse_condition(spell(tree))) == tree


def test_what_a_quantity_counts_is_its_own_sectors_to_say() -> None:
    """Futures count contracts in a rule for KOSPI as well, and the two do not meet."""
    assert spelled("futures.msvol > 40계약") == "futures.msvol > 40"
    assert spelled("40계약 < futures.delta(msvol)") == "40 < delta(futures.msvol)"
    assert spelled("kospi.msvol > 5천주", Counted.CONTRACTS) == "kospi.msvol > 5"
    assert spelled("futures.msvol + 40계약 > 0") == "futures.msvol + 40 > 0"
    assert spelled("crosses(futures.msvol, 40계약)") == "crosses(futures.msvol, 40)"
    assert spelled("futures.msvol > 0 and msvol > 20만", Counted.SHARES) == "futures.msvol > 0 and msvol > 200"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("futures.msvol > 5천주", "천주 counts shares, but the rule's sectors count contracts"),
        ("futures.msvol > msvol", "a quantity of contracts is compared with a quantity of shares"),
        ("futures.msvol + msvol > 0", "a quantity of shares is added to a quantity of contracts"),
        ("delta(futures.msvol) > delta(kospi.msvol, 5m)", "contracts is compared with a quantity of shares"),
        ("crosses(futures.msvol, msvol)", "a quantity of contracts against a quantity of shares"),
    ],
)
def test_shares_and_contracts_do_not_meet(text: str, what: str) -> None:
    """They are both quantities, and neither is worth the other."""
    with pytest.raises(Mistake) as caught:
        spelled(text)
    assert what in caught.value.what


def test_a_text_may_name_any_series() -> None:
    """Beside what the condition is about, and before calls."""
    template = read_template(
        "{{ futures.foreign.delta(msvol, 5m) | shares }} {{ 개인.msval | won }}", Counted.SHARES, NET_WON
    )
    assert [spell(each) for each in template.expressions] == ["delta(futures.foreign.msvol, 5m)", "individual.msval"]


@pytest.mark.parametrize(
    ("text", "opens", "place", "what", "instead"),
    [
        ("{{ msval }}", (True, False), "msval", "whose msval?", "foreign.msval"),
        ("{{ delta(msvol, 5m) }}", (True, False), "msvol", "whose msvol?", "foreign.msvol"),
        ("{{ foreign.msval }}", (False, True), "foreign.msval", "msval of which sector?", "kospi.foreign.msval"),
        ("{{ foreign.msval }}", (False, False), "foreign.msval", "of which sector?", "kospi.foreign.msval"),
        ("가 {{ futures.msval }}", (False, False), "futures.msval", "whose msval?", "foreign.msval"),
        ("{{ if(msval > 0, 'a', 'b') }}", (True, False), "msval", "whose msval?", "foreign.msval"),
    ],
)
def test_a_text_leaves_open_only_what_the_condition_does(
    text: str, opens: tuple[bool, bool], place: str, what: str, instead: str
) -> None:
    """There is no sector, or no investor, to take from the alert else."""
    with pytest.raises(Mistake) as caught:
        read_template(text, Counted.SHARES, NET_WON, opens_sector=opens[0], opens_investor=opens[1])
    assert text[caught.value.start : caught.value.end] in (place, place.rsplit(".", maxsplit=1)[-1])
    assert what in caught.value.what
    assert instead in caught.value.instead


def test_a_text_of_a_condition_that_names_all_may_still_use_what_is_nobodys() -> None:
    """The time, and the alert's own words."""
    text = "{{ time }} {{ value }} {{ kospi.foreign.msval }}"
    assert read_template(text, Counted.SHARES, NET_WON, opens_sector=False, opens_investor=False).expressions


@pytest.mark.parametrize("word", ["value", "rule", "at", "time"])
def test_an_alerts_words_take_no_prefix(word: str) -> None:
    """They are about the alert, whoever it is about."""
    with pytest.raises(Mistake, match=f"{word} is the same for everybody"):
        read_template(f"{{{{ foreign.{word} }}}}", Counted.SHARES, NET_WON)


def test_a_prefix_is_part_of_the_expression_it_stands_before() -> None:
    """Its place begins with the prefix, so that a mistake is underlined whole."""
    node, _, _ = parse_placeholder("1 + futures.foreign.delta(msval)")
    assert spell(node) == "1 + futures.foreign.delta(msval)"
    with pytest.raises(Mistake) as caught:
        spelled("msvol > futures.foreign.msval")
    assert (caught.value.start, caught.value.end) == (0, len("msvol > futures.foreign.msval"))
