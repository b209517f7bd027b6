"""The whole past that the plain evaluator judges from: of one series, and of one rule at one scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowalert.market.entry import Update
from flowalert.market.series import Series


class Line(Protocol):
    """Numbered moments in the order in which they came; several of one exchange time are one publication."""

    memo: dict[tuple[int, int], Any]
    """What was found, by the node's identity and the moment: the past does not change."""

    def at(self, moment: int) -> int: ...

    def broken(self, moment: int) -> bool:
        """Whether something was missed before the publication that `moment` is of, as far as was known then."""
        ...


def publications(line: Line, until: int) -> list[int]:
    """The last moment of each publication, up to the moment `until`."""
    return [n for n in range(until + 1) if n == until or line.at(n + 1) != line.at(n)]


@dataclass
class Past:
    """The updates of one series in one session; which came after a gap, which were the first since a loss."""

    updates: list[Update] = field(default_factory=list)
    gaps: list[bool] = field(default_factory=list)
    returns: list[bool] = field(default_factory=list)
    lost: bool = False
    memo: dict[tuple[int, int], Any] = field(default_factory=dict)

    def add(self, update: Update) -> None:
        self.gaps.append(self._is_gap(update))
        self.returns.append(self.lost)
        self.updates.append(update)
        self.lost = False

    def at(self, moment: int) -> int:
        return self.updates[moment].at

    def broken(self, moment: int) -> bool:
        return any(self.gaps[n] for n in range(moment + 1) if self.at(n) == self.at(moment))

    def reported(self, slot: int) -> bool:
        return bool(self.updates) and self.updates[-1].at == slot

    def was_lost(self, after: int) -> bool:
        """Whether the series is lost, or came back by an update after the one numbered `after`."""
        return self.lost or any(self.returns[after + 1 :])

    def _is_gap(self, update: Update) -> bool:
        earlier = [each for each in self.updates if each.at < update.at]
        if not earlier:
            return False
        bases = [earlier[-1]]
        if self.updates[-1].at == update.at:
            bases.append(self.updates[-1])
        return not any(follows(update, each) for each in bases)


def follows(update: Update, base: Update) -> bool:
    """Whether the changes that the exchange tells are the differences; a blank figure proves nothing."""
    figures = (
        (base.msval, update.p_msval, update.msval),
        (base.msvol, update.p_msvol, update.msvol),
    )
    return all(
        before is None or change is None or now is None or before + change == now for before, change, now in figures
    )


@dataclass(frozen=True)
class Judgement:
    """What was known when a rule was judged: the number of each series' latest update, and what is missing."""

    at: int
    latest: Mapping[Series, int]
    """Series that have not reported in this session, or are lost, are not in it."""
    silent: frozenset[Series]
    """Members that have not reported this very slot."""
    broken: bool


@dataclass
class Judgements:
    """The judgements of one rule at one scope in one session: a line of its own for what mixes series."""

    members: tuple[Series, ...]
    others: tuple[Series, ...]
    """What the rule's texts name besides: they are told as they are, and decide nothing."""
    pasts: Mapping[Series, Past]
    made: list[Judgement] = field(default_factory=list)
    memo: dict[tuple[int, int], Any] = field(default_factory=dict)
    counts: dict[Series, int] = field(default_factory=dict)
    """How many updates each member had at the latest judgement."""

    def add(self, at: int) -> None:
        """Judge now."""
        present = {each: self.pasts[each] for each in self.members if each in self.pasts}
        silent = frozenset(each for each, past in present.items() if not past.reported(at))
        broken = any(
            each not in present or each in silent or any(present[each].gaps[self.counts.get(each, 0) :])
            for each in self.members
        )
        others = {each: self.pasts[each] for each in self.others if each in self.pasts}
        known = {each: past for each, past in present.items() if not past.lost} | others
        latest = {each: len(past.updates) - 1 for each, past in known.items()}
        self.made.append(Judgement(at, latest, silent, broken))
        self.counts = {each: len(past.updates) for each, past in present.items()}

    def was_lost(self) -> bool:
        """Whether a member is lost, or was since the latest judgement."""
        return any(self.pasts[each].was_lost(last) for each, last in self._judged().items())

    def is_interrupted(self) -> bool:
        """Whether since the latest judgement a member was lost, or missed an update: such time does not count."""
        return self.was_lost() or any(any(self.pasts[each].gaps[last + 1 :]) for each, last in self._judged().items())

    def _judged(self) -> dict[Series, int]:
        """The number of each member's latest update that a judgement has seen."""
        return {each: self.counts.get(each, 0) - 1 for each in self.members if each in self.pasts}

    def at(self, moment: int) -> int:
        return self.made[moment].at

    def broken(self, moment: int) -> bool:
        return any(self.made[n].broken for n in range(moment + 1) if self.at(n) == self.at(moment))
