"""Moments as they are written on the command line: `10:00` of today in Seoul, `2026-11-23`, or both."""

import datetime as dt
import re

import click

_MOMENT = re.compile(r"(?:(\d{4}-\d\d-\d\d)(?:[T ]|$))?(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?", re.ASCII)


def read_since(text: str, now: dt.datetime) -> dt.datetime:
    """Return a moment that is past, with or without its time; click's error for what is none."""
    moment = _read(text, now, "--since", "10:00, 2026-11-23 or '2026-11-23 10:00'", needs_time=False)
    if moment > now:
        raise click.BadParameter(f"{_say(moment)} in Seoul is yet to come; write the date too", param_hint="--since")
    return moment


def read_coming(text: str, now: dt.datetime, option: str) -> dt.datetime:
    """Return a moment that is to come; click's error for what is none.

    A date alone is none: nobody could tell whether its begin or its end is meant.
    """
    moment = _read(text, now, option, "15:30 or '2026-11-23 15:30'", needs_time=True)
    if moment <= now:
        raise click.BadParameter(
            f"{_say(moment)} in Seoul is past; write a later time, with its date", param_hint=option
        )
    return moment


def _read(text: str, now: dt.datetime, option: str, wanted: str, *, needs_time: bool) -> dt.datetime:
    from flowalert.market.instant import KST

    wrong = click.BadParameter(f"{text!r} is no time; write {wanted}", param_hint=option)
    match = _MOMENT.fullmatch(text.strip())
    if match is None or not (match[2] or (match[1] and not needs_time)):
        raise wrong
    try:
        date = dt.date.fromisoformat(match[1]) if match[1] else now.astimezone(KST).date()
        hour, minute, second = (int(part or 0) for part in match.groups()[1:])
        return dt.datetime.combine(date, dt.time(hour, minute, second), KST)
    except ValueError:
        raise wrong from None


def _say(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
