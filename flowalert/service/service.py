"""The one place where the parts are put together: feed, engine, store and delivery, from start to stop."""

import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace as replace_plan
from datetime import datetime
from functools import partial

import structlog
import trio
from msgspec.structs import replace

from flowalert.delivery import Channel, Doorbell, Inhibition, Occurrence, Orders, Report, run_delivery
from flowalert.delivery.announcement import make_notices
from flowalert.delivery.exhibition import open_exhibition, shows_pictures
from flowalert.delivery.sparkline import say_trends
from flowalert.engine.engine import Engine
from flowalert.engine.term import Past, Used
from flowalert.engine.transition import Kind, Transition
from flowalert.engine.trend import Trends
from flowalert.feed.client import Feed
from flowalert.feed.desk import Refusal
from flowalert.feed.gist import find_gist
from flowalert.feed.outlet import Received
from flowalert.feed.recorder import Recorder
from flowalert.language.tongue import Tongue
from flowalert.market.entry import Entry, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import to_wall
from flowalert.market.series import Series, name_place
from flowalert.market.venue import Venue
from flowalert.operation.chronicle import Chronicle
from flowalert.operation.gap_log import GapLog
from flowalert.operation.pulse import Part, Pulse
from flowalert.operation.status import FeedStatus, Outlook
from flowalert.rules.problem import Level, Problem
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.service.logbook import Logbook
from flowalert.service.plan import Account, Plan
from flowalert.service.settlement import settle
from flowalert.service.tail import Tail
from flowalert.store import Store, StoreFailed, open_reader
from flowalert.upkeep import Upkeep

log = structlog.get_logger()

# Entries wait here while a commit is on its way to the disk: seconds of the busiest market.
_WAITING_ENTRIES = 10_000
# One transaction takes what is there, and no more than delays the alerts in it by a few milliseconds.
_LARGEST_BATCH = 500
# In a flood a commit takes less than a millisecond, and would be of the few entries that came during the last one: most
# of the work would be commits. So they begin at least so many seconds apart; the first after a rest begins at once.
_COMMITS_APART = 0.002

# A restart folds alone. Of much at once less is worth remembering, and ten megabytes are given back.
_ROWS_AT_ONCE = 20_000

# The engine goes round at least so often, so that one that hangs can be told from one that has nothing to do.
_LOOK_AGAIN_AFTER = 1.0

RESTARTED = "the service was not running"


