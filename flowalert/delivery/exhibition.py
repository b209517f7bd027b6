"""Pictures of alerts, sent behind their texts.

A picture is an ornament: it is tried once, what goes wrong with it is a line in the log, and no text waits for it. It
shows what the journal has, and is drawn once for all targets that speak alike.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import structlog
import trio

from flowalert.delivery.channel import Channel
from flowalert.delivery.collector import Collector
from flowalert.delivery.evidence import Evidence
from flowalert.delivery.gallery import CAPACITY, Gallery, open_gallery
from flowalert.delivery.message import Line, Message, Style
from flowalert.delivery.outbox import Outbox
from flowalert.delivery.outcome import Sent
from flowalert.delivery.picture import Picture
from flowalert.delivery.sender import Sender
from flowalert.engine.notice import Delivery, Notice
from flowalert.engine.transition import Kind
from flowalert.language.tongue import Tongue
from flowalert.market.instant import clock
from flowalert.rules.rulebook import Rule

SEND_WITHIN = timedelta(seconds=10)
# A picture that comes later than so many seconds of trio's time is of what nobody speaks of any more.
WAIT_WITHIN = 60.0
_LOOK_AGAIN_AFTER = 0.5
# Alerts with targets, a megabyte of them; what is forgotten can be shown again.
_REMEMBERED = 5_000

Show: TypeAlias = Callable[[Sequence[Delivery], Sender], None]

log = structlog.get_logger()


class Exhibit:
    """One alert to be drawn in one language. What changes, until it is drawn, are the easels that it is for."""

    __slots__ = ("easels", "notice", "tongue")

    def __init__(self, notice: Notice, tongue: Tongue) -> None:
        self.notice = notice
        self.tongue = tongue
        self.easels: list[Sender] = []


class Exhibition:
    """Draws alerts that were told, one at a time, and sends each picture once.

    What changes: by `show`, the exhibits that wait, `dropped`, which counts those that found no room, and which alerts
    were shown to whom; by `run`, how many pictures are drawn and not yet sent.
    """

    def __init__(
        self,
        gallery: Gallery,
        channels: Mapping[str, Channel],
        find_rule: Callable[[str], Rule | None],
        outbox: Outbox,
        evidence: Evidence,
        now: Callable[[], datetime],
        *,
        capacity: int = CAPACITY,
        wait_within: float = WAIT_WITHIN,
    ) -> None:
        """Make ready to `run`; `find_rule` knows rules by their names, and `now` is wall time."""
        self.dropped = 0
        self._gallery = gallery
        self._channels = channels
        self._find_rule = find_rule
        self._outbox = outbox
        self._evidence = evidence
        self._now = now
        self._capacity = capacity
        self._wait_within = wait_within
        self._undrawn: dict[tuple[str, Tongue], Exhibit] = {}
        self._send, self._receive = trio.open_memory_channel[Exhibit](capacity)
        self._walls = trio.Semaphore(capacity)
        self._shown: dict[tuple[str, str], None] = {}

    def show(self, deliveries: Sequence[Delivery], target: Sender) -> None:
        """Have a picture follow the message that these deliveries went out in, where there is to be one.

        That is behind a single alert that fires, in a channel with charts, to a target that takes pictures, and once.
        """
        if len(deliveries) != 1 or target.easel is None:
            return
        notice = deliveries[0].notice
        channel = self._channels.get(notice.channel)
        shown = (notice.alert, target.address.key)
        if channel is None or not channel.charts or notice.kind is Kind.RESOLVED or shown in self._shown:
            return
        key = (notice.transition, channel.language)
        exhibit = self._undrawn.get(key)
        if exhibit is None:
            exhibit = Exhibit(notice, channel.language)
            try:
                self._send.send_nowait(exhibit)
            except trio.WouldBlock:
                self.dropped += 1
                log.warning("chart dropped", title=notice.title, waiting=self._capacity, dropped=self.dropped)
                return
            self._undrawn[key] = exhibit
        exhibit.easels.append(target.easel)
        self._shown[shown] = None
        if len(self._shown) > _REMEMBERED:
            del self._shown[next(iter(self._shown))]

    async def run(self) -> None:
        """Draw and send until cancelled."""
        async with trio.open_nursery() as nursery:
            async for exhibit in self._receive:
                message = await self._draw(exhibit)
                del self._undrawn[exhibit.notice.transition, exhibit.tongue]
                if message is not None:
                    await self._walls.acquire()
                    nursery.start_soon(self._hang, exhibit, message)

    async def _draw(self, exhibit: Exhibit) -> Message | None:
        """Return the message with the picture; None, with a line in the log, where there is to be none."""
        try:
            picture = await self._collect(exhibit)
        except Exception:
            # Alerts go out in this process too: none is to be lost to a picture.
            log.exception("chart not drawn", title=exhibit.notice.title)
            return None
        if picture is None:
            log.debug("nothing to draw", title=exhibit.notice.title)
            return None
        path = await self._gallery.draw(picture)
        return None if path is None else _write(exhibit.notice, picture, path)

    async def _collect(self, exhibit: Exhibit) -> Picture | None:
        notice = exhibit.notice
        told = [each for each in await self._evidence.transitions(notice.alert) if each.id == notice.transition]
        rule = self._find_rule(told[0].rule) if told else None
        if rule is None:
            return None
        collector = Collector(rule, told[0].scope, notice.wording.at)
        async with aclosing(self._evidence.read_open_session()) as chunks:
            async for chunk in chunks:
                collector.run(chunk)
        return collector.finish(exhibit.tongue)

    async def _hang(self, exhibit: Exhibit, message: Message) -> None:
        """Send a picture to all that it is for, and delete it."""
        try:
            async with trio.open_nursery() as nursery:
                for easel in exhibit.easels:
                    nursery.start_soon(self._bring, easel, message)
        finally:
            if message.attachment is not None:
                self._gallery.discard(message.attachment)
            self._walls.release()

    async def _bring(self, easel: Sender, message: Message) -> None:
        """Send a picture when no text waits for the target."""
        title, target = message.title, easel.address.label
        with trio.move_on_after(self._wait_within) as limit:
            while not await self._is_at_rest(easel.address.key):  # noqa: ASYNC110 - the store has no bell for this
                await trio.sleep(_LOOK_AGAIN_AFTER)
        if limit.cancelled_caught:
            why = f"texts went before it for {self._wait_within:g} s"
            log.warning("chart not sent", title=title, target=target, why=why)
            return
        outcome = await easel.send(message, within=SEND_WITHIN)
        trouble = outcome.pictureless if isinstance(outcome, Sent) else outcome.reason
        if trouble:
            log.warning("chart not sent", title=title, target=target, why=trouble)
        else:
            log.info("chart sent", title=title, target=target)

    async def _is_at_rest(self, target: str) -> bool:
        now = self._now()
        glances = await self._outbox.glances(target, now)
        # Where a text failed, its service wants to be left alone, and tells a picture from a text as little as a rate.
        return not any(
            glance.oldest_at is not None or (glance.lane.blocked_until is not None and glance.lane.blocked_until > now)
            for glance in glances
        )


@asynccontextmanager
async def open_exhibition(
    channels: Mapping[str, Channel],
    find_rule: Callable[[str], Rule | None],
    outbox: Outbox,
    evidence: Evidence,
    now: Callable[[], datetime],
) -> AsyncIterator[Show]:
    """Draw and send pictures of what the function that it yields is given, until the block ends; the rest is dropped.

    Where no folder can be made for them there are none, and a line in the log says so.
    """
    with ExitStack() as stack:
        try:
            gallery = stack.enter_context(open_gallery())
        except OSError as error:
            log.warning("there will be no charts", why=str(error))
            yield lambda _, __: None
            return
        exhibition = Exhibition(gallery, channels, find_rule, outbox, evidence, now)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(exhibition.run)
            yield exhibition.show
            nursery.cancel_scope.cancel()


def shows_pictures(channel: Channel) -> bool:
    """Say whether any picture can follow what a channel is told."""
    return channel.charts and any(target.easel is not None for target in channel.targets)


def _write(notice: Notice, picture: Picture, path: Path) -> Message:
    return Message(
        title=f"📈 {notice.title}",
        lines=(Line(f"{picture.title.choose(picture.tongue)} · {clock(picture.at)}", Style.NOTE),),
        kind=notice.kind,
        severity=notice.severity,
        tongue=picture.tongue,
        attachment=path,
    )
