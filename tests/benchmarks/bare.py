"""The yardstick: what msgspec alone takes for a frame, with the types known to it and nothing checked."""

from collections.abc import Callable

import msgspec
from msgspec import Struct


class _Header(Struct, frozen=True, gc=False):
    tr_cd: str
    tr_key: str


class _Body(Struct, frozen=True, gc=False):
    upcode: str
    tjjcode: str
    tjjtime: str
    msvol: int
    msval: int
    msvolume: int
    mdvolume: int
    msvalue: int
    mdvalue: int
    p_msvol: int
    p_msval: int


class _Frame(Struct, frozen=True, gc=False):
    header: _Header
    body: _Body


def make_bare_decode() -> Callable[[str], object]:
    """Return one decoder's `decode`: the whole frame into typed structs, numbers in text taken as numbers."""
    return msgspec.json.Decoder(_Frame, strict=False).decode
