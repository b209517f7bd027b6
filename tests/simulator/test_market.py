import datetime as dt
import json
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.instant import clock
from flowalert.market.sector import SECTORS
from flowalert.market.venue import Venue
from flowalert.simulator.flow import Flow, weigh_others, weigh_parts
from flowalert.simulator.market import A_DAY, Market, day_frames
from flowalert.simulator.row import Row
from flowalert.simulator.scale import scale_of
from flowalert.simulator.session import PHASES, busyness, is_published, second_at, slots

CODES = [*(f"{number:04}" for number in range(12)), "0017", "0018", "9999"]

seeds = st.integers(0, 2**32)
some_sectors = st.sampled_from(["001", "301", "007", "310", "550", "700", "900", "941"])
share_sectors = st.sampled_from(["001", "101", "301", "007", "310"])
venues = st.sampled_from([Venue.KRX, Venue.NXT, Venue.UNIFIED])


def day_of(market: Market, venue: Venue, sector: str, *, closes: int | None = None) -> list[tuple[Row, ...]]:
    seconds = slots(venue) if closes is None else range(slots(venue)[0], closes, SLOT)
    return [market.rows(venue, sector, second) for second in seconds]


def value_of(rows: tuple[Row, ...], investor: str) -> int:
    return next(row.figures.msval for row in rows if row.investor == investor)


@settings(max_examples=12, deadline=None)
@given(seeds, venues, share_sectors)
def test_books_of_every_slot_hold(seed: int, venue: Venue, sector: str) -> None:
    """Each publication has all rows; buyers and sellers balance; subtotals, 9999 and nets are the exchange's."""
    for rows in day_of(Market(seed), venue, sector, closes=second_at(11)):
        assert [row.investor for row in rows] == CODES
        figures = [row.figures for row in rows]
        basic, foreign, institutions, everything = figures[:12], figures[12], figures[13], figures[14]
        assert sum(each.msval for each in basic) == 0
        assert sum(each.msvol for each in basic) == 0
        for field in range(6):
            assert foreign[field] == basic[9][field] + basic[10][field]
            assert institutions[field] == sum(basic[index][field] for index in (*range(7), 11))
            assert everything[field] == sum(each[field] for each in figures[:14])
        for each in figures:
            assert abs(each.msval - (each.msvalue - each.mdvalue)) <= 1
            assert abs(each.msvol - (each.msvolume - each.mdvolume)) <= 1


@settings(max_examples=8, deadline=None)
@given(seeds, some_sectors)
def test_changes_are_chained(seed: int, sector: str) -> None:
    """`p_*` is the printed net less the printed net before, from the first slot on; purchases never shrink."""
    before: dict[str, Row] = {}
    for rows in day_of(Market(seed), Venue.KRX, sector):
        for row in rows:
            last = before.get(row.investor)
            assert row.p_msval == row.figures.msval - (last.figures.msval if last else 0)
            assert row.p_msvol == row.figures.msvol - (last.figures.msvol if last else 0)
            if last is not None:
                assert row.figures.msvalue >= last.figures.msvalue
                assert row.figures.mdvolume >= last.figures.mdvolume
            before[row.investor] = row


def test_rounding_is_there_to_be_seen() -> None:
    """Some nets of a day differ from purchases less sales by one: a client that insists on equality breaks."""
    off = Counter(
        row.figures.msval - (row.figures.msvalue - row.figures.mdvalue)
        for rows in day_of(Market(1), Venue.KRX, "001")
        for row in rows
    )
    assert set(off) == {-1, 0, 1}


@settings(max_examples=5, deadline=None)
@given(seeds, share_sectors)
def test_unified_is_both_venues(seed: int, sector: str) -> None:
    """Every printed figure of the unified rows is the sum of KRX's and NXT's at that time."""
    market = Market(seed)
    krx: tuple[Row, ...] = ()
    for second in range(HOURS[Venue.UNIFIED].opens, second_at(9, 20), SLOT):
        if second >= HOURS[Venue.KRX].opens:
            krx = market.rows(Venue.KRX, sector, second)
        nxt = market.rows(Venue.NXT, sector, second)
        for index, row in enumerate(market.rows(Venue.UNIFIED, sector, second)):
            parts = [rows[index].figures for rows in (krx, nxt) if rows]
            assert row.figures == tuple(map(sum, zip(*parts, strict=True)))


@settings(max_examples=8, deadline=None)
@given(seeds, some_sectors, st.integers(0, 400))
def test_late_look_shows_the_same(seed: int, sector: str, skipped: int) -> None:
    """A board first looked at late in the day shows what it would have shown to one who watched from the open."""
    market = Market(seed)
    second = slots(Venue.KRX)[skipped]
    for each in range(slots(Venue.KRX)[0], second, SLOT):
        market.rows(Venue.KRX, sector, each)
    other = Market(seed)
    other.rows(Venue.UNIFIED, "001", second)
    assert other.rows(Venue.KRX, sector, second) == market.rows(Venue.KRX, sector, second)


