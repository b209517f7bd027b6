"""What the store of a killed service must be: by what the exchange published, and by an undisturbed run."""

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from flowalert.cli.setting import load_settings
from flowalert.engine.engine import Engine
from flowalert.feed.outlet import Received
from flowalert.market.calendar import SLOT
from flowalert.market.entry import Entry, FeedLost, Update
from flowalert.market.instant import DAY, midnight
from flowalert.market.moment import from_ms
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.service import Plan, Service
from flowalert.settings import load_rule_files
from flowalert.simulator.market import Market
from flowalert.simulator.row import tjjtime_at
from flowalert.simulator.session import day_ends, day_opens
from flowalert.store import open_store
from tests.kill.house import DATE, START, read_rows

_BATCH = 100

Row = tuple[int, str, tuple[int | None, ...]]
"""The day, the `tjjtime`, and the eight figures."""

# All that a commit writes but when it was made. Numbers of notices and deliveries follow from how entries are batched.
_TABLES = {
    "transitions": "SELECT id, alert, at, told, content FROM transitions ORDER BY seq",
    "alerts": "SELECT * FROM alerts ORDER BY id",
    "notices": "SELECT n.transition, n.channel, n.cause, n.alert, n.kind, n.severity, n.reminder, w.title, w.body,"
    " w.row, w.trend, w.own, w.at, w.published, w.received_at FROM notices n JOIN wordings w ON w.id = n.wording"
    " ORDER BY n.transition, n.channel, n.cause",
    "deliveries": "SELECT n.transition, d.channel, n.cause, d.target"
    " FROM deliveries d JOIN notices n ON n.id = d.notice ORDER BY n.transition, d.channel, n.cause, d.target",
    "terms": "SELECT * FROM terms ORDER BY rule, venue, day",
}


def publish(seed: int, sectors: Sequence[str], until: int) -> Mapping[Series, Sequence[Row]]:
    """Return all that the exchange published up to an exchange time, by series, in order."""
    published: dict[Series, list[Row]] = defaultdict(list)
    for day in range(until // DAY - midnight(DATE) // DAY + 1):
        market = Market(seed, DATE + dt.timedelta(days=day), day=day + 1)
        begins = START if day == 0 else day_opens(frozenset({Venue.KRX}))
        for second in range(-(-begins // SLOT) * SLOT, day_ends(frozenset({Venue.KRX})) + 1, SLOT):
            if midnight(market.date) + second > until:
                break
            for sector in sectors:
                for row in market.rows(Venue.KRX, sector, second):
                    of = series(Venue.KRX, sector, row.investor)
                    each = row.figures
                    figures = (each.msvol, each.msval, each.msvolume, each.mdvolume, each.msvalue, each.mdvalue)
                    published[of].append((day, tjjtime_at(second), (*figures, row.p_msvol, row.p_msval)))
    return published


def check_journal(journal: Sequence[Entry], published: Mapping[Series, Sequence[Row]], spoiled: int) -> Counter[Series]:
    """Check that the journal has what was published, once, in order; return the gaps that it must show.

    What is missing lies behind a loss that the journal tells of, but for `spoiled` frames at most. A gap is a stretch
    of missing rows after which the figures are others.
    """
    losses: dict[str, list[int]] = defaultdict(list)
    updates: dict[Series, list[tuple[int, Update]]] = defaultdict(list)
    for number, entry in enumerate(journal):
        if isinstance(entry, FeedLost):
            for name in entry.places or ("",):
                losses[name].append(number)
        elif isinstance(entry, Update):
            updates[entry.series].append((number, entry))
    # The service dates the first day that it hears of by its own clock.
    first = next(entry for entry in journal if isinstance(entry, Update))
    first_day = first.at // DAY - min(
        day
        for day, tjjtime, figures in published[first.series]
        if (tjjtime, figures) == (first.tjjtime, _figures(first))
    )
    gaps: Counter[Series] = Counter()
    unexplained = 0
    for of, received in updates.items():
        rows = published[of]
        places = {row: place for place, row in enumerate(rows)}
        found = [
            (number, places[each.at // DAY - first_day, each.tjjtime, _figures(each)]) for number, each in received
        ]
        for (before, last), (after, place) in pairwise(found):
            assert last < place, f"{of}: {rows[place]} came again, or late"
            missed = [row for row in rows[last + 1 : place] if row[0] == rows[place][0]]
            if not missed:
                continue
            if not any(_lies_between(before, after, losses[name]) for name in ("", of.place)):
                unexplained += len(missed)
            is_shown = any(sum(row[2][-figure] or 0 for row in missed) for figure in (1, 2))
            gaps[of] += is_shown and rows[last][0] == rows[place][0]
    assert unexplained <= spoiled, (
        f"{unexplained} updates are missing where the feed stood; {spoiled} frames were spoiled"
    )
    return +gaps


def _figures(of: Update) -> tuple[int | None, ...]:
    return (of.msvol, of.msval, of.msvolume, of.mdvolume, of.msvalue, of.mdvalue, of.p_msvol, of.p_msval)


def _lies_between(before: int, after: int, numbers: Sequence[int]) -> bool:
    return bisect_left(numbers, after) > bisect_left(numbers, before)


def fold(folder: Path, journal: Sequence[Entry]) -> Engine:
    """Return an engine that has folded a journal."""
    engine = Engine(load_rule_files((folder / "rules.yaml",), None).rulebook)
    for entry in journal:
        engine.handle(entry)
    return engine


async def run_undisturbed(folder: Path, journal: Sequence[Entry]) -> Path:
    """Have a service that nobody kills make a store of its own of a journal; return its file."""
    settings = load_settings(folder / "flowalert.yaml")
    file = folder / "undisturbed.db"
    moments = [from_ms(ms) for (ms,) in read_rows(settings.store, "SELECT received_at FROM journal ORDER BY seq")]
    received = [Received(at, entry) for at, entry in zip(moments, journal, strict=True)]
    plan = Plan(
        rulebook=settings.loaded.rulebook,
        channels=settings.channels,
        inhibitions=settings.inhibitions,
        feed=settings.feed,
        store=file,
    )
    async with open_store(file) as store:
        service = Service(plan, store, {})
        for start in range(0, len(received), _BATCH):
            await service._take(received[start : start + _BATCH])
    return file


def read_tables(file: Path) -> Mapping[str, Sequence[tuple[object, ...]]]:
    """Return what a store has that follows from its journal."""
    return {name: read_rows(file, query) for name, query in _TABLES.items()}
