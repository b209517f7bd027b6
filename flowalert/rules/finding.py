"""Something suspect in the text of a condition."""

from dataclasses import dataclass

from flowalert.language.tree import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """What is suspect, and what to do about it; `span` is the part of the text, None for all of it."""

    what: str
    instead: str
    span: Span | None = None
