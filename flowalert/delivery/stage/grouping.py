"""When a lane has its next message, and what is in it."""

from collections.abc import Sequence
from datetime import datetime

from flowalert.delivery.channel import Channel
from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Glance, Waiting


def find_opening(glance: Glance, channel: Channel, now: datetime, *, closing: bool = False) -> datetime | None:
    """Return when a lane is to be looked into; None where nothing waits.

    What is urgent and untried waits for no group and for no pause between attempts, but as long as the target's
    service asked. When flowalert stops (`closing`), no group is waited for. A channel that does not group keeps to the
    order of its notices.
    """
    lane = glance.lane
    if glance.oldest_at is None:
        return glance.next_at
    if glance.urgent and channel.groups:
        return max(now, lane.asked_until or now)
    opens = now if closing or not channel.groups else glance.oldest_at + channel.group_wait
    if lane.last_at is not None and not closing and channel.groups:
        opens = max(opens, lane.last_at + channel.group_interval)
    return max(opens, lane.blocked_until or opens, lane.asked_until or opens)


def choose(waiting: Sequence[Waiting], channel: Channel) -> tuple[Waiting, ...]:
    """Return what goes into the next message, of what may go out now, in order.

    While there is something urgent and untried, that alone, with what was waiting of the same alerts; else all. Where
    the channel does not group, the first in order, whatever is urgent.
    """
    if not channel.groups:
        return tuple(waiting[:1])
    urgent = {each.alert for each in waiting if each.urgent and each.state is DeliveryState.PENDING}
    return tuple(each for each in waiting if not urgent or each.alert in urgent)
