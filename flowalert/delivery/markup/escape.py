"""Text as the characters that were written: nothing in it is markup to its reader, and nobody is called by it."""

import html
import re

# It is not seen, and parts what would be read as one. Source: `escape_mentions` of discord.py does the same.
_GAP = "\u200b"

# Each is a call in some service, wherever it stands.
_ALL = r"@(?=(?:everyone|here|all|channel|room)\b)"
_SOMEBODY = r"(?<![\w/])@(?=[\w!&*])"
# Source: the documents of Feishu and of Google Chat.
_TAGGED = r"<(?=at\b|users/)"
_CALL = re.compile(f"{_ALL}|{_SOMEBODY}|{_TAGGED}", re.IGNORECASE)

# An emoji by its name. `:51:` is the middle of a time.
_EMOJI = r":(?!\d\d:)(?=[\w+'-]{1,100}:)"

# A backslash in a link would be part of it, and what is left of marks in one is not read as such.
_LINK = re.compile(r"(https?://[\w.\-/?=&%#+,;:@]+)", re.IGNORECASE)
_INLINE = re.compile(rf"[\\`*_\[\]<>~|$]|&(?=#?\w{{1,32}};)|!(?=\[)|{_EMOJI}")
_BLOCK = re.compile(r"^(\s*)(#|[+-](?=[\s#-]|$)|=(?==*\s*$))")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)](?:\s|$))")
_INDENT = re.compile(r"^(?: {4,}|[ ]{0,3}\t\s*)")

# Three backticks together would begin a block wherever they stand.
_SLACK_LIVE = re.compile(rf"[*_~]+|`|{_EMOJI}")
_SLACK_QUOTE = re.compile(r"^(\s*)(&gt;|＞)")


def silence(text: str) -> str:
    """Part every `@name`, `<at ...>` and the like, so that it calls nobody. An e-mail address stays one."""
    return _CALL.sub(lambda call: call[0] + _GAP, text)


def part_ticks(text: str) -> str:
    """Part the backticks that would end a block of code."""
    return text.replace("``", f"`{_GAP}`{_GAP}")


def escape_html(text: str) -> str:
    return html.escape(text, quote=False)


def escape_mrkdwn(text: str) -> str:
    """Escape for Slack's mrkdwn.

    It has no escape for `*`, `_`, `~`, backticks and names of emoji. What a client shows for a date that is none is
    never read as markup, so each that could be is shown as such; before a `>` stands a soft hyphen, which is not seen.
    Source: Slack's documents, "Formatting message text"; jsx-slack, "About escape and exact mode".
    """

    def shield(mark: re.Match[str]) -> str:
        before, after = escaped[max(mark.start() - 1, 0) : mark.start()], escaped[mark.end() : mark.end() + 1]
        between_blanks = before.isspace() and after.isspace() and mark[0] != "`"
        within_word = set(mark[0]) == {"_"} and before.isalnum() and after.isalnum()
        return mark[0] if between_blanks or within_word else f"<!date^00000000^{{_}}|{mark[0]}>"

    escaped = escape_html(text)
    return _SLACK_QUOTE.sub("\\1\u00ad\\2", _SLACK_LIVE.sub(shield, escaped))


def escape_mrkdwn_code(text: str) -> str:
    return part_ticks(escape_html(text))


def escape_commonmark(text: str) -> str:
    """Escape for CommonMark and what chats add to it, where a line stands by itself.

    Links that hold no mark but `_` are left as they are.
    """
    indented = _INDENT.sub(lambda blanks: "\u00a0" * len(blanks[0]), silence(text))
    parts = _LINK.split(indented)
    parts[::2] = [_INLINE.sub(r"\\\g<0>", part) for part in parts[::2]]
    return _NUMBERED.sub(r"\1\\\2", _BLOCK.sub(r"\1\\\2", "".join(parts)))


def escape_commonmark_code(text: str) -> str:
    return part_ticks(silence(text))
