"""The conversation on one open connection: asking for places, taking frames, noticing silence."""

from contextlib import suppress

import structlog
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from flowalert.feed.decode import Decoder
from flowalert.feed.desk import Desk, Refusal
from flowalert.feed.frame import Control, Echo, Figures, MarketStatus, Quarantined
from flowalert.feed.protocol import ACCEPTED, RequestType, Subject, encode_request
from flowalert.feed.raw import clean
from flowalert.feed.request import Request, Requests
from flowalert.feed.silence import Silence
from flowalert.feed.token_cache import Token
from flowalert.feed.want import Want
from flowalert.market.entry import Update
from flowalert.market.venue import Venue
from flowalert.mask import Mask

# The gateway's codes for a token that is invalid, unknown or expired; seen on its REST side.
_TOKEN_REFUSED = {"IGW00121", "IGW00122", "IGW00123"}

log = structlog.get_logger()


class Link:
    """One connection from its handshake to its end; `run` alone changes it, the lane reads it after.

    `is_heard` is whether the server said anything that shows it took the token; `is_served` whether places were
    being served, so that losing the link means missing updates; `is_fruitful` whether an update came;
    `is_ended_here` whether this side ended it, and `is_planned` whether for a fresh token; `is_token_refused`
    whether the server said so.
    """

    def __init__(self, desk: Desk, want: Want, token: Token, socket: WebSocketConnection, *, number: int) -> None:
        self.is_heard = False
        self.is_served = False
        self.is_fruitful = False
        self.is_ended_here = False
        self.is_planned = False
        self.is_token_refused = False
        self._desk = desk
        self._want = want
        self._token = token
        self._socket = socket
        self._number = number
        # A server that quotes a request quotes the token too.
        self._mask = Mask(token.value, desk.settings.appkey, desk.settings.appsecret)
        self._decoder = Decoder(hide=self._mask.hide)
        self._requests = Requests()
        self._silence = Silence(desk.market, desk.settings.silence_after)
        self._asked: set[Subject] = set()
        self._refused: set[Subject] = set()
        self._is_handing_on = False
        self._reason = "the connection ended"
        self._whole = trio.CancelScope()
        self._heard_at = trio.current_time()
        self.registered = trio.Event()

    @property
    def accepted_places(self) -> tuple[str, ...]:
        """The places that are wanted and not refused."""
        return tuple(place for subject, place in self._want.places.items() if subject not in self._refused)

    async def run(self) -> str:
        """Converse until the link ends and return why; raises ConnectionClosed if the peer ended it."""
        try:
            with self._whole:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._ask)
                    nursery.start_soon(self._ping)
                    nursery.start_soon(self._expect)
                    nursery.start_soon(self._watch)
                    nursery.start_soon(self._renew)
                    await self._read()
        finally:
            if self._socket.closed is None:
                await self._leave()
        return self._reason

    def _end(self, reason: str) -> None:
        self._reason = reason
        self.is_ended_here = True
        self._whole.cancel()

    async def _read(self) -> None:
        while True:
            raw = await self._socket.get_message()
            self._is_handing_on = True
            update = await self._take(raw)
            self._is_handing_on = False
            self._heard_at = now = trio.current_time()
            if update is not None:
                self._silence.hear(update, now)

    async def _expect(self) -> None:
        """End the link once neither a frame nor a pong has come for too long."""
        # A scope whose deadline every frame pushes says the same, and costs a tenth of what a frame costs in all.
        patience = self._desk.settings.link_silent_after
        while True:
            now = trio.current_time()
            # While a frame waits for a slow consumer nothing is read, pongs neither: no silence of the peer.
            due = now + patience / 4 if self._is_handing_on else self._heard_at + patience
            if now >= due:
                self._end(f"nothing came for {patience:g} s, not even a pong")
                return
            await trio.sleep_until(due)

    async def _take(self, raw: str | bytes) -> Update | None:
        """Do what a frame asks for; return its update, if it is one and has been handed on."""
        self._desk.count.frames += 1
        at = self._desk.last_frame_at = self._desk.now()
        frame = self._decoder.decode(raw)
        if self._desk.on_frame is not None:
            text = clean(raw, frame, self._mask)
            if text is not None:
                self._desk.on_frame(at, self._number, text)
        match frame:
            case Figures():
                self.is_heard = self.is_served = True
                update = await self._desk.take(frame, at)
                self.is_fruitful = self.is_fruitful or update is not None
                return update
            case Control():
                self._settle(frame)
            case MarketStatus():
                self.is_heard = True
                self._desk.hear_status(frame)
            case Echo(raw=text):
                with suppress(ConnectionClosed):  # reading tells it too, after the frames that wait
                    await self._socket.send_message(text)
            case Quarantined():
                self._desk.quarantine(frame)
        return None

    def _settle(self, control: Control) -> None:
        request = self._requests.match(control)
        if control.rsp_cd in _TOKEN_REFUSED:
            self.is_token_refused = True
            self._end(f"the server refused the token ({control.rsp_cd})")
            return
        self.is_heard = True
        if request is None:
            log.warning("answer to no request", rsp_cd=control.rsp_cd)
        elif control.rsp_cd != ACCEPTED:
            self._refuse(request, control)
        elif request.kind is RequestType.REGISTER:
            place = self._want.places.get(request.subject)
            if place is not None:
                self._desk.refusals.pop(place, None)
        self._note_registered()

    def _refuse(self, request: Request, control: Control) -> None:
        place = self._want.places.get(request.subject)
        if request.kind is RequestType.REGISTER and place is not None:
            self._refused.add(request.subject)
            self._desk.refuse(Refusal(place, control.rsp_cd, control.rsp_msg))
        else:
            log.warning(
                "request refused",
                kind=request.kind.name.lower(),
                subject=" ".join(request.subject),
                rsp_cd=control.rsp_cd,
                rsp_msg=control.rsp_msg,
            )

    async def _ask(self) -> None:
        settings = self._desk.settings
        with suppress(ConnectionClosed):  # reading tells it too, after the frames that wait
            while True:
                changed = self._want.changed
                self._decoder.expect(self._want.keys)
                todo = self._find_next()
                if todo is None:
                    self._note_registered()
                    await changed.wait()
                    continue
                kind, subject = todo
                due_at = trio.current_time() + settings.answer_after
                self._requests.add(Request(kind, subject, due_at))
                await self._socket.send_message(encode_request(kind, subject, self._token.value))
                await trio.sleep(settings.pace)

    def _find_next(self) -> tuple[RequestType, Subject] | None:
        wanted = self._want.subjects
        for subject in self._asked.difference(wanted):
            self._asked.discard(subject)
            self._refused.discard(subject)
            return RequestType.RELEASE, subject
        for subject in wanted:
            if subject not in self._asked:
                self._asked.add(subject)
                return RequestType.REGISTER, subject
        return None

    @property
    def is_complete(self) -> bool:
        """Whether all that is wanted has been asked for and answered."""
        return not self._requests and self._asked >= set(self._want.subjects)

    def _note_registered(self) -> None:
        if self.is_complete:
            self.is_served = True
            self.registered.set()

    async def _ping(self) -> None:
        settings = self._desk.settings
        with suppress(ConnectionClosed):  # reading tells it too, after the frames that wait
            while True:
                await trio.sleep(settings.ping_every)
                await self._socket.ping()
                self._heard_at = trio.current_time()

    async def _watch(self) -> None:
        desk, settings = self._desk, self._desk.settings
        every = min(1.0, settings.silence_after / 4, settings.answer_after / 4)
        while True:
            await trio.sleep(every)
            now = trio.current_time()
            if self._is_handing_on:
                self._silence.forgive(now)
                continue
            for request in self._requests.take_overdue(now):
                desk.count.unanswered += 1
                log.warning(
                    "request not answered",
                    kind=request.kind.name.lower(),
                    subject=" ".join(request.subject),
                    after=settings.answer_after,
                )
                self._note_registered()
            venue = self._silence.find(self._accepted_venues(), desk.wall(), now)
            if venue is not None:
                self._end(f"no update of {venue.value} for {settings.silence_after:g} s in an open session")

    async def _renew(self) -> None:
        while self._desk.now() < self._token.renew_at:  # noqa: ASYNC110 - no event tells the wall's time
            await trio.sleep(1.0)
        # The next token first: an issuer in trouble must not cost a connection that still works.
        await self._desk.tokens.get()
        self.is_planned = True
        self._end("the token is due for renewal")

    def _accepted_venues(self) -> set[Venue]:
        return {
            key[0]
            for key, subject in zip(self._want.keys, self._want.places, strict=True)
            if subject not in self._refused
        }

    async def _leave(self) -> None:
        with (
            trio.move_on_after(self._desk.settings.release_after, shield=True),
            suppress(ConnectionClosed),
        ):
            for subject in self._asked:
                await self._socket.send_message(encode_request(RequestType.RELEASE, subject, self._token.value))
            # Long enough to send our half of the close. The peer's is not waited for: on a cancellation nobody reads
            # any more, and the stream is closed either way.
            with trio.move_on_after(0.05):
                await self._socket.aclose()