def test_seed_and_date_make_the_day() -> None:
    """The same seed and date give the same frames to the byte; another of either gives others."""
    day = list(day_frames(7, Venue.KRX, ["001", "900"]))
    assert day == list(day_frames(7, Venue.KRX, ["001", "900"]))
    assert len(day) == 781 * 15 * 2
    assert day[:30] != list(day_frames(8, Venue.KRX, ["001", "900"]))[:30]
    tomorrow = A_DAY + dt.timedelta(days=1)
    assert day[:30] != list(day_frames(7, Venue.KRX, ["001", "900"], date=tomorrow))[:30]


def test_after_the_close_rows_stay() -> None:
    """After hours the rows come on with changes of nothing, and then no more."""
    market = Market(3)
    closes = HOURS[Venue.KRX].shuts
    last = market.rows(Venue.KRX, "001", closes)
    for second in (closes + SLOT, closes + 5 * SLOT, closes + 600):
        rows = market.rows(Venue.KRX, "001", second)
        assert [row.figures for row in rows] == [row.figures for row in last]
        assert all((row.p_msval, row.p_msvol) == (0, 0) for row in rows)
    assert market.rows(Venue.KRX, "001", closes + 600 + SLOT) == ()


def test_first_look_after_the_close_shows_the_day() -> None:
    """Who registers after hours sees the day's figures, with changes of nothing."""
    closes = HOURS[Venue.KRX].shuts
    market = Market(3)
    late = market.rows(Venue.KRX, "001", closes + 2 * SLOT)
    watched = Market(3).rows(Venue.KRX, "001", closes)
    assert [row.figures for row in late] == [row.figures for row in watched]
    assert all(row.p_msval == 0 for row in late)


def test_slot_repeats_and_never_goes_back() -> None:
    """A slot can be asked for twice and is the same; an earlier one is refused."""
    market = Market(3)
    assert market.frames(Venue.KRX, "001", second_at(10)) == market.frames(Venue.KRX, "001", second_at(10))
    with pytest.raises(ValueError, match="was asked for after"):
        market.rows(Venue.KRX, "001", second_at(9, 30))


@pytest.mark.parametrize(
    ("venue", "sector", "second"),
    [
        (Venue.KRX, "999", second_at(10)),
        (Venue.NXT, "900", second_at(10)),
        (Venue.NXT, "560", second_at(10)),
        (Venue.KRX, "001", second_at(8, 59, 30)),
        (Venue.KRX, "001", second_at(10) + 1),
    ],
)
def test_what_is_not_published_is_silent(venue: Venue, sector: str, second: int) -> None:
    """Unlisted sectors, what NXT does not trade, and times that are no slot have no rows."""
    assert Market(1).rows(venue, sector, second) == ()


def test_every_listed_sector_trades() -> None:
    """All sectors of the table have a day of their own at KRX."""
    market = Market(1)
    for sector in SECTORS:
        rows = market.rows(Venue.KRX, sector.code, second_at(9, 5))
        assert len(rows) == 15
        assert any(row.figures.msvalue for row in rows), sector


def test_kospi_has_the_size_of_the_kospi() -> None:
    """A day turns over about 10조, at about 20,000 won a share, and foreigners stay within what is usual."""
    nets = []
    for seed in range(8):
        rows = Market(seed).rows(Venue.KRX, "001", HOURS[Venue.KRX].shuts)
        bought = sum(row.figures.msvalue for row in rows[:12])
        volume = sum(row.figures.msvolume for row in rows[:12])
        assert 80_000 < bought < 130_000
        assert 18_000 < bought * 100_000 / volume < 22_000
        nets.append(abs(value_of(rows, "0017")))
    assert max(nets) < 20_000
    assert sorted(nets)[4] < 8_000


def test_day_is_busy_at_both_ends() -> None:
    """Over some days, more is traded in the first and the last half hour than around noon."""
    ends = [second_at(9, 30), second_at(12), second_at(12, 30), second_at(15), second_at(15, 30)]
    until = dict.fromkeys(ends, 0)
    for seed in range(5):
        market = Market(seed)
        for second in ends:
            rows = market.rows(Venue.KRX, "001", second)[:12]
            until[second] += sum(row.figures.msvalue for row in rows)
    first, noon, later, three, whole = until.values()
    assert first > 2 * (later - noon)
    assert whole - three > 1.5 * (later - noon)


