"""When a life is to end: after so much progress, in each part of a run."""

import time
from collections.abc import Awaitable, Callable

import trio

from tests.kill.ear import Fuse
from tests.kill.house import SPEED, House, Life, until
from tests.program import PATIENCE

_STARTED = "flowalert started"
_REGISTERED = '"registered"'
_STOPPING = "flowalert stopping"
# Nothing that a moment waits for has to come about: what then is killed is in the middle of something else.
_PATIENCE = 3.0


async def in_start(house: House, life: Life) -> None:
    """While it loads its code, reads its settings and opens its store."""
    await until(lambda: life.is_over, house.chance.uniform(0, house.took["start"]))


async def in_fold(house: House, life: Life) -> None:
    """While it looks at its store and folds the journal."""
    await until(lambda: life.has_store, _PATIENCE)
    await trio.sleep(house.chance.uniform(0, house.took["fold"]))


async def in_connect(house: House, life: Life) -> None:
    """While it connects and registers."""
    await _start(house, life)
    await trio.sleep(house.chance.uniform(0, house.took["connect"]))


async def in_market(house: House, life: Life) -> None:
    """After so many frames."""
    await _register(house, life)
    await _pass(house, house.chance.randint(1, 1500))


async def in_send(house: House, life: Life) -> None:
    """By one of the messages that it sends: before that is answered, or a moment later."""
    chance = house.chance
    house.ears.fuse = Fuse(
        number=len(house.ears.arrivals) + chance.randint(1, 12),
        strike=life.process.kill,
        after=None if chance.random() < 0.5 else chance.uniform(0, 0.004),
    )
    await _start(house, life)
    await until(lambda: life.is_over, _PATIENCE)


async def in_stop(house: House, life: Life) -> None:
    """After it was asked to stop."""
    await _register(house, life)
    await _pass(house, house.chance.randint(1, 600))
    life.process.terminate()
    await until(lambda: life.said(_STOPPING) or life.is_over, _PATIENCE)
    await until(lambda: life.is_over, house.chance.uniform(0, 0.1))


async def in_loss(house: House, life: Life) -> None:
    """While the feed is lost, or comes back."""
    await _register(house, life)
    house.trouble.lose()
    await until(lambda: life.said('"feed lost"'), _PATIENCE)
    await trio.sleep(house.chance.uniform(0, 0.6))


Moment = Callable[[House, Life], Awaitable[None]]
_MOMENTS: dict[Moment, int] = {
    in_start: 8,
    in_fold: 14,
    in_connect: 12,
    in_market: 24,
    in_send: 22,
    in_stop: 10,
    in_loss: 10,
}
_EARLY = (in_start, in_fold, in_connect)
_DEAF_FOR = 1200 / SPEED


def choose(house: House) -> Moment:
    """Return one, the more often the more happens then."""
    # Without an update for an hour of its own time the exchange would seem to have jumped.
    is_deaf = time.monotonic() - house.heard_at > _DEAF_FOR
    weights = {moment: weight for moment, weight in _MOMENTS.items() if not (is_deaf and moment in _EARLY)}
    return house.chance.choices(list(weights), list(weights.values()))[0]


async def _start(house: House, life: Life) -> None:
    await until(lambda: life.has_store or life.is_over, PATIENCE)
    opened = time.monotonic()
    await until(lambda: life.said(_STARTED) or life.is_over, PATIENCE)
    house.took |= {"start": opened - life.began, "fold": time.monotonic() - opened}


async def _register(house: House, life: Life) -> None:
    await _start(house, life)
    started = time.monotonic()
    if await until(lambda: life.said(_REGISTERED) or life.is_over, _PATIENCE):
        house.took["connect"] = time.monotonic() - started


async def _pass(house: House, frames: int) -> None:
    """Wait until the exchange has sent so many frames more."""
    goal = house.simulator.count.frames + frames
    await until(lambda: house.simulator.count.frames >= goal, _PATIENCE)
