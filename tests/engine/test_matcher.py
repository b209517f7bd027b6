"""Matchers: what they mean, what is wrong with one, and that their text is theirs."""

import re

import pytest
from hypothesis import given, strategies as st

from flowalert.engine.clause import Subject, subject_of
from flowalert.engine.matcher import Matcher, parse_matcher, say_matcher
from flowalert.engine.transition import Severity
from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from flowalert.market.investor import INVESTORS
from flowalert.market.sector import SECTORS
from flowalert.market.venue import Venue
from tests.store.sample import transition

LABELS = (("team", "derivatives"), ("severity", "high"))
ALERT = Subject(
    alert="0a1b2c3d4e5f60718293",
    rule="foreigners-dump-kospi",
    venue=Venue.KRX,
    sector="001",
    investor="0017",
    severity=Severity.WARNING,
    labels=LABELS,
)
WHOLE_MARKET = Subject(
    alert="ffff2c3d4e5f60718293", rule="rotation", venue=Venue.NXT, sector=None, investor=None, severity=Severity.INFO
)


@pytest.mark.parametrize(
    "text",
    [
        "sector=kospi",
        "sector=코스피",
        "업종=001",
        " Sector = KOSPI , severity < critical ",
        "sector=kosdaq|kospi",
        "sector!=kosdaq|futures",
        "investor=외국인,venue=krx,심각도=주의",
        "rule=foreigners-*",
        "rule=foreigners-dump-kospi",
        "rule='foreigners-*'",
        "severity>=warning",
        "severity>정보",
        "alert=0a1b",
        "alert=0A1B2C3D4E5F60718293",
        "team=derivatives",
        "label.team=derivatives|equities",
        "label.severity=high",
        "desk!=whatever",
    ],
)
def test_an_alert_is_meant(text: str) -> None:
    """By names, Korean names and codes, in any case and with blanks."""
    assert parse_matcher(text).matches(ALERT)


@pytest.mark.parametrize(
    "text",
    [
        "sector=kosdaq",
        "sector!=kospi",
        "sector=kospi,severity=critical",
        "severity<warning",
        "severity>warning",
        "rule=foreigners",
        "rule!=foreigners-*",
        "rule=Foreigners-*",
        "alert=0a1c",
        "team=Derivatives",
        "desk=whatever",
        'desk=""',
        "venue=nxt",
    ],
)
def test_an_alert_is_not_meant(text: str) -> None:
    """One clause that does not hold is enough; a label that it has not is equal to nothing."""
    assert not parse_matcher(text).matches(ALERT)


@pytest.mark.parametrize("key", ["sector=kospi", "investor=foreign"])
def test_an_alert_over_several_series_has_no_sector(key: str) -> None:
    """Nor an investor: it is in none, and other than each."""
    assert not parse_matcher(key).matches(WHOLE_MARKET)
    assert parse_matcher(key.replace("=", "!=")).matches(WHOLE_MARKET)


