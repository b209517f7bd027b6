"""Moments of the wall clock as the store and recordings keep them: whole milliseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return the milliseconds of a moment, which must know its zone; what is finer is dropped."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Return the moment, in UTC."""
    return _EPOCH + ms * _MILLISECOND
