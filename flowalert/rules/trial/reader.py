"""One test, from its model to what the engine is run on."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flowalert.language.mistake import Mistake
from flowalert.market.calendar import session_end
from flowalert.market.entry import Entry
from flowalert.market.instant import DAY, midnight
from flowalert.market.venue import Venue
from flowalert.rules.bound import parse_duration
from flowalert.rules.notepad import Notepad
from flowalert.rules.reader import VENUES
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.trial.event import read_event
from flowalert.rules.trial.expectation import Expectation
from flowalert.rules.trial.expectation_reader import ExpectationReader, complain_no_rule
from flowalert.rules.trial.line import Line, find_named_sector, read_lines
from flowalert.rules.trial.model import TrialModel
from flowalert.rules.trial.moment import Moments, parse_clock
from flowalert.rules.trial.tape import Timing, compose, count_slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test, ready to be run.

    `rules` are the names of those under test; `entries` the market, in its order; `slots` the exchange time of each
    slot, and `lines` what was written for them. `line` is that of the test in the file, `expect` line and column
    of its expectations, all from 1.
    """

    name: str
    file: str
    line: int
    rules: tuple[str, ...]
    entries: tuple[Entry, ...]
    slots: tuple[int, ...]
    lines: tuple[Line, ...]
    expectations: tuple[Expectation, ...]
    expect: tuple[int, int]


def read_trial(notepad: Notepad, model: TrialModel, rulebook: Rulebook) -> Trial | None:
    """Return the test; what is wrong is noted, and None returned where nothing can be made of it."""
    return _Reader(notepad, model, rulebook).read()


class _Reader:
    """Reads one test; nothing in here changes but the notepad."""

    def __init__(self, notepad: Notepad, model: TrialModel, rulebook: Rulebook) -> None:
        self._notepad = notepad
        self._model = model
        self._rulebook = rulebook

    def read(self) -> Trial | None:
        model, notepad = self._model, self._notepad
        rules = self._read_only()
        venue = self._read_venue(rules)
        date = notepad.read("date", model.date, _parse_date)
        start = notepad.read("start", model.start, parse_clock)
        slot = notepad.read("slot", model.slot, lambda text: parse_duration(text, "a slot"))
        sector = None if model.sector is None else notepad.read("sector", model.sector, find_named_sector)
        if venue is None or date is None or start is None or slot is None or (model.sector and sector is None):
            return None
        timing = Timing(venue, midnight(date) + start, slot)
        lines = read_lines(notepad, venue, sector.code if sector else None, -((start - DAY) // slot))
        moments = Moments(midnight(date), timing.start, slot, count_slots(lines))
        events, left_open = self._read_events(venue, moments, session_end(venue, date))
        moments = replace(moments, events=frozenset(each.at for each in events))
        page = notepad.page
        expect = page.place_of_key(("expect",))
        return Trial(
            name=model.name,
            file=page.file,
            line=page.place_of(()).line + 1,
            rules=tuple(rules),
            entries=compose(notepad, lines, timing, events, left_open),
            slots=tuple(timing.at(number) for number in range(moments.slots)),
            lines=lines,
            expectations=tuple(self._read_expectations(rules, venue, moments)),
            expect=(expect.line + 1, expect.column + 1),
        )

    def _read_only(self) -> Mapping[str, Rule]:
        known = self._rulebook.by_name
        if not self._model.only:
            return known
        chosen: dict[str, Rule] = {}
        for number, name in enumerate(self._model.only):
            path = ("only", number)
            if name in known:
                chosen[name] = known[name]
            elif name in self._rulebook.disabled:
                self._notepad.complain(path, f"the rule {name} is switched off", "take out its enabled: false")
            else:
                complain_no_rule(self._notepad, path, name, [*known])
        return chosen

    def _read_venue(self, rules: Mapping[str, Rule]) -> Venue | None:
        given = self._model.venue
        if given is not None:
            if given not in VENUES:
                self._notepad.complain_unknown("venue", "venue", given, VENUES, f"write one of {' '.join(VENUES)}")
            return VENUES.get(given)
        venues = sorted({rule.venue for rule in rules.values()}, key=lambda each: each.value)
        if len(venues) > 1:
            names = " and ".join(each.value for each in venues)
            self._notepad.complain("name", f"the rules under test are about {names}", "add venue:, or only:")
            return None
        return venues[0] if venues else Venue.KRX

    def _read_events(self, venue: Venue, moments: Moments, ends: int) -> tuple[list[Entry], frozenset[int]]:
        found = [
            read_event(self._notepad, number, model, venue, moments, ends)
            for number, model in enumerate(self._model.events)
        ]
        events = [each for each in found if each is not None and not isinstance(each, int)]
        return events, frozenset(each for each in found if isinstance(each, int))

    def _read_expectations(self, rules: Mapping[str, Rule], venue: Venue, moments: Moments) -> Iterator[Expectation]:
        others = dict.fromkeys(self._rulebook.disabled, ("is switched off", "take out its enabled: false"))
        others |= dict.fromkeys(self._rulebook.by_name, ("is not under test here", "add it to only:"))
        others |= {
            name: (f"is about {rule.venue.value}, and this market is {venue.value}", "give it a test of its own")
            for name, rule in rules.items()
            if rule.venue is not venue
        }
        under_test = {name: rule for name, rule in rules.items() if rule.venue is venue}
        reader = ExpectationReader(self._notepad, under_test, others, moments)
        for number, model in enumerate(self._model.expect):
            expectation = reader.read(number, model)
            if expectation is not None:
                yield expectation


def _parse_date(text: str) -> dt.date:
    whole = (0, len(text))
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{text!r} is no date", whole, "write it like 2026-11-23") from None
    if midnight(date) < 0:
        raise Mistake("exchange time begins in 1970", whole, "write a date like 2026-11-23")
    return date
