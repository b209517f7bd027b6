"""A mistake in a text of the command line, as `flowalert check` shows those of rules."""

import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

import click

from flowalert.language.mistake import Mistake
from flowalert.rules.excerpt import make_excerpt

T = TypeVar("T")

_WRONG_USAGE = 2  # click's own


def read_or_refuse(text: str, parse: Callable[[str], T]) -> T:
    """Return what `parse` makes of a text, or print its Mistake, with a mark under the place, and end the program."""
    try:
        return parse(text)
    except Mistake as mistake:
        refuse(text, mistake)


def refuse(text: str, mistake: Mistake) -> NoReturn:
    """Print a Mistake, with a mark under the place, and end the program."""
    _print(text, mistake)
    raise SystemExit(_WRONG_USAGE) from None


def _print(text: str, mistake: Mistake) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    shown, carets = make_excerpt(text, mistake.start + 1, max(1, mistake.end - mistake.start))
    for line in (
        f"{click.style('error:', fg='red', bold=True)} {mistake.what}",
        f"  {shown}",
        f"  {click.style(carets, fg='red', bold=True)}",
    ):
        click.echo(line, err=True, color=color)
    if mistake.instead:
        click.echo(f"{click.style('help:', fg='cyan', bold=True)} {mistake.instead}", err=True, color=color)
