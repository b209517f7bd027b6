"""What a rulebook would have done over entries of the past."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flowalert.engine.engine import Engine
from flowalert.engine.hindsight.coverage import reads
from flowalert.engine.hindsight.episode import Episode, Episodes
from flowalert.engine.hindsight.near_miss import NearMisses
from flowalert.engine.hindsight.tally import Tally
from flowalert.engine.outage import leave_out_outage
from flowalert.engine.transition import Transition
from flowalert.language.warm_up import find_warm_up
from flowalert.market.calendar import SLOT
from flowalert.market.entry import Entry, FeedLost, Update
from flowalert.market.instant import DAY, date_of
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook


@dataclass(slots=True)
class Session:
    """One trading day of one venue among the entries: how much there was of it, and what was missed.

    `Backtest` alone changes it, while its entries come. Times are exchange time.
    """

    venue: Venue
    day: int
    first_at: int
    last_at: int
    gaps: Counter[Series]
    losts: int = 0

    @property
    def name(self) -> str:
        date = date_of(self.day * DAY).isoformat()
        return date if self.venue is Venue.KRX else f"{date} {self.venue.value}"


class Backtest:
    """Runs a rulebook over entries, in chunks, and keeps what is to be told about it.

    What changes, by `run` and `finish` alone: the engine, the tally, the near misses, `sessions`, the alerts of the
    present day, `updates`, how many there were, and `silences`, the episodes of the built-in alert, which is no rule's.
    Memory follows the alerts of a day and not the entries: when a day is over they are handed out and forgotten.
    """

    def __init__(self, rulebook: Rulebook, *, near_misses: bool = True) -> None:
        self.rulebook = rulebook
        self.near_misses = NearMisses(rulebook.rules if near_misses else ())
        self.tally = Tally()
        self.sessions: list[Session] = []
        self.updates = 0
        self.silences: list[Episode] = []
        self._engine = Engine(Rulebook((*rulebook.rules, *self.near_misses.variants)))
        self._episodes = Episodes()
        self._outages = Episodes()
        self._warm_up = {rule.name: find_warm_up(rule.condition.tree, SLOT) for rule in rulebook.rules}
        self._ended: list[Episode] = []
        self._day = -1
        self._venue: Venue | None = None
        self._ends = -1
        self._present: dict[Venue, Session] = {}
        self._gaps: Counter[Series] = Counter()

    @property
    def stale(self) -> int:
        """How many updates came too late to be taken in."""
        return self._engine.stale

    @property
    def silent(self) -> dict[str, tuple[str, ...]]:
        """The places that rules need and that the entries have nothing of, with the rules' names."""
        own = self.rulebook.by_name
        silent = self._engine.list_silent().items()
        return {place: tuple(name for name in names if name in own) for place, names in silent}

    def run(self, entries: Sequence[Entry]) -> list[Episode]:
        """Take entries in; return the episodes of the days that ended meanwhile, in the order of their firings."""
        handle = self._engine.handle
        take = self._take
        venue, ends = self._venue, self._ends
        others = 0
        day = self._day
        last: Update | None = None
        for entry in entries:
            if isinstance(entry, Update):
                if entry.series.venue is not venue or entry.at >= ends:
                    venue, ends = self._turn(entry, last)
                last = entry
            else:
                others += 1
                if isinstance(entry, FeedLost):
                    for session in self._present.values():
                        session.losts += 1
            made = handle(entry)
            if made:
                take(made)
        self.updates += len(entries) - others
        self._venue, self._ends = venue, ends
        self._note_last(last)
        return self._hand_out(before=self._day) if self._day > day else []

    def finish(self) -> list[Episode]:
        """Return the episodes that the entries leave open; nothing may be run after it."""
        self._note_gaps()
        self._ended += self._episodes.finish()
        self.silences += self._outages.finish()
        return self._hand_out(before=self._day + 1)

    def blind_sessions(self, rule: Rule) -> Iterator[Session]:
        """Yield the sessions in which the rule could not see everything, or nothing at all.

        Updates were missed in one of its series, the feed was lost, or the session was shorter than what the rule
        looks back on.
        """
        for session in self.sessions:
            if session.venue is rule.venue and (
                session.losts
                or any(reads(rule, named) for named in session.gaps)
                or session.last_at - session.first_at < self._warm_up[rule.name]
            ):
                yield session

    def warm_up(self, rule: Rule) -> int:
        """Return the seconds of each session that the rule needs before it can fire."""
        return self._warm_up[rule.name]

    def _take(self, made: Sequence[Transition]) -> None:
        of_rules = leave_out_outage(made)
        if len(of_rules) < len(made):
            self.silences += self._outages.take(each for each in made if each not in of_rules)
        own = self.near_misses.take(of_rules)
        if own:
            self.tally.take(own)
            self._ended += self._episodes.take(own)

    def _turn(self, update: Update, last: Update | None) -> tuple[Venue, int]:
        """Turn to the session of an update, begun if it is new; return its venue, and when its day is over."""
        self._note_last(last)
        venue = update.series.venue
        session = self._present.get(venue)
        if session is None or update.at // DAY > session.day:
            self._note_gaps()
            session = self._present[venue] = Session(venue, update.at // DAY, update.at, update.at, Counter())
            self.sessions.append(session)
            self._day = max(self._day, session.day)
        return venue, (session.day + 1) * DAY

    def _note_last(self, update: Update | None) -> None:
        if update is not None:
            session = self._present[update.series.venue]
            session.last_at = max(session.last_at, update.at)

    def _hand_out(self, before: int) -> list[Episode]:
        out = [each for each in self._ended if each.fired_at // DAY < before]
        self._ended = [each for each in self._ended if each.fired_at // DAY >= before]
        return sorted(out, key=lambda each: (each.fired_at, each.rule, str(each.scope)))

    def _note_gaps(self) -> None:
        """Put the gaps since the last time into the sessions that were running meanwhile."""
        gaps = self._engine.gaps - self._gaps
        self._gaps = self._engine.gaps.copy()
        for named, count in gaps.items():
            session = self._present.get(named.venue)
            if session is not None:
                session.gaps[named] += count
