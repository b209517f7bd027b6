"""The texts of rules and channels, read and filled in with the worst of values."""

import math

from flowalert.delivery.composition import AROUND
from flowalert.language.meaning import NET_WON
from flowalert.language.mistake import Mistake
from flowalert.language.template import Template, Word, read_template, read_wording
from flowalert.language.tree import spell
from flowalert.market.sector import Counted
from tests.fuzz.target import Target, check_place, text_of

_SEEDS = [
    "{{ sector }} {{ investor }} 5분간 {{ delta(msval, 5m) | won }} (누적 {{ msval | signed }})",
    "{{ if(msval > 0, '매수', \"매도\") }} {{ msval / 7 | percent }} {{ at }} {{ duration }} {{ peak * 2 }}",
    "{{ channel }} {{ count }} {{ severity }} {{ at | clock }}",
    "{{ foreign.msvol | shares }} {{ abs(value) - 1.5조 }} {{ time }}",
]
_VALUES: tuple[int | float | None, ...] = (None, 0, -(10**15), 10**18, 0.1, -1e300, 5e-324)


def run(data: bytes) -> None:
    text = text_of(data)
    for counted in (None, *Counted):
        try:
            template = read_template(text, counted, NET_WON)
        except Mistake as mistake:
            check_place(mistake, text)
        else:
            _render(template, counted, len(text))
    try:
        template = read_wording(text, AROUND)
    except Mistake as mistake:
        check_place(mistake, text)
    else:
        _render(template, None, len(text))


def _render(template: Template, counted: Counted | None, length: int) -> None:
    for value in _VALUES:
        assert value is None or not math.isnan(value)
        values = {spell(each): value for each in template.expressions}
        text: Word = "가" if value is None else None
        whole = 1_000_000_000 if value else None
        words: dict[str, Word] = {
            **dict.fromkeys(("rule", "summary", "sector", "investor", "venue", "severity", "state", "channel"), text),
            **dict.fromkeys(("at", "opened_at", "duration", "held_back", "count"), whole),
            **dict.fromkeys(("value", "peak"), value),
        }
        # No more than a number, as long as one can be, for each placeholder.
        assert len(template.render(values, words, counted)) <= length + 400 * len(template.parts)


def _bombs() -> list[bytes]:
    texts = [
        "{{" * 5_000_000,
        "{{ '" * 2_000_000,
        "{{ " + "'a' " * 2_000_000,
        "{{ " + "\"'" * 3_000_000,
        "{{ " + "}" * 10_000_000,
        "{{ '" + "a" * 10_000_000 + "' }}",
        "{{ msval }}" * 100_000,
        "{{ 1 }}" * 1_000_000,
        "x" * 10_000_000,
    ]
    return [text.encode() for text in texts]


TARGET = Target(run, [seed.encode() for seed in _SEEDS], _bombs)
