"""What a frame of the exchange can turn out to be."""

import enum

from msgspec import Struct

from flowalert.feed.figure import Number
from flowalert.market.series import Series


class Body(Struct, frozen=True, gc=False):
    """The body of a data frame, as the wire names it; a figure that the exchange left blank is None."""

    upcode: str
    tjjcode: str
    tjjtime: str
    msvol: Number | None
    msval: Number | None
    msvolume: Number | None
    mdvolume: Number | None
    msvalue: Number | None
    mdvalue: Number | None
    p_msvol: Number | None
    p_msval: Number | None


class Figures(Struct, frozen=True, gc=False):
    """A data frame, checked: the series, the second of the day (KST) and the body."""

    series: Series
    second: int
    body: Body


class Control(Struct, frozen=True):
    """An acknowledgement or a refusal. `tr_cd` may be missing, and the key is never told."""

    rsp_cd: str
    rsp_msg: str
    tr_type: str | None
    tr_cd: str | None


class MarketStatus(Struct, frozen=True):
    """A `JIF` event: `jangubun` names the market, `jstatus` what happened to it."""

    jangubun: str
    jstatus: str


class Echo(Struct, frozen=True):
    """A `PINGPONG` frame, which is sent back as it came."""

    raw: str


class Flaw(enum.Enum):
    """Why a frame was quarantined."""

    NOT_JSON = "not JSON"
    SHAPE = "not a frame of the protocol"
    STREAM = "a stream that flowalert does not know"
    INVESTOR = "tjjcode is not four digits"
    TIME = "tjjtime is not a time"
    SECTOR = "the sector differs from the key"
    UNASKED = "a sector that is not registered"
    FIGURE = "a figure is no number"
    FLOOD = "more series than a market has"


class Quarantined(Struct, frozen=True):
    """A frame that fails a check: counted and left out. `detail` is short, printable and free of secrets."""

    flaw: Flaw
    detail: str


Frame = Figures | Control | MarketStatus | Echo | Quarantined
