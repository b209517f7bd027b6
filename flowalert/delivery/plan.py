"""What to do with the deliveries that wait in one lane: one pure decision, stage by stage."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from flowalert.delivery.channel import Channel
from flowalert.delivery.stage.answered import drop_answered
from flowalert.delivery.stage.following import follow_firings
from flowalert.delivery.stage.grouping import choose
from flowalert.delivery.stage.hours import hold_in_quiet
from flowalert.delivery.stage.mute import Mutes, drop_muted
from flowalert.delivery.stage.rate import hold_by_rate
from flowalert.delivery.stage.sieve import Sieved
from flowalert.engine.queue import Glance, Step, Waiting


class Plan(Struct, frozen=True):
    """The deliveries to send as one message, in order, and what becomes of others without a send."""

    batch: tuple[Waiting, ...]
    steps: tuple[Step, ...]


def make_plan(glance: Glance, channel: Channel, waiting: Sequence[Waiting], mutes: Mutes, now: datetime) -> Plan:
    """Decide about all that waits in a lane, at a moment of the wall clock."""
    answered = drop_answered(waiting, mutes.acknowledged, now)
    ready = Sieved(tuple(each for each in answered.kept if each.next_at <= now))
    muted = drop_muted(ready.kept, mutes, now)
    quiet = hold_in_quiet(muted.kept, channel.quiet, now)
    limited = hold_by_rate(quiet.kept, glance.lane, channel.rate, now)
    steps = (*answered.steps, *muted.steps, *quiet.steps, *limited.steps)
    followed = follow_firings(limited.kept, waiting, steps, now)
    return _take_along(choose(followed.kept, channel), waiting, (*steps, *followed.steps), now)


def _take_along(chosen: Sequence[Waiting], waiting: Iterable[Waiting], steps: Sequence[Step], now: datetime) -> Plan:
    """Return the plan to send what was chosen, with all that waits of the same alerts and came before it.

    Told later, it would tell of what is over: of a firing after its resolve, of a severity that has risen since. What
    is not due yet, as an escalation, stays.
    """
    going = {each.id for each in chosen}
    last: Mapping[str, int] = {each.alert: each.id for each in chosen}
    settled = {id_ for step in steps if step.state.settled for id_ in step.ids}
    batch = [
        each
        for each in waiting
        if each.id in going or (each.id < last.get(each.alert, 0) and each.id not in settled and each.created_at <= now)
    ]
    taken = {each.id for each in batch}
    left = (replace(step, ids=tuple(id_ for id_ in step.ids if id_ not in taken)) for step in steps)
    return Plan(tuple(batch), tuple(step for step in left if step.ids))