def kospi_sale(*, day: int | None = None) -> Flow:
    scale = scale_of(Venue.KRX, "001")
    assert scale is not None
    by = weigh_parts("0017", scale.parts)
    against = weigh_others(by, scale.parts)
    return Flow(Venue.KRX, "001", by, against, second_at(10, 15), 600, -3000, day)


def test_scripted_flow_comes_on_top() -> None:
    """A scripted sale moves the seller's net by exactly its amount, evenly over its time, and the others balance."""
    plain, scripted = Market(5), Market(5, flows=[kospi_sale()])
    for second, expected in ((second_at(10, 15), 0), (second_at(10, 20), -1500), (second_at(10, 25), -3000)):
        usual = plain.rows(Venue.KRX, "001", second)
        moved = scripted.rows(Venue.KRX, "001", second)
        assert value_of(moved, "0017") - value_of(usual, "0017") == expected
        assert sum(row.figures.msval for row in moved[:12]) == 0
    closes = HOURS[Venue.KRX].shuts
    at_close = [value_of(market.rows(Venue.KRX, "001", closes), "0017") for market in (scripted, plain)]
    assert at_close[0] - at_close[1] == -3000


def test_scripted_flow_keeps_to_its_day() -> None:
    """A flow of the second day does nothing on the first."""
    second = second_at(10, 30)
    usual = Market(5).rows(Venue.KRX, "001", second)
    assert Market(5, flows=[kospi_sale(day=2)], day=1).rows(Venue.KRX, "001", second) == usual
    assert Market(5, flows=[kospi_sale(day=2)], day=2).rows(Venue.KRX, "001", second) != usual


def test_frame_is_the_vendors() -> None:
    """Fields, their order and their types are those of the vendor's example; NXT's rows name their key as well."""
    frame = json.loads(Market(1).frames(Venue.KRX, "001", second_at(9, 51))[0])
    assert list(frame) == ["header", "body"]
    assert frame["header"] == {"tr_cd": "BM_", "tr_key": "001"}
    assert list(frame["body"]) == [
        "p_msval",
        "tjjtime",
        "p_msvol",
        "mdvalue",
        "msvolume",
        "upcode",
        "tjjcode",
        "msvalue",
        "mdvolume",
        "msvol",
        "msval",
    ]
    assert frame["body"]["tjjtime"] == "09510000"
    assert all(isinstance(value, str) for value in frame["body"].values())
    nxt = json.loads(Market(1).frames(Venue.NXT, "001", second_at(9, 51))[0])
    assert nxt["header"] == {"tr_cd": "NBM", "tr_key": "N001"}
    assert (nxt["body"]["upcode"], nxt["body"]["ex_upcode"]) == ("001", "N001")


def test_rows_come_in_random_order() -> None:
    """The order of the investors differs from slot to slot."""
    orders = {
        tuple(json.loads(frame)["body"]["tjjcode"] for frame in Market(1).frames(Venue.KRX, "001", second))
        for second in range(second_at(9), second_at(9, 10), SLOT)
    }
    assert len(orders) == 20
    assert all(sorted(order) == CODES for order in orders)


def test_publication_hours() -> None:
    """KRX publishes from 09:00 to 15:30, NXT and the unified rows from 08:00 to 20:00, each ten minutes more."""
    assert [is_published(Venue.KRX, second_at(*at)) for at in ((9,), (15, 40), (8, 59, 30), (15, 40, 30))] == [
        True,
        True,
        False,
        False,
    ]
    assert [is_published(Venue.NXT, second_at(*at)) for at in ((8,), (20, 10), (7, 59, 30))] == [True, True, False]


def test_phases_of_a_day() -> None:
    """KOSPI is announced from the opening auction to the last single price, each phase at its time."""
    told = [(clock(phase.second), phase.jstatus) for phase in PHASES if phase.jangubun == "1"]
    assert told == [
        ("08:30:00", "11"),
        ("08:50:00", "25"),
        ("08:55:00", "24"),
        ("08:59:00", "23"),
        ("08:59:50", "22"),
        ("09:00:00", "21"),
        ("15:20:00", "31"),
        ("15:25:00", "44"),
        ("15:29:00", "43"),
        ("15:29:50", "42"),
        ("15:30:00", "41"),
        ("15:40:00", "51"),
        ("16:00:00", "52"),
        ("18:00:00", "54"),
    ]
    others = [(clock(phase.second), phase.jangubun) for phase in PHASES if phase.jangubun in "56"]
    assert others == [("08:00:00", "6"), ("09:00:00", "5"), ("15:30:00", "5"), ("20:00:00", "6")]


def test_nothing_trades_in_the_closing_auction() -> None:
    """KRX trades in every slot but those in which orders are collected for the close."""
    idle = [clock(second) for second, part in busyness(Venue.KRX).items() if not part]
    assert (len(idle), idle[0], idle[-1]) == (19, "15:20:30", "15:29:30")
