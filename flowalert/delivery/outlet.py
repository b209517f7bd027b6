"""What a target's plugin is handed, so that it reaches the service as it was written.

Source: apprise 2.2, `Apprise._create_notify_gen`, `NotifyBase._build_send_calls` and the plugins' `send`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from flowalert.delivery.markup import Dialect, choose_dialect, choose_unmarked, is_own

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase


class Outlet(Struct, frozen=True, kw_only=True):
    """The dialect for a plugin, and the name of the format that the body is to be handed over in.

    `translate` is what the plugin makes of a body; `titled` says whether its service has a field for a title.
    """

    dialect: Dialect
    format: str
    titled: bool
    translate: Callable[[str], str]

    def merge(self, title: str, body: str) -> tuple[str, str]:
        """Return title and body as they are handed over: in one where the service has no titles."""
        title, body = title.strip(), body.rstrip()
        if self.titled or not title:
            return title, body
        before, behind = self.dialect.headline
        return "", f"{before}{title}{behind}{body}"


def prepare_outlet(plugin: "NotifyBase") -> Outlet:
    """Return what a plugin is handed, and keep it from translating what is in its service's own markup already.

    The format is the one that the plugin sends, as its URL or its service has it, so that Apprise converts nothing.
    Where the URL has Apprise part or cut what is too long, there is no markup that it could part or cut.
    """
    schemes: set[str] = plugin.schemas()  # type: ignore[no-untyped-call] # apprise has no annotation here
    sent = plugin.resolve_format()
    written = sent.value
    if minds_length(plugin):
        dialect, written = choose_unmarked(schemes, written)
    else:
        dialect = choose_dialect(schemes, written)
        if is_own(dialect):
            # Apprise knows no declaration for it: undeclared, `<!channel>` calls all of Slack.
            plugin.dialect_convert = _keep  # type: ignore[method-assign] # a hook, taken for one instance
    titled = plugin.title_maxlen > 0
    if not titled or plugin.overflow_amalgamate_title:
        dialect = replace(dialect, title=dialect.text)
    return Outlet(
        dialect=dialect,
        format=written,
        titled=titled,
        translate=lambda body: plugin.dialect_convert(body, sent),
    )


def minds_length(plugin: "NotifyBase") -> bool:
    """Say whether the URL has Apprise itself split or truncate what is too long."""
    from apprise import OverflowMode  # noqa: PLC0415 - apprise takes half a second to import

    return plugin.overflow_mode is not OverflowMode.UPSTREAM


def _keep(body: str, *_: object, **__: object) -> str:
    return body
