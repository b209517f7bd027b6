"""All that is measured, one after the other, each in a process of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.apart import run_apart
from tests.benchmarks.backtest import Passage, measure_backtest
from tests.benchmarks.comparison import Comparison, compare
from tests.benchmarks.day import WHOLE_DAY
from tests.benchmarks.decision import Decision, measure_decision
from tests.benchmarks.flood import measure_flood
from tests.benchmarks.memory import measure_peak
from tests.benchmarks.notice import Notices, measure_notices
from tests.benchmarks.reach import find_reaches
from tests.benchmarks.reload import Reload, measure_reload
from tests.benchmarks.restart import Restart, measure_restart
from tests.benchmarks.rulebook import Density
from tests.benchmarks.storm import Storm, measure_storm
from tests.benchmarks.streams import Streams, measure_streams
from tests.fault.flood import Flood


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured.

    `sizes` are numbers of rules, each with the slots of the day to decide in a sparse and in a dense rulebook.
    `within` is how many seconds one rulebook is given for its rounds, and all peers together for theirs; each
    takes its least number of rounds all the same. `flood` is how many seconds a flood lasts. `streams` is how many
    each of those beside open pages lasts, and `stream_rounds` how many rounds of them there are.
    """

    sizes: tuple[tuple[int, int, int], ...]
    peaks: tuple[int, ...]
    peer_slots: int
    backtest_slots: int
    notices: int
    storms: int
    reloaded: int
    restart_slots: int
    flood: float
    streams: float
    stream_rounds: int
    within: float


# A dense million has hundreds of alerts a frame, and six minutes of them are enough.
FULL = Size(
    sizes=(
        (1, WHOLE_DAY, WHOLE_DAY),
        (1_000, WHOLE_DAY, WHOLE_DAY),
        (100_000, WHOLE_DAY, 40),
        (1_000_000, WHOLE_DAY, 12),
    ),
    peaks=(1_000, 1_000_000),
    peer_slots=WHOLE_DAY,
    backtest_slots=WHOLE_DAY,
    notices=300,
    storms=5,
    reloaded=10_000,
    restart_slots=WHOLE_DAY,
    flood=20.0,
    streams=10.0,
    stream_rounds=3,
    within=6.0,
)
QUICK = Size(
    sizes=((1, 120, 120), (1_000, 120, 120), (100_000, 120, 20)),
    peaks=(1_000,),
    peer_slots=120,
    backtest_slots=240,
    notices=100,
    storms=2,
    reloaded=1_000,
    restart_slots=120,
    flood=2.0,
    streams=2.0,
    stream_rounds=1,
    within=1.0,
)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured; `peaks` are MB by the number of rules."""

    decisions: tuple[Decision, ...]
    peaks: dict[int, float]
    comparison: Comparison
    backtest: Passage
    notices: Notices
    storm: Storm
    reload: Reload
    restart: Restart
    flood: Flood
    streams: Streams


def measure(size: Size, tell: Callable[[str], None]) -> Measurement:
    """Measure everything; `tell` is told what comes next."""
    tell("a day of frames")
    reaches = run_apart(find_reaches)
    decisions = []
    for count, sparse, dense in size.sizes:
        for density, slots in ((Density.SPARSE, sparse), (Density.DENSE, dense)):
            tell(f"frame to decision, {count:,} rules, {density.value}")
            decisions.append(run_apart(measure_decision, reaches, count, density, slots=slots, within=size.within))
    peaks = {}
    for count in size.peaks:
        tell(f"peak memory, {count:,} rules")
        peaks[count] = run_apart(measure_peak, reaches, count, Density.SPARSE, slots=size.sizes[0][1])
    tell("peers")
    comparison = run_apart(compare, reaches, 1_000, slots=size.peer_slots, within=size.within)
    tell("backtest")
    backtest = run_apart(measure_backtest, size.backtest_slots, size.within)
    tell("frame to Apprise call")
    notices = run_apart(measure_notices, size.notices)
    tell("restart")
    restart = measure_restart(size.restart_slots)
    tell("storms of alerts")
    storm = run_apart(measure_storm, size.storms)
    tell("a flood of frames")
    return Measurement(
        decisions=tuple(decisions),
        peaks=peaks,
        comparison=comparison,
        backtest=backtest,
        notices=notices,
        storm=storm,
        flood=run_apart(measure_flood, size.flood),
        streams=_measure_streams(size, tell),
        reload=_measure_reload(size, tell),
        restart=restart,
    )


def _measure_reload(size: Size, tell: Callable[[str], None]) -> Reload:
    tell("a reload")
    return run_apart(measure_reload, size.reloaded, 700)


def _measure_streams(size: Size, tell: Callable[[str], None]) -> Streams:
    tell("open pages")
    return run_apart(measure_streams, size.streams, size.stream_rounds)
