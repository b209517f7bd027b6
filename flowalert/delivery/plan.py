"""What to do with the deliveries that wait in one lane: one pure decision, stage by stage."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from flowalert.delivery.channel import Channel
from flowalert.delivery.stage.answered import drop_answered
from flowalert.delivery.stage.grouping import choose
from flowalert.delivery.stage.hours import hold_in_quiet
from flowalert.delivery.stage.mute import Mutes, drop_muted
from flowalert.delivery.stage.rate import hold_by_rate
from flowalert.delivery.stage.sieve import Drop, Hold, Sieved, Verdict, sieve
from flowalert.engine.queue import Glance, Step, Waiting


class Plan(Struct, frozen=True):
    """The deliveries to send as one message, in order, and what becomes of others without a send."""

    batch: tuple[Waiting, ...]
    steps: tuple[Step, ...]


def make_plan(glance: Glance, channel: Channel, waiting: Sequence[Waiting], mutes: Mutes, now: datetime) -> Plan:
    """Decide about all that waits in a lane, at a moment of the wall clock."""
    answered = drop_answered(waiting, mutes.acknowledged, now)
    later = {each.id: each for each in answered.kept if each.next_at > now}
    ready = Sieved(tuple(each for each in answered.kept if each.next_at <= now))
    muted = drop_muted(ready.kept, mutes, now)
    quiet = hold_in_quiet(muted.kept, channel.quiet, now)
    limited = hold_by_rate(quiet.kept, glance.lane, channel.rate, now)
    steps = (*answered.steps, *muted.steps, *quiet.steps, *limited.steps)
    decided = {id_: step for step in steps for id_ in step.ids}

    def follow(each: Waiting) -> Verdict:
        """Let a resolve share the lot of a firing that waits."""
        step = decided.get(each.firing)
        if step is not None and step.next_at is None:
            return Drop(f"the firing was not told: {step.state.value}, {step.reason}")
        if step is not None and step.next_at is not None:
            return Hold(step.reason, step.next_at)
        firing = later.get(each.firing)
        return None if firing is None else Hold(firing.reason, firing.next_at)

    followed = sieve(limited.kept, follow, now)
    return Plan(choose(followed.kept, channel), (*steps, *followed.steps))
