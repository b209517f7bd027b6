"""The one place where the parts are put together: feed, engine, store and delivery, from start to stop."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog
import trio
from msgspec.structs import replace

from flowalert.delivery import Channel, Doorbell, Inhibition, Occurrence, Orders, Policy, Report, run_delivery
from flowalert.delivery.announcement import make_notices
from flowalert.engine.engine import Engine
from flowalert.engine.notice import DeliveryState, Notice
from flowalert.engine.outage import close_outage
from flowalert.engine.term import Past, Used
from flowalert.engine.transition import Kind, Reason, Transition, transition_id
from flowalert.feed.client import Feed
from flowalert.feed.desk import Refusal
from flowalert.feed.outlet import Received
from flowalert.feed.recorder import Recorder, RecordSettings
from flowalert.feed.refrain import Refrain
from flowalert.feed.setting import FeedSettings
from flowalert.feed.token import TokenRefusedError
from flowalert.market.entry import FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.instant import to_wall
from flowalert.market.series import Series
from flowalert.market.venue import Venue
from flowalert.operation.chronicle import Chronicle
from flowalert.operation.gap_log import GapLog
from flowalert.operation.pulse import Part, Pulse
from flowalert.operation.status import FeedStatus, Outlook
from flowalert.rules.reserved import FEED_SILENT
from flowalert.rules.rulebook import Rulebook
from flowalert.store import Store, open_store

log = structlog.get_logger()

# Entries wait here while a commit is on its way to the disk: seconds of the busiest market.
_WAITING_ENTRIES = 10_000
# One transaction takes what is there, and no more than delays the alerts in it by a few milliseconds.
_LARGEST_BATCH = 500

# The engine goes round at least so often, so that one that hangs can be told from one that has nothing to do.
_LOOK_AGAIN_AFTER = 1.0

# What needs nobody's attention.
_EXPECTED = frozenset({DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.SUPPRESSED})

RESTARTED = "the service was not running"


class Observer(Protocol):
    """Who watches a service at work, beside its log."""

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:
        """Take note of a transition that is on disk; `notice` is its text, where anybody is told."""

    def note_delivery(self, report: Report) -> None:
        """Take note of what became of deliveries after an attempt or a decision."""

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Take note of series in which updates were missed, and of how often."""


