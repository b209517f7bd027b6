"""What of a service's status needs a person's look."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from flowalert.operation.status import Phase, Status
from flowalert.store import Backlog, Holder

# Several times as often as a service writes; one that does not any more hangs.
_STALE_AFTER = timedelta(seconds=30)
# A start folds a day within seconds.
_STARTS_WITHIN = timedelta(minutes=1)
# A message that waits for longer is late by the channels' own measure, whatever holds it back.
_LATE_AFTER = timedelta(minutes=10)


class Look(Struct, frozen=True):
    """What there is to be seen of a service: who holds its store, what it said last, and what waits in the store."""

    holder: Holder | None
    status: Status | None
    backlog: Backlog

    @property
    def own(self) -> Status | None:
        """What the process that runs now has said; what one before it said is none of its."""
        holder, status = self.holder, self.status
        if holder is None or status is None or status.process != holder.process:
            return None
        # In a container every process has the same number.
        return status if status.written_at >= holder.since else None


def find_faults(look: Look, now: datetime) -> Iterator[str]:
    """Yield why a running service does not work at all, in words; one that starts has a minute."""
    status = look.own
    if status is None:
        if look.holder is not None and now - look.holder.since >= _STARTS_WITHIN:
            yield "it has not said that it is ready: it starts, or hangs while it does"
        return
    silent_for = now - status.written_at
    if silent_for >= _STALE_AFTER:
        yield f"it has said nothing for {silent_for.total_seconds():,.0f} s: it hangs, or its disk is full"
    for part in status.stuck:
        yield f"its {part} does not go round any more"


def find_troubles(look: Look, now: datetime) -> Iterator[str]:
    """Yield what works less well than it should, in words."""
    status = look.own
    if status is not None and status.phase is Phase.RUNNING:
        feed = status.outlook.feed
        if feed.is_silent:
            yield f"nothing comes from the exchange although it should: {feed.cause}"
        if feed.lost_for is not None:
            yield f"a connection to the exchange has been lost for {feed.lost_for:,.0f} s: {feed.cause}"
        elif feed.registered + len(feed.refused) < feed.places:
            yield f"{feed.registered} of {feed.places} sectors are registered: {feed.cause}"
        if feed.refused:
            yield f"the exchange refuses {', '.join(feed.refused)}"
        if feed.silent:
            yield f"nothing comes of {', '.join(feed.silent)}"
    oldest = look.backlog.oldest_at
    if oldest is not None and now - oldest >= _LATE_AFTER:
        minutes = (now - oldest).total_seconds() / 60
        yield f"a message has waited for {minutes:,.0f} minutes: flowalert deliveries --state retrying --state pending"
    if look.backlog.dead:
        yield f"{look.backlog.dead:,} messages could not be sent in the last day: flowalert deliveries --state dead"
