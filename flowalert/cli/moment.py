"""Moments as they are written on the command line: `10:00` of today in Seoul, `2026-11-23`, or both."""

import datetime as dt

import click


def read_since(text: str, now: dt.datetime) -> dt.datetime:
    """Return a moment that is past, with or without its time; click's error for what is none."""
    from flowalert.language.mistake import Mistake
    from flowalert.language.moment import parse_past

    try:
        return parse_past(text, now)
    except Mistake as mistake:
        raise click.BadParameter(str(mistake), param_hint="--since") from None
