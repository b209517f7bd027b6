"""The specification of the engine in the plainest code: every rule judged from the whole past of all series.

It shares with the engine the parser and the checker, and nothing of what makes the engine fast: no cuts, no
bands, no running sums, no timers' heap. Whatever the two disagree on is a defect of one of them.
"""

from collections import Counter
from dataclasses import dataclass, field

from flowalert.engine.transition import Reason, Scope, Transition
from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.investor import INVESTORS
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule, Rulebook
from tests.engine.naive_life import Life
from tests.engine.naive_outage import Outage
from tests.engine.naive_past import Past
from tests.engine.naive_rule import conditions
from tests.engine.naive_value import DAY, find_open

EVERYBODY = tuple(each.code for each in INVESTORS if each.code != "9999")


@dataclass
class Day:
    """What there was of one venue in the present session."""

    now: int = -1
    closed: int = -1
    """The latest slot that was closed: what comes for it afterwards is late."""
    session: int = -1
    is_open: bool = False
    first_session: int = -1
    pasts: dict[Series, Past] = field(default_factory=dict)
    lives: dict[tuple[int, Scope], Life] = field(default_factory=dict)
    strangers: set[tuple[str, str]] = field(default_factory=set)
    """Sector and investor of the codes that no table has, in any session."""


class Naive:
    """Folds a journal over a rulebook, as the engine does."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rules = rulebook.rules
        self.days = {venue: Day() for venue in Venue}
        self.fires: Counter[str] = Counter()
        self.outage = Outage(self.rules)
        self.made: list[Transition] = []

    def handle(self, entry: Entry) -> list[Transition]:
        self.made.clear()
        match entry:
            case Update():
                self.update(self.days[entry.series.venue], entry)
            case SlotClosed(venue, at) if at // DAY == self.days[venue].session:
                day = self.days[venue]
                if at >= day.now:
                    self.judge_what_waits(day, venue)
                day.now, day.closed = max(day.now, at), max(day.closed, at)
                self.look_at_timers(day, at + 1)
            case SessionClosed(venue, at):
                day = self.days[venue]
                if at // DAY == day.session:
                    self.judge_what_waits(day, venue)
                    self.close(day, max(day.now, at))
                    day.is_open = False
                if at >= self.outage.since and not any(each.is_open for each in self.days.values()):
                    self.made += self.outage.end(Reason.SESSION_CLOSED, at)
            case FeedSilent(at, reason):
                self.made += self.outage.begin(at, reason)
            case FeedHeard(at):
                self.made += self.outage.end(Reason.FEED_HEARD, at)
            case FeedLost():
                for day in self.days.values():
                    for series, past in day.pasts.items():
                        past.lost = past.lost or not entry.places or series.place in entry.places
            case SlotClosed() | FeedBack():
                pass
        return self.made.copy()

    def update(self, day: Day, update: Update) -> None:
        series, at = update.series, update.at
        if at // DAY < day.session:
            return
        if at > day.now:
            self.judge_what_waits(day, series.venue)
        if at // DAY > day.session:
            self.close(day, day.now)
            day.session, day.is_open = at // DAY, True
            day.first_session = day.session if day.first_session < 0 else day.first_session
            day.pasts, day.lives = {}, {}
        day.now = max(day.now, at)
        past = day.pasts.get(series, Past())
        if past.updates and at < past.updates[-1].at:
            return
        day.pasts[series] = past
        past.add(update)
        if series.investor != "9999" and series.investor not in EVERYBODY:
            day.strangers.add((series.sector, series.investor))
        for life in self.lives(day, series.venue):
            if series not in life.members:
                continue
            whole = all(each in day.pasts and day.pasts[each].reported(at) for each in life.members)
            if len(life.members) == 1 or (whole and is_open(day, life, at)):
                life.judge(at)
        self.look_at_timers(day, at)

    def judge_what_waits(self, day: Day, venue: Venue) -> None:
        """Judge the rules of several series whose slot will get no more of them."""
        for life in self.lives(day, venue):
            reported = any(each in day.pasts and day.pasts[each].reported(day.now) for each in life.members)
            if len(life.members) > 1 and reported and is_open(day, life, day.now):
                life.judge(day.now)

    def look_at_timers(self, day: Day, before: int) -> None:
        ready = []
        for life in day.lives.values():
            due = life.timer()
            if due is not None and due < before:
                ready.append((due, life.index, str(life.scope), life))
        for _, _, _, life in sorted(ready, key=lambda each: each[:3]):
            life.look(day.now, before)

    def close(self, day: Day, at: int) -> None:
        for life in sorted(day.lives.values(), key=lambda each: (str(each.scope), each.index)):
            life.end(Reason.SESSION_CLOSED, at)

    def lives(self, day: Day, venue: Venue) -> list[Life]:
        """Each rule at each of its scopes, in the order in which they are judged: those of one series come first.

        It matters where a rule may fire but a few times.
        """
        for index, rule in enumerate(self.rules):
            if rule.venue is venue:
                for scope in scopes(rule, day) - {scope for number, scope in day.lives if number == index}:
                    life = Life(index, rule, scope, day.pasts, self.fires, day.first_session, self.made)
                    day.lives[index, scope] = life
        return sorted(
            day.lives.values(),
            key=lambda each: (len(each.members) > 1, "+".join(map(str, each.members)), str(each.scope), each.index),
        )


def scopes(rule: Rule, day: Day) -> set[Scope]:
    """What the alerts of a rule are about: its sectors and investors, those of them that its conditions open."""
    opens_sector, opens_investor = find_open(conditions(rule))
    sectors = rule.sectors if opens_sector else (None,)
    if not opens_investor:
        return {Scope(rule.venue, sector) for sector in sectors}
    if rule.investors is not None:
        return {Scope(rule.venue, sector, code) for sector in sectors for code in rule.investors}
    everybody = {Scope(rule.venue, sector, code) for sector in sectors for code in EVERYBODY}
    return everybody | {
        Scope(rule.venue, each, code) for each in sectors for at, code in day.strangers if each in (None, at)
    }


def is_open(day: Day, life: Life, slot: int) -> bool:
    """Whether a slot is the newest, and neither judged nor closed."""
    return slot == day.now and slot > day.closed and not (life.line.made and life.line.made[-1].at >= slot)
