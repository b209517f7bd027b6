"""The lines of a test's market to the entries that the feed would have made of it, in its order.

In a slot come the updates in the order of their codes, then the corrections, then that the slot is closed, then
what `events` has for the time up to the next one. The exchange's own changes, `p_msval` and `p_msvol`, are the
differences since the series' update before; 0 at its first update, and at one before which others were missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import clock
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.rules.notepad import Notepad
from flowalert.rules.trial.line import FIELDS, Line

_CHANGES = {"msval": "p_msval", "msvol": "p_msvol"}
_SIDES = {"msval": ("msvalue", "mdvalue"), "msvol": ("msvolume", "mdvolume")}
_WRITE_UNCHANGED = "write = for one that is unchanged, or ? for a blank one"


@dataclass(frozen=True, slots=True)
class Timing:
    """When the slots of a test are, in exchange time."""

    venue: Venue
    start: int
    slot: int

    def at(self, slot: int) -> int:
        return self.start + slot * self.slot


def compose(
    notepad: Notepad, lines: Sequence[Line], timing: Timing, events: Sequence[Entry], left_open: frozenset[int]
) -> tuple[Entry, ...]:
    """Return the entries of the lines and the events; what is wrong is noted.

    `left_open` has the times of the slots that nobody closes.
    """
    composer = _Composer(notepad, timing)
    by_series: dict[Series, list[Line]] = {}
    for line in lines:
        by_series.setdefault(line.series, []).append(line)
    books = [_Book(named, by_series[named]) for named in sorted(by_series)]
    waiting = sorted(events, key=lambda each: each.at)
    for slot in range(count_slots(lines)):
        at = timing.at(slot)
        while waiting and waiting[0].at < at:
            composer.take(waiting.pop(0))
        composer.fill(books, slot, left_open=at in left_open)
    for event in waiting:
        composer.take(event)
    return tuple(composer.entries)


def count_slots(lines: Sequence[Line]) -> int:
    """Return how many slots the longest of the lines has."""
    return max((len(line.cells) for line in lines), default=0)


class _Book:
    """The standing of one series: `last` has the nets of its latest update that were not blank, by every update."""

    def __init__(self, named: Series, lines: Sequence[Line]) -> None:
        self.series = named
        self.lines = {line.field: line for line in lines}
        self.last: dict[str, int] = {}

    def publish(self, slot: int, at: int) -> Iterator[Update]:
        """Yield the slot's update and its corrections; nothing where the lines have none."""
        cells = {field: cell for field, line in self.lines.items() if (cell := line.cell(slot)) and cell.figures}
        missed = any(cell.missed for cell in cells.values())
        base = dict(self.last)
        for nth in range(max((len(cell.figures) for cell in cells.values()), default=0)):
            given = {field: cell.figures[min(nth, len(cell.figures) - 1)] for field, cell in cells.items()}
            figures: dict[str, int | None] = {**dict.fromkeys(FIELDS, 0), **given}
            for net, sides in _SIDES.items():
                if net not in given and all(side in given for side in sides):
                    figures[net] = _subtract(given[sides[0]], given[sides[1]])
            for net, change in _CHANGES.items():
                value = figures[net]
                if value is not None and (net not in base or (missed and nth == 0)):
                    base[net] = value
                if change not in given:
                    figures[change] = _subtract(value, base.get(net))
                if value is not None:
                    self.last[net] = value
            yield Update(series=self.series, at=at, tjjtime=clock(at).replace(":", "") + "00", **figures)


class _Outage:
    """Which places have no feed: `_lost`, and where `_all` is lost those that are not `_back`; by every event."""

    def __init__(self) -> None:
        self._lost: frozenset[str] = frozenset()
        self._back: frozenset[str] = frozenset()
        self._all = False

    def note(self, event: Entry) -> None:
        match event:
            case FeedLost(places=()):
                self._all, self._back = True, frozenset()
            case FeedLost(places=places):
                self._lost, self._back = self._lost.union(places), self._back.difference(places)
            case FeedBack(places=()):
                self._all, self._lost = False, frozenset()
            case FeedBack(places=places):
                self._lost, self._back = self._lost.difference(places), self._back.union(places)
            case _:
                pass

    def covers(self, place: str) -> bool:
        return place in self._lost or (self._all and place not in self._back)


class _Composer:
    """Lays the entries one behind another; `entries` and what is lost or closed change with each."""

    def __init__(self, notepad: Notepad, timing: Timing) -> None:
        self.entries: list[Entry] = []
        self._notepad = notepad
        self._timing = timing
        self._outage = _Outage()
        self._closed = False

    def take(self, event: Entry) -> None:
        self._outage.note(event)
        self._closed = self._closed or isinstance(event, SessionClosed)
        self.entries.append(event)

    def fill(self, books: Sequence[_Book], slot: int, *, left_open: bool) -> None:
        """Lay the updates of a slot, round by round, and close it."""
        at = self._timing.at(slot)
        rounds: list[list[Update]] = []
        for book in books:
            before = dict(book.last)
            updates = list(book.publish(slot, at))
            if updates:
                self._check(book, slot, at, updates, before)
            for nth, update in enumerate(updates):
                if nth == len(rounds):
                    rounds.append([])
                rounds[nth].append(update)
        self.entries += [update for each in rounds for update in each]
        if rounds and not left_open:
            self.entries.append(SlotClosed(self._timing.venue, at))

    def _check(self, book: _Book, slot: int, at: int, updates: Sequence[Update], before: Mapping[str, int]) -> None:
        notepad = self._notepad
        lines = tuple(book.lines.values())
        first = next(line for line in lines if (cell := line.cell(slot)) and cell.figures)
        for line in lines:
            cell = line.cell(slot)
            if cell is None or not cell.figures:
                what = f"{line.name} has nothing at {clock(at)}, where {first.name} has a figure"
                line.complain(notepad, slot, what, _WRITE_UNCHANGED)
        if self._closed:
            first.complain(notepad, slot, f"the session is closed before {clock(at)}", "end the lines before it, or _")
        if self._outage.covers(book.series.place):
            first.complain(notepad, slot, f"the feed is lost at {clock(at)}", "write _ until it is back")
        if any(one == other for one, other in pairwise(updates)):
            first.complain(notepad, slot, "this corrects nothing, and the feed drops a repeat", "write another figure")
        missed = next((line for line in lines if (cell := line.cell(slot)) and cell.missed), None)
        if missed is not None and not _shows_gap(updates[0], before):
            what = "nothing shows that updates were missed: no net figure differs from the one before"
            missed.complain(notepad, slot, what, "write another figure, or a line for its p_msval")


def _shows_gap(update: Update, before: Mapping[str, int]) -> bool:
    pairs = (("msval", update.msval, update.p_msval), ("msvol", update.msvol, update.p_msvol))
    return any(
        net in before and None not in (now, change) and before[net] + (change or 0) != now for net, now, change in pairs
    )


def _subtract(value: int | None, less: int | None) -> int | None:
    return None if value is None or less is None else value - less
