"""The HTML that Telegram takes. Source: its bot API, "Formatting options"."""

from collections.abc import Sequence

from flowalert.delivery.markup.column import Column, align
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.escape import escape_html, silence


def _escape(text: str) -> str:
    return escape_html(silence(text))


def _row(cells: Sequence[str], columns: Sequence[Column]) -> str:
    return _escape(align(cells, columns))


TELEGRAM = Dialect(
    text=_escape,
    row=_row,
    heading=("<b>", "</b>"),
    note=("<i>", "</i>"),
    table=("<pre>", "</pre>"),
    headline=("<b>", "</b>\r\n"),
)
