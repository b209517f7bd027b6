"""Plain text, for programs and for people."""

from collections.abc import Sequence

from flowalert.delivery.markup.column import Column, align, string_together
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.escape import silence


def _string(cells: Sequence[str], _: Sequence[Column]) -> str:
    return string_together(cells)


# To the character, for what is read by a program first.
PLAIN = Dialect(text=str, row=_string)

# Most services that take plain text look for names in it that are to be called. Their letters have widths of their
# own, which no padding lines up.
CHAT = Dialect(text=silence, row=lambda cells, _: silence(string_together(cells)))

# Logs and IRC are read in letters of one width.
TERMINAL = Dialect(text=silence, row=lambda cells, columns: silence(align(cells, columns)))
