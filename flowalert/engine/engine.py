"""Entries to transitions: a deterministic fold, the same for a live day, a restart and a replay."""

from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush

from flowalert.engine.day import Day
from flowalert.engine.lifecycle import announce, freeze, judge, resolve, run_out
from flowalert.engine.stream import Stream
from flowalert.engine.transition import Reason, Transition
from flowalert.engine.watch import Phase, Watch
from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import DAY
from flowalert.market.investor import INVESTORS, SUM_OF_ROWS
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rulebook


class Engine:
    """Folds a journal over a rulebook.

    Nothing but entries goes in and nothing but transitions and answers comes out, and there is no clock: the same
    rulebook and the same entries give the same transitions, to the byte.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.gaps: Counter[Series] = Counter()
        self.stale = 0
        self._days = {venue: Day() for venue in Venue}
        self._for_any_investor: dict[tuple[Venue, str], list[int]] = {}
        self._streams: dict[Series, Stream] = {}
        self._prepare()

    def handle(self, entry: Entry) -> Sequence[Transition]:  # noqa: PLR0915 - the path of every update: a call less is 2 % of it
        """Take one entry in; return the transitions that it brought about, in the order of the rules."""
        if not isinstance(entry, Update):
            return self._handle_other(entry)
        update = entry
        stream = self._streams.get(update.series)
        if stream is None:
            stream = self._meet(update.series)
        day = stream.day
        at = update.at
        made: list[Transition] = []
        if at > day.now:
            if at >= day.ends:
                made = self._begin_session(day, at)
            day.now = at
        elif at < day.begins:
            self.stale += 1
            return made
        if stream.session != day.session:
            stream.begin_session(day.session)
        last = stream.update
        if last is None:
            stream.gap = False
        elif at > last.at:
            stream.nth = 0
            stream.base = last
            try:
                follows = last.msval + update.p_msval == update.msval and last.msvol + update.p_msvol == update.msvol  # type: ignore[operator]  # see the except
            except TypeError:
                # A figure is blank: that wants more patience.
                follows = False
            if not follows or stream.lost or stream.gap:
                self._note_gap(stream, update, last)
        elif at == last.at:
            stream.nth += 1
            self._note_gap(stream, update, last)
        else:
            self.stale += 1
            return made
        stream.update = update
        stream.tick = tick = stream.tick + 1
        touched: list[int] = []
        if stream.again:
            touched, stream.again = stream.again, touched
        for feature in stream.features:
            value = feature.read(update)
            if value is not None and feature.low <= value < feature.high:
                feature.value = value
            elif feature.move(value, tick, touched, stream.woken):
                touched += stream.open
        for read in stream.silent:
            read(update)
        if stream.open:
            stream.note_trails()
        if touched or stream.attending:
            self._judge(stream, touched, at, made)
        if day.timers and day.timers[0][0] < at:
            made += self._pass_time(day, at)
        return made

    def list_open(self) -> list[Watch]:
        """Return the watches with an episode under way, pending ones too, by series and rule."""
        streams = sorted(self._streams.values(), key=_series_of)
        return [stream.open[index] for stream in streams for index in sorted(stream.open)]

    def announce(self, watch: Watch) -> Transition:
        """Return what to tell of a firing alert that nobody was told of; nothing changes."""
        return announce(watch, self._days[watch.scope.venue].now)

    def _prepare(self) -> None:
        wanted: dict[tuple[Venue, str, str], list[int]] = {}
        everybody = tuple(each.code for each in INVESTORS if each.code != SUM_OF_ROWS)
        for index, rule in enumerate(self.rulebook.rules):
            for sector in rule.sectors:
                if rule.investors is None:
                    self._for_any_investor.setdefault((rule.venue, sector), []).append(index)
                for investor in rule.investors or everybody:
                    wanted.setdefault((rule.venue, sector, investor), []).append(index)
        for (venue, sector, investor), indices in wanted.items():
            named = series(venue, sector, investor)
            self._streams[named] = Stream(named, self._days[venue], self.rulebook.rules, indices)

    def _meet(self, named: Series) -> Stream:
        """Make room for a series that no rule names: an investor whose code is new, or that nobody asked for."""
        indices = self._for_any_investor.get((named.venue, named.sector), [])
        if named.investor == SUM_OF_ROWS:
            indices = []
        stream = self._streams[named] = Stream(named, self._days[named.venue], self.rulebook.rules, indices)
        return stream

    def _handle_other(self, entry: SlotClosed | FeedLost | FeedBack | SessionClosed) -> Sequence[Transition]:
        match entry:
            case SlotClosed(venue, at):
                return self._close_slot(self._days[venue], at)
            case FeedLost():
                self._lose(entry.places)
                return ()
            case SessionClosed(venue, at):
                day = self._days[venue]
                return self._close_session(day, max(day.now, at)) if at // DAY == day.session else ()
            case FeedBack():
                # What was missed shows in the next updates' own changes.
                return ()

    def _note_gap(self, stream: Stream, update: Update, last: Update) -> None:
        """Find out whether updates were missed before `update`, and leave what nobody saw out of pending times."""
        base = stream.base
        corrects = update.at == last.at
        gap = base is not None and not (_follows(update, base) or (corrects and _follows(update, last)))
        if gap and not (corrects and stream.gap):
            self.gaps[stream.series] += 1
        stream.gap = gap
        if gap or stream.lost:
            stream.lost = False
            for watch in stream.open.values():
                freeze(watch, update.at - last.at)
                self._set_timer(watch)

    def _judge(self, stream: Stream, touched: list[int], at: int, made: list[Transition]) -> None:
        """Judge the rules whose comparisons were touched and those that attend, each once, by their order."""
        for index, number in stream.woken:
            stream.watch(index).waits.discard(number)
        stream.woken.clear()
        for index in sorted({*touched, *stream.attending}):
            watch = stream.watches.get(index) or stream.watch(index)
            transition = judge(watch, at)
            if transition is not None:
                made.append(transition)
            if watch.is_crossing:
                stream.again.append(index)
            self._file(stream, watch)

    def _file(self, stream: Stream, watch: Watch) -> None:
        """Put a watch where it will be looked at next."""
        index = watch.index
        if watch.phase is Phase.IDLE:
            if stream.open.pop(index, None) is not None and not stream.open:
                stream.drop_trails()
            attends = watch.truth is True
        else:
            stream.open[index] = watch
            attends = watch.is_compound or watch.phase is Phase.PENDING or watch.due is not None
            self._set_timer(watch)
        if attends:
            stream.attending[index] = watch
        else:
            stream.attending.pop(index, None)
            if watch.is_compound:
                stream.wait(watch)

    def _set_timer(self, watch: Watch) -> None:
        if watch.due is not None and watch.due != watch.timed:
            watch.timed = watch.due
            named = watch.stream.series
            heappush(self._days[named.venue].timers, (watch.due, watch.index, str(named), watch))

    def _close_slot(self, day: Day, at: int) -> Sequence[Transition]:
        if at // DAY != day.session:
            return ()
        day.now = max(day.now, at)
        return self._pass_time(day, at + 1)

    def _pass_time(self, day: Day, at: int) -> list[Transition]:
        """Look at the timers that ran out before `at`: the slot of `at` itself may not be whole yet."""
        made: list[Transition] = []
        timers = day.timers
        while timers and timers[0][0] < at:
            due, _, _, watch = heappop(timers)
            if watch.due != due:
                continue
            watch.timed = None
            stream = self._streams[watch.stream.series]
            if stream.lost:
                # Frozen: the series' next update moves the timer and sets it again.
                continue
            transition = run_out(watch, day.now)
            if transition is not None:
                made.append(transition)
                self._file(stream, watch)
        return made

    def _lose(self, places: Sequence[str]) -> None:
        for named, stream in self._streams.items():
            if stream.update is not None and (not places or named.place in places):
                stream.lost = True

    def _begin_session(self, day: Day, at: int) -> list[Transition]:
        made = self._close_session(day, day.now)
        day.session = at // DAY
        day.begins = day.session * DAY
        day.ends = day.begins + DAY
        return made

    def _close_session(self, day: Day, at: int) -> list[Transition]:
        made: list[Transition] = []
        day.timers.clear()
        for stream in sorted((each for each in self._streams.values() if each.day is day), key=_series_of):
            for index in sorted(stream.open):
                watch = stream.open[index]
                transition = resolve(watch, at, Reason.SESSION_CLOSED)
                if transition is not None:
                    made.append(transition)
                self._file(stream, watch)
        return made


def _series_of(stream: Stream) -> Series:
    return stream.series


def _follows(update: Update, base: Update) -> bool:
    """Tell whether the exchange's own changes are the differences to `base`: then nothing came between.

    A figure that was left blank proves nothing.
    """
    return _agrees(base.msval, update.p_msval, update.msval) and _agrees(base.msvol, update.p_msvol, update.msvol)


def _agrees(base: int | None, change: int | None, now: int | None) -> bool:
    return base is None or change is None or now is None or base + change == now