class Service:
    """A running service.

    What changes: the engine itself, the chronicle and the day so far of each series, by the engine's task alone; the
    store and the logbook, by that task and the delivery workers; and at a reload the plan and the engine, by `exchange`
    and `deliver_anew`, between two batches of entries.
    """

    def __init__(self, plan: Plan, store: Store, pasts: Mapping[str, Past], pulse: Pulse | None = None) -> None:
        """Make ready to `resume`; `pasts` tells what rules that expire had used up before the open session."""
        self.plan = plan
        self.engine = Engine(plan.rulebook, pasts)
        self._trends = Trends()
        self._tongues = _list_tongues(plan.channels)
        self.pulse = pulse or Pulse()
        self.chronicle = Chronicle()
        self._recorder = Recorder(plan.record) if plan.record else None
        self.feed = Feed(
            plan.feed,
            now=plan.market_now,
            on_refused=self._note_refusal,
            on_frame=self._recorder.note_frame if self._recorder and self._recorder.wants_frames else None,
        )
        self.tail = Tail()
        self._store = store
        self._turn = trio.Lock()
        self._folded_at = 0.0
        self._bell = Doorbell()
        self._upkeep = Upkeep(store.attic, plan.keep, plan.now)
        self._gaps: Counter[Series] = Counter()
        self._gap_log = GapLog()
        self._used: frozenset[Used] = frozenset()
        self._labels = _list_labels(plan.rulebook)
        self._logbook = Logbook()

    async def resume(self) -> None:
        """Fold the journal's open session again, and settle what a change of rules has made of it."""
        transitions: list[Transition] = []
        latest: dict[Venue, Update | SlotClosed | SessionClosed] = {}
        entries = 0
        async for chunk in self._store.read_open_session(rows=_ROWS_AT_ONCE):
            for entry in chunk:
                if made := self.engine.handle(entry):
                    transitions += made
            # What the rest of a start needs of a day is a small part of it, and so is its time.
            gist = find_gist(chunk)
            for entry in gist.entries:
                if isinstance(entry, Update):
                    latest[entry.series.venue] = entry
                    self._trends.take(entry)
                elif isinstance(entry, SlotClosed | SessionClosed):
                    latest[entry.venue] = entry
            self.feed.prime(gist.entries)
            self.chronicle.prime(gist.entries, gist.left_out)
            entries += len(chunk)
            await trio.lowlevel.checkpoint()
        if entries:
            log.info("journal folded", entries=entries, open=len(self.engine.list_open()))
        # Gaps of the fold were told when they came about, and so were its transitions.
        self._gaps = self.engine.gaps.copy()
        self.chronicle.note_gaps(self._gaps)
        for transition in transitions:
            self.chronicle.note_transition(transition)
        settled = await self._reconcile(transitions)
        if settled:
            log.info("rules changed since the last run", alerts_added_or_gone=len(settled))
        last = max((entry.at for entry in latest.values()), default=None)
        if last is not None and not all(isinstance(entry, SessionClosed) for entry in latest.values()):
            # What came while nobody listened was missed, and the journal must say so.
            await self._take([Received(self.plan.market_now(), FeedLost(last, RESTARTED))])

    async def run(self, stop: trio.Event) -> None:
        """Serve until `stop` is set, then finish in order: no more frames, what came is folded, sends end.

        Raises TokenRefusedError where the exchange refuses the key, StoreFailed where the disk takes no more.
        """
        send, receive = trio.open_memory_channel[Received](_WAITING_ENTRIES)
        async with trio.open_nursery() as workers:
            workers.start_soon(self._deliver)
            workers.start_soon(self._upkeep.run)
            if self._recorder is not None:
                workers.start_soon(self._recorder.run)
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._feed, send, stop)
                    # The feed closes the channel when it ends, and only then is all of it folded.
                    with trio.CancelScope(shield=True):
                        await self._fold(receive)
            finally:
                self._gap_log.end()
                self._bell.close()
                self._upkeep.close()
                if self._recorder is not None:
                    self._recorder.close()

    async def look(self) -> Outlook:
        """Return how it stands, for people and for the service manager."""
        backlog = await self._store.backlog(self.plan.now())
        standing, last = self.feed.standing, self.chronicle.last_update
        count = self.feed.count
        return Outlook(
            rules=len(self.plan.rulebook.rules),
            channels=len(self.plan.channels),
            open_alerts=sum(watch.is_firing for watch in self.engine.list_open()),
            waiting=backlog.total,
            told=self._logbook.told,
            held_back=self._logbook.held_back,
            gaps={str(series): gaps for series, gaps in self.chronicle.gaps.items()},
            feed=FeedStatus(
                places=standing.wanted,
                registered=standing.registered,
                refused=standing.refused,
                silent=self.chronicle.find_silent(self.plan.rulebook.places),
                lost_for=standing.lost_for,
                is_silent=standing.is_silent,
                cause=standing.cause,
                last_frame_at=self.feed.last_frame_at,
                published_at=to_wall(last[0]) if last else None,
                received_at=last[1] if last else None,
                counts={
                    "frames": count.frames,
                    "updates": count.updates,
                    "repeats": count.repeats,
                    "stale": count.stale,
                    "quarantined": count.quarantined.total(),
                    "connects": count.connects,
                    "losts": count.losts,
                },
            ),
        )

    async def account(self) -> Account:
        """Return what was done so far."""
        summary = await self._store.summary()
        count = self.feed.count
        waiting = sum(n for state, n in summary.deliveries.items() if not state.settled)
        return Account(
            updates=count.updates,
            told=self._logbook.told,
            held_back=self._logbook.held_back,
            gaps=self.engine.gaps.total(),
            losts=count.losts,
            quarantined=sum(count.quarantined.values()),
            repeats=count.repeats,
            stale=count.stale,
            not_recorded=self._recorder.dropped if self._recorder else 0,
            sent=self._logbook.sent,
            dead=self._logbook.dead,
            waiting=waiting,
        )

    async def _feed(self, entries: trio.MemorySendChannel[Received], stop: trio.Event) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._end_on, stop, nursery.cancel_scope)
            await self.feed.run(list(self.plan.rulebook.places), entries)

    async def _end_on(self, stop: trio.Event, scope: trio.CancelScope) -> None:
        await stop.wait()
        # A full disk is waited for by a service that serves, and not by one that is to end.
        self._store.hurry()
        scope.cancel()

    async def _fold(self, entries: trio.MemoryReceiveChannel[Received]) -> None:
        async with entries:
            next_at = -math.inf
            while (first := await self._receive(entries)) is not None:
                if trio.current_time() < next_at:
                    await trio.sleep_until(next_at)
                next_at = trio.current_time() + _COMMITS_APART
                batch = [first]
                while len(batch) < _LARGEST_BATCH:
                    try:
                        batch.append(entries.receive_nowait())
                    except (trio.WouldBlock, trio.EndOfChannel):
                        break
                try:
                    await self._take(batch)
                except StoreFailed:
                    waiting = entries.statistics().current_buffer_used
                    log.error("not in the journal", entries=len(batch) + waiting)  # noqa: TRY400 - it has words of its own
                    raise

    async def _receive(self, entries: trio.MemoryReceiveChannel[Received]) -> Received | None:
        """Return the next entry, None after the last; the pulse beats meanwhile."""
        while True:
            self.pulse.beat(Part.ENGINE)
            self._gap_log.look(trio.current_time())
            with trio.move_on_after(_LOOK_AGAIN_AFTER):
                try:
                    return await entries.receive()
                except trio.EndOfChannel:
                    return None

    async def _take(self, received: Sequence[Received]) -> None:
        """Fold entries, and have them, what followed and whom to tell on disk as one."""
        async with self._turn:
            self._folded_at = trio.current_time()
            await self._take_in_turn(received)

    async def _take_in_turn(self, received: Sequence[Received]) -> None:
        self.chronicle.note(received)
        await self._commit(received, list(self._decide(received)))
        self.tail.note(each.entry for each in received)
        self.plan.observer.note_entries(received)
        if self._recorder is not None:
            self._recorder.note_entries(received)
        if any(isinstance(each.entry, SessionClosed) for each in received):
            self._upkeep.ring()
        gaps = self.engine.gaps - self._gaps
        if gaps:
            self._gaps = self.engine.gaps.copy()
            self.chronicle.note_gaps(gaps)
            self._gap_log.note(gaps, trio.current_time())
            self.plan.observer.note_gaps(gaps)
        self._gap_log.look(trio.current_time())

    def _decide(self, received: Sequence[Received]) -> Iterator[Occurrence]:
        """Fold entries, and yield what they bring about, each with the day so far as it is then."""
        for each in received:
            if isinstance(each.entry, Update):
                self._trends.take(each.entry)
            for transition in self.engine.handle(each.entry):
                yield self._occur(transition, each.at, self.plan.market_now())

    async def _commit(self, received: Sequence[Received], occurrences: Sequence[Occurrence]) -> None:
        """Write entries and what they brought about."""
        transitions = [each.transition for each in occurrences]
        now = self.plan.now()
        notices = list(make_notices(occurrences, self.plan.channels, now))
        used = frozenset(self.engine.list_used())
        made = await self._store.commit(
            received, transitions, notices, now=now, used=tuple(used - self._used), labels=self._labels
        )
        self._used = used
        if made:
            self._bell.ring()
        texts = {notice.transition: notice for notice in notices}
        for transition in transitions:
            self.chronicle.note_transition(transition)
            self._logbook.note_transition(transition)
            self.plan.observer.note_transition(transition, texts.get(transition.id))

    async def _reconcile(self, folded: Sequence[Transition]) -> list[Transition]:
        """Make the store agree with the fold, and return what that took: nothing for the same rules."""
        stored = {alert.id: alert.last for alert in await self._store.open_alerts()}
        settled = settle(self.engine, stored, folded)
        if settled:
            await self._commit([], [self._occur(each, None, self.plan.market_now()) for each in settled])
        return settled

    @asynccontextmanager
    async def begin_refold(self) -> AsyncIterator[tuple[Mapping[str, Past], AsyncIterator[Sequence[Entry]]]]:
        """Give what rules had used up before the open session, and its journal; `tail` has what comes after that."""
        async with self._turn:
            pasts = await self._store.pasts()
            chunks = self._store.read_open_session()
            first = await _take_first(chunks)
            self.tail.listen()
        try:
            yield pasts, _put_back(first, chunks)
        finally:
            self.tail.close()

    async def exchange(self, engine: Engine, rulebook: Rulebook, folded: list[Transition]) -> list[Transition]:
        """Go on with an engine that has caught up but for what is in `tail`; return what that settled."""
        async with self._turn:
            folded += [transition for entry in self.tail.take() for transition in engine.handle(entry)]
            self.engine = engine
            self.plan = replace_plan(self.plan, rulebook=rulebook)
            self._labels = _list_labels(rulebook)
            self._gaps = engine.gaps.copy()
            self._used = frozenset()
            settled = await self._reconcile(folded)
        if self.feed.is_running:
            self.feed.set_places(list(rulebook.places))
        self.plan.observer.note_rules()
        return settled

    def deliver_anew(self, channels: Mapping[str, Channel], inhibitions: Sequence[Inhibition]) -> None:
        """Go on with other channels: what is under way ends, then the new ones are at work."""
        self.plan = replace_plan(self.plan, channels=channels, inhibitions=inhibitions)
        self._tongues = _list_tongues(channels)
        before, self._bell = self._bell, Doorbell()
        before.close()

    def note_patterns(self, patterns: tuple[str, ...]) -> None:
        """Take note of where the rules are from now on."""
        self.plan = replace_plan(self.plan, rule_patterns=patterns)

    async def note_reload(self, why: str, problems: Sequence[Problem]) -> None:
        """Write down that settings were read again, and what was wrong with them, if anything."""
        texts = [str(each) for each in problems]
        # A warning refuses nothing: its rule has done no wrong.
        rules = [each.rule if each.level is Level.ERROR else "" for each in problems]
        await self._store.note_reload(why, texts, rules=rules, now=self.plan.now())

    async def wait_for_silence(self, seconds: float) -> None:
        """Return when nothing has been folded for so long."""
        while (until := self._folded_at + seconds) > trio.current_time():  # noqa: ASYNC110 - no event tells of silence
            await trio.sleep_until(until)

    async def _deliver(self) -> None:
        bell = None
        while bell is not self._bell:
            # Another bell means other channels.
            bell = self._bell
            await self._deliver_until(bell)

    async def _deliver_until(self, bell: Doorbell) -> None:
        orders = Orders(
            channels=self.plan.channels,
            now=self.plan.now,
            exchange_now=self.plan.market_now,
            policy=self.plan.policy,
            inhibitions=self.plan.inhibitions,
            tell=self._note_delivery,
            recall=self._recall,
            beat=partial(self.pulse.beat, Part.DELIVERY),
        )
        if not any(shows_pictures(channel) for channel in self.plan.channels.values()):
            await run_delivery(self._store, orders, bell)
            return
        # A picture reads a whole day: by a connection of its own, or commits would wait behind it.
        async with (
            open_reader(self.plan.store) as reader,
            open_exhibition(self.plan.channels, self._find_rule, self._store, reader, self.plan.now) as show,
        ):
            await run_delivery(self._store, replace(orders, show=show), bell)

    def _find_rule(self, name: str) -> Rule | None:
        return self.plan.rulebook.by_name.get(name)

    def _occur(self, transition: Transition, received_at: datetime | None, decided_at: datetime | None) -> Occurrence:
        rule = self._find_rule(transition.rule)
        trends = say_trends(self._trends, transition, rule, self._tongues)
        return Occurrence(transition, rule, received_at, decided_at, trends)

    def _recall(self, transitions: Sequence[Transition]) -> Iterator[Occurrence]:
        """Yield transitions of before with what their alerts have come to since, where they still fire."""
        watches = {watch.alert: watch for watch in self.engine.list_open() if watch.is_firing}
        for last in transitions:
            watch = watches.get(last.alert) if last.kind is Kind.FIRING else None
            if watch is None:
                yield self._occur(last, None, None)
            else:
                now = self.engine.announce(watch)
                present = replace(last, at=now.at, value=now.value, peak=now.peak, values=now.values)
                yield self._occur(present, None, None)

    def _note_delivery(self, report: Report) -> None:
        self._logbook.note_delivery(report)
        self.plan.observer.note_delivery(report)

    def _note_refusal(self, refusal: Refusal) -> None:
        wanting = {name_place(venue, sector): names for (venue, sector), names in self.plan.rulebook.places.items()}
        self._logbook.note_refusal(refusal, wanting.get(refusal.place, ()))


def _list_tongues(channels: Mapping[str, Channel]) -> tuple[Tongue, ...]:
    return tuple(dict.fromkeys(channel.language for channel in channels.values()))


def _list_labels(rulebook: Rulebook) -> dict[str, tuple[tuple[str, str], ...]]:
    return {rule.name: rule.labels for rule in rulebook.rules if rule.labels}


async def _take_first(chunks: AsyncIterator[Sequence[Entry]]) -> Sequence[Entry]:
    """Return the first of the chunks, nothing where there is none.

    `anext` with a default breaks in Python 3.11 where the iterator has waited for something before its end.
    """
    async for chunk in chunks:
        return chunk
    return ()


async def _put_back(first: Sequence[Entry], rest: AsyncIterator[Sequence[Entry]]) -> AsyncIterator[Sequence[Entry]]:
    yield first
    async for chunk in rest:
        yield chunk
