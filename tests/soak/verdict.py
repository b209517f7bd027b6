"""Whether a service stays what it is: what of a soak's sessions says that it does not."""

import statistics
from collections.abc import Iterator, Sequence

from tests.soak.sample import Session

# In the first sessions code is loaded and caches fill.
WARM = 2
TIMES = ("p50_ms", "p99_ms", "cpu_us")
_MEMORY_WITHIN = 0.05
_SLOWER_AT_MOST = 1.25
# An alert stays for two days after it was told, whatever is kept, and the file for the largest days that it had.
_GROWS_FOR = 3
_STORE_WITHIN = 0.15


def find_growth(sessions: Sequence[Session], kept: int) -> Iterator[str]:
    """Yield what grows from session to session, in words; `kept` is how many sessions the store is to keep."""
    for name in ("tasks", "threads", "descriptors"):
        counts = [getattr(session.census, name) for session in sessions]
        if len(set(counts)) > 1:
            yield f"{name} after each session: {counts}"
    memory = [session.memory_mb for session in sessions[WARM:]]
    worst = find_deviation(memory)
    if worst > _MEMORY_WITHIN:
        yield f"memory is {worst:.1%} off its median, in MB: {[round(each) for each in memory]}"
    for name in TIMES:
        ratio = compare_thirds([getattr(session, name) for session in sessions[WARM:]])
        if ratio > _SLOWER_AT_MOST:
            yield f"{name} is {ratio:.2f} times as much in the last third as in the first"
    if any(session.kept > kept for session in sessions):
        yield f"sessions in the store: {[session.kept for session in sessions]}"
    grown = kept + _GROWS_FOR
    sizes = [session.store_mb for session in sessions]
    if sizes[grown:] and max(sizes[grown:]) > max(sizes[:grown]) * (1 + _STORE_WITHIN):
        yield f"the store grows, in MB: {[round(each) for each in sizes]}"


def find_deviation(values: Sequence[float]) -> float:
    """Return how far the value that is farthest from the median is off it, as a part of it."""
    median = statistics.median(values)
    return max(abs(value - median) for value in values) / median


def compare_thirds(values: Sequence[float]) -> float:
    """Return the least of the last third by the least of the first: what else the machine does only adds to them."""
    third = max(len(values) // 3, 1)
    return min(values[-third:]) / min(values[:third])
