"""The present day in a terminal: the feed, who buys what, and what fires."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.day import Day
from flowalert.cli.report.status import Seen
from flowalert.cli.report.text import SEVERITY_STYLES, open_console
from flowalert.cli.report.wording import show_english
from flowalert.delivery.sparkline import draw_sparkline
from flowalert.language.tongue import Tongue
from flowalert.market.instant import clock, stamp
from flowalert.market.investor import investor_of
from flowalert.market.sector import sector_of
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.store import Alert, AlertState

# The Korean market's own colours; the sign says the same.
_BUYING, _SELLING = "red", "bright_blue"
_MARKS = {AlertState.OPEN: "●", AlertState.RESOLVED: "✓", AlertState.FIRED: "◆"}
_LINE = 12  # characters of a day so far
_COLUMN = 20  # an investor's figures without it
_NAME = 14
_SECTORS = 2  # of three lines of a screen, so many are for sectors and the others for alerts


class Glance(Struct, frozen=True, kw_only=True):
    """What was seen at one look."""

    seen: Seen
    day: Day
    open_alerts: Sequence[Alert]
    alerts: Sequence[Alert]


class Screen:
    """Shows looks: one over the other where there is a terminal, or one alone."""

    def __init__(self, investors: Sequence[str], tongue: Tongue, *, field: str, once: bool) -> None:
        self._investors = investors
        self._tongue = tongue
        self._field = field
        self._console = open_console()
        is_live = self._console.is_terminal and not once
        self._live = Live(console=self._console, screen=True, auto_refresh=False) if is_live else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, glance: Glance) -> None:
        """Show a look."""
        height = self._console.height if self._live is not None else None
        drawn = draw(glance, self._investors, self._tongue, field=self._field, width=self._console.width, height=height)
        if self._live is None:
            self._console.print(drawn)
        else:
            self._live.update(drawn, refresh=True)


def draw(
    glance: Glance, investors: Sequence[str], tongue: Tongue, *, field: str, width: int, height: int | None
) -> RenderableType:
    """Draw a look in so many columns and, where `height` is known, lines; what has no room is counted."""
    head = list(_draw_head(glance, tongue))
    room = None if height is None else max(3, height - len(head) - 6)
    places = glance.day.list_places()
    sectors = len(places) if room is None else min(len(places), max(1, room * _SECTORS // 3))
    alerts = None if room is None else max(1, room - sectors)
    return Group(
        *head,
        Text(),
        _draw_sectors(glance.day, places[:sectors], len(places) - sectors, investors, tongue, field, width),
        Text(),
        *_draw_alerts(glance, tongue, alerts),
    )


def _draw_head(glance: Glance, tongue: Tongue) -> Iterator[Text]:
    own = glance.seen.look.own
    title = Text("flowalert ", "bold")
    at = glance.day.at
    title.append(tongue.choose("아직 시세 없음", "no update yet") if at is None else stamp(at))
    if own is None:
        title.append(tongue.choose("  ✗ 서비스가 돌고 있지 않음", "  ✗ the service does not run"), "bold red")
        yield title
        return
    feed = own.outlook.feed
    title.append(f"  ● {tongue.choose('실행 중', own.phase.value)}", "green")
    title.append(f"  {tongue.choose('섹터', 'sectors')} {feed.registered}/{feed.places}")
    gaps = sum(own.outlook.gaps.values())
    title.append(f"  {tongue.choose('누락', 'gaps')} {gaps:,}", "yellow" if gaps else "")
    waiting = sum(glance.seen.look.backlog.waiting.values())
    title.append(f"  {tongue.choose('발송 대기', 'waiting')} {waiting:,}", "yellow" if waiting else "")
    yield title
    for words in (*glance.seen.faults, *glance.seen.troubles):
        yield Text(f"⚠ {words}", "bold red")


def _draw_sectors(
    day: Day,
    places: Sequence[tuple[str, str]],
    more: int,
    investors: Sequence[str],
    tongue: Tongue,
    field: str,
    width: int,
) -> Table:
    has_lines = _NAME + len(investors) * (_COLUMN + _LINE) <= width
    korean, english = ("순매수 억원", "net, 100m won") if field == "msval" else ("순매수량", "net quantity")
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", caption_justify="left")
    table.add_column(tongue.choose(korean, english), no_wrap=True)
    for code in investors:
        investor = investor_of(code)
        table.add_column(tongue.choose(investor.korean, investor.english), justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True)
        if has_lines:
            table.add_column("", no_wrap=True, min_width=_LINE)
    for venue, sector in places:
        cells = [Text(_name_place(venue, sector, tongue))]
        for code in investors:
            cells += _draw_series(day, series(Venue(venue), sector, code), field, has_line=has_lines)
        table.add_row(*cells)
    if more:
        table.caption = tongue.choose(f"외 {more}개 섹터", f"and {more} more sectors")
    return table


def _name_place(venue: str, sector: str, tongue: Tongue) -> str:
    named = sector_of(sector)
    name = tongue.choose(named.korean, named.slug.replace("_", " "))
    return name if venue == Venue.KRX.value else f"{name} ({venue})"


def _draw_series(day: Day, of: Series, field: str, *, has_line: bool) -> Iterator[Text]:
    last = day.last(of)
    value = None if last is None else getattr(last, field)
    change = None if last is None else getattr(last, f"p_{field}")
    yield _draw_figure(value)
    yield _draw_figure(change, dim=True)
    if has_line:
        known = last is not None and value is not None
        yield Text(draw_sparkline(day.line(of, field), _LINE) if known else "", _colour(value))


def _draw_figure(value: int | None, *, dim: bool = False) -> Text:
    if value is None:
        return Text("–", "dim")
    return Text(f"{value:+,}" if value else "0", f"{_colour(value)}{' dim' if dim else ''}".strip())


def _colour(value: int | None) -> str:
    return "" if not value else _BUYING if value > 0 else _SELLING


def _draw_alerts(glance: Glance, tongue: Tongue, most: int | None) -> Iterator[RenderableType]:
    firing = sorted(glance.open_alerts, key=lambda each: (-each.last.severity, -each.last.at))
    rest = [each for each in glance.alerts if each.state is not AlertState.OPEN]
    shown = [*firing, *rest][: most if most is not None else len(firing) + 10]
    yield Text(
        tongue.choose(f"경보 {len(firing)}건 진행 중", f"{len(firing)} open alert{'' if len(firing) == 1 else 's'}"),
        "bold",
    )
    if not shown:
        yield Text(tongue.choose("오늘은 아직 없음", "none yet"), "dim")
        return
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    for _ in range(5):
        table.add_column(no_wrap=True, overflow="ellipsis")
    for each in shown:
        last = each.last
        severity = last.severity
        table.add_row(
            Text(_MARKS[each.state], SEVERITY_STYLES[severity] or "green"),
            Text(clock(last.at)),
            Text(tongue.choose(severity.korean, severity.slug), SEVERITY_STYLES[severity]),
            Text(last.rule),
            Text(tongue.choose(last.scope.korean, show_english(last.scope)), "dim"),
        )
    yield table
