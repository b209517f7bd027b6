"""What is said on the exchange's websocket: request frames, registration keys and streams.

Source: the vendor's pages for `BM_`, `NBM`, `UBM` and `JIF`.
"""

import enum
from typing import NamedTuple

import msgspec

from flowalert.market.venue import Venue

JIF = "JIF"
PINGPONG = "PINGPONG"
ACCEPTED = "00000"
WRONG_PORT = "10001"  # a key of live trading on the paper port, or the reverse


class RequestType(enum.Enum):
    """`tr_type` of a request.

    1 and 2 register and release an *account's* order events. They are named here because the protocol has
    them; flowalert never sends them. They would bring the orders and fills of somebody's account into a
    process that only watches the market: nothing here needs them, and what is never received cannot leak.
    """

    REGISTER_ACCOUNT = "1"
    RELEASE_ACCOUNT = "2"
    REGISTER = "3"
    RELEASE = "4"


class Subject(NamedTuple):
    """What one registration is for: a stream and a key of it."""

    tr_cd: str
    tr_key: str


MARKET_STATUS = Subject(JIF, "0")


def subject_of(venue: Venue, sector: str) -> Subject:
    """Return the registration of a sector: keys of `NBM` and `UBM` start with the venue's letter."""
    return Subject(venue.tr_cd, venue.prefix + sector)


def encode_request(kind: RequestType, subject: Subject, token: str) -> str:
    """Return the frame that registers or releases a subject. It carries the token: never log it."""
    frame = {
        "header": {"token": token, "tr_type": kind.value},
        "body": {"tr_cd": subject.tr_cd, "tr_key": subject.tr_key},
    }
    return msgspec.json.encode(frame).decode()
