"""Running a backtest: once over the recordings for what happened, and once more for what charts need."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

import click

from flowalert.cli.reading import read_recordings
from flowalert.cli.report.outcome import Outcome, Printer
from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.track import Sight, Track, Tracker, find_panels
from flowalert.engine.transition import Scope
from flowalert.market.instant import DAY
from flowalert.market.investor import INVESTORS, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import find_sector
from flowalert.rules.rulebook import Rule, Rulebook

# What to draw, chosen once it is known what happened: how often each sight had a firing.
Choose: TypeAlias = Callable[[Backtest, Counter[Sight]], Sequence[Sight]]

_CHARTS_A_RULE = 4
_MARKS = 500


def look_back(
    rulebook: Rulebook, recordings: Sequence[Path], printers: Sequence[Printer], *, choose: Choose, near_misses: bool
) -> None:
    """Run the rules over the recordings, and have the printers tell of it."""
    backtest = Backtest(rulebook, near_misses=near_misses)
    fired: Counter[Sight] = Counter()
    begun = perf_counter()
    for entries in read_recordings(recordings, "running the rules"):
        _note(backtest.run(entries), fired, printers)
    _note(backtest.finish(), fired, printers)
    seconds = perf_counter() - begun
    sights = choose(backtest, fired)
    tracks, marked = _look_again(rulebook, recordings, sights) if sights else ({}, {})
    outcome = Outcome(
        rules=rulebook.rules,
        recordings=[str(each) for each in recordings],
        sessions=backtest.sessions,
        tally=backtest.tally,
        near_misses={rule.name: backtest.near_misses.of(rule.name) for rule in rulebook.rules},
        blind={rule.name: tuple(backtest.blind_sessions(rule)) for rule in rulebook.rules},
        warm_up={rule.name: backtest.warm_up(rule) for rule in rulebook.rules},
        updates=backtest.updates,
        stale=backtest.stale,
        silent=backtest.silent,
        silences=backtest.silences,
        seconds=seconds,
        tracks=tracks,
        marked=marked,
    )
    for printer in printers:
        printer.end(outcome)


def choose_sights(rulebook: Rulebook, plotted: str | None, scope: str | None, *, page: bool) -> Choose:
    """Return the choice of what to draw: one sight of the rule that is to be plotted, and some of each for a page.

    Raises click's error for a rule and a scope that are none.
    """
    if scope is not None and plotted is None:
        raise click.UsageError("--scope says which figures to draw; name a rule with --plot")
    if plotted is not None and plotted not in rulebook.by_name:
        near = suggest(plotted, rulebook.by_name)
        raise click.UsageError(f"no rule has the name {plotted!r}" + (f"; did you mean {near}?" if near else ""))
    if plotted is not None and not any(find_panels(rulebook.by_name[plotted])):
        raise click.UsageError(f"{plotted} is about the time of day alone, so there is nothing to draw")
    codes = () if scope is None else tuple(_read_scope(scope))

    def choose(backtest: Backtest, fired: Counter[Sight]) -> list[Sight]:
        sights: list[Sight] = []
        for rule in rulebook.rules:
            if rule.name == plotted or page:
                wanted = codes if rule.name == plotted else ()
                found = (each for each in _list_sights(rule, backtest, fired) if _is_at(each.scope, wanted))
                sights += list(dict.fromkeys(found))[: _CHARTS_A_RULE if page else 1]
        return sights

    return choose


def _note(episodes: Sequence[Episode], fired: Counter[Sight], printers: Sequence[Printer]) -> None:
    fired.update(_sight_of(each) for each in episodes)
    for printer in printers:
        printer.note(episodes)


def _sight_of(episode: Episode) -> Sight:
    return Sight(episode.rule, episode.scope, episode.fired_at // DAY)


def _list_sights(rule: Rule, backtest: Backtest, fired: Counter[Sight]) -> Iterator[Sight]:
    """Yield what there is to see of a rule: its busiest sessions, its near misses, and then the last session."""
    yield from sorted((each for each in fired if each.rule == rule.name), key=lambda each: (-fired[each], each.day))
    for miss in backtest.near_misses.of(rule.name):
        yield Sight(rule.name, miss.scope, miss.at // DAY)
    days = [each.day for each in backtest.sessions if each.venue is rule.venue]
    investors = tuple(each.code for each in INVESTORS) if rule.investors is None else rule.investors
    for sector in rule.sectors or (None,):
        for investor in investors or (None,):
            yield from (Sight(rule.name, Scope(rule.venue, sector, investor), day) for day in days[-1:])


def _read_scope(text: str) -> Iterator[frozenset[str]]:
    """Yield for each part of a scope the codes that it may be: of a sector, of an investor, or of either."""
    for part in text.split("/"):
        found = {each.code for each in (find_sector(part), find_investor(part)) if each is not None}
        if not found:
            raise click.UsageError(f"{part!r} is no sector and no investor; write a scope like kospi/foreign")
        yield frozenset(found)


def _is_at(scope: Scope, codes: Sequence[frozenset[str]]) -> bool:
    return all(scope.sector in each or scope.investor in each for each in codes)


def _look_again(
    rulebook: Rulebook, recordings: Sequence[Path], sights: Sequence[Sight]
) -> tuple[Mapping[Sight, Track], Mapping[Sight, Sequence[Episode]]]:
    """Return what was to be seen at the sights, and the alerts there."""
    tracker = Tracker(rulebook, sights)
    names = {each.rule for each in sights}
    again = Backtest(Rulebook(tuple(each for each in rulebook.rules if each.name in names)), near_misses=False)
    marked: dict[Sight, list[Episode]] = {sight: [] for sight in sights}

    def mark(episodes: Sequence[Episode]) -> None:
        for each in episodes:
            found = marked.get(_sight_of(each))
            if found is not None and len(found) < _MARKS:
                found.append(each)

    for entries in read_recordings(recordings, "reading again for the charts"):
        tracker.run(entries)
        mark(again.run(entries))
    mark(again.finish())
    return tracker.tracks, marked
