"""A message made to fit what its target takes: by whole lines, with a line that says how many more there were."""

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from flowalert.delivery.cut import ELLIPSIS, find_cuts
from flowalert.delivery.markup import Dialect, mark_title
from flowalert.delivery.message import Message
from flowalert.delivery.page import Page


class Size(Struct, frozen=True):
    """What title and body take up of a target's limits, in the target's own unit; `total` is of both together.

    Where a title is written into the body, `body` has both and `title` is 0.
    """

    title: int
    body: int
    lines: int
    total: int


class Room(Struct, frozen=True, kw_only=True):
    """What a target takes at most, and how it counts: `measure` is given title and body, marked up.

    `unit` is for people: characters, bytes. `lines` is None where any number goes.
    """

    title: int
    body: int
    lines: int | None
    unit: str
    measure: Callable[[str, str], Size]

    def holds(self, title: str, body: str) -> bool:
        size = self.measure(title, body)
        return size.title <= self.title and size.body <= self.body and (self.lines is None or size.lines <= self.lines)


class Fitted(Struct, frozen=True):
    """Title and body, marked up, as the target takes them; `shortened` says by how much, empty where they are whole."""

    title: str
    body: str
    shortened: str = ""


def fit(message: Message, room: Room, dialect: Dialect) -> Fitted:
    """Return title and body in the dialect, shortened where the room does not hold them.

    The body keeps as many whole lines as there is room for, and one more counts those left out that had something on
    them, before the small print that ends the message if that has room too. A line is cut only where it could not
    stand whole in any message to this target, or where nothing would be left of the text; then with `…`, never inside
    a character of several code points or a number, and before it is marked up, so that every mark is whole and every
    table closed. A title that shares the body's room is left at least half of it. A room for less than a `…` is not
    held to.
    """
    page = Page(message, dialect)
    title, body = mark_title(message.title, dialect), page.write()
    if room.holds(title, body):
        return Fitted(title, body)
    short_title = mark_title(_shorten_title(message.title.strip(), body, room, dialect), dialect)
    if not room.holds(short_title, ELLIPSIS):
        short_title = ""  # a text without its title is better than a title alone
    page = page.trim()
    short_body = page.write()
    if not room.holds(short_title, short_body):
        short_body = _shorten_body(page, lambda text: room.holds(short_title, text))
    before, after = room.measure(title, body).total, room.measure(short_title, short_body).total
    return Fitted(short_title, short_body, f"shortened from {before:,} to {after:,} {room.unit}")


def _shorten_title(title: str, body: str, room: Room, dialect: Dialect) -> str:
    share = max(room.body // 2, room.body - room.measure("", body).body)

    def holds(text: str) -> bool:
        size = room.measure(mark_title(text, dialect), "")
        return size.title <= room.title and size.body <= share

    return title if holds(title) else _cut(title, holds)


def _shorten_body(page: Page, holds: Callable[[str], bool]) -> str:
    if page.notes:
        shortened = _keep_lines(page, holds, page.notes)
        if shortened is not None:
            return shortened
    # Without the small print among the last, it is a line as any other.
    shortened = _keep_lines(page, holds, 0)
    if shortened is not None:
        return shortened
    # Where not even the count has room, the beginning of the text alone.
    return page.write_alone(_cut(page.raw(0), lambda text: holds(page.write_alone(text))))


def _keep_lines(page: Page, holds: Callable[[str], bool], notes: int) -> str | None:
    """Return the longest beginning with so many notes behind it; None where not even a line of it has room."""
    write = partial(page.write, notes=notes)
    count = page.count - notes
    kept = _most(count - 1, lambda number: holds(write(number)))
    if kept and holds(page.write_alone(page.raw(kept), at=kept)):
        return write(kept)
    if notes and not kept and holds(page.write_alone(page.raw(0))):
        return None  # the line is worth more than the notes
    begun = _cut(page.raw(kept), lambda text: holds(write(kept, begun=text)))
    if begun == ELLIPSIS and (kept or notes):
        return write(kept) if kept else None
    whole = write(kept, begun=begun)
    return whole if holds(whole) else None


def _cut(line: str, holds: Callable[[str], bool]) -> str:
    """Return the longest beginning of a line that holds with a `…` behind it, or the `…` alone."""
    cuts = find_cuts(line)
    return _break_off(line, cuts[_most(len(cuts) - 1, lambda number: holds(_break_off(line, cuts[number])))])


def _break_off(line: str, at: int) -> str:
    return line[:at].rstrip() + ELLIPSIS


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number up to the limit that holds, or 0; those below one that holds are taken to."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
