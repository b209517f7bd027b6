"""Entries to transitions: a deterministic fold, the same for a live day, a restart and a replay."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush, nsmallest

from flowalert.engine import why
from flowalert.engine.binding import Binding, JoinKey
from flowalert.engine.day import Day
from flowalert.engine.join import Join
from flowalert.engine.lifecycle import announce, end_activity, freeze, judge, resolve, run_out
from flowalert.engine.outage import Outage
from flowalert.engine.stream import Setting, Stream
from flowalert.engine.term import Past, Term, Used
from flowalert.engine.transition import Reason, Scope, Transition
from flowalert.engine.watch import Phase, Watch
from flowalert.engine.why import Why
from flowalert.market.entry import (
    Entry,
    FeedBack,
    FeedHeard,
    FeedLost,
    FeedSilent,
    SessionClosed,
    SlotClosed,
    Update,
)
from flowalert.market.instant import DAY
from flowalert.market.series import Series, name_place
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rulebook


class Engine:
    """Folds a journal over a rulebook.

    Nothing but entries goes in and nothing but transitions and answers comes out, and there is no clock: the same
    rulebook and the same entries give the same transitions, to the byte.
    """

    def __init__(self, rulebook: Rulebook, past: Mapping[str, Past] | None = None) -> None:
        """Prepare for a rulebook; `past` tells of its rules, by name, what was before the first entry to come."""
        self.rulebook = rulebook
        self.gaps: Counter[Series] = Counter()
        self.stale = 0
        self.outage = Outage(rulebook)
        self._days = {venue: Day() for venue in Venue}
        self._binding = Binding(rulebook)
        # Of all series that anything names, and of those of them that have been bound to the rules for all investors.
        self._streams: dict[Series, Stream] = {}
        self._met: dict[Series, Stream] = {}
        self._joins: dict[JoinKey, Join] = {}
        before = past or {}
        self._terms = {
            index: Term(rule.expires, before.get(rule.name, Past()))
            for index, rule in enumerate(rulebook.rules)
            if rule.expires is not None
        }
        self._setting = Setting(rulebook.rules, self._days, self._terms, self._stream_of)
        self._prepare()

    def handle(self, entry: Entry) -> Sequence[Transition]:  # noqa: PLR0915 - the path of every update: a call less is 2 % of it
        """Take one entry in; return the transitions that it brought about, in the order of the rules."""
        if not isinstance(entry, Update):
            return self._handle_other(entry)
        update = entry
        stream = self._met.get(update.series)
        if stream is None:
            stream = self._meet(update.series)
        day = stream.day
        at = update.at
        made: list[Transition] = []
        if at > day.now:
            if day.waiting:
                self._judge_waiting(day, made)
            if at >= day.ends:
                made += self._begin_session(day, update.series.venue, at)
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
                follows = last.msval + update.p_msval == update.msval and last.msvol + update.p_msvol == update.msvol
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
        if not (stream.rules or stream.joins or stream.silent):
            # Nothing is asked of most series of a market, but whether updates were missed.
            return made + self._pass_time(day, at) if day.timers and day.timers[0][0] < at else made
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
        if stream.joins and not stream.nth and at == day.now and at > day.closed:
            self._report(stream, at, made)
        if day.timers and day.timers[0][0] < at:
            made += self._pass_time(day, at)
        return made

    def list_open(self) -> list[Watch]:
        """Return the watches with an episode under way, pending ones too, by series and rule.

        The built-in alert is no rule's and none of them: `outage` knows whether it fires.
        """
        streams = sorted(self._walk_streams(), key=_key_of)
        return [stream.open[index] for stream in streams for index in sorted(stream.open)]

    def list_silent(self) -> dict[str, tuple[str, ...]]:
        """Return the places, `krx/900`, that rules need and that no update has come from, with the rules' names."""
        heard = {named.place for named, stream in self._streams.items() if stream.session >= 0}
        needed = {name_place(venue, sector): names for (venue, sector), names in self.rulebook.places.items()}
        return {place: names for place, names in needed.items() if place not in heard}

    def why(self, rule: str) -> list[Why]:
        """Return how a rule stands at each of its scopes, by scope; empty for a rule that there is not."""
        silent_since = None if self.outage.opening is None else self.outage.opening.at
        found = [
            why.explain(stream.watch(index), stream, stream.day.now, silent_since)
            for stream in sorted(self._walk_streams(), key=_key_of)
            for index in stream.rules
            if self.rulebook.rules[index].name == rule
        ]
        return sorted(found, key=lambda each: str(each.scope))

    def why_at(self, rule: str, scope: Scope) -> Why | None:
        """Return how a rule stands at one scope; None for a rule or a scope that there is not.

        It looks at the streams of that scope alone: a rule may have a thousand others.
        """
        silent_since = None if self.outage.opening is None else self.outage.opening.at
        for stream in self._walk_streams():
            within = scope.sector in (None, stream.sector) and scope.investor in (None, stream.investor)
            if stream.venue is not scope.venue or not within:
                continue
            for index in stream.rules:
                if self.rulebook.rules[index].name == rule and stream.watch(index).scope == scope:
                    return why.explain(stream.watch(index), stream, stream.day.now, silent_since)
        return None

    def find_standing(self, rule: str, most: int) -> tuple[list[Why], int]:
        """Return how a rule stands where most is going on, at no more than `most` scopes, and how many it has.

        Those with an episode under way come first, then those that are heard. Of a rule that there is not, nothing.
        """
        index = next((index for index, each in enumerate(self.rulebook.rules) if each.name == rule), None)
        if index is None:
            return [], 0
        streams = [each for each in self._walk_streams() if _watches(each, index)]
        chosen = nsmallest(most, streams, key=lambda each: (index not in each.open, not each.is_of_today, each.key))
        silent_since = None if self.outage.opening is None else self.outage.opening.at
        return [why.explain(each.watch(index), each, each.day.now, silent_since) for each in chosen], len(streams)

    def list_used(self) -> list[Used]:
        """Return how much of their lives the rules that expire have used up, in the present sessions and the last."""
        rules = self.rulebook.rules
        return [
            used
            for index, term in self._terms.items()
            for used in term.list_used(rules[index].name, rules[index].venue)
        ]

    def announce(self, watch: Watch) -> Transition:
        """Return what to tell of a firing alert that nobody was told of; nothing changes."""
        return announce(watch, self._days[watch.scope.venue].now)

    def _walk_streams(self) -> Iterator[Stream]:
        yield from self._streams.values()
        yield from self._joins.values()

    def _prepare(self) -> None:
        bound = self._binding.bind_all()
        for named in bound.singles:
            self._stream_of(named)
        for named, indices in bound.singles.items():
            self._streams[named].build(indices)
        for key, indices in bound.joined.items():
            self._join_of(key).build(indices)
        self._met = {named: self._streams[named] for named in bound.singles}

    def _meet(self, named: Series) -> Stream:
        """Make room for a series that no rule is about alone; its investor's code may be new, and anybody's."""
        bound = self._binding.bind_new(named)
        stream = self._met[named] = self._stream_of(named)
        stream.build(bound.singles.get(named, ()))
        for key, indices in bound.joined.items():
            if key not in self._joins:
                self._join_of(key).build(indices)
        return stream

    def _stream_of(self, named: Series) -> Stream:
        stream = self._streams.get(named)
        if stream is None:
            stream = self._streams[named] = Stream(named.venue, named.sector, named.investor, self._setting)
        return stream

    def _join_of(self, key: JoinKey) -> Join:
        join = self._joins[key] = Join(*key.opened, key.members, self._setting)
        return join

    def _handle_other(
        self, entry: SlotClosed | FeedLost | FeedBack | FeedSilent | FeedHeard | SessionClosed
    ) -> Sequence[Transition]:
        match entry:
            case SlotClosed(venue, at):
                return self._close_slot(self._days[venue], at)
            case FeedLost():
                self._lose(entry.places)
                return ()
            case SessionClosed(venue, at):
                return self._end_session(self._days[venue], at)
            case FeedSilent():
                return self.outage.begin(entry)
            case FeedHeard(at):
                return self.outage.end(at, Reason.FEED_HEARD)
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
        stream.gaps += gap
        if gap or stream.lost:
            stream.returns += stream.lost
            stream.lost = False
            self._freeze(stream, update.at - last.at)

    def _freeze(self, stream: Stream, seconds: int) -> None:
        for watch in stream.open.values():
            freeze(watch, seconds)
            self._set_timer(stream, watch)

    def _report(self, stream: Stream, at: int, made: list[Transition]) -> None:
        """Tell the joins of a series that it has reported the slot; judge those that have all of it."""
        waiting = stream.day.waiting
        whole: list[Join] = []
        for join in stream.joins:
            if join.slot != at:
                join.begin_slot(at)
                waiting[join] = None
            else:
                join.missing -= 1
            if not join.missing:
                del waiting[join]
                whole.append(join)
        for join in sorted(whole, key=_key_of):
            self._judge_join(join, at, made)

    def _judge_waiting(self, day: Day, made: list[Transition]) -> None:
        """Judge the joins whose slot is over although not all of their series have reported it."""
        waiting, day.waiting = day.waiting, {}
        for join in sorted(waiting, key=_key_of):
            self._judge_join(join, join.slot, made)

    def _judge_join(self, join: Join, at: int, made: list[Transition]) -> None:
        if join.session != join.day.session:
            join.begin_session(join.day.session)
        last = join.update
        if join.look(at) and last is not None:
            self._freeze(join, at - last.at)
        # As in `handle`, which cannot share it: a call would cost every update. A crossing is a truth like any here.
        touched: list[int] = []
        for feature in join.features:
            value = feature.read(join.update)
            if value is not None and feature.low <= value < feature.high:
                feature.value = value
            elif feature.move(value, join.tick, touched, join.woken):
                touched += join.open
        for read in join.silent:
            read(join.update)
        if join.open:
            join.note_trails()
        if touched or join.attending:
            self._judge(join, touched, at, made)

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
            attends = watch.truth is True or watch.holds
        else:
            if index not in stream.open:
                self._open(stream, watch)
            attends = watch.is_compound or watch.phase is Phase.PENDING or watch.due is not None or watch.is_asked
            self._set_timer(stream, watch)
        if attends:
            stream.attending[index] = watch
        else:
            stream.attending.pop(index, None)
            if watch.is_compound:
                stream.wait(watch)

    def _set_timer(self, stream: Stream, watch: Watch) -> None:
        timers = stream.day.timers
        if watch.due is not None and watch.due != watch.timed:
            watch.timed = watch.due
            heappush(timers, (watch.due, watch.index, stream.key, watch, stream))

    def _open(self, stream: Stream, watch: Watch) -> None:
        """Count a watch among the open ones; its active time ends whatever comes."""
        stream.open[watch.index] = watch
        if watch.ends is not None:
            heappush(stream.day.timers, (watch.ends, watch.index, stream.key, watch, stream))

    def _close_slot(self, day: Day, at: int) -> Sequence[Transition]:
        if at // DAY != day.session:
            return ()
        made: list[Transition] = []
        if at >= day.now:
            self._judge_waiting(day, made)
            day.now = at
        day.closed = max(day.closed, at)
        return made + self._pass_time(day, at + 1)

    def _pass_time(self, day: Day, at: int) -> list[Transition]:
        """Look at the timers that ran out before `at`: the slot of `at` itself may not be whole yet."""
        made: list[Transition] = []
        timers = day.timers
        while timers and timers[0][0] < at:
            due, _, _, watch, stream = heappop(timers)
            if watch.ends == due:
                transition = end_activity(watch, day.now)
            elif watch.due != due or watch.timed != due:
                continue
            else:
                watch.timed = None
                if stream.is_lost or (stream.is_broken and watch.phase is not Phase.FIRING):
                    # Frozen: the next update or judgement moves the timer and sets it again.
                    continue
                transition = run_out(watch, day.now)
            if transition is not None:
                made.append(transition)
            if watch.phase is Phase.IDLE or watch.due != due:
                self._file(stream, watch)
        return made

    def _lose(self, places: Sequence[str]) -> None:
        for named, stream in self._streams.items():
            if stream.is_of_today and (not places or named.place in places):
                stream.lost = True

    def _begin_session(self, day: Day, venue: Venue, at: int) -> list[Transition]:
        made = self._close_session(day, day.now)
        day.session = at // DAY
        day.begins = day.session * DAY
        day.ends = day.begins + DAY
        day.closed = -1
        day.is_over = False
        for index, term in self._terms.items():
            if self.rulebook.rules[index].venue is venue:
                term.begin_session(day.session)
        return made

    def _end_session(self, day: Day, at: int) -> list[Transition]:
        made: list[Transition] = []
        if at // DAY == day.session:
            self._judge_waiting(day, made)
            day.closed = day.now
            day.is_over = True
            made += self._close_session(day, max(day.now, at))
        # Where no session is open nothing is due. One that nothing ever came of has an end too, and no updates.
        opening = self.outage.opening
        if opening is not None and at >= opening.at and all(each.is_over for each in self._days.values()):
            made += self.outage.end(at, Reason.SESSION_CLOSED)
        return made

    def _close_session(self, day: Day, at: int) -> list[Transition]:
        made: list[Transition] = []
        day.timers.clear()
        for stream in sorted((each for each in self._walk_streams() if each.day is day), key=_key_of):
            for index in sorted(stream.open):
                watch = stream.open[index]
                transition = resolve(watch, at, Reason.SESSION_CLOSED)
                if transition is not None:
                    made.append(transition)
                self._file(stream, watch)
        return made


def _watches(stream: Stream, index: int) -> bool:
    # In the order of the rules, of which there may be thousands.
    place = bisect_left(stream.rules, index)
    return place < len(stream.rules) and stream.rules[place] == index


def _key_of(stream: Stream) -> str:
    return stream.key


def _follows(update: Update, base: Update) -> bool:
    """Tell whether the exchange's own changes are the differences to `base`: then nothing came between.

    A figure that was left blank proves nothing.
    """
    return _agrees(base.msval, update.p_msval, update.msval) and _agrees(base.msvol, update.p_msvol, update.msvol)


def _agrees(base: int | None, change: int | None, now: int | None) -> bool:
    return base is None or change is None or now is None or base + change == now
