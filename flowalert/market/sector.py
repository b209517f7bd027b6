"""The segments and industries of the market, by the code that the wire carries."""

import enum
import re
from typing import NamedTuple

from flowalert.market.name import fold, index_names


class Counted(enum.Enum):
    """What a sector's quantities count. Source: worked out from the vendor's examples, not documented."""

    SHARES = "shares"  # the wire's unit is a thousand shares
    CONTRACTS = "contracts"  # the wire's unit is one contract


class Sector(NamedTuple):
    """One segment or industry: its wire code (`upcode`), its slug, its names, and what it counts."""

    code: str
    slug: str
    korean: str
    counted: Counted = Counted.SHARES
    also: tuple[str, ...] = ()


# Source: the vendor's list for `BM_`.
SEGMENTS = (
    Sector("001", "kospi", "코스피"),
    Sector("101", "kp200", "KP200", also=("kospi200", "코스피200")),
    Sector("301", "kosdaq", "코스닥"),
    Sector("550", "elw", "ELW"),
    Sector("560", "etf", "ETF"),
    Sector("600", "stock_futures", "주식선물", Counted.CONTRACTS),
    Sector("700", "call_options", "콜옵션", Counted.CONTRACTS),
    Sector("800", "put_options", "풋옵션", Counted.CONTRACTS),
    Sector("900", "futures", "선물", Counted.CONTRACTS),
    Sector("940", "mini_futures", "미니선물", Counted.CONTRACTS, ("미니 KP200 선물",)),
    Sector("941", "mini_call", "미니콜", Counted.CONTRACTS, ("미니 KP200 옵션-콜",)),
    Sector("942", "mini_put", "미니풋", Counted.CONTRACTS, ("미니 KP200 옵션-풋",)),
    Sector("946", "weekly_call", "위클리콜", Counted.CONTRACTS, ("코스피200 위클리-콜",)),
    Sector("947", "weekly_put", "위클리풋", Counted.CONTRACTS, ("코스피200 위클리-풋",)),
)

# Source: the lists of the sister streams; very likely, but not documented, for this one.
KOSPI_INDUSTRIES = (
    Sector("002", "large_caps", "대형주"),
    Sector("003", "mid_caps", "중형주"),
    Sector("004", "small_caps", "소형주"),
    Sector("005", "food", "음식료업"),
    Sector("006", "textiles", "섬유의복"),
    Sector("007", "paper", "종이목재"),
    Sector("008", "chemicals", "화학"),
    Sector("009", "medicine", "의약품"),
    Sector("010", "minerals", "비금속광물"),
    Sector("011", "steel", "철강금속"),
    Sector("012", "machinery", "기계"),
    Sector("013", "electronics", "전기전자"),
    Sector("014", "precision", "의료정밀"),
    Sector("015", "transport_equipment", "운수장비"),
    Sector("016", "retail_trade", "유통업"),
    Sector("017", "utilities", "전기가스업"),
    Sector("018", "construction", "건설업"),
    Sector("019", "transport", "운수창고"),
    Sector("020", "telecom", "통신업"),
    Sector("021", "finance", "금융업"),
    Sector("024", "brokers", "증권"),
    Sector("025", "insurers", "보험"),
    Sector("026", "services", "서비스업"),
    Sector("027", "manufacturing", "제조업"),
)
# The exchange numbers KOSDAQ's industries within this range; their names are not in the vendor's documents.
KOSDAQ_INDUSTRIES = tuple(Sector(str(code), f"kosdaq_{code}", f"코스닥 업종 {code}") for code in range(303, 346))

SECTORS = SEGMENTS + KOSPI_INDUSTRIES + KOSDAQ_INDUSTRIES
BY_CODE = {sector.code: sector for sector in SECTORS}
_BY_NAME = index_names((each, (each.slug, each.korean, each.code, *each.also)) for each in SECTORS)
_CODE = re.compile(r"[0-9]{3}", re.ASCII)


def find_sector(name: str) -> Sector | None:
    """Return the sector of a slug, a Korean name or a code; None for what is no name and no code.

    A well-formed code that the table lacks is a sector too, named by its code: the exchange changes the list.
    """
    found = _BY_NAME.get(fold(name))
    if found is None and _CODE.fullmatch(name):
        return sector_of(name)
    return found


def sector_of(code: str) -> Sector:
    """Return the sector of a wire code, known or not."""
    return BY_CODE.get(code) or Sector(code, f"sector_{code}", f"업종 {code}")


def is_listed(code: str) -> bool:
    """Tell whether the table has the code; a registration of one that it lacks may stay silent for ever."""
    return code in BY_CODE
