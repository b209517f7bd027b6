"""The report as one page that needs nothing else: no network, no other file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TextIO

from flowalert.cli.report.chart import draw_charts
from flowalert.cli.report.outcome import Outcome
from flowalert.cli.report.wording import (
    say_blind,
    say_silences,
    show_english,
    show_lack,
    show_length,
    show_telling,
    show_value,
    summarise,
)
from flowalert.engine.hindsight.episode import Episode
from flowalert.engine.transition import Scope
from flowalert.market.instant import DAY, date_of, stamp
from flowalert.rules.rulebook import Rule, Rulebook

# A browser sorts so many rows at once; the rest is in --format csv.
_MOST = 5_000

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>flowalert backtest</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>{css}</style></head><body>
<h1>flowalert backtest</h1>
"""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's text, and what it is sorted by where that is not the text."""

    text: str
    by: float | None = None
    style: str = ""


class PagePrinter:
    """Writes the page. What changes: `_kept`, the alerts to show, and `_more`, how many are left out."""

    def __init__(self, rulebook: Rulebook, file: TextIO) -> None:
        self._rules = rulebook.by_name
        self._file = file
        self._kept: list[Episode] = []
        self._more = 0

    def note(self, episodes: Sequence[Episode]) -> None:
        """Keep the first alerts, and count the others."""
        room = max(0, _MOST - len(self._kept))
        self._kept += episodes[:room]
        self._more += len(episodes[room:])

    def end(self, outcome: Outcome) -> None:
        """Write the whole page."""
        write = self._file.write
        write(_HEAD.format(css=_read("page.css")))
        write(f"<p>{escape(summarise(outcome))}<br>{escape(', '.join(outcome.recordings))}</p>")
        for part in (_write_counts(outcome), self._write_rules(outcome), self._write_misses(outcome)):
            self._file.writelines(part)
        self._file.writelines(self._write_alerts())
        if outcome.silences:
            write(f"<p>{escape(say_silences(outcome))}</p>")
        write(f"<script>{_read('page.js')}</script></body></html>\n")

    def _write_rules(self, outcome: Outcome) -> Iterator[str]:
        yield "<h2>Rules</h2>"
        for rule in outcome.rules:
            yield f"<h3>{escape(rule.name)}</h3><p>"
            if rule.summary:
                yield f"{escape(rule.summary)}<br>"
            yield f"<code>{escape(rule.condition.text.strip())}</code>"
            if outcome.blind[rule.name]:
                yield f"<br>{escape(say_blind(rule, outcome))}"
            yield "</p>"
            for sight, track in outcome.tracks.items():
                if sight.rule == rule.name:
                    charts = "".join(draw_charts(sight, track, outcome.marked[sight]))
                    day = date_of(sight.day * DAY).isoformat()
                    if charts:
                        yield f"<figure><figcaption>{_name(sight.scope)} · {day}</figcaption>{charts}</figure>"

    def _write_misses(self, outcome: Outcome) -> Iterator[str]:
        misses = [each for found in outcome.near_misses.values() for each in found]
        if misses:
            yield "<h2>Near misses</h2>"
            yield from _write_table(
                ("rule", "time", "scope", "value#", "how near#"),
                (
                    (
                        _Cell(each.rule),
                        _Cell(stamp(each.at)),
                        _Cell(_name(each.scope)),
                        _figure(each.value, self._rules[each.rule], each.scope),
                        _Cell(show_lack(each, self._rules[each.rule]), each.short),
                    )
                    for each in misses
                ),
            )

    def _write_alerts(self) -> Iterator[str]:
        yield "<h2>Alerts</h2>"
        if not self._kept:
            yield "<p>None.</p>"
            return
        if self._more:
            yield f"<p>The first {len(self._kept):,}; {self._more:,} more are in --format csv.</p>"
        yield from _write_table(
            ("time", "rule", "scope", "severity", "value#", "peak#", "duration#", "told"),
            (self._write_alert(each) for each in self._kept),
        )

    def _write_alert(self, episode: Episode) -> tuple[_Cell, ...]:
        rule = self._rules[episode.rule]
        severity = episode.severity.name.lower()
        return (
            _Cell(stamp(episode.fired_at)),
            _Cell(episode.rule),
            _Cell(_name(episode.scope)),
            _Cell(severity, style=severity),
            _figure(episode.value, rule, episode.scope),
            _figure(episode.peak, rule, episode.scope),
            _Cell(show_length(episode), episode.duration or 0),
            _Cell(show_telling(episode)),
        )


def _write_counts(outcome: Outcome) -> Iterator[str]:
    """Write how often each rule was told in each session, and what was held back."""
    days = list(dict.fromkeys(each.day for each in outcome.sessions))
    yield "<h2>Told + held back</h2>"
    dates = [f"{date_of(day * DAY):%m-%d}#" for day in days]
    rows = []
    for rule in outcome.rules:
        counts = [*(outcome.tally.on(rule.name, day) for day in days), outcome.tally.total(rule.name)]
        cells = (_Cell(f"{each.told:,}" + (f"+{each.held:,}" if each.held else ""), each.told) for each in counts)
        rows.append((_Cell(rule.name), *cells))
    yield from _write_table(("rule", *dates, "total#"), rows)


def _write_table(headings: Sequence[str], rows: Iterable[Sequence[_Cell]]) -> Iterator[str]:
    """Write a table that can be sorted; a heading with `#` is over numbers."""
    numbers = [each.endswith("#") for each in headings]
    yield '<div class="wide"><table class="sortable"><thead><tr>'
    for heading, number in zip(headings, numbers, strict=True):
        kind = ' class="number"' if number else ""
        yield f'<th{kind}><button type="button">{escape(heading.removesuffix("#"))}</button></th>'
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>"
        for cell, number in zip(row, numbers, strict=True):
            kind = ' class="number"' if number else f' class="{cell.style}"' if cell.style else ""
            by = f' data-by="{cell.by}"' if cell.by is not None else ""
            yield f"<td{kind}{by}>{escape(cell.text)}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _figure(value: float | None, rule: Rule, scope: Scope) -> _Cell:
    return _Cell(show_value(value, rule, scope), 0 if value is None else value)


def _name(scope: Scope) -> str:
    return f"{scope.korean} · {show_english(scope)}"
