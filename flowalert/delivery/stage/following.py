"""What becomes of a resolve while its firing waits."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flowalert.delivery.stage.sieve import Drop, Hold, Sieved, Verdict, sieve
from flowalert.engine.queue import Step, Waiting
from flowalert.engine.transition import Kind


def follow_firings(kept: Sequence[Waiting], waiting: Iterable[Waiting], steps: Iterable[Step], now: datetime) -> Sieved:
    """Let a resolve share the lot of a firing that waits: it goes with the first that goes, is dropped with the last.

    `kept` are those that may go out, of all that were `waiting`; `steps` is what becomes of the others.
    """
    decided = {id_: step for step in steps for id_ in step.ids}
    going = {each.alert for each in kept if each.kind is not Kind.RESOLVED}
    dropped: dict[str, Drop] = {}
    held: dict[str, Hold] = {}
    for each in waiting:
        if each.kind is Kind.RESOLVED:
            continue
        step = decided.get(each.id)
        if step is not None and step.state.settled:
            dropped[each.alert] = Drop(f"the firing was not told: {step.state.value}, {step.reason}")
            continue
        reason, until = (each.reason, each.next_at) if step is None else (step.reason, step.next_at or now)
        if each.alert not in held or until < held[each.alert].until:
            held[each.alert] = Hold(reason, until)

    def judge(each: Waiting) -> Verdict:
        if not each.firing or each.alert in going:
            return None
        return held.get(each.alert) or dropped.get(each.alert)

    return sieve(kept, judge, now)
