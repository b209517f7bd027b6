"""HTML for e-mail."""

from collections.abc import Sequence
from itertools import zip_longest

from flowalert.delivery.markup.column import Column
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.escape import escape_html

_LEFT = Column(0, right=False)


def _row(cells: Sequence[str], columns: Sequence[Column]) -> str:
    pairs = list(zip_longest(cells, columns[: len(cells)], fillvalue=None))
    return f"<tr>{''.join(_cell(cell or '', column or _LEFT) for cell, column in pairs)}</tr>"


def _cell(text: str, column: Column) -> str:
    # Mail programs heed attributes better than styles.
    return f'<td align="right">{escape_html(text)}</td>' if column.right else f"<td>{escape_html(text)}</td>"


HYPERTEXT = Dialect(
    text=escape_html,
    row=_row,
    line=("", "<br />"),
    heading=("<b>", "</b><br />"),
    note=("<small>", "</small><br />"),
    table=('<table cellspacing="0" cellpadding="4">\n', "\n</table>"),
    headline=("<b>", "</b><br />\r\n"),
)
