"""A text made to fit what its target takes: by whole lines, with a last line that says how many more there were."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec import Struct

from flowalert.delivery.cut import ELLIPSIS, find_cuts, find_fence
from flowalert.engine.notice import Format
from flowalert.language.tongue import Tongue


class Size(Struct, frozen=True):
    """What title and body take up of a target's limits, in the target's own unit; `total` is of both together.

    Where a title is written into the body, `body` has both and `title` is 0.
    """

    title: int
    body: int
    lines: int
    total: int


class Room(Struct, frozen=True, kw_only=True):
    """What a target takes at most, and how it counts: `measure` is given title and body.

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
    """A title and a body that the target takes; `shortened` says by how much, and is empty where they are whole."""

    title: str
    body: str
    shortened: str = ""


def fit(title: str, body: str, room: Room, written: Format, tongue: Tongue = Tongue.KOREAN) -> Fitted:
    """Return title and body as they are where the room holds them, else shortened.

    The body keeps as many whole lines as there is room for, and a last line counts those left out that had something
    on them. A line is cut only where it could not stand whole in any message to this target, or where nothing would
    be left of the text; then with `…`, never inside a character of several code points, a number or a markup. A title
    that shares the body's room is left at least half of it. A room for less than a `…` is not held to.
    """
    if room.holds(title, body):
        return Fitted(title, body)
    short_title = _shorten_title(title.strip(), body, room, written)
    if not room.holds(short_title, ELLIPSIS):
        short_title = ""  # a text without its title is better than a title alone
    whole_body = body.strip()
    short_body = whole_body
    if not room.holds(short_title, whole_body):
        short_body = _shorten_body(whole_body, lambda text: room.holds(short_title, text), written, tongue)
    before, after = room.measure(title, body).total, room.measure(short_title, short_body).total
    return Fitted(short_title, short_body, f"shortened from {before:,} to {after:,} {room.unit}")


def _shorten_title(title: str, body: str, room: Room, written: Format) -> str:
    share = max(room.body // 2, room.body - room.measure("", body).body)

    def holds(text: str) -> bool:
        size = room.measure(text, "")
        return size.title <= room.title and size.body <= share

    return title if holds(title) else _cut(title, holds, written)


def _shorten_body(body: str, holds: Callable[[str], bool], written: Format, tongue: Tongue) -> str:
    lines = body.split("\n")

    def keep(count: int) -> str:
        return _end(lines[:count], lines[count:], written, tongue)

    kept = _most(len(lines) - 1, lambda count: holds(keep(count)))
    if kept and holds(lines[kept]):
        return keep(kept)

    def begin(text: str) -> str:
        return _end([*lines[:kept], text], lines[kept + 1 :], written, tongue)

    begun = _cut(lines[kept], lambda text: holds(begin(text)), written)
    if kept and begun == ELLIPSIS:
        return keep(kept)
    # Where not even the count has room, the beginning of the text alone.
    return begin(begun) if holds(begin(begun)) else _cut(lines[kept], holds, written)


def _end(kept: Sequence[str], left: Sequence[str], written: Format, tongue: Tongue) -> str:
    """Return the kept lines, a code block open behind them closed, with a last line about those left out."""
    fence: str | None = None
    shown = sum(1 for line in left if line.strip())
    if written is Format.MARKDOWN:
        for line in kept:
            fence = find_fence(line, fence)
        opened = [fence]
        for line in left:
            opened.append(find_fence(line, opened[-1]))
        shown -= sum(1 for before, after in pairwise(opened) if before != after)
    closing = [] if fence is None else [fence]
    return "\n".join([*kept, *closing, *([_say_more(shown, tongue)] if shown else [])])


def _say_more(count: int, tongue: Tongue) -> str:
    return tongue.choose(f"외 {count:,}줄", f"and {count:,} more line{'s' if count > 1 else ''}")


def _cut(line: str, holds: Callable[[str], bool], written: Format) -> str:
    """Return the longest beginning of a line that holds with a `…` behind it, or the `…` alone."""
    cuts = find_cuts(line, written)
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
