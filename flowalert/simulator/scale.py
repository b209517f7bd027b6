"""How large each sector is, what a unit of it costs, and who trades it.

The magnitudes are those of an ordinary day: the KOSPI turns over about 10 trillion won. They are there to make
rules' thresholds feel right, and are no record of any day.
"""

from functools import cache
from typing import NamedTuple

from flowalert.market.sector import KOSDAQ_INDUSTRIES, KOSPI_INDUSTRIES, Counted, is_listed, sector_of
from flowalert.market.venue import Venue
from flowalert.simulator.book import BASIC, FOREIGN, INDEX, INDIVIDUAL, OTHER_CORPORATIONS


class Scale(NamedTuple):
    """One sector of one venue.

    `family` names the sectors that share a mood. `turnover` is a day's value in 억원; `per_eok` how many
    printed units of quantity one 억원 buys; `parts` each basic investor's part of the turnover; `tilt` how far
    a strong mood pulls an investor's purchases from its sales, as a part of either.
    """

    family: str
    turnover: float
    per_eok: float
    parts: tuple[float, ...]
    tilt: float
    is_counted_whole: bool


_INSTITUTION_PARTS = {
    "0000": 0.16,
    "0001": 0.34,
    "0002": 0.07,
    "0003": 0.14,
    "0004": 0.03,
    "0005": 0.01,
    "0006": 0.24,
    "0011": 0.01,
}
_UNREGISTERED = 0.03  # of all that foreigners trade


def _mix(individual: float, foreign: float, institutions: float) -> tuple[float, ...]:
    parts = [0.0] * len(BASIC)
    parts[INDIVIDUAL] = individual
    parts[FOREIGN[0]] = foreign * (1 - _UNREGISTERED)
    parts[FOREIGN[1]] = foreign * _UNREGISTERED
    for code, part in _INSTITUTION_PARTS.items():
        parts[INDEX[code]] = institutions * part
    parts[OTHER_CORPORATIONS] = 1 - individual - foreign - institutions
    return tuple(parts)


_KOSPI_MIX = _mix(0.47, 0.31, 0.20)
_KP200_MIX = _mix(0.38, 0.38, 0.22)
_KOSDAQ_MIX = _mix(0.79, 0.14, 0.055)
_ETF_MIX = _mix(0.36, 0.20, 0.43)
_ELW_MIX = _mix(0.44, 0.06, 0.49)
_FUTURES_MIX = _mix(0.12, 0.68, 0.19)
_OPTIONS_MIX = _mix(0.25, 0.64, 0.10)

_SHARES_PER_EOK = 5.0  # a share costs about 20,000 won, so 억원 buys five thousand

# Code: family, turnover of a day in 억원, quantity for one 억원, mix, tilt.
_SEGMENTS = {
    "001": ("kospi", 100_000.0, _SHARES_PER_EOK, _KOSPI_MIX, 0.35),
    "101": ("kospi", 76_000.0, 3.2, _KP200_MIX, 0.35),
    "301": ("kosdaq", 80_000.0, 8.0, _KOSDAQ_MIX, 0.25),
    "550": ("kospi", 700.0, 1_000.0, _ELW_MIX, 0.1),
    "560": ("kospi", 45_000.0, 8.3, _ETF_MIX, 0.15),
    "600": ("futures", 28_000.0, 140.0, _FUTURES_MIX, 0.12),
    "700": ("calls", 5_200.0, 400.0, _OPTIONS_MIX, 0.1),
    "800": ("puts", 4_800.0, 420.0, _OPTIONS_MIX, 0.1),
    "900": ("futures", 240_000.0, 1.2, _FUTURES_MIX, 0.12),
    "940": ("futures", 18_000.0, 6.0, _FUTURES_MIX, 0.12),
    "941": ("calls", 110.0, 2_100.0, _OPTIONS_MIX, 0.1),
    "942": ("puts", 100.0, 2_200.0, _OPTIONS_MIX, 0.1),
    "946": ("calls", 2_900.0, 1_100.0, _OPTIONS_MIX, 0.1),
    "947": ("puts", 2_700.0, 1_150.0, _OPTIONS_MIX, 0.1),
}
# An industry's part of the KOSPI. Large, mid and small caps cut it one way, manufacturing and the others another.
_KOSPI_PARTS = {
    "002": 0.74,
    "003": 0.18,
    "004": 0.08,
    "005": 0.015,
    "006": 0.006,
    "007": 0.003,
    "008": 0.085,
    "009": 0.05,
    "010": 0.006,
    "011": 0.035,
    "012": 0.055,
    "013": 0.33,
    "014": 0.006,
    "015": 0.095,
    "016": 0.04,
    "017": 0.012,
    "018": 0.012,
    "019": 0.03,
    "020": 0.009,
    "021": 0.075,
    "024": 0.02,
    "025": 0.015,
    "026": 0.1,
    "027": 0.68,
}
# The vendor's documents do not name the KOSDAQ's industries. Few are large and most are small, as anywhere.
_KOSDAQ_WEIGHTS = {sector.code: 1 / (1 + index * 7 % 43) for index, sector in enumerate(KOSDAQ_INDUSTRIES)}
_KOSDAQ_TOTAL = sum(_KOSDAQ_WEIGHTS.values())

_NXT_PART = 0.3
_NXT_FAMILIES = frozenset({"001", "101", "301"})
_NXT_INDUSTRIES = frozenset(sector.code for sector in KOSPI_INDUSTRIES + KOSDAQ_INDUSTRIES)


@cache
def scale_of(venue: Venue, code: str) -> Scale | None:
    """Return the scale of a sector at KRX or NXT; None where nothing of it trades there.

    NXT trades shares alone: no derivatives, no ETF, no ELW.
    """
    if not is_listed(code):
        return None
    family, turnover, per_eok, parts, tilt = _of_krx(code)
    if venue is Venue.NXT:
        if code not in _NXT_FAMILIES and code not in _NXT_INDUSTRIES:
            return None
        turnover *= _NXT_PART
    whole = sector_of(code).counted is Counted.CONTRACTS
    return Scale(family, turnover, per_eok, parts, tilt, whole)


def _of_krx(code: str) -> tuple[str, float, float, tuple[float, ...], float]:
    if code in _SEGMENTS:
        return _SEGMENTS[code]
    if code in _KOSPI_PARTS:
        family, turnover, per_eok, parts, tilt = _SEGMENTS["001"]
        return family, turnover * _KOSPI_PARTS[code], per_eok, parts, tilt
    family, turnover, per_eok, parts, tilt = _SEGMENTS["301"]
    return family, turnover * _KOSDAQ_WEIGHTS[code] / _KOSDAQ_TOTAL, per_eok, parts, tilt
