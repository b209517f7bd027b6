"""Raw frames to what they mean."""

from collections.abc import Callable, Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType

from flowalert.feed.frame import Body, Figures, Flaw, Frame, Quarantined
from flowalert.feed.reading import Row, read, show
from flowalert.market.instant import second_of_day
from flowalert.market.series import Series, name_place, series
from flowalert.market.venue import Venue

_SPELLINGS = 50_000  # how many spellings of a series are remembered at most
_SERIES = 20_000  # 200 places with a hundred investors each: no market comes near it


class _Header(Struct, frozen=True, gc=False):
    tr_cd: str
    tr_key: str
    rsp_cd: str | UnsetType | None = UNSET


class _Plain(Struct, frozen=True, gc=False):
    header: _Header
    body: Body


class Decoder:
    """Turns raw frames into what they mean, and never raises.

    What changes: the places whose data is taken, set by `expect`; the spellings found right before, kept by `decode`
    and bounded against a hostile server; and the latest time with its second, since a whole slot shares one.
    """

    def __init__(self, places: Iterable[tuple[Venue, str]] = (), *, hide: Callable[[str], str] = str) -> None:
        """Take data of these places; `hide` strikes the secrets out of what is shown of a frame."""
        self._hide = hide
        self._decode_plain = msgspec.json.Decoder(_Plain, strict=False).decode
        self._places = frozenset(places)
        self._series: dict[tuple[str, str, str, str], Series] = {}
        self._tjjtime = ""
        self._second = 0
        self._made: set[Series] = set()

    def expect(self, places: Iterable[tuple[Venue, str]]) -> None:
        """Take data of these places from now on, and quarantine that of any other."""
        expected = frozenset(places)
        if expected != self._places:
            self._places = expected
            self._series.clear()

    def decode(self, raw: str | bytes) -> Frame:
        """Return what a frame means. Binary frames are UTF-8."""
        # One typed decode and one look-up serve the frame as the vendor writes it. Whatever is out of the
        # ordinary fails one of them and is read with patience.
        try:
            frame = self._decode_plain(raw)
            header = frame.header
            body = frame.body
            found = self._series[header.tr_cd, header.tr_key, body.upcode, body.tjjcode]
        except (msgspec.DecodeError, KeyError, UnicodeError, RecursionError):
            return self._decode_slowly(raw)
        if header.rsp_cd is not UNSET or (body.tjjtime != self._tjjtime and not self._note_time(body.tjjtime)):
            return self._decode_slowly(raw)
        return Figures(found, self._second, body)

    def _note_time(self, tjjtime: str) -> bool:
        second = second_of_day(tjjtime)
        if second is None:
            return False
        self._tjjtime, self._second = tjjtime, second
        return True

    def _decode_slowly(self, raw: str | bytes) -> Frame:
        row = read(raw, self._hide)
        if not isinstance(row, Row):
            return row
        if (row.venue, row.sector) not in self._places:
            return Quarantined(Flaw.UNASKED, show(name_place(row.venue, row.sector), hide=self._hide))
        found = self._remember(row)
        if found is None:
            return Quarantined(Flaw.FLOOD, f"over {_SERIES} series, {name_place(row.venue, row.sector)}")
        return Figures(found, row.second, Body(row.upcode or "", row.tjjcode, row.tjjtime, *row.figures))

    def _remember(self, row: Row) -> Series | None:
        found = series(row.venue, row.sector, row.tjjcode)
        if found not in self._made and len(self._made) >= _SERIES:
            return None
        self._made.add(found)
        if len(self._series) >= _SPELLINGS:
            self._series.clear()
        if row.tr_key is not None and row.upcode is not None:
            self._series[row.venue.tr_cd, row.tr_key, row.upcode, row.tjjcode] = found
        return found
