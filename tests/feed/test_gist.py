"""Going on from the gist of a journal is going on from the whole of it."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given, strategies as st

from flowalert.engine.trend import Trends
from flowalert.feed.composer import Composer
from flowalert.feed.gist import find_gist
from flowalert.market.entry import Entry, FeedHeard, FeedSilent, SessionClosed, SlotClosed, Update
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from tests.store.sample import MONDAY, NINE, update

_VENUES = st.sampled_from([Venue.KRX, Venue.NXT])
_MOMENTS = st.builds(lambda day, slot: MONDAY + day * DAY + NINE + 300 * slot, st.integers(0, 2), st.integers(0, 9))
_ENTRIES = st.lists(
    st.one_of(
        st.builds(
            lambda at, venue, sector, value: update(at, venue=venue, sector=sector, value=value),
            _MOMENTS,
            _VENUES,
            st.sampled_from(["001", "301"]),
            st.integers(0, 99),
        ),
        st.builds(SlotClosed, _VENUES, _MOMENTS),
        st.builds(SessionClosed, _VENUES, _MOMENTS),
        st.builds(FeedSilent, _MOMENTS, st.just("reset")),
        st.builds(FeedHeard, _MOMENTS),
    ),
    max_size=60,
)

_OF_A_DAY = st.builds(
    lambda slot, sector, value: update(MONDAY + NINE + 300 * slot, sector=sector, value=value),
    st.integers(0, 9),
    st.sampled_from(["001", "301", "900"]),
    st.integers(0, 99),
)


def state_of(composer: Composer) -> object:
    """Return all that a composer knows."""
    intake = composer.intake
    return (
        {of: track.last for of, track in intake._tracks.items()},
        {venue: {name: getattr(clock, name) for name in clock.__slots__} for venue, clock in intake._clocks.items()},
        {
            venue: [{name: getattr(each, name) for name in each.__slots__} for each in newest]
            for venue, newest in composer._newest.items()
        },
    )


@given(entries=_ENTRIES, cut=st.integers(0, 60))
def test_the_edge_goes_on_alike(entries: list[Entry], cut: int) -> None:
    """Primed in two pieces, each by its gist, it knows what the whole would have told it."""
    whole, gist = Composer(), Composer()
    for piece in (entries[:cut], entries[cut:]):
        whole.prime(piece, 5.0)
        gist.prime(find_gist(piece).entries, 5.0)
    assert state_of(gist) == state_of(whole)


@given(entries=_ENTRIES)
def test_what_is_no_update_is_all_of_it_there(entries: list[Entry]) -> None:
    """Whether the feed was silent is told by entries of their own, in their order."""
    assert [each for each in find_gist(entries).entries if not isinstance(each, Update)] == [
        each for each in entries if not isinstance(each, Update)
    ]


@given(entries=st.lists(_OF_A_DAY, max_size=60), cut=st.integers(0, 60))
def test_the_day_so_far_is_the_same(entries: list[Update], cut: int) -> None:
    """Of each series the last update of each bucket is there, in a journal that never goes back in time."""
    entries.sort(key=lambda entry: entry.at)
    whole, gist = Trends(), Trends()
    for piece in (entries[:cut], entries[cut:]):
        _take(whole, piece)
        _take(gist, find_gist(piece).entries)
    for entry in entries:
        assert gist.line(entry.series, "msval") == whole.line(entry.series, "msval")


def _take(trends: Trends, entries: Iterable[Entry]) -> None:
    for entry in entries:
        if isinstance(entry, Update):
            trends.take(entry)


@given(entries=_ENTRIES)
def test_every_update_is_there_or_counted(entries: list[Entry]) -> None:
    """What is left out is counted by its venue and day, so that a session's count is right."""
    gist = find_gist(entries)
    there = Counter(_day_of(entry) for entry in gist.entries if isinstance(entry, Update))
    assert there + Counter(gist.left_out) == Counter(_day_of(entry) for entry in entries if isinstance(entry, Update))


def _day_of(update: Update) -> tuple[Venue, int]:
    return update.series.venue, update.at // DAY


def test_most_of_a_day_is_left_out() -> None:
    """Of slots with many series that all report again, an update a slot is left, and each series' last of a quarter."""
    entries = [
        update(MONDAY + NINE + 30 * slot, sector=f"{sector:03}") for slot in range(100) for sector in range(1, 80)
    ]
    gist = find_gist(entries)
    assert len(gist.entries) == 100 + 4 * 78
    assert gist.left_out == {(Venue.KRX, MONDAY // DAY): 100 * 79 - (100 + 4 * 78)}
