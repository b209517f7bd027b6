"""Entries, transitions and notices to fill a store with."""

import datetime as dt
from collections.abc import Sequence

from flowalert.engine.notice import Address, Notice, Wording
from flowalert.engine.transition import Identity, Kind, Reason, Scope, Severity, Transition, transition_id
from flowalert.market.entry import Update
from flowalert.market.instant import midnight
from flowalert.market.series import series
from flowalert.market.venue import Venue

NOW = dt.datetime(2026, 11, 23, 0, 51, 0, 123_000, tzinfo=dt.UTC)
NINE = 9 * 3600
MONDAY = midnight(dt.date(2026, 11, 23))
DESK = Address("aaaaaaaaaaaaaaaa", "slack")
PHONE = Address("bbbbbbbbbbbbbbbb", "tgram")


def update(at: int = MONDAY + NINE, *, venue: Venue = Venue.KRX, sector: str = "001", value: int = -273) -> Update:
    return Update(series(venue, sector, "0017"), at, -5139, value, 236487, 241626, None, 54037, 123, 21, "09510000")


def transition(kind: Kind = Kind.FIRING, n: int = 1, *, episode: str = "first", told: bool = True) -> Transition:
    alert = Identity("sellers", Scope(Venue.KRX, "001", "0017")).alert_id(episode)
    return Transition(
        id=transition_id(alert, kind, n),
        alert=alert,
        rule="sellers",
        scope=Scope(Venue.KRX, "001", "0017"),
        kind=kind,
        reason=Reason.CONDITION,
        severity=Severity.WARNING,
        n=n,
        at=MONDAY + NINE + n,
        opened_at=MONDAY + NINE,
        told=told,
        held_back=2,
        value=-300.5,
        peak=-400,
        values={"msval": -300.5, "delta(msval)": None},
    )


def notice(
    of: Transition, *targets: Address, channel: str = "desk", title: str = "코스피 외국인", body: str = "-300억"
) -> Notice:
    return Notice(
        transition=of.id,
        alert=of.alert,
        kind=of.kind,
        severity=of.severity,
        channel=channel,
        targets=targets,
        wording=Wording(title=title, body=body, at=of.at, published=True),
        urgent=of.severity is Severity.CRITICAL,
    )


def firings(count: int, *targets: Address) -> tuple[Sequence[Transition], Sequence[Notice]]:
    """Return so many alerts that opened, each told to the targets; the title is the number."""
    opened = [transition(episode=str(number)) for number in range(count)]
    return opened, [notice(each, *targets, title=str(number)) for number, each in enumerate(opened)]
