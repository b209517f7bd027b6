"""A frame of the exchange, as text and as bytes, and then what the feed makes of it."""

import json

from flowalert.feed.composer import Composer
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Figures, Quarantined
from flowalert.feed.raw import clean
from flowalert.market.venue import Venue
from flowalert.mask import Mask
from tests.fuzz.target import Target, text_of

_PLACES = [(venue, sector) for venue in Venue for sector in ("001", "101", "900")]
_MASK = Mask("eyJtok3n.Ua9/Hr2+Bw7Lk4Ds1Vn8")
_WALL = 1_795_427_460
_FIGURES = ("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval")


def run(data: bytes) -> None:
    decoder, composer = Decoder(_PLACES, hide=_MASK.hide), Composer()
    for raw in (data, text_of(data)):
        # The second time it is known how the series is spelled.
        for _ in range(2):
            frame = decoder.decode(raw)
            clean(raw, frame, _MASK)
            if isinstance(frame, Quarantined):
                assert frame.detail.isprintable()
                assert len(frame.detail) < 200
            elif isinstance(frame, Figures):
                composer.compose(frame, _WALL, 1.0)
    composer.close_due(_WALL + 86_400, 100.0)


def _frame(**others: object) -> bytes:
    body = {"upcode": "001", "tjjcode": "0017", "tjjtime": "09510000", **dict.fromkeys(_FIGURES, "-273"), **others}
    return json.dumps({"header": {"tr_cd": "BM_", "tr_key": "001"}, "body": body}).encode()


_SEEDS = [
    _frame(),
    _frame(msval=12, msvol=" +0012", p_msval="", p_msvol=None),
    b'{"header":{"rsp_cd":"00000","rsp_msg":"ok","tr_type":"3","tr_cd":"BM_"},"body":null}',
    b'{"header":{"tr_cd":"JIF","tr_key":"0"},"body":{"jangubun":"1","jstatus":"21"}}',
    b'{"header":{"tr_cd":"PINGPONG"}}',
    b'{"header":{"tr_cd":"NBM","tr_key":"N001"},"body":{"ex_upcode":"N001","tjjcode":"0017"}}',
]


def _bombs() -> list[bytes]:
    return [
        b"[" * 10_000_000,
        b'{"a":' * 2_000_000,
        b'{"header":' * 1_000_000,
        b'{"header":{"rsp_cd":' + b"9" * 10_000_000 + b"}}",
        b'{"header":{"rsp_cd":"' + b"\\u202e" * 1_000_000 + b'"}}',
        _frame(msval="9" * 10_000_000),
        _frame(msval=" " * 10_000_000),
        _frame(msval="0" * 10_000_000 + "1"),
        _frame(tjjcode="0" * 10_000_000),
        _frame(upcode=" " * 10_000_000),
        _frame().replace(b'"-273"', b"1e999"),
        _frame().replace(b'"-273"', b"9" * 5_000),
        _frame().replace(b'"-273"', b"NaN"),
        b'"' + b"a" * 10_000_000 + b'"',
        b'{"header":{' + b'"tr_cd":"BM_",' * 700_000 + b'"tr_cd":"BM_"}}',
        b"\xff" * 10_000_000,
        b"A" * 10_000_000,
    ]


TARGET = Target(run, _SEEDS, _bombs)
