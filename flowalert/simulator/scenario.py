"""A scenario: flows and faults at times of the simulated day, written in YAML.

    events:
      - at: 10:15                 # exchange time, HH:MM or HH:MM:SS
        sector: kospi             # slug, Korean name or code
        investor: foreign         # the same; not 9999, which is a sum
        net: -3000억              # bought less sold: 억, 조, eok, jo, or a bare number of 억
        over: 10m                 # how long it takes (h, m, s); 30s when left out
        against: individual       # who takes the other side; all the others when left out
        venue: krx                # krx or nxt; krx when left out. Unified shows both
        day: 1                    # the simulated day, from 1; every day when left out
      - at: 10:20
        fault: close              # drop, repeat, reorder, garble, stall, close, reset, black_hole, expire
        client: 1                 # the number of the connection; all when left out
        count: 3                  # drop, repeat, reorder, garble: how many frames; 1 when left out
        for: 2m                   # stall: how long; until the connection ends when left out
        how: shift                # garble: shift, broken_json, broken_utf8; by chance when left out
        day: 1

A flow comes on top of what the day would have brought, and whatever one side buys the other sells. It moves the
sector that it names and no other.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct

from flowalert.market.investor import INVESTORS, SUM_OF_ROWS, Investor, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import SECTORS, Sector, find_sector, is_listed
from flowalert.market.venue import Venue
from flowalert.simulator.document import DocumentError, Item, Problem, read_document
from flowalert.simulator.fault import Fault, FaultKind, Garbling, find_kind
from flowalert.simulator.flow import Flow, weigh_others, weigh_parts
from flowalert.simulator.scale import scale_of
from flowalert.simulator.session import HOURS, SLOT, second_at

T = TypeVar("T")

_FLOW_KEYS = ("at", "sector", "investor", "net", "over", "against", "venue", "day")
_FAULT_KEYS = ("at", "fault", "client", "count", "for", "how", "day")
_KEYS = tuple(dict.fromkeys((*_FLOW_KEYS, *_FAULT_KEYS)))

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
_DURATION = re.compile(r"(?=.)(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?", re.ASCII)
_AMOUNT = re.compile(r"([+-]?[0-9][0-9_,]*(?:\.[0-9]+)?)\s*(조|억|jo|eok)?원?", re.ASCII)
_EOK = {"조": 10_000, "jo": 10_000, "억": 1, "eok": 1, None: 1}
_MOST_EOK = 10_000_000
_MOST_COUNT = 1_000_000


class ScheduledFault(Struct, frozen=True):
    """A fault to happen at a second of the day; `day` is the simulated day, from 1, None for every day."""

    second: int
    fault: Fault
    day: int | None = None


class Scenario(Struct, frozen=True):
    """What is scripted, in the order of the file."""

    flows: tuple[Flow, ...] = ()
    faults: tuple[ScheduledFault, ...] = ()


def read_scenario(text: str, file: str) -> Scenario | tuple[Problem, ...]:
    """Read a scenario from the text of a file, or return all that is wrong with it; `file` is the name to show."""
    try:
        fields = read_document(text, file).fields(("events",))
        events = fields["events"].items() if "events" in fields else []
    except DocumentError as found:
        return (found.problem,)
    flows: list[Flow] = []
    faults: list[ScheduledFault] = []
    problems: list[Problem] = []
    for event in events:
        try:
            if "fault" in event.fields(_KEYS):
                faults.append(_read_fault(event))
            else:
                flows.append(_read_flow(event))
        except DocumentError as found:
            problems.append(found.problem)
    return tuple(problems) or Scenario(tuple(flows), tuple(faults))


def parse_time(text: str) -> int:
    """Return the second of the day of `10:15` or `10:15:30`; raises ValueError that says what is wrong."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time; write HH:MM or HH:MM:SS")
    hour, minute, second = match.groups(default="0")
    return second_at(int(hour), int(minute), int(second))