def test_a_subject_is_the_alerts_last_transition() -> None:
    """With the labels that it is given."""
    last = transition()
    expected = Subject(
        alert=last.alert,
        rule="sellers",
        venue=Venue.KRX,
        sector="001",
        investor="0017",
        severity=Severity.WARNING,
        labels=LABELS,
    )
    assert subject_of(last, LABELS) == expected


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("", "", "nothing stands here; write something like sector=kospi,severity<critical"),
        ("   ", "   ", "nothing stands here; write something like sector=kospi,severity<critical"),
        ("sector=kospii", "kospii", "unknown sector 'kospii'; did you mean kospi?"),
        ("severity<critical,sector=코스닭", "코스닭", "unknown sector '코스닭'; did you mean 코스닥?"),
        ("sector=kospi|zzz", "zzz", "unknown sector 'zzz'; write a name like kospi, 코스닥 or futures, or a code"),
        ("investor=foregn", "foregn", "unknown investor 'foregn'; did you mean foreign?"),
        ("venue=ktx", "ktx", "unknown venue 'ktx'; did you mean krx?"),
        ("severity<crit", "crit", "unknown severity 'crit'; did you mean critical?"),
        ("sector<kospi", "<", "sector has no order; write = or !=; < and > are for severity"),
        ("team<x", "<", "team has no order; write = or !=; < and > are for severity"),
        ("severity<info|critical", "critical", "an order has one value; write severity< and one severity"),
        ("sektor=kospi", "sektor", "unknown key 'sektor'; did you mean sector? A label of that name is label.sektor"),
        ("sector==kospi", "==", "'==' is no comparison; did you mean =?"),
        ("rule=~foreign.*", "=~", "'=~' is no comparison; rules take patterns, like rule=foreigners-*"),
        ("kospi", "kospi", "'kospi' has no comparison; write something like sector=kospi,severity<critical"),
        ("sector", "sector", "'sector' has no comparison; write what it must be, like sector=…"),
        ("sector=kospi,kosdaq", "kosdaq", "'kosdaq' has no comparison; for one or the other write sector=kospi|kosdaq"),
        ("sector=", "", 'a value is missing; write one, or "" for none'),
        ("sector=kospi|", "", 'a value is missing; write one, or "" for none'),
        ("sector=kospi,", "", "a key is missing; write something like sector=kospi,severity<critical"),
        (",sector=kospi", ",", "a key is missing; write something like sector=kospi,severity<critical"),
        ("=kospi", "=", "a key is missing; write something like sector=kospi,severity<critical"),
        ('team="a,b', '"a,b', 'a quotation mark is not closed; write " at its end'),
        ('team="a" b', "b", "'b' stands in a value; put the value into \"…\", or write , or |"),
        ("team=a=b", "=", "'=' stands in a value; put the value into \"…\", or write , or |"),
        ('rule=""', '""', "a rule has a name; write it, or a pattern like foreigners-*"),
        ("label.=x", "label.", "the label has no name; write its name, like label.team=derivatives"),
        (
            "alert=0a1",
            "0a1",
            "'0a1' is no beginning of an alert's id; write 4 to 20 of its digits, as flowalert ack lists them",
        ),
        (
            "sector=kospi,severity=info,sector=kosdaq",
            "sector=kosdaq",
            "no alert is both sector=kospi and sector=kosdaq; for one or the other write sector=kospi|kosdaq",
        ),
    ],
)
def test_a_mistake_is_shown_at_its_place(text: str, marked: str, says: str) -> None:
    """With what is wrong, and what to write instead."""
    with pytest.raises(Mistake) as caught:
        parse_matcher(text)
    assert str(caught.value) == says
    assert text[caught.value.start : caught.value.end] == marked


def test_a_value_in_quotation_marks_may_be_anything() -> None:
    """A comma, the marks themselves, blanks at its ends, or nothing."""
    labels = (("note", "a,b|c=\"d\" 'e' \\ "), ("empty", ""))
    subject = Subject(
        alert="", rule="r", venue=Venue.KRX, sector=None, investor=None, severity=Severity.INFO, labels=labels
    )
    assert parse_matcher("note=\"a,b|c=\\\"d\\\" 'e' \\\\ \",empty=''").matches(subject)
    assert parse_matcher("note='a,b|c=\"d\" \\'e\\' \\\\ '").matches(subject)


def test_the_canonical_text_has_one_name_for_each_thing() -> None:
    """A code that no list has is all the name that there is."""
    text = " 업종 = 코스피 | 001 | 999, investor!=기관,심각도<긴급, x = 'a b' ,venue=UBM, x='a,b'"
    canonical = 'sector=kospi|999,investor!=institutions,severity<critical,label.x=a b,venue=unified,label.x="a,b"'
    assert str(parse_matcher(text)) == canonical


def test_a_matcher_is_said_in_words() -> None:
    """In Korean and in English."""
    matcher = parse_matcher("sector=kospi|kosdaq,investor!=foreign,severity<critical,venue=nxt,rule=f-*,team=a")
    assert say_matcher(matcher, Tongue.KOREAN) == (
        "업종 코스피 또는 코스닥, 투자자 외국인 제외, 심각도 긴급 미만, 시장 넥스트레이드, 규칙 f-*, team a"
    )
    assert say_matcher(matcher, Tongue.ENGLISH) == (
        "sector KOSPI or KOSDAQ, investor other than foreigners, severity below critical, venue nxt, rule f-*, team a"
    )


