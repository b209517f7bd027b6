"""Frame to decision: decode, intake and engine with everything on, beside msgspec's bare decode of the same frames."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, thread_time

from flowalert.engine.engine import Engine
from flowalert.feed.composer import Composer
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Figures
from flowalert.rules.rulebook import Rulebook
from tests.benchmarks.bare import make_bare_decode
from tests.benchmarks.day import PLACES, list_frames, wall_at
from tests.benchmarks.reach import Reaches
from tests.benchmarks.rulebook import Density, make_rulebook

_CHUNK = 500
_LEAST_ROUNDS = 3
_MOST_ROUNDS = 9


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was measured with one rulebook.

    `decode_us` (bare) and `decide_us` are microseconds a frame; `first_us` those of the first day, on which every
    watch that comes up is made. `transitions`, `repeats` and `gaps` are of one day.
    """

    rules: int
    density: Density
    frames: int
    decode_us: float
    decide_us: float
    first_us: float
    transitions: int
    repeats: int
    gaps: int

    @property
    def multiple(self) -> float:
        return self.decide_us / self.decode_us


class Desk:
    """All that a frame passes through on its way to a decision; `decide` and `begin_day` change it.

    What the feed does beside is left out: its clocks are read for it, and nothing waits in a channel.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.engine = Engine(rulebook)
        self.repeats = 0
        self._composer = Composer()
        self._decoder = Decoder(PLACES)

    def begin_day(self) -> None:
        """Take a decoder that remembers nothing: each day has a connection of its own."""
        self._decoder = Decoder(PLACES)

    def decide(self, frames: Sequence[str], wall: int) -> int:
        """Return how many transitions the frames brought about."""
        decode, compose, handle = self._decoder.decode, self._composer.compose, self.engine.handle
        made = 0
        for raw in frames:
            frame = decode(raw)
            if not isinstance(frame, Figures):
                raise TypeError(f"{raw}: {frame}")
            entries = compose(frame, wall, 0.0)
            if not isinstance(entries, tuple):
                self.repeats += 1
                continue
            for entry in entries:
                made += len(handle(entry))
        return made


def open_desk(reaches: Reaches, count: int, density: Density) -> Desk:
    """Return a desk with so many rules.

    No garbage is collected meanwhile, and what is loaded is left out of every later collection: a million
    rules would be gone through again and again, and there is no garbage among them.
    """
    gc.disable()
    desk = Desk(make_rulebook(reaches, count, density))
    gc.freeze()
    gc.enable()
    return desk


def measure_decision(reaches: Reaches, count: int, density: Density, *, slots: int, within: float) -> Decision:
    """Measure one rulebook on a day, three times or more while `within` seconds last; each is a session of its own.

    The day is cut into chunks, and each is decoded bare and decided in turn, now the one first and now the other.
    The time is the processor's, for nothing is waited for, and of each chunk the best of the rounds counts: what else
    the machine does falls on both alike, and not on all of the rounds.
    """
    frames = list(list_frames(slots))
    chunks = [frames[begin : begin + _CHUNK] for begin in range(0, len(frames), _CHUNK)]
    desk = open_desk(reaches, count, density)
    bare = make_bare_decode()
    decoded: list[list[float]] = []
    decided: list[list[float]] = []
    transitions = repeats = gaps = 0
    ends_at = perf_counter() + within
    while len(decided) < _LEAST_ROUNDS or (len(decided) < _MOST_ROUNDS and perf_counter() < ends_at):
        number = len(decided)
        wall = wall_at(number)
        decoded.append([])
        decided.append([])
        transitions, repeats, gaps = 0, desk.repeats, desk.engine.gaps.total()
        desk.begin_day()
        for place, chunk in enumerate(chunks):
            bare_first = (number + place) % 2 == 0
            if bare_first:
                decoded[-1].append(_time_bare(bare, chunk))
            begun = thread_time()
            made = desk.decide(chunk, wall)
            decided[-1].append(thread_time() - begun)
            transitions += made
            if not bare_first:
                decoded[-1].append(_time_bare(bare, chunk))
    return Decision(
        rules=count,
        density=density,
        frames=len(frames),
        decode_us=_best(decoded) / len(frames) * 1e6,
        decide_us=_best(decided) / len(frames) * 1e6,
        first_us=sum(decided[0]) / len(frames) * 1e6,
        transitions=transitions,
        repeats=desk.repeats - repeats,
        gaps=desk.engine.gaps.total() - gaps,
    )


def _time_bare(decode: Callable[[str], object], frames: Sequence[str]) -> float:
    begun = thread_time()
    for raw in frames:
        decode(raw)
    return thread_time() - begun


def _best(rounds: Sequence[Sequence[float]]) -> float:
    best: list[float] = [min(each) for each in zip(*rounds, strict=True)]
    return sum(best)
