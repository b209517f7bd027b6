"""The peak memory of a process that holds a rulebook and folds a day over it, and does nothing else."""

import resource

from tests.benchmarks.day import list_frames, wall_at
from tests.benchmarks.decision import open_desk
from tests.benchmarks.reach import Reaches
from tests.benchmarks.rulebook import Density

_A_FEW = 1_000


def measure_peak(reaches: Reaches, count: int, density: Density, *, slots: int) -> float:
    """Return the peak in MB (10**6 bytes): the interpreter, rules, engine, and what it remembers of the day.

    The frames come one by one. Rules are made without their YAML text, which a service has in memory while it loads.
    """
    desk = open_desk(reaches, count, density)
    frames = list_frames(slots)
    while some := [frame for frame, _ in zip(frames, range(_A_FEW), strict=False)]:
        desk.decide(some, wall_at(0))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
