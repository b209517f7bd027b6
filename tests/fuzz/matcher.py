"""Which alerts are meant, as a person writes it."""

from flowalert.engine.matcher import parse_matcher, say_matcher
from flowalert.language.mistake import Mistake
from flowalert.language.tongue import Tongue
from tests.fuzz.target import Target, check_place, text_of

_SEEDS = [
    "sector=kospi,severity<critical",
    '업종=코스닥|선물, 투자자 != 외국인,rule=foreigners-*,label.team="a,b\\"c"',
    "alert=0123abcd,venue=krx,team!='x'",
]


def run(data: bytes) -> None:
    text = text_of(data)
    try:
        matcher = parse_matcher(text)
    except Mistake as mistake:
        check_place(mistake, text)
        return
    say_matcher(matcher, Tongue.KOREAN)
    assert parse_matcher(str(matcher)) == matcher


def _bombs() -> list[bytes]:
    texts = [
        "sector=kospi," * 500_000 + "sector=kospi",
        "a=b," * 1_000_000,
        "a=" + "b|" * 2_000_000 + "b",
        'rule="' + "a" * 10_000_000,
        'rule="' + "\\a" * 5_000_000,
        " " * 10_000_000 + "=",
        "k" * 10_000_000 + "=1",
        "sector=" + "k" * 10_000_000,
        "=" * 10_000_000,
    ]
    return [text.encode() for text in texts]


TARGET = Target(run, [seed.encode() for seed in _SEEDS], _bombs)
