"""The engine against the plainest evaluator, on random rulebooks and random markets."""

from typing import Any

from hypothesis import given, settings, strategies as st

from flowalert.engine.engine import Engine
from flowalert.language.condition import Mode, read_condition
from flowalert.language.template import read_template
from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.sector import Counted
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook
from tests.engine.naive import Naive

DAY = 86_400
NINE = 9 * 3600
SERIES = [series(Venue.KRX, "001", "0017"), series(Venue.KRX, "001", "0008"), series(Venue.KRX, "301", "0017")]

fields = st.sampled_from(["msvol", "msval", "msvolume", "mdvalue", "p_msval", "p_msvol"])
windows = st.sampled_from(["30s", "1m", "90s", "2m", "1 updates", "2 updates", "3 updates"])
small = st.integers(-4, 4)


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("abs({})".format, inner),
        st.builds("delta({})".format, inner),
        st.builds("delta({}, {})".format, inner, windows),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), st.sampled_from(["2", "0.5", "3"])),
    )


numbers = st.recursive(fields, grow, max_leaves=3)
comparisons = st.one_of(
    st.builds("{} {} {}".format, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), small),
    st.builds("{} < {} * 1".format, numbers, numbers),
    st.builds("{} <= {}".format, small, numbers),
    st.builds("{}({}, {})".format, st.sampled_from(["crosses", "crosses_above", "crosses_below"]), numbers, small),
    st.builds("crosses_above({}, {} + 0)".format, numbers, numbers),
    st.builds("time >= 09:0{}".format, st.integers(0, 9)),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
    ),
    max_leaves=4,
)


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule | None:
    text = draw(conditions)
    try:
        condition = read_condition(text, Counted.SHARES)
    except Exception as mistake:  # noqa: BLE001 - what the checker refuses is another test's
        assert type(mistake).__name__ == "Mistake"  # noqa: PT017 - the same
        return None
    mode = draw(st.sampled_from([condition.mode, *Mode]))
    seconds, updates = 0, 0
    if mode is Mode.STATE:
        seconds = draw(st.sampled_from([0, 0, 1, 30, 60, 90]))
        updates = 0 if seconds else draw(st.sampled_from([0, 0, 1, 2, 3]))
    return Rule(
        name=f"rule-{number}",
        condition=condition,
        sectors=draw(st.sampled_from([("001",), ("301",), ("001", "301")])),
        investors=draw(st.sampled_from([None, ("0017",), ("0008", "0017")])),
        mode=mode,
        for_seconds=seconds,
        for_updates=updates,
        cooldown=draw(st.sampled_from([0, 0, 30, 60, 100])),
        message=draw(
            st.sampled_from(
                [None, read_template("{{ delta(msvalue, 1m) }} {{ peak }}", Counted.SHARES, condition.meaning)]
            )
        ),
    )


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    made = [draw(rules(number)) for number in range(draw(st.integers(1, 6)))]
    return Rulebook(tuple(rule for rule in made if rule is not None))


@st.composite
def markets(draw: st.DrawFn) -> list[Entry]:
    """A short market with everything that a feed can do to it."""
    entries: list[Entry] = []
    at = dict.fromkeys(SERIES, NINE)
    standing = dict.fromkeys(SERIES, (0, 0))
    now, day = NINE, 0
    for _ in range(draw(st.integers(1, 40))):
        what = draw(st.sampled_from(["update"] * 14 + ["slot", "lost", "back", "close", "next day", "stale"]))
        moment = day * DAY + now
        if what == "slot":
            entries.append(SlotClosed(Venue.KRX, moment))
        elif what == "lost":
            entries.append(FeedLost(moment, "test", draw(st.sampled_from([(), ("krx/001",), ("krx/301",)]))))
        elif what == "back":
            entries.append(FeedBack(moment))
        elif what == "close":
            entries.append(SessionClosed(Venue.KRX, moment + draw(st.sampled_from([0, 60, -DAY, DAY]))))
        elif what == "next day":
            day, now = day + 1, NINE
            at = dict.fromkeys(SERIES, NINE)
            standing = dict.fromkeys(SERIES, (0, 0))
        else:
            named = draw(st.sampled_from(SERIES))
            step = draw(st.sampled_from([0, 0, 30, 30, 30, 60, 1, 150]))
            now = max(now, at[named] + step)
            at[named] = max(at[named], now if draw(st.booleans()) else at[named] + step)
            if what == "stale":
                at[named] -= 30
            volume, amount = standing[named]
            p_volume, p_amount = draw(small), draw(small)
            missed = draw(st.sampled_from([0, 0, 0, 0, 1]))
            standing[named] = (volume + p_volume, amount + p_amount + missed)
            figures: dict[str, Any] = {
                "msvol": volume + p_volume,
                "msval": amount + p_amount + missed,
                "msvolume": draw(small),
                "mdvolume": 1,
                "msvalue": draw(small),
                "mdvalue": draw(small),
                "p_msvol": p_volume,
                "p_msval": p_amount,
            }
            blank = draw(st.sampled_from([None] * 12 + list(figures)))
            if blank is not None:
                figures[blank] = None
            entries.append(Update(named, day * DAY + at[named], **figures))
    return entries


@settings(max_examples=400, deadline=None)
@given(rulebook=rulebooks(), market=markets())
def test_same_transitions_always(rulebook: Rulebook, market: list[Entry]) -> None:
    """What the engine finds by its short cuts is what judging every rule at every update finds, to the byte."""
    engine, naive = Engine(rulebook), Naive(rulebook)
    for entry in market:
        assert list(engine.handle(entry)) == naive.handle(entry)
