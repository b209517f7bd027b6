"""The identity of a series."""

import copy
import pickle

import pytest

from flowalert.market.investor import INVESTORS
from flowalert.market.sector import SECTORS
from flowalert.market.series import parse_series, series
from flowalert.market.venue import Venue


def test_there_is_one_object_for_each_series() -> None:
    """Equal parts give the same object, through copies, pickles and texts too."""
    one = series(Venue.KRX, "001", "0017")
    assert series(Venue.KRX, "001", "0017") is one
    assert parse_series("krx/001/0017") is one
    assert copy.deepcopy(one) is one
    assert pickle.loads(pickle.dumps(one)) is one  # noqa: S301 - our own bytes, of this line


@pytest.mark.parametrize("venue", Venue)
def test_the_text_of_a_series_reads_back(venue: Venue) -> None:
    """`str` and `parse_series` are each other's opposites for every sector and investor."""
    for sector in SECTORS:
        for investor in INVESTORS:
            named = series(venue, sector.code, investor.code)
            assert parse_series(str(named)) is named


@pytest.mark.parametrize("other", [(Venue.NXT, "001", "0017"), (Venue.KRX, "301", "0017"), (Venue.KRX, "001", "0008")])
def test_each_part_makes_another_series(other: tuple[Venue, str, str]) -> None:
    """Venue, sector and investor all count."""
    assert series(*other) != series(Venue.KRX, "001", "0017")


@pytest.mark.parametrize("text", ["", "krx", "krx/001", "krx/001/0017/x", "moon/001/0017"])
def test_what_is_no_series_does_not_parse(text: str) -> None:
    """Anything but venue, sector and investor is refused."""
    with pytest.raises(ValueError, match=r".+"):
        parse_series(text)


def test_a_series_does_not_change() -> None:
    """Its parts are fixed, for it is the key of tables."""
    with pytest.raises(AttributeError, match="does not change"):
        series(Venue.KRX, "001", "0017").sector = "301"


def test_a_series_says_its_place_and_its_name() -> None:
    """The place is what one registration brings; the name is for people."""
    named = series(Venue.NXT, "301", "0018")
    assert named.place == "nxt/301"
    assert named.korean == "코스닥 기관계"
    assert repr(named) == "series(nxt/301/0018)"


def test_series_sort_by_their_text() -> None:
    """The order is the same in every process."""
    texts = ["unified/001/0008", "krx/301/0017", "krx/001/0017", "krx/001/0008", "nxt/001/0017"]
    assert [str(each) for each in sorted(map(parse_series, texts))] == sorted(texts)
