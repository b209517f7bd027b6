"""A recording or a file of raw frames: any bytes, and a good one that was bent."""

import io
from contextlib import suppress

import zstandard

from flowalert.feed.archive import read_archive
from flowalert.feed.header import FRAMES, RECORDING, ArchiveRefused, encode_header
from flowalert.feed.raw import RawFrame, encode_frames
from flowalert.feed.recomposer import read_frames
from flowalert.feed.recording import read_recording
from flowalert.feed.row import Chunk, encode_chunk
from flowalert.market.entry import FeedBack, FeedHeard, FeedLost, FeedSilent, SessionClosed, SlotClosed, Update
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.fuzz.frame import TARGET as FRAME
from tests.fuzz.target import Target, text_of

_AT = 1_795_427_460
_MS = 1_795_395_060_123
_ENTRIES = (
    Update(series(Venue.KRX, "001", "0017"), _AT, -5139, -273, 236487, 241626, None, 54037, 123, 21, "09510000"),
    SlotClosed(Venue.KRX, _AT),
    FeedLost(_AT, "reset", ("krx/001",)),
    FeedBack(_AT, ("krx/001",)),
    FeedSilent(_AT, "nothing comes"),
    FeedHeard(_AT),
    SessionClosed(Venue.KRX, _AT + 3600),
)
_ROWS = encode_chunk(Chunk([_MS] * len(_ENTRIES), _ENTRIES))
_FRAMES = encode_frames([RawFrame(_MS + n, 1, text_of(seed)) for n, seed in enumerate(FRAME.seeds)])


def run(data: bytes) -> None:
    # What a file begins with decides how it is read, so that few of any bytes would come far.
    for whole in (data, encode_header(RECORDING) + data, encode_header(FRAMES) + data):
        with suppress(ArchiveRefused):
            archive = read_archive(io.BytesIO(whole), "f")
            for _ in read_frames(archive) if archive.header.format == FRAMES else read_recording(archive):
                pass


def _compress(*parts: bytes) -> bytes:
    return b"".join(zstandard.compress(part) for part in parts)


_SEEDS = [
    _ROWS,
    _FRAMES,
    encode_header(RECORDING) + _ROWS,
    _compress(encode_header(RECORDING), _ROWS),
    _compress(encode_header(FRAMES), _FRAMES),
]


def _bombs() -> list[bytes]:
    leaping = b"".join(
        encode_frames([RawFrame(n * 172_800_000 % 253_370_764_800_000, 1, "{}")]) for n in range(1, 20_000)
    )
    many = "".join(
        f'{{"kind":"update","received_at":1,"at":{n},"series":"krx/{n // 10_000:03}/{n % 10_000:04}",'
        '"msvol":1,"msval":1,"msvolume":1,"mdvolume":1,"msvalue":1,"mdvalue":1,"p_msvol":1,"p_msval":1}\n'
        for n in range(1_000_000)
    ).encode()
    # The clock of the first is decades ahead, and that of its correction is not.
    back = encode_frames([RawFrame(_MS * (2 - n) + n, 1, text_of(seed)) for n, seed in enumerate(FRAME.seeds[:2])])
    return [
        back,
        _compress(encode_header(RECORDING), b"\0" * 1_000_000_000),
        _compress(encode_header(RECORDING), b"\n" * 300_000_000),
        _compress(*[b"\n" * 4_000_000] * 100),
        _compress(encode_header(RECORDING), many),
        b"[" * 10_000_000,
        b'{"kind":' * 1_000_000,
        b'{"kind":"update","x":' + b"[" * 900_000 + b"\n",
        b'{"kind":"later","x":' + b"9" * 900_000 + b"}\n",
        b"\n" * 10_000_000,
        leaping,
    ]


TARGET = Target(run, _SEEDS, _bombs)
