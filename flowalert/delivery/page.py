"""The lines of a message in one dialect, to be written whole or in part, each marked up once."""

from collections.abc import Iterable
from itertools import chain

from msgspec.structs import replace

from flowalert.delivery.markup import Dialect, Marked, join, mark, mark_lines
from flowalert.delivery.markup.column import string_together
from flowalert.delivery.message import Line, Message, Style
from flowalert.language.tongue import Tongue


class Page:
    """A message's body. Nothing changes after it was made.

    `count` is the number of its lines, `notes` of those the small print at the very end, if anything stands before it.
    """

    def __init__(self, message: Message, dialect: Dialect) -> None:
        self._message = message
        self._dialect = dialect
        self._lines = message.lines or (Line(),)
        self._marked = mark_lines(self._lines, dialect)
        self._rows = _count_from(line.style is Style.ROW for line in self._lines)
        self._texts = _count_from(line.style is Style.TEXT and not line.blank for line in self._lines)
        self._filled = _count_from(not line.blank for line in self._lines)
        self.count = len(self._lines)
        self.notes = 0
        while self.notes < self.count and self._lines[-1 - self.notes].style is Style.NOTE:
            self.notes += 1
        if self.notes == self.count:
            self.notes = 0

    def trim(self) -> "Page":
        """Return the page without blank lines and blanks at its ends."""
        filled = [at for at, line in enumerate(self._lines) if not line.blank]
        if not filled:
            return Page(replace(self._message, lines=()), self._dialect)
        lines = list(self._lines[filled[0] : filled[-1] + 1])
        lines[0] = replace(lines[0], text=lines[0].text.lstrip())
        lines[-1] = replace(lines[-1], text=lines[-1].text.rstrip())
        return Page(replace(self._message, lines=tuple(lines)), self._dialect)

    def raw(self, at: int) -> str:
        """Return a line before it is marked up."""
        line = self._lines[at]
        return string_together(line.cells) if line.style is Style.ROW else line.text

    def write(self, kept: int | None = None, *, begun: str | None = None, notes: int | None = None) -> str:
        """Return the body with the first lines kept, the beginning of the one behind them, and the notes that end it.

        Without a number all is written. What is left out is counted, and so are the rows that were never in.
        """
        notes = self.notes if notes is None else notes
        end = self.count - notes
        kept = end if kept is None else kept
        if begun is None and kept < end:
            # A heading without anything below it says nothing.
            while kept > 1 and self._lines[kept - 1].style is Style.HEADING:
                kept -= 1
        cut = [] if begun is None else [self._mark(begun, kept)]
        more = self._say_more(kept + len(cut), end)
        return join(chain(self._marked[:kept], cut, more, self._marked[end:]), self._dialect)

    def write_alone(self, text: str, *, at: int = 0) -> str:
        """Return a body of one line, in the style of one of the page."""
        return join([self._mark(text, at)], self._dialect)

    def _mark(self, text: str, at: int) -> Marked:
        style = self._lines[at].style
        return mark(Line(style=style, cells=(text,)) if style is Style.ROW else Line(text, style), self._dialect)

    def _say_more(self, start: int, end: int) -> list[Marked]:
        rows = self._rows[start] - self._rows[end] + self._message.unlisted
        # Beside rows, what heads them and their small print are no loss of their own.
        counts = self._texts if rows else self._filled
        lines = counts[start] - counts[end]
        if not (rows or lines):
            return []
        return [mark(Line(_say_more(rows, lines, self._message.tongue)), self._dialect)]


def _count_from(marks: Iterable[bool]) -> list[int]:
    """Return for each place how many are true from there to the end, and 0 for the end."""
    counts = [0]
    for true in reversed(list(marks)):
        counts.append(counts[-1] + true)
    return counts[::-1]


def _say_more(rows: int, lines: int, tongue: Tongue) -> str:
    plural = "s" if lines > 1 else ""
    if not rows:
        return tongue.choose(f"외 {lines:,}줄", f"and {lines:,} more line{plural}")
    if not lines:
        return tongue.choose(f"외 {rows:,}건", f"and {rows:,} more")
    return tongue.choose(f"외 {rows:,}건, {lines:,}줄", f"and {rows:,} more, and {lines:,} line{plural}")
