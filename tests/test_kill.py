"""SIGKILL, two hundred times, in a busy market whose feed fails: nothing lost, nothing invented, no doubt unsaid."""

import argparse
import csv
import os
import tempfile
from collections import Counter
from pathlib import Path

import trio

from flowalert.engine.transition import Kind
from flowalert.market.sector import SECTORS as LISTED
from flowalert.simulator.fault import Fault, FaultKind
from tests.kill import moment
from tests.kill.hearing import check_hearing
from tests.kill.house import House, open_house, until
from tests.kill.truth import check_journal, fold, publish, read_tables, run_undisturbed
from tests.program import PATIENCE, run_program, stop
from tests.test_service import read_all

KILLS = 200
SEED = int(os.environ.get("FLOWALERT_KILL_SEED", "20261123"))
# The segments and some industries: more than 400 series.
SECTORS = tuple(sector.code for sector in LISTED[:28])

# Rules of every kind: of one series and several, with every kind of timer and of window.
RULES = """\
defaults:
  sectors: [kospi, kosdaq]
  investors: all
  notify: [table]
  message: "$text"
rules:
  - name: wide
    sectors: [$sectors]
    when: abs(delta(msvol)) >= 3000
  - {name: one-slot, when: abs(delta(msval)) >= 40억, cooldown: 2m, notify: [desk, table]}
  - {name: lasting, when: "delta(msval, 2m) <= -30억", for: 1m, keep_firing_for: 1m, repeat: 3m, notify: [desk]}
  - {name: counted, when: "count(delta(msval) > 0, 3m) >= 5", for: 2 updates, limit: 10/session}
  - name: score
    when: zscore(delta(msval), 10 updates) >= 2
    levels: {critical: delta(msval) >= 20억}
    cooldown: 5m
  - {name: fading, when: "ema(delta(msval), 2m) < 0", resolve_when: "ema(delta(msval), 2m) > 8억", cooldown: 15m}
  - {name: turn, when: "crosses(msval, 0)", expires: 300 fires, notify: [desk]}
  - {name: trend, when: "slope(msval, 3m) < -10억 and streak(delta(msval) < 0) >= 3", active: 09:30-15:00}
  - {name: day-high, when: "msval >= highest(prev(msval), session) and msval > 0", cooldown: 20m, repeat: 10m}
  - name: against-each-other
    investors: []
    when: foreign.delta(msval, 1m) < -10억 and individual.delta(msval, 1m) > 10억
    levels: {critical: "foreign.delta(msval, 1m) < -80억"}
    for: 1m
    notify: [desk]
  - name: mixed
    investors: []
    when: sum(foreign.p_msval - individual.p_msval, 3m) < -80억 or crosses_below(foreign.msval + institutions.msval, 0)
"""


async def run_and_kill(house: House, kills: int) -> None:
    """Live and die so often, then run undisturbed until nothing waits."""
    async with house.live() as life:
        await until(lambda: house.rows("SELECT 1 FROM sessions") or life.is_over, PATIENCE)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(house.trouble.run)
        while house.kills < kills:
            async with house.live() as life:
                await moment.choose(house)(house, life)
        house.trouble.scope.cancel()
    house.ears.mended = True
    async with house.live() as life:
        await until(lambda: life.said('"registered"') or life.is_over, PATIENCE)
        house.simulator.inject(Fault(FaultKind.STALL))
        waiting = "SELECT 1 FROM deliveries WHERE settled_at IS NULL LIMIT 1"
        assert await until(lambda: life.is_over or not house.rows(waiting), PATIENCE)
        await trio.to_thread.run_sync(stop, life.process)


async def check(house: House) -> Counter[str]:
    """Hold what the house has against the truth; return how much there was of what."""
    journal, transitions = await read_all(house.folder)
    stored = read_tables(house.folder / "flowalert.db")
    # Nobody was told anything but what an undisturbed run over the same journal tells, to the byte.
    undisturbed = read_tables(await run_undisturbed(house.folder, journal))
    for name, rows in stored.items():
        assert rows == undisturbed[name], name
    told = dict.fromkeys((each.alert for each in transitions), 0)
    for each in transitions:
        told[each.alert] += each.told and each.kind is not Kind.RESOLVED
    assert await trio.to_thread.run_sync(backtest, house.folder) == told
    # The journal has what the exchange published, once, and shows what it lacks.
    published = publish(house.seed, SECTORS, house.simulator.now())
    gaps = check_journal(journal, published, house.trouble.spoiled)
    assert fold(house.folder, journal).gaps == gaps
    again = check_hearing(house)
    # No start found anything to mend.
    log = (house.folder / "err.txt").read_text(encoding="utf-8")
    for words in ("rules changed", "crashed", "Traceback"):
        assert words not in log
    return Counter(life.phase for life in house.lives if life.killed) + Counter(
        {f"rule {each.rule}": 1 for each in transitions}
        | {
            "entries": len(journal),
            "transitions": len(transitions),
            "deliveries": len(stored["deliveries"]),
            "messages": len(house.ears.arrivals),
            "refused": sum(not each.taken for each in house.ears.arrivals),
            "cut off": sum(len(life.cut_off) for life in house.lives),
            "heard again": again,
            "gaps": gaps.total(),
            "troubles": house.trouble.times,
        }
    )


def backtest(folder: Path) -> dict[str, int]:
    """Return how often each alert is told of before its end, as the program itself finds by the journal."""
    done = run_program("backtest", "-c", "flowalert.yaml", "--format", "csv", folder=folder)
    assert done.returncode == 0, done.stderr
    return {row["alert"]: int(row["told"]) for row in csv.DictReader(done.stdout.splitlines())}


async def kill_and_check(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill two services side by side, each half as often, and check both; return how much there was of what."""
    counts: list[Counter[str]] = []

    async def live(name: str, seed: int) -> None:
        rules = RULES.replace("$sectors", ", ".join(f'"{code}"' for code in SECTORS))
        async with open_house(folder / name, rules, seed) as house:
            await run_and_kill(house, kills // 2)
        counts.append(await check(house))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(live, "one", seed)
        nursery.start_soon(live, "other", seed + 1)
    return sum(counts, Counter())


async def test_two_hundred_kills_lose_nothing_and_invent_nothing(tmp_path: Path) -> None:
    """At every moment of a run, with a feed that fails in between and targets that refuse now and then.

    Transitions, notices and deliveries are, to the byte, those of an undisturbed run over the same journal. The journal
    is what was published, and shows what it lacks. Each target heard everything, in order, and twice only what a kill
    cut off on its way there, which is counted as such.
    """
    count = await kill_and_check(tmp_path, KILLS, SEED)
    kills = {phase: count[phase] for phase in ("start", "fold", "connect", "market", "send", "lost", "stop")}
    assert sum(kills.values()) == KILLS, count
    assert all(kills.values()), count
    assert count["heard again"], count
    assert sum(name.startswith("rule ") for name in count) >= 9, count


def main() -> None:
    """Run it outside of the tests, with another seed or more kills, and print how much there was of what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="flowalert-kill-"))
    count = trio.run(kill_and_check, folder, options.kills, options.seed)
    print(folder, *count.most_common(), sep="\n")  # noqa: T201 - for who started it


if __name__ == "__main__":
    main()
