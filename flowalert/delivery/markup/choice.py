"""Which dialect a service reads."""

from collections.abc import Collection, Mapping

from flowalert.delivery.markup.commonmark import CARD, COMMONMARK, DISCORD, UNMARKED
from flowalert.delivery.markup.dialect import Dialect
from flowalert.delivery.markup.hypertext import HYPERTEXT
from flowalert.delivery.markup.plain import CHAT, PLAIN, TERMINAL
from flowalert.delivery.markup.slack import SLACK
from flowalert.delivery.markup.telegram import TELEGRAM

# By the schemes of Apprise's plugins, where the format that a plugin names does not say it.
_IN_TEXT: Mapping[Dialect, tuple[str, ...]] = {
    PLAIN: ("json", "jsons", "xml", "xmls", "form", "forms", "mqtt", "mqtts", "amqp", "amqps"),
    TERMINAL: ("syslog", "rsyslog", "irc", "ircs"),
    # They say text, and show markdown.
    COMMONMARK: ("mmost", "mmosts", "nctalk", "nctalks", "revolt"),
    DISCORD: ("discord", "guilded", "fluxer", "fluxers"),
}
_IN_MARKDOWN: Mapping[Dialect, tuple[str, ...]] = {
    SLACK: ("slack",),
    DISCORD: ("discord", "guilded"),
    CARD: ("workflow", "workflows"),
}
_IN_HTML: Mapping[Dialect, tuple[str, ...]] = {TELEGRAM: ("tgram",)}

# Dialects that no plugin is to translate any further.
_OWN = (SLACK, TELEGRAM, DISCORD)


def choose_dialect(schemes: Collection[str], written: str) -> Dialect:
    """Return the dialect of a plugin, by its schemes and the format that it sends: text, markdown or html."""
    by_scheme, otherwise = {
        "text": (_IN_TEXT, CHAT),
        "markdown": (_IN_MARKDOWN, COMMONMARK),
        "html": (_IN_HTML, HYPERTEXT),
    }[written]
    return next((dialect for dialect, of in by_scheme.items() if set(of) & set(schemes)), otherwise)


def choose_unmarked(schemes: Collection[str], written: str) -> tuple[Dialect, str]:
    """Return what a plugin is handed where Apprise parts or cuts a text, which it may do anywhere: no marks.

    The second is the format to say: escaped here as the service reads it, or text that Apprise escapes itself.
    """
    dialect = choose_dialect(schemes, written)
    if dialect in (COMMONMARK, DISCORD, CARD):
        return UNMARKED, written
    return PLAIN if dialect is PLAIN else CHAT, "text"


def is_own(dialect: Dialect) -> bool:
    """Say whether what is written is what the service reads."""
    return dialect in _OWN
