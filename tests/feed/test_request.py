"""Which answer belongs to which request, and what requests look like."""

import json

from flowalert.feed.frame import Control
from flowalert.feed.protocol import MARKET_STATUS, RequestType, Subject, encode_request, subject_of
from flowalert.feed.request import Request, Requests
from flowalert.market.venue import Venue

KOSPI = Request(RequestType.REGISTER, Subject("BM_", "001"), 10)
KOSDAQ = Request(RequestType.REGISTER, Subject("BM_", "301"), 11)
STATUS = Request(RequestType.REGISTER, MARKET_STATUS, 12)
GONE = Request(RequestType.RELEASE, Subject("BM_", "001"), 13)


def waiting(*requests: Request) -> Requests:
    held = Requests()
    for request in requests:
        held.add(request)
    return held


def control(tr_type: str | None = None, tr_cd: str | None = None) -> Control:
    return Control("00000", "", tr_type, tr_cd)


def test_first_in_first_out() -> None:
    """Answers without a name go to the oldest request, and one too many to none."""
    held = waiting(KOSPI, KOSDAQ, STATUS)
    assert [held.match(control()) for _ in range(4)] == [KOSPI, KOSDAQ, STATUS, None]


def test_an_answer_goes_to_no_request_that_it_contradicts() -> None:
    """Where an answer does name its stream or its kind, that is believed."""
    held = waiting(KOSPI, KOSDAQ, STATUS, GONE)
    assert held.match(control("3", "JIF")) is STATUS
    assert held.match(control("4")) is GONE
    assert held.match(control("3", "NBM")) is None
    assert held.match(control("3", "BM_")) is KOSPI
    assert len(held) == 1


def test_overdue_requests_wait_no_longer() -> None:
    """A late answer then belongs to the next."""
    held = waiting(KOSPI, KOSDAQ, STATUS)
    assert held.take_overdue(9.9) == []
    assert held.take_overdue(11) == [KOSPI, KOSDAQ]
    assert held.match(control()) is STATUS


def test_requests_are_the_vendors() -> None:
    """The token travels in the frame, without a scheme, and the keys carry the venue's letter."""
    assert json.loads(encode_request(RequestType.REGISTER, subject_of(Venue.KRX, "001"), "T")) == {
        "header": {"token": "T", "tr_type": "3"},
        "body": {"tr_cd": "BM_", "tr_key": "001"},
    }
    assert subject_of(Venue.NXT, "001") == ("NBM", "N001")
    assert subject_of(Venue.UNIFIED, "001") == ("UBM", "U001")
