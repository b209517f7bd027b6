"""A scenario: flows and faults at times of the simulated day, written in YAML.

    events:
      - at: 10:15                 # exchange time, HH:MM or HH:MM:SS
        sector: kospi             # slug, Korean name or code
        investor: foreign         # the same; not 9999, which is a sum
        net: -3000억              # bought less sold: won as a rule writes it (1.5조, 300eok), or a bare number of 억
        over: 10m                 # how long it takes, as a rule writes it (90s, 10분, 1.5h); 30s when left out
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
from collections.abc import Mapping

from msgspec import Struct

from flowalert.language.literal import parse_span, resolve_literal
from flowalert.language.meaning import BARE, DURATION, WON
from flowalert.language.mistake import Mistake
from flowalert.language.tree import Number, Span
from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.instant import clock
from flowalert.market.investor import INVESTORS, SUM_OF_ROWS, Investor, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import SECTORS, Counted, Sector, find_sector, is_listed
from flowalert.market.venue import Venue
from flowalert.rules.document import Document
from flowalert.rules.problem import Problem
from flowalert.simulator.fault import Fault, FaultKind, Garbling, find_kind
from flowalert.simulator.flow import Flow, weigh_others, weigh_parts
from flowalert.simulator.item import Item, ItemError
from flowalert.simulator.scale import scale_of
from flowalert.simulator.session import second_at

_FLOW_KEYS = ("at", "sector", "investor", "net", "over", "against", "venue", "day")
_FAULT_KEYS = ("at", "fault", "client", "count", "for", "how", "day")
_KEYS = tuple(dict.fromkeys((*_FLOW_KEYS, *_FAULT_KEYS)))

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
_AMOUNT = re.compile(r"([+-]?)([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(%|[^\W\d_]*)")
_WRITE_AMOUNT = "write it as -3000억 or 1.5조"
_WRITE_DURATION = "write it as 10m, 90s or 1.5h"
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
    document = Document(file, text)
    problems = list(document.problems)
    if document.tree is None:
        return tuple(problems) or (
            document.problem_at(document.place_of(()), "the file is empty", "begin with events:"),
        )
    events: list[Item] = []
    try:
        fields = Item(document, document.tree).fields(("events",))
        if "events" in fields:
            events = fields["events"].items()
    except ItemError as found:
        problems.append(found.problem)
    flows: list[Flow] = []
    faults: list[ScheduledFault] = []
    for event in events:
        try:
            if "fault" in event.fields(_KEYS):
                faults.append(_read_fault(event))
            else:
                flows.append(_read_flow(event))
        except ItemError as found:
            problems.append(found.problem)
    # What is wrong with a part that aliases repeat is said once.
    problems = sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column))
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
    venue = fields["venue"].parse(_parse_venue) if "venue" in fields else Venue.KRX
    sector = fields["sector"].parse(_parse_sector)
    scale = scale_of(venue, sector.code)
    if scale is None:
        fields["sector"].fail(f"{sector.korean} is not traded at {venue.value}; name a share sector, or venue krx")
    by = weigh_parts(fields["investor"].parse(_parse_investor).code, scale.parts)
    if "against" in fields:
        against = weigh_parts(fields["against"].parse(_parse_investor).code, scale.parts)
        if any(one and other for one, other in zip(by, against, strict=True)):
            fields["against"].fail("nobody trades against themselves; name somebody else")
    else:
        against = weigh_others(by, scale.parts)
    begins = fields["at"].parse(parse_time)
    lasts = fields["over"].parse(_parse_duration, _WRITE_DURATION) if "over" in fields else SLOT
    hours = HOURS[venue]
    if not hours.opens <= begins or not begins + lasts <= hours.shuts:
        fields["at"].fail(
            f"the flow is not within the hours of {venue.value}",
            f"let it begin and end between {clock(hours.opens)} and {clock(hours.shuts)}",
        )
    net = fields["net"].parse(_parse_amount, _WRITE_AMOUNT)
    return Flow(venue, sector.code, by, against, begins, lasts, net, _read_day(fields))


def _read_fault(event: Item) -> ScheduledFault:
    fields = event.fields(_FAULT_KEYS)
    if "at" not in fields:
        event.fail("'at' is missing; a fault has at and fault")
    kind = fields["fault"].parse(find_kind)
    for key, belongs in (
        ("count", kind.befalls_frames),
        ("for", kind is FaultKind.STALL),
        ("how", kind is FaultKind.GARBLE),
    ):
        if key in fields and not belongs:
            fields[key].fail(f"{key!r} says nothing about {kind.value}; leave it out")
    fault = Fault(
        kind,
        client=fields["client"].parse(_parse_count) if "client" in fields else None,
        count=fields["count"].parse(_parse_count) if "count" in fields else 1,
        lasts=float(fields["for"].parse(_parse_duration, _WRITE_DURATION)) if "for" in fields else None,
        how=fields["how"].parse(_parse_garbling) if "how" in fields else None,
    )
    return ScheduledFault(fields["at"].parse(parse_time), fault, _read_day(fields))


def _read_day(fields: Mapping[str, Item]) -> int | None:
    return fields["day"].parse(_parse_count) if "day" in fields else None


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
    span = parse_span(text)
    if span.meaning != DURATION:
        raise Mistake(f"{text!r} is {span.meaning.words}", (0, len(text)))
    return int(span.value)


def _parse_amount(text: str) -> int:
    whole = (0, len(text))
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Mistake(f"{text!r} is no amount", whole)
    sign, digits, unit = match.groups()
    number = _resolve(digits.replace(",", ""), unit, (match.start(2), match.end()))
    if number.meaning not in (WON, BARE):
        raise Mistake(f"{text!r} is {number.meaning.words}, and a net is won", whole)
    eok = int(number.value)
    if eok != number.value:
        raise ValueError(f"{text!r} is not a whole number of 억; the rows are printed in 억")
    if not 0 < eok <= _MOST_EOK:
        raise ValueError(f"{text!r} is out of range; write an amount up to {_MOST_EOK // 10_000:,}조, and not zero")
    return -eok if sign == "-" else eok


def _resolve(digits: str, unit: str, span: Span) -> Number:
    # A quantity of either kind is read, whatever the sector counts, to be refused for what it is.
    try:
        return resolve_literal(digits, unit, Counted.SHARES, span)
    except Mistake:
        return resolve_literal(digits, unit, Counted.CONTRACTS, span)


def _parse_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= _MOST_COUNT:
        raise ValueError(f"{text!r} is no count; write a whole number from 1 to {_MOST_COUNT:,}")
    return int(text)