class NoObserver:
    """Watches nothing."""

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Take no note."""

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:
        """Take no note."""

    def note_delivery(self, report: Report) -> None:
        """Take no note."""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a service is to do. `market_now` is the clock of the exchange, `now` that of people."""

    rulebook: Rulebook
    channels: Mapping[str, Channel]
    feed: FeedSettings
    store: Path
    record: RecordSettings | None = None
    policy: Policy = field(default_factory=Policy)
    inhibitions: Sequence[Inhibition] = ()
    market_now: Callable[[], datetime] = _wall_clock
    now: Callable[[], datetime] = _wall_clock
    observer: Observer = field(default_factory=NoObserver)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a service did while it ran. `waiting` deliveries are on disk and go on at the next start."""

    updates: int
    told: int
    held_back: int
    gaps: int
    losts: int
    quarantined: int
    repeats: int
    stale: int
    not_recorded: int
    sent: int
    dead: int
    waiting: int


class Service:
    """A running service.

    What changes: `told` and `held_back`, counts of transitions, the engine itself and the chronicle, by the engine's
    task alone; the store, by that task and the delivery workers.
    """

    def __init__(self, plan: Plan, store: Store, pasts: Mapping[str, Past]) -> None:
        """Make ready to `resume`; `pasts` tells what rules that expire had used up before the open session."""
        self.plan = plan
        self.told = 0
        self.held_back = 0
        self.engine = Engine(plan.rulebook, pasts)
        self.pulse = Pulse()
        self.chronicle = Chronicle()
        self._recorder = Recorder(plan.record) if plan.record else None
        self.feed = Feed(
            plan.feed,
            now=plan.market_now,
            on_refused=self._report_refusal,
            on_frame=self._recorder.note_frame if self._recorder and self._recorder.wants_frames else None,
        )
        self._store = store
        self._bell = Doorbell()
        self._gaps: Counter[Series] = Counter()
        self._gap_log = GapLog()
        self._used: frozenset[Used] = frozenset()
        self._labels = {rule.name: rule.labels for rule in plan.rulebook.rules if rule.labels}
        # Of a target that is down for a day each attempt would be a line.
        self._refrains: defaultdict[tuple[str, str], Refrain] = defaultdict(Refrain)
        self._sent = 0
        self._dead = 0

    async def resume(self) -> None:
        """Fold the journal's open session again, and settle what a change of rules has made of it."""
        transitions: list[Transition] = []
        latest: dict[Venue, Update | SlotClosed | SessionClosed] = {}
        entries = 0
        async for chunk in self._store.read_open_session():
            for entry in chunk:
                transitions += self.engine.handle(entry)
                if isinstance(entry, Update):
                    latest[entry.series.venue] = entry
                elif isinstance(entry, SlotClosed | SessionClosed):
                    latest[entry.venue] = entry
            self.feed.prime(chunk)
            self.chronicle.prime(chunk)
            entries += len(chunk)
            await trio.lowlevel.checkpoint()
        if entries:
            log.info("journal folded", entries=entries, open=len(self.engine.list_open()))
        # Gaps of the fold were told when they came about, and so were its transitions.
        self._gaps = self.engine.gaps.copy()
        self.chronicle.note_gaps(self._gaps)
        for transition in transitions:
            self.chronicle.note_transition(transition)
        await self._reconcile(transitions)
        last = max((entry.at for entry in latest.values()), default=None)
        if last is not None and not all(isinstance(entry, SessionClosed) for entry in latest.values()):
            # What came while nobody listened was missed, and the journal must say so.
            await self._take([Received(self.plan.market_now(), FeedLost(last, RESTARTED))])

    async def run(self, stop: trio.Event) -> None:
        """Serve until `stop` is set, then finish in order: no more frames, what came is folded, sends end.

        Raises TokenRefusedError where the exchange refuses the key.
        """
        send, receive = trio.open_memory_channel[Received](_WAITING_ENTRIES)
        async with trio.open_nursery() as workers:
            workers.start_soon(self._deliver)
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
            told=self.told,
            held_back=self.held_back,
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
            told=self.told,
            held_back=self.held_back,
            gaps=self.engine.gaps.total(),
            losts=count.losts,
            quarantined=sum(count.quarantined.values()),
            repeats=count.repeats,
            stale=count.stale,
            not_recorded=self._recorder.dropped if self._recorder else 0,
            sent=self._sent,
            dead=self._dead,
            waiting=waiting,
        )

    async def _feed(self, entries: trio.MemorySendChannel[Received], stop: trio.Event) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_on, stop, nursery.cancel_scope)
            await self.feed.run(list(self.plan.rulebook.places), entries)

    async def _fold(self, entries: trio.MemoryReceiveChannel[Received]) -> None:
        async with entries:
            while (first := await self._receive(entries)) is not None:
                batch = [first]
                while len(batch) < _LARGEST_BATCH:
                    try:
                        batch.append(entries.receive_nowait())
                    except (trio.WouldBlock, trio.EndOfChannel):
                        break
                await self._take(batch)

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
        made = [(each.at, transition) for each in received for transition in self.engine.handle(each.entry)]
        self.chronicle.note(received)
        await self._commit(received, made)
        if self._recorder is not None:
            self._recorder.note_entries(received)
        gaps = self.engine.gaps - self._gaps
        if gaps:
            self._gaps = self.engine.gaps.copy()
            self.chronicle.note_gaps(gaps)
            self._gap_log.note(gaps, trio.current_time())
            self.plan.observer.note_gaps(gaps)
        self._gap_log.look(trio.current_time())

    async def _commit(self, received: Sequence[Received], dated: Sequence[tuple[datetime | None, Transition]]) -> None:
        """Write entries and the transitions that they brought about, each with when its entry was received."""
        transitions = [transition for _, transition in dated]
        now, decided_at = self.plan.now(), self.plan.market_now()
        occurrences = [self._occur(each, at, decided_at) for at, each in dated]
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
            self.told += transition.told and transition.kind is not Kind.RESOLVED
            self.held_back += not transition.told and transition.kind is not Kind.RESOLVED
            self.chronicle.note_transition(transition)
            self._report(transition)
            self.plan.observer.note_transition(transition, texts.get(transition.id))

    async def _reconcile(self, folded: Sequence[Transition]) -> None:
        """Make the store agree with the fold: the same rules give nothing to do."""
        watches = {watch.alert: watch for watch in self.engine.list_open() if watch.is_firing}
        stored = {alert.id: alert.last for alert in await self._store.open_alerts()}
        settled: list[Transition] = [
            self.engine.announce(watch) for id_, watch in watches.items() if id_ not in stored and watch.told
        ]
        # The built-in alert is no rule's: what began it is in the store with what it told, whatever the rules are.
        outage = self.engine.outage.opening
        for id_, last in stored.items():
            if id_ not in watches and (outage is None or id_ != outage.alert):
                settled.append(_close(last, folded))
        if settled:
            log.info("rules changed since the last run", alerts_added_or_gone=len(settled))
            await self._commit([], [(None, each) for each in settled])

    async def _deliver(self) -> None:
        orders = Orders(
            channels=self.plan.channels,
            now=self.plan.now,
            exchange_now=self.plan.market_now,
            policy=self.plan.policy,
            inhibitions=self.plan.inhibitions,
            tell=self._report_delivery,
            recall=self._recall,
            beat=partial(self.pulse.beat, Part.DELIVERY),
        )
        await run_delivery(self._store, orders, self._bell)

    def _occur(self, transition: Transition, received_at: datetime | None, decided_at: datetime | None) -> Occurrence:
        return Occurrence(transition, self.plan.rulebook.by_name.get(transition.rule), received_at, decided_at)

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

    def _report(self, transition: Transition) -> None:
        # What a cooldown or a limit holds back can be said of every series every half a minute.
        say = log.info if transition.told else log.debug
        say(
            "alert",
            kind=transition.kind.value,
            rule=transition.rule,
            scope=str(transition.scope),
            value=transition.value,
            severity=transition.severity.name.lower(),
            told=transition.told,
            reason=transition.reason.value,
        )

    def _report_delivery(self, report: Report) -> None:
        self._sent += report.count * (report.state is DeliveryState.SENT)
        self._dead += report.count * (report.state is DeliveryState.DEAD)
        say = log.info if report.state in _EXPECTED else log.warning
        lane = (report.channel, report.target.key)
        times: int | None = 1
        if report.state is DeliveryState.RETRYING:
            times = self._refrains[lane].find_due(report.reason, trio.current_time())
            say = log.debug if times is None else say
        elif report.state is DeliveryState.SENT:
            self._refrains.pop(lane, None)
        say(
            "delivery",
            state=report.state.value,
            channel=report.channel,
            target=report.target.label,
            count=report.count,
            reason=report.reason,
            attempts=report.attempts,
            times=times or 1,
        )
        self.plan.observer.note_delivery(report)

    def _report_refusal(self, refusal: Refusal) -> None:
        wanting = {f"{venue.value}/{sector}": names for (venue, sector), names in self.plan.rulebook.places.items()}
        log.error(
            "the exchange refuses a sector",
            place=refusal.place,
            code=refusal.rsp_cd,
            words=refusal.rsp_msg,
            rules=", ".join(wanting.get(refusal.place, ())),
            remedy=refusal.remedy,
        )


