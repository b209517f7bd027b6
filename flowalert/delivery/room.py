"""How much a target takes, by the limits of its Apprise plugin and what the plugin makes of a text on its way out.

Source: apprise 2.2, `NotifyBase._apply_overflow` and the plugins' limits.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flowalert.delivery.fit import Room, Size
from flowalert.engine.notice import Format

if TYPE_CHECKING:
    from apprise import NotifyFormat
    from apprise.plugins.base import NotifyBase

# Their limit is one of bytes, and text goes out as UTF-8. Source: the comments at the plugins' `body_maxlen`, RFC 2812.
_IN_BYTES = frozenset({"wechat", "wecombot", "dingtalk", "lark", "viber", "irc", "ircs"})
# Source: LINE's documents, "Character counting in a text". Telegram and Discord were found to count code points.
_IN_UTF16 = frozenset({"line"})
_LINE_END = re.compile(r"\r*\n")
_BETWEEN = "\r\n"  # what plugins put between a title and a body that share one field; not counted by Apprise


def find_room(plugin: "NotifyBase", written: Format) -> Room | None:
    """Return what a plugin takes of a text in this format; None where no limit is to be kept.

    A URL with `?overflow=split` or `truncate` is taken at its word: Apprise then does as it says.
    The room counts what goes out: escaped, converted, and with the title in the body where the service has none.
    """
    from apprise import NotifyFormat, OverflowMode  # noqa: PLC0415 - apprise takes half a second to import
    from apprise.conversion import convert_between  # noqa: PLC0415 - the same

    # Read for each text: some plugins work their limits out from what they were configured with.
    if plugin.overflow_mode is not OverflowMode.UPSTREAM or plugin.body_maxlen <= 0:
        return None
    unit, count = _find_unit(plugin)
    source = NotifyFormat(written.value)
    shown = plugin.resolve_format(source)
    convert: Callable[[NotifyFormat, NotifyFormat, str], str] = convert_between
    titled = plugin.title_maxlen > 0

    def measure(title: str, body: str) -> Size:
        title = (title if titled else convert(source, shown, title)).strip()
        body = convert(source, shown, body).rstrip()
        if title and not titled:
            title, body = "", _merge(title, body, shown, plugin.default_html_tag_id)
        body = plugin.dialect_convert(body, shown)
        head, size, lines = count(title), count(body), len(_LINE_END.findall(body)) + 1
        if title and plugin.overflow_amalgamate_title:
            size += head + len(_BETWEEN)
            return Size(title=head, body=size, lines=lines, total=size)
        return Size(title=head, body=size, lines=lines, total=head + size)

    return Room(
        title=max(plugin.title_maxlen, 0),
        body=plugin.body_maxlen,
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


def _merge(title: str, body: str, shown: "NotifyFormat", tag: str) -> str:
    """Return the body with its title, as Apprise writes it for a service without titles."""
    if shown.value == "html":
        return f"<{tag}>{title}</{tag}><br />\r\n{body}"
    if shown.value == "markdown":
        title = title.lstrip("\r\n \t\v\f#-")
        return f"# {title}\n{body}" if title else body
    return f"{title}\r\n{body}"
