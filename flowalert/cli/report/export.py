"""The report as data: one JSON object, or the alerts as CSV."""

import csv
import json
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from flowalert.cli.report.outcome import Outcome
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.hindsight.near_miss import NearMiss
from flowalert.engine.transition import Scope
from flowalert.market.instant import DAY, date_of, stamp
from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of

# The columns of the CSV, and the keys of an alert in the JSON. Times are of the exchange, durations seconds, figures
# in the feed's own unit.
COLUMNS = (
    "rule", "venue", "sector", "sector_name", "investor", "investor_name", "severity", "opened_at", "fired_at",
    "ended_at", "ended", "duration", "value", "peak", "told", "told_at", "hold", "alert",
)  # fmt: skip
# What there is to say of a time at which nothing came: it is about no sector, and has no figure.
_OF_SILENCE = ("rule", "severity", "opened_at", "ended_at", "ended", "duration", "alert")


class CsvPrinter:
    """Writes each alert as a row, as they come."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def note(self, episodes: Sequence[Episode]) -> None:
        self._writer.writerows([_describe(each)[column] for column in COLUMNS] for each in episodes)

    def end(self, outcome: Outcome) -> None:
        """Do nothing: the rows are all there is."""


class JsonPrinter:
    """Writes one object: its alerts as they come, and then the rest.

    What changes is `_separator`, which stands before the next alert.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._separator = "\n"
        file.write('{"alerts": [')

    def note(self, episodes: Sequence[Episode]) -> None:
        for each in episodes:
            self._file.write(self._separator + json.dumps(_describe(each), ensure_ascii=False))
            self._separator = ",\n"

    def end(self, outcome: Outcome) -> None:
        rest = json.dumps(_sum_up(outcome), ensure_ascii=False, indent=1)
        self._file.write("\n]," + rest.removeprefix("{") + "\n")


def _describe(episode: Episode) -> Mapping[str, Any]:
    return {
        "rule": episode.rule,
        **_describe_scope(episode.scope),
        "severity": episode.severity.name.lower(),
        "opened_at": stamp(episode.opened_at),
        "fired_at": stamp(episode.fired_at),
        "ended_at": None if episode.ended_at is None else stamp(episode.ended_at),
        "ended": None if episode.ended is None else episode.ended.value,
        "duration": episode.duration,
        "value": episode.value,
        "peak": episode.peak,
        "told": episode.told,
        "told_at": None if episode.told_at is None else stamp(episode.told_at),
        "hold": None if episode.hold is None else episode.hold.value,
        "alert": episode.alert,
    }


def _describe_silence(episode: Episode) -> Mapping[str, Any]:
    return {key: value for key, value in _describe(episode).items() if key in _OF_SILENCE}


def _describe_scope(scope: Scope) -> Mapping[str, str | None]:
    return {
        "venue": scope.venue.value,
        "sector": scope.sector,
        "sector_name": None if scope.sector is None else sector_of(scope.sector).slug,
        "investor": scope.investor,
        "investor_name": None if scope.investor is None else investor_of(scope.investor).slug,
    }


def _describe_miss(miss: NearMiss) -> Mapping[str, Any]:
    return {
        **_describe_scope(miss.scope),
        "at": stamp(miss.at),
        "value": miss.value,
        "short": round(miss.short, 6),
        "held": miss.held,
    }


def _sum_up(outcome: Outcome) -> Mapping[str, Any]:
    days = list(dict.fromkeys(each.day for each in outcome.sessions))
    return {
        "rules": [
            {
                "name": rule.name,
                "when": rule.condition.text,
                "fired": outcome.tally.total(rule.name).fired,
                "told": outcome.tally.total(rule.name).told,
                "held": outcome.tally.total(rule.name).held,
                "by_date": {
                    date_of(day * DAY).isoformat(): {"fired": count.fired, "told": count.told, "held": count.held}
                    for day in days
                    if (count := outcome.tally.on(rule.name, day)).fired or count.told
                },
                "near_misses": [_describe_miss(each) for each in outcome.near_misses[rule.name]],
                "blind_sessions": [each.name for each in outcome.blind[rule.name]],
                "warm_up_seconds": outcome.warm_up[rule.name],
            }
            for rule in outcome.rules
        ],
        "sessions": [
            {
                "venue": each.venue.value,
                "date": date_of(each.day * DAY).isoformat(),
                "first_at": stamp(each.first_at),
                "last_at": stamp(each.last_at),
                "gaps": each.gaps.total(),
                "feed_lost": each.losts,
            }
            for each in outcome.sessions
        ],
        "recordings": list(outcome.recordings),
        "updates": outcome.updates,
        "stale": outcome.stale,
        "silent": {place: list(names) for place, names in outcome.silent.items()},
        "silences": [_describe_silence(each) for each in outcome.silences],
        "seconds": round(outcome.seconds, 3),
        "updates_per_second": round(outcome.speed),
    }
