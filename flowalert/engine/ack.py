"""That somebody has taken an alert on."""

from datetime import datetime

from msgspec import Struct


class Ack(Struct, frozen=True):
    """Who acknowledged an alert, when (wall time), and what they said."""

    alert: str
    by: str
    at: datetime
    comment: str = ""
