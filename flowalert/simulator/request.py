"""What a client asks for on the websocket, and how the simulated exchange acknowledges it."""

import enum
import re

import msgspec
from msgspec import Struct

from flowalert.market.venue import VENUE_BY_TR_CD, Venue

STATUS = "JIF"
ECHO = "PINGPONG"
_STATUS_KEY = "0"
_SECTOR = re.compile(r"[0-9]{3}", re.ASCII)


class TrType(enum.Enum):
    """What is asked. The first two are about an account's order events, which are acknowledged and never come."""

    REGISTER_ACCOUNT = "1"
    RELEASE_ACCOUNT = "2"
    REGISTER = "3"
    RELEASE = "4"


class Reply(enum.Enum):
    """The codes of acknowledgements.

    Source: 00000 and 10001 were seen on the live service. The other codes are our own: the vendor's are not known.
    """

    DONE = "00000"
    WRONG_PORT = "10001"
    MALFORMED = "19001"
    WRONG_TYPE = "19002"
    WRONG_TR_CD = "19003"
    WRONG_KEY = "19004"
    TOO_MANY = "19005"
    REFUSED = "19006"


WORDS = {
    Reply.DONE: "정상처리되었습니다",
    Reply.WRONG_PORT: "실전투자와 모의투자의 접속정보가 일치하지 않습니다",
    Reply.MALFORMED: "요청 형식이 올바르지 않습니다",
    Reply.WRONG_TYPE: "유효하지 않은 tr_type 입니다",
    Reply.WRONG_TR_CD: "유효하지 않은 tr_cd 입니다",
    Reply.WRONG_KEY: "유효하지 않은 tr_key 입니다",
    Reply.TOO_MANY: "실시간 등록 가능 건수를 초과하였습니다",
    Reply.REFUSED: "조회가 제한된 업종입니다",
}


class Key(Struct, frozen=True):
    """What can be registered: a stream and a key on it, as the wire spells them."""

    tr_cd: str
    tr_key: str

    def place(self) -> tuple[Venue, str] | None:
        """Return the venue and the sector's code; None for `JIF`."""
        venue = VENUE_BY_TR_CD.get(self.tr_cd)
        return None if venue is None else (venue, self.tr_key.removeprefix(venue.prefix))


class Request(Struct, frozen=True):
    """One request frame, whatever it asks."""

    token: str
    tr_type: str
    tr_cd: str
    tr_key: str


class _Header(Struct):
    token: str = ""
    tr_type: str = ""
    tr_cd: str = ""


class _Body(Struct):
    tr_cd: str = ""
    tr_key: str = ""


class _Envelope(Struct):
    header: _Header
    body: _Body | None = None


_DECODER = msgspec.json.Decoder(_Envelope)


def read_request(message: str | bytes) -> Request | None:
    """Read a request frame; None for what is none. `tr_cd` is found in the body or, in an echo, the header."""
    try:
        envelope = _DECODER.decode(message)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    header, body = envelope.header, envelope.body or _Body()
    return Request(header.token, header.tr_type, body.tr_cd or header.tr_cd, body.tr_key)


def read_key(request: Request) -> Key | Reply:
    """Return what a request is about, or the refusal of what cannot be registered.

    A sector that the market does not have is fine as long as it is written like one: it stays silent for ever.
    """
    venue = VENUE_BY_TR_CD.get(request.tr_cd)
    if venue is not None:
        sector = request.tr_key.removeprefix(venue.prefix)
        known = request.tr_key == venue.prefix + sector and _SECTOR.fullmatch(sector) is not None
    elif request.tr_cd == STATUS:
        known = request.tr_key == _STATUS_KEY
    else:
        return Reply.WRONG_TR_CD
    return Key(request.tr_cd, request.tr_key) if known else Reply.WRONG_KEY


def acknowledge(request: Request | None, reply: Reply, *, with_tr_cd: bool, with_token: bool) -> str:
    """Return the acknowledgement of a request as JSON text; the key is never said again.

    The live gateway leaves `tr_cd` null at times, and may say the token again: both can be had.
    """
    header: dict[str, str | None] = {
        "tr_type": request.tr_type if request else None,
        "tr_cd": request.tr_cd if request and with_tr_cd else None,
        "rsp_cd": reply.value,
        "rsp_msg": WORDS[reply],
    }
    if request and with_token:
        header = {"token": request.token, **header}
    return msgspec.json.encode({"header": header, "body": None}).decode()


def encode_echo() -> str:
    """Return the text ping of this gateway, which a client sends back as it is."""
    return '{"header":{"tr_cd":"PINGPONG"}}'
