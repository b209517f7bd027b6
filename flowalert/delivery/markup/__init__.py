"""The markup of each kind of service, a module a dialect."""

from flowalert.delivery.markup.choice import choose_dialect, choose_unmarked, is_own
from flowalert.delivery.markup.dialect import Dialect, Marked, join, mark, mark_lines, mark_title

__all__ = [
    "Dialect",
    "Marked",
    "choose_dialect",
    "choose_unmarked",
    "is_own",
    "join",
    "mark",
    "mark_lines",
    "mark_title",
]
