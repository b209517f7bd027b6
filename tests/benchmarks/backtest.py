"""A backtest with a hundred rules of all kinds, beside reading and decoding the same recording alone."""

import gc
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time

from flowalert.engine.hindsight.backtest import Backtest
from flowalert.feed.recording import open_recording_writer
from flowalert.rehearsal import Rehearsal, rehearse
from flowalert.replay import read_entries
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook
from flowalert.simulator.market import A_DAY
from tests.benchmarks.day import SECTORS

RULES = 100
_LEAST_ROUNDS = 2
_MOST_ROUNDS = 5

# As a desk has them: most rules are about one sector or a few, and some about whatever moves.
_SECTORS = (
    "[kospi]",
    "[kosdaq]",
    "[kospi, kosdaq]",
    "[futures]",
    "[kp200, kospi]",
    "[call_options, put_options]",
    "all",
)
_INVESTORS = ("[foreign]", "[institutions]", "[foreign, institutions]", "[individual]", "[연기금, 투신]", "all")
# Whose own series: what a rule says beside its name, its sectors and its investors; {n} grows from rule to rule.
_SINGLE = (
    "when: delta(msval) <= -{n}00, cooldown: 5m",
    "when: 'delta(msval, 5m) >= {n}00', for: 1m, levels: {{critical: 'delta(msval, 5m) >= {n}500'}}",
    "when: 'crosses(msval, {n}0)', cooldown: 10m",
    "when: abs(delta(msvol)) >= {n}00, limit: 5/session",
    "when: 'zscore(delta(msval), 1h) >= 4 and abs(delta(msval)) >= {n}0', cooldown: 10m",
    "when: 'sum(delta(msval), 10m) <= -{n}00', resolve_when: 'sum(delta(msval), 10m) > -{n}0'",
    "when: 'msval >= highest(msval, session) and delta(msval, 20 updates) >= {n}00', cooldown: 30m",
    "when: streak(delta(msval) < 0) >= 1{n} and msval < -{n}00, keep_firing_for: 2m",
    "when: 'count(delta(msval) >= {n}0, 10m) >= 8', repeat: 30m",
    "when: 'slope(msval, 10m) <= -{n}0 and ema(msval, 30m) > 0', active: 09:30-15:00",
    "when: 'msval - avg(msval, 30m) >= 2 * stdev(msval, 30m) and msval >= {n}00', for: 3 updates",
    "when: msvalue / (msvalue + mdvalue) >= 6{n}% and time >= 10:00, cooldown: 15m",
)
# Several series at once: such a rule names its investors itself.
_JOINED = (
    "when: 'foreign.delta(msval, 5m) <= -{n}00 and individual.delta(msval, 5m) >= {n}00', for: 1m",
    "when: foreign.msval + institutions.msval <= -{n}00 and individual.msval > 0, cooldown: 30m",
)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What was measured: microseconds of the processor an update, of reading alone and of the whole backtest.

    `updates` and `alerts` are of one run.
    """

    rules: int
    updates: int
    read_us: float
    backtest_us: float
    alerts: int

    @property
    def multiple(self) -> float:
        return self.backtest_us / self.read_us

    @property
    def per_second(self) -> float:
        return 1e6 / self.backtest_us


def measure_backtest(slots: int, within: float) -> Passage:
    """Measure a simulated day's first slots, of every segment and investor; of each the best of the rounds counts.

    Near misses are looked for, as the command does unless it is told not to.
    """
    gc.disable()
    rulebook = make_rules()
    gc.freeze()
    gc.enable()
    with tempfile.TemporaryDirectory(prefix="flowalert-benchmark-") as folder:
        path = Path(folder) / "day.jsonl.zst"
        _record(path, slots)
        read: list[float] = []
        run: list[float] = []
        updates = alerts = 0
        ends_at = perf_counter() + within
        while len(run) < _LEAST_ROUNDS or (len(run) < _MOST_ROUNDS and perf_counter() < ends_at):
            begun = thread_time()
            for _ in read_entries(path):
                pass
            read.append(thread_time() - begun)
            begun = thread_time()
            backtest = Backtest(rulebook)
            alerts = sum(len(backtest.run(entries)) for entries in read_entries(path)) + len(backtest.finish())
            run.append(thread_time() - begun)
            updates = backtest.updates
    return Passage(
        rules=len(rulebook.rules),
        updates=updates,
        read_us=min(read) / updates * 1e6,
        backtest_us=min(run) / updates * 1e6,
        alerts=alerts,
    )


def make_rules() -> Rulebook:
    """Return a hundred rules of all kinds, as the loader makes them."""
    text = "rules:\n" + "".join(f"  - {{name: rule-{number}, {rule}}}\n" for number, rule in enumerate(_write_rules()))
    loaded = load_rules([("benchmark.yaml", text)])
    if loaded.errors:
        raise ValueError("\n".join(map(str, loaded.errors)))
    return loaded.rulebook


def _write_rules() -> Iterator[str]:
    kinds: Sequence[str] = (*_SINGLE, *_JOINED)
    for number in range(RULES):
        kind = kinds[number % len(kinds)]
        # Each time through the kinds begins elsewhere, so that no kind keeps to one sector.
        sectors = _SECTORS[(number + number // len(kinds)) % len(_SECTORS)]
        investors = "" if kind in _JOINED else f"investors: {_INVESTORS[number // len(kinds) % len(_INVESTORS)]}, "
        yield f"sectors: {sectors}, {investors}{kind.format(n=number // len(kinds) + 1)}"


def _record(path: Path, slots: int) -> None:
    rehearsal = Rehearsal(sectors=SECTORS, begins=A_DAY)
    wanted = slots * len(SECTORS) * 15
    with open_recording_writer(path) as writer:
        for chunk in rehearse(rehearsal):
            writer.write(chunk)
            if writer.entries >= wanted:
                return
