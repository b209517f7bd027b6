"""One place to send to: an Apprise URL with the one Apprise instance that sends there."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import trio

from flowalert.delivery.answer import find_text_sent, read_answer
from flowalert.delivery.attachment import Manner, Part, find_manner, leave_out_picture, send_with_picture
from flowalert.delivery.endpoint import Endpoint, find_endpoint
from flowalert.delivery.fit import Fitted, fit
from flowalert.delivery.markup import mark_title
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Retry, Sent, Unknown
from flowalert.delivery.outlet import prepare_outlet
from flowalert.delivery.page import Page
from flowalert.delivery.room import find_room
from flowalert.engine.notice import Address
from flowalert.engine.transition import Kind, Severity
from flowalert.mask import Mask

if TYPE_CHECKING:
    from apprise import Apprise, AppriseAttachment, NotifyType

_STILL_HANGING = "the send before is still hanging"
_NO_ANSWER = "no answer within {:g} s"


class Target:
    """Sends messages to one Apprise URL, one at a time.

    What changes is inside: the plugin's own throttle, and whether a thread of an abandoned send still runs.
    The target's worker alone sends.
    """

    def __init__(
        self, address: Address, apprise: "Apprise", *, manner: Manner | None = None, easel: "Target | None" = None
    ) -> None:
        """Send in the manner of the plugin where none is given; `easel` is for pictures that follow their texts."""
        self.address = address
        self.easel = easel
        self._apprise = apprise
        self._outlet = prepare_outlet(apprise[0])
        self._mask = Mask(apprise[0].url())  # type: ignore[no-untyped-call] # apprise has no annotation here
        self._manner = find_manner(apprise[0]) if manner is None else manner
        # One token: a plugin instance is not made for two sends at once, and an abandoned send keeps it.
        self._limiter = trio.CapacityLimiter(1)

    @property
    def endpoint(self) -> Endpoint | None:
        """The server that takes its messages, where that is known."""
        return find_endpoint(self._apprise[0])

    def __repr__(self) -> str:
        return f"Target({self.address.label!r}, {self.address.key!r})"

    async def send(self, message: Message, *, within: timedelta) -> Outcome:
        """Send, and return what became of it; past `within` the thread is left to itself and the outcome unknown.

        A picture that cannot be sent costs no text: where the text went out the outcome is `Sent`, and says so.
        """
        begun = False
        sent: Sent | None = None

        def tell(text: Sent) -> None:
            nonlocal sent
            sent = text

        def notify() -> Outcome:
            nonlocal begun
            begun = True
            return self._notify(message, tell)

        with trio.move_on_after(within.total_seconds()):
            return await trio.to_thread.run_sync(notify, abandon_on_cancel=True, limiter=self._limiter)
        if not begun:
            return Retry(_STILL_HANGING)
        late = _NO_ANSWER.format(within.total_seconds())
        return Unknown(f"{late}; it may have gone out") if sent is None else leave_out_picture(sent, late)

    def _notify(self, message: Message, tell: Callable[[Sent], None]) -> Outcome:
        fitted = self._fit(message)

        def post(part: Part) -> Outcome:
            return self._post(message, fitted, part)

        if message.attachment is None or self._manner is Manner.NEVER:
            return post(Part.TEXT)
        if not message.attachment.is_file():
            outcome = post(Part.TEXT)
            return leave_out_picture(outcome, "there is no such file") if isinstance(outcome, Sent) else outcome
        return send_with_picture(self._manner, post, tell)

    def _post(self, message: Message, fitted: Fitted, part: Part) -> Outcome:
        title, body = self._outlet.merge(fitted.title, fitted.body) if Part.TEXT in part else ("", "")
        with self._apprise.notify(
            title=title,
            body=body,
            # Never left out: what is undeclared calls all of Slack, and `<` reaches Telegram as a mark.
            body_format=self._outlet.format,
            notify_type=_notify_type(message),
            attach=_attach(message) if Part.PICTURE in part else None,
            log_level=logging.DEBUG,
        ) as result:
            outcome, text_sent = read_answer(result, self._mask.hide), find_text_sent(result)
        if Part.TEXT not in part:
            return outcome
        if isinstance(outcome, Sent):
            return Sent(fitted.shortened)
        return leave_out_picture(Sent(fitted.shortened), outcome.reason) if text_sent else outcome

    def _fit(self, message: Message) -> Fitted:
        room = find_room(self._apprise[0], self._outlet)
        if room is None:
            dialect = self._outlet.dialect
            return Fitted(mark_title(message.title, dialect), Page(message, dialect).write())
        return fit(message, room, self._outlet.dialect)


def _attach(message: Message) -> "AppriseAttachment":
    from apprise import AppriseAttachment  # noqa: PLC0415 - apprise takes half a second to import
    from apprise.attachment.file import AttachFile  # noqa: PLC0415 - the same

    # As a path: a text is read as a URL, and what is behind a `?` in it as options.
    return AppriseAttachment(AttachFile(str(message.attachment)))  # type: ignore[no-untyped-call] # apprise has no annotation here


def _notify_type(message: Message) -> "NotifyType":
    from apprise import NotifyType  # noqa: PLC0415 - apprise takes half a second to import

    if message.kind is Kind.RESOLVED:
        return NotifyType.SUCCESS
    return {
        Severity.INFO: NotifyType.INFO,
        Severity.WARNING: NotifyType.WARNING,
        Severity.CRITICAL: NotifyType.FAILURE,
    }[message.severity]
