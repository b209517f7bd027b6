"""What a live run made of the market is what its journal makes of it: live is replay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest
import trio

from flowalert.simulator.fault import FaultKind
from flowalert.simulator.server import Simulator, open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings
from tests.program import start_program, stop
from tests.test_service import count, fold, in_thread, posts, read_all, write

# Rules of every kind: of one series and several, with every kind of timer and of window.
RULES = """\
defaults: {sectors: [kospi, kosdaq], investors: all}
rules:
  - {name: one-slot, when: abs(delta(msval)) >= 20억, cooldown: 2m}
  - {name: lasting, when: "delta(msval, 2m) <= -10억", for: 1m, keep_firing_for: 1m, repeat: 3m}
  - {name: counted, when: "count(delta(msval) > 0, 3m) >= 4", for: 2 updates, limit: 3/session}
  - {name: score, when: "zscore(delta(msval), 10 updates) >= 2", levels: {critical: "delta(msval) >= 30억"}}
  - {name: fading, when: "ema(delta(msval), 2m) < 0", resolve_when: "ema(delta(msval), 2m) > 2억", cooldown: 5m}
  - {name: turn, when: "crosses(msval, 0)", expires: 20 fires}
  - {name: trend, when: "slope(msval, 3m) < -3억 and streak(delta(msval) < 0) >= 2", active: 09:30-15:00}
  - {name: day-high, when: "msval >= highest(prev(msval), session) and msval > 0", cooldown: 10m}
  - name: against-each-other
    investors: []
    when: foreign.delta(msval, 1m) < 0 and individual.delta(msval, 1m) > 0
    for: 1m
  - name: mixed
    investors: []
    when: sum(foreign.p_msval - individual.p_msval, 3m) < -20억 or crosses_below(foreign.msval + institutions.msval, 0)
"""


@asynccontextmanager
async def simulator(**chances: float) -> AsyncIterator[Simulator]:
    by_kind = {FaultKind(kind): chance for kind, chance in chances.items()}
    async with open_simulator(SimulatorSettings(speed=240, seed=5, start=second_at(10, 0), chances=by_kind)) as opened:
        yield opened


@pytest.mark.parametrize("kills", [0, 2])
async def test_the_journal_gives_the_transitions_of_the_live_run(tmp_path: Path, kills: int) -> None:
    """With frames dropped, repeated, reordered, garbled, connections closed and reset, and the process killed.

    Folded by another engine, the journal that the service wrote gives the transitions that it wrote, byte for byte.
    """
    with posts() as hook:
        async with simulator(drop=0.0005, repeat=0.01, reorder=0.01, garble=0.0005, close=0.01, reset=0.01) as exchange:
            write(tmp_path, RULES, ws_url=exchange.ws_url, token_url=exchange.token_url, hook=hook)
            for life in range(kills + 1):
                with start_program("run", folder=tmp_path) as process:
                    await in_thread(partial(has_told, tmp_path, 40 * (life + 1)), "transitions")
                    if life < kills:
                        process.kill()
                        await trio.to_thread.run_sync(process.wait)
                    else:
                        await in_thread(partial(has_told, tmp_path, 100, rules=8), "most of the rules")
                        assert await trio.to_thread.run_sync(stop, process) == 0
    journal, stored = await read_all(tmp_path)
    folded = fold(tmp_path, journal)
    assert len({each.rule for each in folded}) >= 8
    assert {each.id: encode(each) for each in folded} == {each.id: encode(each) for each in stored}
    assert len(folded) == len(stored)


def has_told(folder: Path, transitions: int, rules: int = 1) -> bool:
    """Whether the store has so many transitions, of so many rules."""
    if not (folder / "flowalert.db").exists():
        return False
    return count(folder, "transitions") >= transitions and count(folder, "(SELECT DISTINCT rule FROM alerts)") >= rules


def encode(transition: object) -> bytes:
    return msgspec.json.encode(transition)
