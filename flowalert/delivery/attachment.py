"""How a target takes a picture with its text, so that a picture that fails costs no text.

Source: apprise 2.2, the plugins' `send`. Discord's posts the picture behind the text and calls a failure of either the
same; Telegram's sends a short text as the caption of its picture, and neither if that is refused.
"""

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_WITHIN = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"})


class Manner(enum.Enum):
    """When the picture goes."""

    NEVER = enum.auto()  # the target takes none
    WITHIN = enum.auto()  # in one request with the text, as in an e-mail
    BEHIND = enum.auto()  # by the plugin, once the text is out
    APART = enum.auto()  # as a message of its own


class Part(enum.Flag):
    """What of a message is in one post."""

    TEXT = enum.auto()
    PICTURE = enum.auto()


def find_manner(plugin: "NotifyBase") -> Manner:
    """Return how a plugin's target takes a picture."""
    schemes: set[str] = plugin.schemas()  # type: ignore[no-untyped-call] # apprise has no annotation here
    if not plugin.attachment_support:
        return Manner.NEVER
    if "slack" in schemes:
        # A webhook takes none, and a bot no message without a text.
        return Manner.BEHIND if getattr(plugin, "mode", "") == "bot" else Manner.NEVER
    if "tgram" in schemes:
        return Manner.APART
    mail = _names_html_first(plugin)
    return Manner.WITHIN if mail or schemes & _WITHIN else Manner.APART


def send_with_picture(manner: Manner, post: Callable[[Part], Outcome], tell: Callable[[Sent], None]) -> Outcome:
    """Post text and picture, and return what became of the text.

    `tell` is called once the text alone is out, for whoever does not wait for the picture.
    """
    if manner is Manner.APART:
        outcome = post(Part.TEXT)
        if not isinstance(outcome, Sent):
            return outcome
        tell(outcome)
        picture = post(Part.PICTURE)
        return outcome if isinstance(picture, Sent) else leave_out_picture(outcome, picture.reason)
    outcome = post(Part.TEXT | Part.PICTURE)
    if manner is Manner.WITHIN and isinstance(outcome, Refused | Retry):
        # Whether it is the picture that they do not take is not said, or in too many ways.
        alone = post(Part.TEXT)
        return leave_out_picture(alone, outcome.reason) if isinstance(alone, Sent) else alone
    return outcome


def leave_out_picture(sent: Sent, reason: str) -> Sent:
    """Return the outcome of a text that went out without its picture."""
    return replace(sent, pictureless=f"without its picture: {reason}")


def _names_html_first(plugin: "NotifyBase") -> bool:
    formats: Any = plugin.notify_format  # one, or several with the default first; annotated as one
    first = formats if isinstance(formats, str) else next(iter(formats))
    return bool(first == "html")
