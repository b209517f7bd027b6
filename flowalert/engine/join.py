"""Several series judged together, once a slot."""

from collections.abc import Sequence
from typing import NamedTuple

from flowalert.engine.stream import Setting, Stream
from flowalert.language.code import Read, Value
from flowalert.language.condition import Condition, Crossing, Form, Junction, Threshold, is_momentary
from flowalert.language.meaning import BARE
from flowalert.language.tree import Call, Logic, Node, Not, Number
from flowalert.market.series import Series
from flowalert.market.venue import Venue


class Judgement(NamedTuple):
    """What the series were when a slot of theirs was judged: each value that is taken from one of them alone."""

    at: int
    values: Sequence[Value]


class _Input(NamedTuple):
    """An expression about one series, and where it is read. A momentary one is about this very slot."""

    stream: Stream
    read: Read
    momentary: bool

    def look(self, at: int, session: int) -> Value:
        stream = self.stream
        update = stream.update
        if update is None or stream.session != session or stream.lost:
            return None
        if self.momentary and update.at != at:
            return None
        return self.read(update)


class Join(Stream):
    """The series that rules name together, as of the slots in which they are judged.

    What one series alone says is taken from its own stream; what several say together is worked out here, and has one
    reading for each judgement. What changes beside what a stream has, by `engine` alone: `slot`, the newest slot that
    any of the series has reported, and `missing`, how many have not.
    """

    __slots__ = ("_forms", "_gaps", "_inputs", "_returns", "_streams", "members", "missing", "slot")

    def __init__(
        self, venue: Venue, sector: str | None, investor: str | None, members: Sequence[Series], setting: Setting
    ) -> None:
        super().__init__(venue, sector, investor, setting)
        self.members = tuple(members)
        self.slot = -1
        self.missing = 0
        self._streams = [setting.find_stream(member) for member in members]
        self._inputs: list[_Input] = []
        self._gaps: list[int] = []
        self._returns: list[int] = []
        self._forms: dict[int, Form] = {}
        for stream in self._streams:
            stream.joins.append(self)

    @property
    def name(self) -> str:
        return "+".join(map(str, self.members))

    @property
    def key(self) -> str:
        # The same series can be named by rules that leave different things open.
        return f"{self.name} {self.sector or ''} {self.investor or ''}"

    @property
    def is_lost(self) -> bool:
        """Whether a series is lost, or came back since the latest judgement: the next one says what that means."""
        lost = any(stream.lost and stream.is_of_today for stream in self._streams)
        return lost or self._count_returns() != self._returns

    @property
    def is_broken(self) -> bool:
        """Whether any series missed updates since the latest judgement, or is lost, or was."""
        return self.is_lost or self._count_gaps() != self._gaps

    def begin_session(self, session: int) -> None:
        super().begin_session(session)
        self._gaps, self._returns = self._count_gaps(), self._count_returns()

    def begin_slot(self, at: int) -> None:
        """Wait for the series that have not reported a slot of which one just has."""
        self.slot = at
        self.missing = sum(not _has_reported(stream, at, self.day.session) for stream in self._streams)

    def look(self, at: int) -> bool:
        """Take the slot of `at` as the latest update; return whether time went unseen since the one before."""
        interrupted, gaps = self.is_broken, self._count_gaps()
        whole = all(_has_reported(stream, at, self.session) for stream in self._streams)
        self.gap = gaps != self._gaps or not whole
        self._gaps, self._returns = gaps, self._count_returns()
        self.update = Judgement(at, [each.look(at, self.session) for each in self._inputs])
        self.tick += 1
        return interrupted

    def form_of(self, condition: Condition) -> Form:
        """Return the form in which a crossing is a truth like any other: its series knows, update by update."""
        form = self._forms.get(id(condition))
        if form is None:
            form = self._forms[id(condition)] = _ask_crossings(condition.form)
        return form

    def _count_gaps(self) -> list[int]:
        return [stream.gaps for stream in self._streams]

    def _count_returns(self) -> list[int]:
        return [stream.returns for stream in self._streams]

    def _make_reader(self, node: Node) -> Read:
        named = self.find_series(node)
        # Of what is joined by `and` and `or` each part is momentary or not by itself.
        if len(named) == 1 and named[0] in self.members and not isinstance(node, Logic | Not):
            stream = self._streams[self.members.index(named[0])]
            return self._take_in(_Input(stream, stream.read_from_outside(node), is_momentary(node)))
        return super()._make_reader(node)

    def _take_in(self, taken: _Input) -> Read:
        number = len(self._inputs)
        self._inputs.append(taken)

        def read(judgement: Judgement) -> Value:
            # What is asked only after the judgement was no part of it.
            known = number < len(judgement.values)
            return judgement.values[number] if known else taken.look(judgement.at, self.session)

        return read

    def _find_elsewhere(self, node: Node) -> Series | None:
        named = self.find_series(node)
        return named[0] if len(named) == 1 and not isinstance(node, Logic | Not) else None


def _has_reported(stream: Stream, at: int, session: int) -> bool:
    return stream.session == session and stream.update is not None and stream.update.at == at


def _ask_crossings(form: Form) -> Form:
    match form:
        case Junction(every, parts):
            return Junction(every, tuple(map(_ask_crossings, parts)))
        case Crossing(feature, level, upward, downward, wanted):
            function = "crosses" if upward and downward else "crosses_above" if upward else "crosses_below"
            return Threshold(Call(function, (feature, Number(level, BARE))), 1, rising=wanted)
        case Threshold():
            return form
