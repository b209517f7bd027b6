"""The kinds of investor that the exchange reports, by the code that the wire carries."""

import re
from typing import NamedTuple

from flowalert.market.name import fold, index_names


class Investor(NamedTuple):
    """One kind of investor: its wire code (`tjjcode`), its slug, and its names for people."""

    code: str
    slug: str
    korean: str
    english: str
    also: tuple[str, ...] = ()


# Source: the vendor's code list. 0017 is 0009 + 0010; 0018 is 0000..0006 + 0011. Both were worked out from
# the vendor's own examples, as was that 9999 adds up every row and so counts the subtotals twice.
INVESTORS = (
    Investor("0000", "private_funds", "사모펀드", "private funds", ("사모",)),
    Investor("0001", "securities", "증권", "securities firms", ("금융투자", "증권(금융투자)")),
    Investor("0002", "insurance", "보험", "insurance"),
    Investor("0003", "investment_trusts", "투신", "investment trusts", ("투자신탁",)),
    Investor("0004", "banks", "은행", "banks"),
    Investor("0005", "merchant_banks", "종금", "merchant banks"),
    Investor("0006", "pension_funds", "기금", "pension funds", ("연기금",)),
    Investor("0007", "other_corporations", "기타법인", "other corporations"),
    Investor("0008", "individual", "개인", "individuals", ("individuals", "retail")),
    Investor("0009", "registered_foreigners", "등록외국인", "registered foreigners"),
    Investor("0010", "unregistered_foreigners", "미등록외국인", "unregistered foreigners"),
    Investor("0011", "state", "국가", "state"),
    Investor("0017", "foreign", "외국인", "foreigners", ("foreigner", "foreigners")),
    Investor("0018", "institutions", "기관계", "institutions", ("기관", "institution", "institutional")),
    Investor("9999", "sum_of_rows", "행합계", "sum of all rows"),
)

SUM_OF_ROWS = "9999"
PARTS_OF_FOREIGN = ("0009", "0010")
PARTS_OF_INSTITUTIONS = ("0000", "0001", "0002", "0003", "0004", "0005", "0006", "0011")

BY_CODE = {investor.code: investor for investor in INVESTORS}
_BY_NAME = index_names((each, (each.slug, each.korean, each.code, *each.also)) for each in INVESTORS)
_CODE = re.compile(r"[0-9]{4}", re.ASCII)


def find_investor(name: str) -> Investor | None:
    """Return the investor of a slug, a Korean name or a code; None for what is no name and no code.

    A well-formed code that the table lacks is an investor too, named by its code: the exchange adds codes.
    """
    found = _BY_NAME.get(fold(name))
    if found is None and _CODE.fullmatch(name):
        return investor_of(name)
    return found


def investor_of(code: str) -> Investor:
    """Return the investor of a wire code, known or not."""
    return BY_CODE.get(code) or Investor(code, f"investor_{code}", f"투자자 {code}", f"investor {code}")