def _close(last: Transition, folded: Sequence[Transition]) -> Transition:
    """Return the resolve of an alert that the store has open and the fold does not."""
    for transition in reversed(folded):
        if transition.alert == last.alert and transition.kind is Kind.RESOLVED:
            return transition
    if last.rule == FEED_SILENT:
        # It began in a session that the fold has left behind.
        return close_outage(last, last.at, Reason.SESSION_CLOSED)
    return Transition(
        id=transition_id(last.alert, Kind.RESOLVED, 0),
        alert=last.alert,
        rule=last.rule,
        scope=last.scope,
        kind=Kind.RESOLVED,
        reason=Reason.RULE_GONE,
        severity=last.severity,
        n=0,
        at=max([last.at, *(each.at for each in folded)]),
        opened_at=last.opened_at,
        told=last.told,
        value=last.value,
        peak=last.peak,
        values=last.values,
    )


async def _cancel_on(stop: trio.Event, scope: trio.CancelScope) -> None:
    await stop.wait()
    scope.cancel()


async def run_service(plan: Plan, stop: trio.Event, started: Callable[[Service], None] = lambda _: None) -> Account:
    """Run a service until `stop` is set; return what it did. `started` is given it once it is ready to serve.

    Raises StoreRefused for a store that cannot be used, TokenRefusedError for a key that is refused.
    """
    async with open_store(plan.store) as store:
        service = Service(plan, store, await store.pasts())
        await service.resume()
        started(service)
        refused: list[TokenRefusedError] = []
        try:
            await service.run(stop)
        except* TokenRefusedError as group:
            refused += _leaves(group)
        if refused:
            raise refused[0]
        return await service.account()


def _leaves(group: BaseExceptionGroup[TokenRefusedError]) -> Iterator[TokenRefusedError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
