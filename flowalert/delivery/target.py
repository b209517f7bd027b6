"""One place to send to: an Apprise URL with the one Apprise instance that sends there."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import trio

from flowalert.delivery.answer import read_answer
from flowalert.delivery.fit import Fitted, fit
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Retry, Sent, Unknown
from flowalert.delivery.room import find_room
from flowalert.engine.notice import Address, Format
from flowalert.engine.transition import Kind, Severity

if TYPE_CHECKING:
    from apprise import Apprise, NotifyType

_STILL_HANGING = "the send before is still hanging"


class Target:
    """Sends notices to one Apprise URL, one at a time.

    What changes is inside: the plugin's own throttle, and whether a thread of an abandoned send still runs.
    The target's worker alone sends.
    """

    def __init__(self, address: Address, apprise: "Apprise") -> None:
        self.address = address
        self._apprise = apprise
        # One token: a plugin instance is not made for two sends at once, and an abandoned send keeps it.
        self._limiter = trio.CapacityLimiter(1)

    def __repr__(self) -> str:
        return f"Target({self.address.label!r}, {self.address.key!r})"

    async def send(self, message: Message, *, within: timedelta) -> Outcome:
        """Send, and return what became of it; past `within` the thread is left to itself and the outcome unknown."""
        begun = False

        def notify() -> Outcome:
            nonlocal begun
            begun = True
            return self._notify(message)

        with trio.move_on_after(within.total_seconds()):
            return await trio.to_thread.run_sync(notify, abandon_on_cancel=True, limiter=self._limiter)
        if not begun:
            return Retry(_STILL_HANGING)
        return Unknown(f"no answer within {within.total_seconds():g} s; it may have gone out")

    def _notify(self, message: Message) -> Outcome:
        fitted = self._fit(message)
        with self._apprise.notify(
            title=fitted.title,
            body=fitted.body,
            # Left out, `<` reaches Telegram unescaped.
            body_format="text",
            notify_type=_notify_type(message),
            log_level=logging.DEBUG,
        ) as result:
            outcome = read_answer(result)
        return Sent(fitted.shortened) if isinstance(outcome, Sent) else outcome

    def _fit(self, message: Message) -> Fitted:
        body = "\n".join("  ".join(line.cells) or line.text for line in message.lines)
        room = find_room(self._apprise[0], Format.TEXT)
        if room is None:
            return Fitted(message.title, body)
        return fit(message.title, body, room, Format.TEXT, message.tongue)


def _notify_type(message: Message) -> "NotifyType":
    from apprise import NotifyType  # noqa: PLC0415 - apprise takes half a second to import

    if message.kind is Kind.RESOLVED:
        return NotifyType.SUCCESS
    return {
        Severity.INFO: NotifyType.INFO,
        Severity.WARNING: NotifyType.WARNING,
        Severity.CRITICAL: NotifyType.FAILURE,
    }[message.severity]
