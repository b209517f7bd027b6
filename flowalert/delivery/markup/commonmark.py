"""CommonMark, as the services have it that say markdown, and Discord's own."""

from collections.abc import Sequence

from msgspec.structs import replace

from flowalert.delivery.markup.column import Column, align, string_together
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.escape import escape_commonmark, escape_commonmark_code


def _prose(cells: Sequence[str], _: Sequence[Column]) -> str:
    return escape_commonmark(string_together(cells))


# Two blanks at its end keep a line one where the next would be drawn up to it.
COMMONMARK = Dialect(
    text=escape_commonmark,
    row=lambda cells, columns: escape_commonmark_code(align(cells, columns)),
    line=("", "  "),
    heading=("**", "**  "),
    note=("*", "*  "),
    table=("```\n", "\n```"),
    headline=("# ", "\n"),
)

# Teams shows no blocks of code, and reads marks in titles too. Source: its documents, "Text formatting in cards".
CARD = replace(
    COMMONMARK,
    row=lambda cells, columns: _prose(cells, columns) + "  ",
    table=("", ""),
    title=escape_commonmark,
)

# Source: Discord's help, "Markdown Text 101".
DISCORD = replace(
    COMMONMARK, line=("", ""), heading=("**", "**"), note=("-# ", ""), headline=("", "\r\n"), title=escape_commonmark
)

# Where Apprise parts or cuts a text, which it may do anywhere: only what is whole in itself.
UNMARKED = Dialect(text=escape_commonmark, row=_prose)
