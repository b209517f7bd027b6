"""How much a target takes, by the limits of its Apprise plugin and what becomes of a text on its way out.

Source: apprise 2.2, `NotifyBase._apply_overflow` and the plugins' limits.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flowalert.delivery.fit import Room, Size
from flowalert.delivery.outlet import Outlet, minds_length

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

# Their limit is one of bytes, and text goes out as UTF-8. Source: the comments at the plugins' `body_maxlen`, RFC 2812.
_IN_BYTES = frozenset({"wechat", "wecombot", "dingtalk", "lark", "viber", "irc", "ircs"})
# Source: LINE's documents, "Character counting in a text". Telegram and Discord were found to count code points.
_IN_UTF16 = frozenset({"line"})
# Slack's blocks, to which a URL with `?blocks=yes` turns, take less than the plugin says of its attachments: of a
# header and of a section's text. Source: Slack's documents, "Blocks".
_BLOCK_TITLE, _BLOCK_TEXT = 150, 3000
_LINE_END = re.compile(r"\r*\n")
_BETWEEN = "\r\n"  # what plugins put between a title and a body that share one field; not counted by Apprise


def find_room(plugin: "NotifyBase", outlet: Outlet) -> Room | None:
    """Return what a plugin takes of what is marked up for it; None where no limit is to be kept.

    A URL with `?overflow=split` or `truncate` is taken at its word: Apprise then does as it says.
    The room counts what goes out: translated by the plugin where it does so, and with the title in the body where the
    service has none.
    """
    # Read for each text: some plugins work their limits out from what they were configured with.
    if minds_length(plugin) or plugin.body_maxlen <= 0:
        return None
    unit, count = _find_unit(plugin)
    most_of_title, most_of_body = max(plugin.title_maxlen, 0), plugin.body_maxlen
    if getattr(plugin, "use_blocks", False):
        most_of_title, most_of_body = min(most_of_title, _BLOCK_TITLE), min(most_of_body, _BLOCK_TEXT)

    def measure(title: str, body: str) -> Size:
        title, body = outlet.merge(title, body)
        body = outlet.translate(body)
        head, size, lines = count(title), count(body), len(_LINE_END.findall(body)) + 1
        if title and plugin.overflow_amalgamate_title:
            size += head + len(_BETWEEN)
            return Size(title=head, body=size, lines=lines, total=size)
        return Size(title=head, body=size, lines=lines, total=head + size)

    return Room(
        title=most_of_title,
        body=most_of_body,
        lines=plugin.body_max_line_count or None,
        unit=unit,
        measure=measure,
    )


def _find_unit(plugin: "NotifyBase") -> tuple[str, Callable[[str], int]]:
    schemes: set[str] = plugin.schemas()  # type: ignore[no-untyped-call] # apprise has no annotation here
    if schemes & _IN_BYTES:
        return "bytes", lambda text: len(text.encode("utf-8", "surrogatepass"))
    if schemes & _IN_UTF16:
        return "UTF-16 units", lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2
    return "characters", len