def _read_flow(event: Item) -> Flow:
    fields = event.fields(_FLOW_KEYS)
    for key in ("at", "sector", "investor", "net"):
        if key not in fields:
            event.fail(f"{key!r} is missing; a flow has at, sector, investor and net, a fault has at and fault")
    venue = _parse(fields["venue"], _parse_venue) if "venue" in fields else Venue.KRX
    sector = _parse(fields["sector"], _parse_sector)
    scale = scale_of(venue, sector.code)
    if scale is None:
        fields["sector"].fail(f"{sector.korean} is not traded at {venue.value}; name a share sector, or venue krx")
    by = weigh_parts(_parse(fields["investor"], _parse_investor).code, scale.parts)
    if "against" in fields:
        against = weigh_parts(_parse(fields["against"], _parse_investor).code, scale.parts)
        if any(one and other for one, other in zip(by, against, strict=True)):
            fields["against"].fail("nobody trades against themselves; name somebody else")
    else:
        against = weigh_others(by, scale.parts)
    begins = _parse(fields["at"], parse_time)
    lasts = _parse(fields["over"], _parse_duration) if "over" in fields else SLOT
    opens, closes = HOURS[venue]
    if not opens <= begins or not begins + lasts <= closes:
        fields["at"].fail(
            f"the flow is not within the hours of {venue.value}; "
            f"let it begin and end between {_clock(opens)} and {_clock(closes)}"
        )
    net = _parse(fields["net"], _parse_amount)
    return Flow(venue, sector.code, by, against, begins, lasts, net, _read_day(fields))


def _read_fault(event: Item) -> ScheduledFault:
    fields = event.fields(_FAULT_KEYS)
    if "at" not in fields:
        event.fail("'at' is missing; a fault has at and fault")
    kind = _parse(fields["fault"], find_kind)
    for key, belongs in (
        ("count", kind.befalls_frames),
        ("for", kind is FaultKind.STALL),
        ("how", kind is FaultKind.GARBLE),
    ):
        if key in fields and not belongs:
            fields[key].fail(f"{key!r} says nothing about {kind.value}; leave it out")
    fault = Fault(
        kind,
        client=_parse(fields["client"], _parse_count) if "client" in fields else None,
        count=_parse(fields["count"], _parse_count) if "count" in fields else 1,
        lasts=float(_parse(fields["for"], _parse_duration)) if "for" in fields else None,
        how=_parse(fields["how"], _parse_garbling) if "how" in fields else None,
    )
    return ScheduledFault(_parse(fields["at"], parse_time), fault, _read_day(fields))


def _read_day(fields: Mapping[str, Item]) -> int | None:
    return _parse(fields["day"], _parse_count) if "day" in fields else None


def _parse(item: Item, parse: Callable[[str], T]) -> T:
    try:
        return parse(item.text())
    except ValueError as error:
        item.fail(str(error))


def _parse_sector(text: str) -> Sector:
    sector = find_sector(text)
    if sector is None or not is_listed(sector.code):
        near = suggest(text, [name for each in SECTORS for name in (each.slug, each.korean)])
        hint = f"did you mean {near!r}?" if near else "write a slug like kospi, a Korean name or a code of the table"
        raise ValueError(f"no sector is called {text!r}; {hint}")
    return sector


def _parse_investor(text: str) -> Investor:
    investor = find_investor(text)
    if investor is None or investor not in INVESTORS:
        near = suggest(text, [name for each in INVESTORS for name in (each.slug, each.korean)])
        hint = f"did you mean {near!r}?" if near else "write a slug like foreign, a Korean name or a code of the table"
        raise ValueError(f"no investor is called {text!r}; {hint}")
    if investor.code == SUM_OF_ROWS:
        raise ValueError("9999 is a sum and does not trade; name who does")
    return investor


def _parse_venue(text: str) -> Venue:
    if text == Venue.UNIFIED.value:
        raise ValueError("unified is krx and nxt together; name one of them")
    try:
        return Venue(text)
    except ValueError:
        raise ValueError(f"no venue is called {text!r}; write krx or nxt") from None


def _parse_garbling(text: str) -> Garbling:
    try:
        return Garbling(text)
    except ValueError:
        known = ", ".join(each.value for each in Garbling)
        raise ValueError(f"no way to garble is called {text!r}; known are {known}") from None


def _parse_duration(text: str) -> int:
    match = _DURATION.fullmatch(text)
    seconds = 0
    if match is not None:
        hours, minutes, rest = (int(each or 0) for each in match.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    if not seconds:
        raise ValueError(f"{text!r} is no duration; write it as 10m, 90s or 1h30m")
    return seconds


def _parse_amount(text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no amount; write it as -3000억 or 1.5조")
    number, unit = match.groups()
    eok = Decimal(number.replace(",", "").replace("_", "")) * _EOK[unit]
    if eok != int(eok):
        raise ValueError(f"{text!r} is not a whole number of 억; the rows are printed in 억")
    if not 0 < abs(eok) <= _MOST_EOK:
        raise ValueError(f"{text!r} is out of range; write an amount up to {_MOST_EOK // 10_000:,}조, and not zero")
    return int(eok)


def _parse_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= _MOST_COUNT:
        raise ValueError(f"{text!r} is no count; write a whole number from 1 to {_MOST_COUNT:,}")
    return int(text)


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"