severities = [each.slug for each in Severity] + [each.korean for each in Severity]
sectors = [name for each in SECTORS for name in (each.slug, each.korean, each.code)] + ["999"]
investors = [name for each in INVESTORS for name in (each.slug, each.korean, each.code)] + ["1234"]
anything = st.text(st.sampled_from("\"'\\,|=<~ \n가") | st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.from_regex(r"[a-z]{1,6}-\*?|\*|[가-힣]{1,3}", fullmatch=True)


def quote(value: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


@st.composite
def equalities(draw: st.DrawFn) -> tuple[str, str]:
    """A key, and its values as they may be written."""
    key, values = draw(
        st.sampled_from(
            [
                ("sector", st.sampled_from(sectors).map(quote)),
                ("investor", st.sampled_from(investors)),
                ("venue", st.sampled_from(["krx", "NBM", "통합"])),
                ("severity", st.sampled_from(severities)),
                ("rule", names),
                ("alert", st.sampled_from(["0a1b", "FFFF2c"])),
                ("label.team", anything.map(quote)),
                ("label.severity", st.sampled_from(["high", "low"])),
            ]
        )
    )
    return key, "|".join(draw(st.lists(values, min_size=1, max_size=3)))


orders = st.builds("severity{}{}".format, st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(severities))
unequal = equalities().map("!=".join)
# No two that want different ones of a thing, since that is a mistake.
texts = st.builds(
    lambda first, others: ",".join([first, *others]),
    equalities().map("=".join) | unequal | orders,
    st.lists(unequal | orders, max_size=3),
)
subjects = st.builds(
    Subject,
    alert=st.sampled_from(["0a1b2c3d4e5f60718293", "ffff2c3d4e5f60718293"]),
    rule=names,
    venue=st.sampled_from(Venue),
    sector=st.sampled_from([None, "001", "301", "999"]),
    investor=st.sampled_from([None, "0017", "1234"]),
    severity=st.sampled_from(Severity),
    labels=st.sampled_from([(), (("team", ""),), (("severity", "high"), ("team", "a"))]),
)


@given(texts)
def test_a_matcher_is_its_text(text: str) -> None:
    """What is written down of it is read back as the same."""
    matcher = parse_matcher(text)
    assert parse_matcher(str(matcher)) == matcher
    assert str(parse_matcher(str(matcher))) == str(matcher)


@given(anything)
def test_any_value_can_be_written(value: str) -> None:
    """In quotation marks, by us and by people."""
    matcher = parse_matcher(f"label.x={quote(value)}")
    assert matcher.clauses[0].values == (value,)
    assert parse_matcher(str(matcher)) == matcher


@given(equalities(), subjects)
def test_other_than_is_the_opposite_of_equal(equality: tuple[str, str], subject: Subject) -> None:
    """Of each key, for each alert, also one that has nothing of the kind."""
    equal, other = (parse_matcher(sign.join(equality)) for sign in ("=", "!="))
    assert equal.matches(subject) is not other.matches(subject)


@given(st.sampled_from(severities), subjects)
def test_orders_go_with_each_other(severity: str, subject: Subject) -> None:
    """Below is what is not the same or above, and the same is what is neither below nor above."""

    def is_so(operator: str) -> bool:
        return parse_matcher(f"severity{operator}{severity}").matches(subject)

    assert is_so("<") is not is_so(">=")
    assert is_so(">") is not is_so("<=")
    assert is_so("=") is (is_so("<=") and is_so(">="))


@given(texts, texts, subjects)
def test_all_clauses_must_hold(one: str, two: str, subject: Subject) -> None:
    """Two matchers put together mean what both mean."""
    joined = Matcher(parse_matcher(one).clauses + parse_matcher(two).clauses)
    assert joined.matches(subject) is (parse_matcher(one).matches(subject) and parse_matcher(two).matches(subject))


@given(st.text(max_size=30) | st.text('sector=kospi,"!|<~\\ ', max_size=30))
def test_any_text_is_a_matcher_or_a_mistake_within_it(text: str) -> None:
    """And never an error of another kind."""
    mistake = find_mistake(text)
    if mistake is not None:
        assert 0 <= mistake.start <= mistake.end <= len(text) + 1
        assert mistake.what
        assert mistake.instead


def find_mistake(text: str) -> Mistake | None:
    try:
        parse_matcher(text)
    except Mistake as mistake:
        return mistake
    return None
