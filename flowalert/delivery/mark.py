"""Marks before what a person reads: which way money goes, and how much an alert matters.

As every Korean quote board has it, red is up and buying, blue down and selling. No mark stands without the sign or
the word that says the same. A severity has a shape of its own and never a red or blue disc, which would say buying.
"""

from collections.abc import Mapping

from flowalert.engine.transition import Kind, Severity

_DIRECTIONS: Mapping[str, str] = {"+": "🔴", "-": "🔵"}
_SEVERITIES: Mapping[Severity, str] = {Severity.INFO: "ℹ", Severity.WARNING: "⚠", Severity.CRITICAL: "🚨"}
_RESOLVED = "✅"


def mark_direction(shown: str) -> str:
    """Put the mark of its sign before a figure as it is shown: `🔵 -1,234억`.

    Without a sign there is no mark: it was rounded away, or the figure is never below zero.
    """
    mark = _DIRECTIONS.get(shown[:1])
    return shown if mark is None else f"{mark} {shown}"


def mark_alert(title: str, kind: Kind, severity: Severity) -> str:
    """Put the severity's mark before a title, or that of what is over."""
    return f"{_RESOLVED if kind is Kind.RESOLVED else _SEVERITIES[severity]} {title}"
