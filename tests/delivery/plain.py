"""Messages of plain text."""

from flowalert.delivery.message import Line, Message
from flowalert.engine.transition import Kind, Severity


def plain(body: str = "-300억", *, title: str = "코스피 외국인") -> Message:
    """Return a message of a firing, a line of text for each of the body's."""
    return Message(
        title=title,
        lines=tuple(Line(text) for text in body.split("\n")),
        kind=Kind.FIRING,
        severity=Severity.WARNING,
    )
