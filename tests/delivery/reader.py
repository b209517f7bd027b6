"""What a reader sees of a text in a service's markup: its lines, with the marks taken away. Fails on broken markup."""

import html
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

GAP = "\u200b"
TELEGRAM_TAGS = frozenset({"b", "i", "pre"})
MAIL_TAGS = frozenset({"b", "small", "table", "tr", "td", "br"})
_DATE = re.compile(r"<!date\^00000000\^\{_\}\|([*_~]+|`|:)>")
_LINK = re.compile(r"(https?://[\w.\-/?=&%#+,;:@]+)", re.IGNORECASE)


class Balance(HTMLParser):
    """Sees that every tag is allowed and closed; `text` is what stands between them."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.allowed = allowed
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed
        self.open.append(tag)
        if tag == "td":
            self.text += "  " if not self.text.endswith("\n") and self.text else ""

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert "&" not in data
        self.text += data

    def handle_entityref(self, name: str) -> None:
        assert name in {"lt", "gt", "amp"}  # all that Telegram knows beside &quot;
        self.text += html.unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        raise AssertionError(name)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read_telegram(text: str) -> list[str]:
    return _read_html(text, TELEGRAM_TAGS)


def read_mail(text: str) -> list[str]:
    return [line for line in _read_html(text, MAIL_TAGS) if line]


def read_slack(text: str) -> list[str]:
    lines = []
    for within, line in _blocks(text):
        if not within:
            assert not re.search(r"(?<!\w)[*_~](?!\s|$)", _DATE.sub("", _without(line, "*", "_")))
        unescaped = _DATE.sub(r"\1", _without(line, "*", "_") if not within else line)
        assert "<" not in unescaped
        assert not re.search(r"&(?!lt;|gt;|amp;)", unescaped)
        lines.append(html.unescape(unescaped).replace("\u00ad", ""))
    return lines


def read_discord(text: str) -> list[str]:
    return [line if within else _unescape(_without(line.removeprefix("-# "), "**")) for within, line in _blocks(text)]


def read_commonmark(text: str) -> list[str]:
    lines = []
    for within, line in _blocks(text):
        stripped = line.removesuffix("  ")
        lines.append(stripped if within else _unescape(_without(stripped, "**", "*")).replace("\u00a0", " "))
    return lines


def read_plain(text: str) -> list[str]:
    return text.split("\n")


READERS: Mapping[str, Callable[[str], list[str]]] = {
    "telegram": read_telegram,
    "mail": read_mail,
    "slack": read_slack,
    "discord": read_discord,
    "commonmark": read_commonmark,
    "plain": read_plain,
}


def squeeze(line: str) -> str:
    """Take away what alignment and unseen characters add."""
    return " ".join(line.replace(GAP, "").replace("\u00ad", "").split())


def _read_html(text: str, allowed: frozenset[str]) -> list[str]:
    balance = Balance(allowed)
    balance.feed(text)
    balance.close()
    assert balance.open == []
    return balance.text.split("\n")


def _blocks(text: str) -> list[tuple[bool, str]]:
    """Return the lines with whether they stand in a block of code, and without its fences; every block is closed."""
    within, lines = False, []
    for line in text.split("\n"):
        if line.strip() == "```":
            within = not within
        else:
            assert "```" not in line
            lines.append((within, line))
    assert not within
    return lines


def _without(line: str, *marks: str) -> str:
    """Take a pair of marks from around a line that is a heading or small print."""
    for mark in marks:
        if len(line) > 2 * len(mark) and line.startswith(mark) and line.endswith(mark):
            return line[len(mark) : -len(mark)]
    return line


def _unescape(line: str) -> str:
    parts = _LINK.split(line)
    for part in parts[::2]:
        assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|<>\[\]]", part.replace(GAP, "")), part
    parts[::2] = [re.sub(r"\\([^0-9A-Za-z\s])", r"\1", part) for part in parts[::2]]
    return "".join(parts)
