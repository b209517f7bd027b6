"""The names of sectors, investors and venues."""

import re

import pytest

from flowalert.market.investor import INVESTORS, PARTS_OF_FOREIGN, PARTS_OF_INSTITUTIONS, find_investor, investor_of
from flowalert.market.name import fold, suggest
from flowalert.market.sector import SECTORS, Counted, Sector, find_sector, is_listed, sector_of
from flowalert.market.venue import VENUE_BY_TR_CD, Venue


@pytest.mark.parametrize("sector", SECTORS, ids=lambda each: each.code)
def test_every_sector_is_found_by_each_of_its_names(sector: Sector) -> None:
    """Slug, Korean name, code and by-names lead to the one sector, however they are cased and spaced."""
    for name in (sector.slug, sector.korean, sector.code, *sector.also):
        assert find_sector(name) is sector
        assert find_sector(f" {name.upper()} ") is sector
    assert is_listed(sector.code)
    assert sector_of(sector.code) is sector


def test_every_investor_is_found_by_each_of_its_names() -> None:
    """Slug, Korean name, code and by-names lead to the one investor."""
    for investor in INVESTORS:
        for name in (investor.slug, investor.korean, investor.code, *investor.also):
            assert find_investor(name) is investor
            assert find_investor(name.replace("_", "-")) is investor


@pytest.mark.parametrize("rows", [SECTORS, INVESTORS], ids=["sectors", "investors"])
def test_no_name_means_two_things(rows: tuple[tuple[object, ...], ...]) -> None:
    """Codes, slugs and Korean names are unique, so no row hides another."""
    for column in range(3):
        names = [fold(str(row[column])) for row in rows]
        assert len(set(names)) == len(names)


def test_codes_are_as_wide_as_the_wire_has_them() -> None:
    """Three digits for a sector, four for an investor."""
    assert all(re.fullmatch(r"[0-9]{3}", each.code) for each in SECTORS)
    assert all(re.fullmatch(r"[0-9]{4}", each.code) for each in INVESTORS)


def test_the_subtotals_have_parts_that_exist() -> None:
    """Foreigners and institutions add up investors of the table, each in one of the two."""
    codes = {each.code for each in INVESTORS}
    assert set(PARTS_OF_FOREIGN) < codes
    assert set(PARTS_OF_INSTITUTIONS) < codes
    assert not set(PARTS_OF_FOREIGN) & set(PARTS_OF_INSTITUTIONS)


def test_a_code_that_no_table_has_is_data() -> None:
    """The exchange adds codes: a well-formed one is named by itself."""
    sector, investor = find_sector("999"), find_investor("0042")
    assert sector == sector_of("999") == Sector("999", "sector_999", "업종 999")
    assert not is_listed("999")
    assert investor == investor_of("0042")
    assert investor is not None
    assert investor.korean == "투자자 0042"


@pytest.mark.parametrize("name", ["", "kospy", "1", "01", "0001", "٠٠١", "100 1", "코스닭"])
def test_what_is_no_name_and_no_code_is_no_sector(name: str) -> None:
    """Only a name of the table or three ASCII digits name a sector."""
    assert find_sector(name) is None


@pytest.mark.parametrize("name", ["", "foreing", "17", "017", "00017", "٠٠١٧"])
def test_what_is_no_name_and_no_code_is_no_investor(name: str) -> None:
    """Only a name of the table or four ASCII digits name an investor."""
    assert find_investor(name) is None


def test_derivatives_count_contracts() -> None:
    """Options and futures are counted in contracts, all else in shares."""
    contracts = {each.slug for each in SECTORS if each.counted is Counted.CONTRACTS}
    assert contracts == {
        "stock_futures", "call_options", "put_options", "futures",
        "mini_futures", "mini_call", "mini_put", "weekly_call", "weekly_put",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kospy", "kospi"),
        ("KOSDAK", "kosdaq"),
        ("코스닥스", "코스닥"),
        ("stock-future", "stock_futures"),
        ("zzz", None),
    ],
)
def test_the_nearest_name_is_suggested(written: str, meant: str | None) -> None:
    """A slip leads back to the name; what is near to nothing leads nowhere."""
    assert suggest(written, [name for each in SECTORS for name in (each.slug, each.korean)]) == meant


def test_each_venue_has_its_own_stream_and_keys() -> None:
    """KRX, NXT and both together, as the wire spells them."""
    assert [(each.value, each.tr_cd, each.prefix) for each in Venue] == [
        ("krx", "BM_", ""), ("nxt", "NBM", "N"), ("unified", "UBM", "U"),
    ]  # fmt: skip
    assert {each: VENUE_BY_TR_CD[each.tr_cd] for each in Venue} == {each: each for each in Venue}
    assert len({each.korean for each in Venue}) == len(Venue)
