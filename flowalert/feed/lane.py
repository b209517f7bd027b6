"""One connection's places, kept registered: connects, and connects again whenever that is lost."""

import random
from functools import partial

import structlog
import trio
from trio_websocket import WebSocketConnection

from flowalert.feed.backoff import backoff
from flowalert.feed.connection import hold_connection
from flowalert.feed.desk import Desk
from flowalert.feed.link import Link
from flowalert.feed.refrain import Refrain
from flowalert.feed.token_cache import Token
from flowalert.feed.want import Want
from flowalert.market.entry import FeedBack, FeedLost

# A link that lived so long was a good one: the next failure is not counted as one in a row.
_SETTLED_AFTER = 60.0
# How soon after a renewal on suspicion a token is not suspected again.
_TRUSTED_FOR = 600.0

log = structlog.get_logger()


class Lane:
    """A connection and its successors; `run` changes what is known of them, `want` what they are for.

    `link` is the connection in use, if any; `lost_at` the trio time since which its places are not served.
    """

    def __init__(self, desk: Desk, *, number: int, with_status: bool) -> None:
        self.want = Want(with_status=with_status)
        self.link: Link | None = None
        self.lost_at: float | None = None
        self.scope = trio.CancelScope()
        self._desk = desk
        self._with_status = with_status
        self._number = number
        self._log = log.bind(connection=number)
        self._failures = 0
        self._refrain = Refrain()
        self._renewed_at = -_TRUSTED_FOR

    @property
    def is_registered(self) -> bool:
        return self.link is not None and self.link.is_complete

    async def run(self) -> None:
        """Keep the places registered until cancelled; raises TokenRefusedError."""
        settings = self._desk.settings
        with self.scope:
            while True:
                token = await self._desk.tokens.get()
                self._desk.count.tokens = self._desk.tokens.issued
                opened_at = trio.current_time()
                reason = await hold_connection(
                    settings.endpoint.url,
                    partial(self._converse, token),
                    open_after=settings.open_after,
                    ssl_context=settings.ssl_context,
                )
                link, self.link = self.link, None
                self._desk.absence.cause = reason
                await self._note_lost(link, reason)
                await self._pause(link, token, reason, trio.current_time() - opened_at)

    async def _converse(self, token: Token, socket: WebSocketConnection) -> str:
        link = self.link = Link(self._desk, self.want, token, socket, number=self._number)
        self._desk.count.connects += 1
        say = self._log.debug if self._refrain.find_due("connected", trio.current_time()) is None else self._log.info
        say("connected", url=self._desk.settings.endpoint.url)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._note_back, link)
            reason = await link.run()
            nursery.cancel_scope.cancel()
        return reason

    async def _note_back(self, link: Link) -> None:
        await link.registered.wait()
        places = link.accepted_places
        if places:
            self._desk.absence.cause = "the connection is open, and no update comes on it"
        if self.lost_at is None:
            self._log.info("registered", places=len(places))
            return
        lost_for = trio.current_time() - self.lost_at
        self.lost_at = None
        self._log.info("feed back", places=len(places), lost_for=round(lost_for, 1))
        if places:  # none named would mean all
            await self._desk.tell(FeedBack(self._desk.latest_at(self.want.venues), places))

    async def _note_lost(self, link: Link | None, reason: str) -> None:
        if self._with_status:
            self._desk.market.forget()
        if link is None or not link.is_served or self.lost_at is not None:
            return
        self.lost_at = trio.current_time()
        self._desk.count.losts += 1
        self._log.warning("feed lost", reason=reason)
        places = tuple(self.want.places.values())
        if places:  # none named would mean all
            await self._desk.tell(FeedLost(self._desk.latest_at(self.want.venues), reason, places))

    async def _pause(self, link: Link | None, token: Token, reason: str, lived_for: float) -> None:
        """Wait as long as the way the link ended asks for."""
        if link is not None:
            if link.is_planned:
                return
            # One that this side gave up on was silent, however long it lived.
            is_settled = link.is_heard and not link.is_ended_here and lived_for >= _SETTLED_AFTER
            if link.is_fruitful or is_settled:
                self._failures = 0
            if is_settled:
                # A link that fails again and again, a few updates after it was opened, is one trouble.
                self._refrain.end()
            if self._is_token_suspect(link):
                self._renewed_at = trio.current_time()
                self._log.warning("token suspected", reason=reason)
                await self._desk.tokens.discard(token)
                return
        settings = self._desk.settings
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        wait = backoff(self._failures, jitter, first=settings.retry_first, cap=settings.retry_cap)
        self._failures += 1
        times = self._refrain.find_due(reason, trio.current_time())
        say = self._log.debug if times is None else self._log.warning
        say("connecting again", reason=reason, again_in=round(wait, 1), times=times or 1)
        await trio.sleep(wait)

    def _is_token_suspect(self, link: Link) -> bool:
        # With an expired token the server closes right after connecting or registering, and says nothing.
        is_bad = link.is_token_refused or not (link.is_heard or link.is_ended_here)
        return is_bad and trio.current_time() - self._renewed_at >= _TRUSTED_FOR
