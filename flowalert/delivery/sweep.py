"""What concerns no single lane: targets that are gone, mutes that have ended, channels that could not be reached."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from flowalert.delivery.announcement import announce_again
from flowalert.delivery.channel import Channel
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.rendering import Occurrence
from flowalert.delivery.report import Report
from flowalert.delivery.stage.mute import Mutes
from flowalert.engine.notice import Address, Cause, DeliveryState, Notice, Occasion
from flowalert.engine.queue import Muted, Step
from flowalert.engine.transition import Transition

TARGET_GONE = "the target is no longer in the settings"


class Broom(Struct, frozen=True, kw_only=True):
    """What a sweep works with. `recall` makes occurrences of transitions from before, with what is known by now."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    recall: Callable[[Sequence[Transition]], Iterable[Occurrence]]
    tell: Callable[[Report], None]


async def sweep(broom: Broom, mutes: Mutes, now: datetime) -> int:
    """Do what there is to do at a moment of the wall clock; return how many new deliveries that made."""
    await _settle_orphans(broom, now)
    made = await _tell_unmuted(broom, mutes, now)
    return made + await _tell_fallbacks(broom, now)


async def _settle_orphans(broom: Broom, now: datetime) -> None:
    lanes = {(target.address.key, channel.name) for channel in broom.channels.values() for target in channel.targets}
    for lane, waiting in await broom.outbox.orphans(lanes):
        ids = tuple(each.id for each in waiting)
        step = Step(ids=ids, state=DeliveryState.SUPPRESSED, reason=TARGET_GONE, settled_at=now)
        await broom.outbox.advance(lane, [step])
        address = Address(lane.target, lane.target)
        broom.tell(Report(channel=lane.channel, target=address, state=step.state, reason=step.reason, count=len(ids)))


async def _tell_unmuted(broom: Broom, mutes: Mutes, now: datetime) -> int:
    """Tell of what still fires and is muted no longer, to those that would have been told."""
    muted = await broom.outbox.muted()
    free = [each for each in muted if mutes.find(each.subject, now) is None]
    if not free:
        return 0
    return await broom.outbox.tell_unmuted(free, list(_announce(broom, free)), now)


def _announce(broom: Broom, free: Sequence[Muted]) -> Iterator[Notice]:
    for each, occurrence in zip(free, broom.recall([each.last for each in free]), strict=True):
        channel = broom.channels.get(each.channel)
        if channel is not None:
            yield announce_again(occurrence, channel, Cause(Occasion.UNMUTED, each.mute), each.targets)


async def _tell_fallbacks(broom: Broom, now: datetime) -> int:
    """Tell the fallbacks of what their channels refused, or could not be told in time."""
    made = 0
    for channel in broom.channels.values():
        if channel.fallback is None:
            continue
        owed = await broom.outbox.unreached(channel.name, channel.fallback, late=channel.expires_after, now=now)
        cause = Cause(Occasion.FALLBACK, channel.name)
        fallback = broom.channels[channel.fallback]
        notices = [announce_again(each, fallback, cause) for each in broom.recall(owed)]
        if notices:
            made += await broom.outbox.tell(notices, now)
    return made
