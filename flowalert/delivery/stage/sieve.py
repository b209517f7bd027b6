"""What a stage makes of the deliveries that wait."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.engine.queue import Step, Waiting


class Sieved(Struct, frozen=True):
    """The deliveries that go on to the next stage, and what becomes of the others."""

    kept: tuple[Waiting, ...]
    steps: tuple[Step, ...] = ()


class Drop(Struct, frozen=True):
    """Why a delivery is suppressed; `mute` names what muted its alert, where that is the reason."""

    reason: str
    mute: str = ""


class Hold(Struct, frozen=True):
    """Why a delivery is to wait, and until when."""

    reason: str
    until: datetime


Verdict = Drop | Hold | None


def sieve(waiting: Iterable[Waiting], judge: Callable[[Waiting], Verdict], now: datetime) -> Sieved:
    """Judge each delivery: None lets it pass. Those of one verdict become one step."""
    kept: list[Waiting] = []
    judged: dict[tuple[Drop | Hold, DeliveryState], list[int]] = {}
    for each in waiting:
        verdict = judge(each)
        if verdict is None:
            kept.append(each)
        else:
            # What waits on stays in the state that it has.
            state = each.state if isinstance(verdict, Hold) else DeliveryState.SUPPRESSED
            judged.setdefault((verdict, state), []).append(each.id)
    return Sieved(tuple(kept), tuple(_step(judged, now)))


def _step(judged: dict[tuple[Drop | Hold, DeliveryState], list[int]], now: datetime) -> Iterator[Step]:
    for (verdict, state), ids in judged.items():
        if isinstance(verdict, Hold):
            yield Step(ids=tuple(ids), state=state, reason=verdict.reason, next_at=verdict.until)
        else:
            yield Step(ids=tuple(ids), state=state, reason=verdict.reason, settled_at=now, mute=verdict.mute)
