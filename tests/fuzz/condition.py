"""The condition of a rule."""

from flowalert.language.condition import read_condition
from flowalert.language.literal import parse_span
from flowalert.language.mistake import Mistake
from flowalert.market.sector import Counted
from tests.fuzz.target import Target, check_place, text_of

_SEEDS = [
    "delta(msval, 5m) <= -300억 and not (msvol > 20만주 or time >= 14:50)",
    "foreign.delta(msval, 20 updates) <= -5e2 and 개인.msval / 기관.msval > 30%",
    "streak(delta(msval) < 0) >= 3 and crosses_above(ema(msval, 10m), 1.5조)",
    "zscore(msval, session) > 2 and count(p_msval < 0, 10m) > 3 and highest(msval, 1h) - lowest(msval, 1h) > 300eok",
    "futures.foreign.msvol < -1_000 and abs(prev(msvol)) > 40계약",
    "5m",
]


def run(data: bytes) -> None:
    text = text_of(data)
    for counted in (None, *Counted):
        try:
            read_condition(text, counted)
        except Mistake as mistake:
            check_place(mistake, text)
    try:
        parse_span(text)
    except Mistake as mistake:
        check_place(mistake, text)


def _bombs() -> list[bytes]:
    texts = [
        "(" * 10_000_000,
        "5" + " " * 10_000_000 + "!",
        " " * 10_000_000,
        "9" * 10_000_000 + "updates",
        "9" * 10_000_000 + "m",
        "1" + "조" * 3_000_000,
        "-" * 3_999,
        "not " * 999,
        "1+" * 1_999 + "1",
        "delta(" * 39 + "msval" + ")" * 39,
        "msval > 1 and " * 280 + "msval > 1",
        "k" * 10_000_000,
    ]
    return [text.encode() for text in texts]


TARGET = Target(run, [seed.encode() for seed in _SEEDS], _bombs)
