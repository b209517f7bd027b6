"""Strategies for sentences of the condition language, as texts."""

from hypothesis import strategies as st

from flowalert.language.checker import FIELDS

# Mostly none: of several prefixes the inner wins.
prefixes = st.sampled_from([
    "", "", "", "", "foreign.", "외국인.", "0017.", "futures.", "선물.", "900.", "kosdaq.개인.", "001.0018.", "증권.",
    "999.7777.",
])  # fmt: skip
fields = st.builds("{}{}".format, prefixes, st.sampled_from([each for each in FIELDS if each != "time"]))
literals = st.sampled_from(["300", "-1_000", "0.5", "0.00001", "-2", "1_000_000", "30", "7.25", "0"])
lengths = st.sampled_from(["30s", "5m", "1h", "90초", "1 update", "20 updates"])
windows = lengths | st.just("session")
comparers = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
windowed = st.sampled_from(["delta", "sum", "avg", "stdev", "highest", "lowest", "slope", "zscore"])
crossings = st.sampled_from(["crosses", "crosses_above", "crosses_below"])


def _grow_number(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("abs({})".format, inner),
        st.builds("delta({})".format, inner),
        st.builds("{}{}({}, {})".format, prefixes, windowed, inner, windows),
        st.builds("{}prev({})".format, prefixes, inner),
        st.builds("ema({}, {})".format, inner, lengths),
        st.builds("{}streak({} {} {})".format, prefixes, inner, comparers, literals),
        st.builds("count({} > {} and not crosses({}, 0), {})".format, inner, literals, fields, windows),
    )


numbers = st.recursive(fields | literals, _grow_number, max_leaves=6)
comparisons = st.one_of(
    st.builds("{} {} {}".format, numbers, comparers, numbers),
    st.builds("{} {} 300억".format, fields, comparers),
    st.builds("msvol {} 20만주".format, comparers),
    st.builds("{}{}({}, {})".format, prefixes, crossings, numbers, literals | fields),
    st.builds("time {} 14:{:02}".format, comparers, st.integers(0, 59)),
)


def _grow_condition(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
    )


conditions = st.recursive(comparisons, _grow_condition, max_leaves=6)
