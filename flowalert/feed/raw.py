r"""Raw frames: what the exchange sent, word for word, with the moment at which it came.

A file of them is an archive like a recording, with a frame a line:

    {"format":"flowalert frames","version":"1.0","made_by":"flowalert 0.1.0"}
    {"received_at":1795395060123,"connection":1,"frame":"{\"header\":{\"tr_cd\":\"BM_\",…"}

Requests are not in it, nor their answers: they carry the token, or may.
"""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from flowalert.feed.frame import Control, Figures, Frame, MarketStatus
from flowalert.feed.row import Moment
from flowalert.mask import Mask

# A token is a JWT of hundreds of characters; nothing that a data frame holds is half as long as this.
_LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_.+/=\\-]{24,}")


class RawFrame(Struct, frozen=True, gc=False):
    """A frame as it came: `received_at` in milliseconds since 1970 in UTC, and the number of its connection."""

    received_at: Moment
    connection: int
    frame: str


_encode = msgspec.json.Encoder().encode_lines


def encode_frames(frames: Sequence[RawFrame]) -> bytes:
    """Return frames as lines, each with its end."""
    return _encode(list(frames))


def clean(raw: str | bytes, meant: Frame, mask: Mask) -> str | None:
    """Return the text of a frame that may be kept, None if it may not: never any part of the token.

    `meant` is what the frame was decoded to. An answer can echo the token, so none is kept; in a frame that could
    not be read, which may be a garbled answer, whatever is as long as a token is struck out.
    """
    if isinstance(meant, Control):
        return None
    text = raw if isinstance(raw, str) else raw.decode(errors="backslashreplace")
    return mask.hide(text if isinstance(meant, Figures | MarketStatus) else _LIKE_A_TOKEN.sub("***", text))
