"""flowalert beside its peers: the same rules, the same frames, the same answers."""

import gc
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import thread_time
from typing import NamedTuple

from flowalert.engine.engine import Engine
from flowalert.feed.composer import Composer
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Figures
from flowalert.feed.intake import Dropped
from flowalert.market.entry import Update
from flowalert.market.series import Series
from tests.benchmarks.day import PLACES, list_frames, wall_at
from tests.benchmarks.decision import Desk
from tests.benchmarks.peer import CEL, PEERS, Judge, Values, make_python_eval
from tests.benchmarks.reach import Reaches
from tests.benchmarks.simple import Simple, make_simple, to_rulebook

_ROUNDS = 3
_LEAST_FRAMES = 10


class Case(NamedTuple):
    """One frame: as text, as the values that a peer is handed, and the numbers of the rules that must fire."""

    raw: str
    series: Series
    values: Values
    fired: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Microseconds of the processor's time a frame. `ours` has the decoding in it; the peers are handed decoded values.

    `whole` is of peers whose rules say what series they are about, as flowalert's do; `by_series` of peers that are
    handed the few rules of the frame's series alone, found for them for nothing.
    """

    rules: int
    fired: int
    ours: float
    whole: dict[str, float]
    by_series: dict[str, float]
    python_eval: float

    @property
    def best_whole(self) -> float:
        return min(self.whole.values()) / self.ours

    @property
    def best_by_series(self) -> float:
        return min(self.by_series.values()) / self.ours


def compare(reaches: Reaches, count: int, *, slots: int, within: float) -> Comparison:
    """Compare on so many simple rules; the peers share about `within` seconds, and each is given frames to fit.

    Raises AssertionError where a peer answers otherwise than flowalert.
    """
    simple = make_simple(reaches, count)
    cases = _fold(simple, list(list_frames(slots)))
    gc.freeze()  # what is kept of the frames is nobody's garbage to look through
    within /= 2 * len(PEERS) + 1
    whole, by_series = {}, {}
    for name, make in PEERS.items():
        join = " && " if name in CEL else " and "
        whole[name] = _time_peer(_judge_whole(make, simple, join), cases, within)
        by_series[name] = _time_peer(_judge_by_series(make, simple), cases, within)
    return Comparison(
        rules=count,
        fired=sum(len(case.fired) for case in cases),
        ours=_time_ours(simple, cases),
        whole=whole,
        by_series=by_series,
        python_eval=_time_peer(_judge_whole(make_python_eval, simple, " and "), cases, within),
    )


Answer = Callable[[Case], Sequence[int]]


def _fold(simple: Sequence[Simple], frames: Sequence[str]) -> list[Case]:
    """Return the frames that are updates, with what flowalert makes of each."""
    decode, compose, engine = Decoder(PLACES).decode, Composer().compose, Engine(to_rulebook(simple))
    cases = []
    for raw in frames:
        frame = decode(raw)
        assert isinstance(frame, Figures), frame
        entries = compose(frame, wall_at(0), 0.0)
        if isinstance(entries, Dropped):
            continue
        fired = sorted(int(transition.rule) for entry in entries for transition in engine.handle(entry))
        update = entries[-1]
        assert isinstance(update, Update), update
        cases.append(Case(raw, frame.series, _values(update), tuple(fired)))
    return cases


def _values(update: Update) -> Values:
    figures = ("msvol", "msval", "p_msvol", "p_msval")
    return {
        "sector": update.series.sector,
        "investor": update.series.investor,
        **{name: getattr(update, name) for name in figures},
    }


def _judge_whole(make: Callable[[Sequence[str]], Judge], simple: Sequence[Simple], join: str) -> Answer:
    texts = [
        join.join((f'sector == "{each.about.sector}"', f'investor == "{each.about.investor}"', each.comparison))
        for each in simple
    ]
    judge = make(texts)
    return lambda case: [number for number, answer in enumerate(judge(case.values)) if answer]


def _judge_by_series(make: Callable[[Sequence[str]], Judge], simple: Sequence[Simple]) -> Answer:
    numbers: defaultdict[Series, list[int]] = defaultdict(list)
    for number, each in enumerate(simple):
        numbers[each.about].append(number)
    judges = {about: make([simple[number].comparison for number in those]) for about, those in numbers.items()}

    def answer(case: Case) -> Sequence[int]:
        judge = judges.get(case.series)
        if judge is None:
            return ()
        answers = judge(case.values)
        return [number for number, answer in zip(numbers[case.series], answers, strict=True) if answer]

    return answer


def _time_peer(answer: Answer, cases: Sequence[Case], within: float) -> float:
    begun = thread_time()
    answer(cases[0])
    one = thread_time() - begun
    some = cases[: max(_LEAST_FRAMES, int(within / _ROUNDS / one))]
    wrong = [case for case in some if list(case.fired) != list(answer(case))]
    assert not wrong, wrong[0]
    return min(_time_answers(answer, some) for _ in range(_ROUNDS))


def _time_answers(answer: Answer, cases: Sequence[Case]) -> float:
    begun = thread_time()
    for case in cases:
        answer(case)
    return (thread_time() - begun) / len(cases) * 1e6


def _time_ours(simple: Sequence[Simple], cases: Sequence[Case]) -> float:
    frames = [case.raw for case in cases]
    desk = Desk(to_rulebook(simple))
    taken = []
    for number in range(_ROUNDS + 1):
        begun = thread_time()
        desk.begin_day()
        desk.decide(frames, wall_at(number))
        taken.append((thread_time() - begun) / len(frames) * 1e6)
    return min(taken[1:])
