"""A service's status for a terminal, and for programs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.text import open_console
from flowalert.cli.report.wording import write_duration
from flowalert.engine.silence import Silence, SilenceState, state_at
from flowalert.market.instant import KST
from flowalert.operation.health import Look
from flowalert.operation.status import FeedStatus, Phase, Status

# Of more series than these the others are counted.
_NAMED = 3
# A simulated market is hours before or after the wall clock: that is no lag.
_LONGEST_LAG = 3600


class Seen(Struct, frozen=True, kw_only=True):
    """What was seen of a service at a moment, and what of it is a fault or a trouble."""

    now: datetime
    store: Path
    look: Look
    silences: tuple[Silence, ...] = ()
    faults: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def in_force(self) -> int:
        """How many silences are in force."""
        return sum(state_at(each, self.now) is SilenceState.IN_FORCE for each in self.silences)

    @property
    def size(self) -> int:
        """The bytes of the store, with what is not yet in its own file."""
        files = (self.store, self.store.with_name(self.store.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


def print_status(seen: Seen) -> None:
    """Print a row for each thing, and what needs a look below."""
    console = open_console()
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, words in _list_rows(seen):
        table.add_row(name, words)
    console.print(table)
    for words in seen.faults:
        console.print(Text(f"fault: {words}", "bold red"))
    for words in seen.troubles:
        console.print(Text(f"look: {words}", "yellow"))


def print_json(seen: Seen) -> None:
    """Print "state" (running, starting, stopping, stopped), "faults" and "troubles", and all that is known of it."""
    status, own, backlog = seen.look.status, seen.look.own, seen.look.backlog
    holder = seen.look.holder
    echo_json(
        {
            "state": _find_state(seen),
            "process": holder.process if holder else None,
            "started_at": write_moment(own.started_at) if own else None,
            "said_at": write_moment(status.written_at) if status else None,
            "end": status.end if status and not own else "",
            "version": own.version if own else None,
            "outlook": own.outlook if own else None,
            "lag": _find_lag(own.outlook.feed) if own else None,
            "deliveries": {state.value: count for state, count in backlog.waiting.items()},
            "oldest_at": write_moment(backlog.oldest_at) if backlog.oldest_at else None,
            "dead_in_last_day": backlog.dead,
            "silences_in_force": seen.in_force,
            "journal": {"entries": backlog.entries, "store": str(seen.store), "bytes": seen.size},
            "faults": seen.faults,
            "troubles": seen.troubles,
        }
    )


def _find_state(seen: Seen) -> str:
    if seen.look.holder is None:
        return Phase.STOPPED.value
    return "starting" if seen.look.own is None else seen.look.own.phase.value


def _list_rows(seen: Seen) -> Iterator[tuple[str, str | Text]]:
    own, backlog = seen.look.own, seen.look.backlog
    yield "service", _say_life(seen)
    if own is not None:
        outlook = own.outlook
        yield "exchange", _say_feed(outlook.feed)
        yield "last update", _say_update(outlook.feed)
        yield "missed", _say_gaps(outlook.gaps)
        since = f"since the start {outlook.told:,} told, {outlook.held_back:,} held back"
        yield "alerts", f"{outlook.open_alerts:,} open; {since}"
        yield "rules", f"{outlook.rules:,}, and {outlook.channels} channels"
    waiting = ", ".join(f"{count:,} {state.value}" for state, count in backlog.waiting.items())
    oldest = f", the oldest since {show_moment(backlog.oldest_at)}" if backlog.oldest_at else ""
    yield "messages", f"{waiting or 'none waiting'}{oldest}; {backlog.dead:,} dead in the last day"
    yield "silences", f"{seen.in_force:,} in force" if seen.in_force else "none in force"
    yield "journal", f"{backlog.entries:,} entries, {seen.size / 1e6:,.1f} MB, {seen.store}"


def _say_life(seen: Seen) -> Text:
    holder, status, own = seen.look.holder, seen.look.status, seen.look.own
    if holder is None:
        return Text(_say_end(status), "bold red")
    process = f"process {holder.process}" if holder.process else "a process"
    if own is None:
        return Text(f"starting, {process}", "yellow")
    age = write_duration(int((seen.now - own.started_at).total_seconds()))
    words = f"{own.phase.value} since {show_moment(own.started_at)} ({age}), {process}, version {own.version}"
    return Text(words, "green" if own.phase is Phase.RUNNING else "yellow")


def _say_end(status: Status | None) -> str:
    if status is None:
        return "not running, and none ever ran on this store"
    if status.phase is Phase.STOPPED:
        return f"not running; it ended at {show_moment(status.written_at)}: {status.end}"
    return f"not running; it ended without a word after {show_moment(status.written_at)}: killed, or crashed"


def _say_feed(feed: FeedStatus) -> str:
    words = f"{feed.registered} of {feed.places} sectors registered"
    if feed.refused:
        words += f", {len(feed.refused)} refused"
    return words + (f", {len(feed.silent)} silent" if feed.silent else "")


def _say_update(feed: FeedStatus) -> str:
    if feed.published_at is None or feed.received_at is None:
        return "none since the start"
    lag = _find_lag(feed)
    late = "" if lag is None else f", {lag:.1f} s after it"
    return f"published {show_moment(feed.published_at)}, received {feed.received_at.astimezone(KST):%H:%M:%S}{late}"


def _find_lag(feed: FeedStatus) -> float | None:
    """Return the seconds from a publication, which is known to the second, to its receipt."""
    if feed.published_at is None or feed.received_at is None:
        return None
    lag = (feed.received_at - feed.published_at).total_seconds()
    return round(lag, 3) if abs(lag) <= _LONGEST_LAG else None


def _say_gaps(gaps: Mapping[str, int]) -> str:
    if not gaps:
        return "no update in this session"
    most = sorted(gaps, key=lambda series: -gaps[series])
    more = len(most) - _NAMED
    named = ", ".join(f"{series} {gaps[series]}×" for series in most[:_NAMED])
    return f"{sum(gaps.values()):,} gaps in this session: {named}{f' and {more} more' if more > 0 else ''}"
