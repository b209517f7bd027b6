"""Reading Apprise's answer: the one place that knows what its log lines look like.

Apprise says why a send failed in log lines alone: `error=429.` at warning, and at debug the answer's body or the
exception of the connection. The response's headers are in neither, so of `Retry-After` only what a service
repeats in its body can be seen (Telegram's `parameters.retry_after`, Discord's `retry_after`); Slack says
it in the header alone. Lines are never handed on: they hold URLs, and those hold tokens.
Source: apprise 2.2, `result.py`, `logger.py` and the plugins' `send`.
"""

import http
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown

if TYPE_CHECKING:
    from apprise import AppriseResult

_CODE = re.compile(r"error=(\d{3})\b")
_RETRY_AFTER = re.compile(r"retry[_ -]after\W{1,4}(\d{1,6}(?:\.\d{1,6})?)", re.IGNORECASE)
_ERROR_WORD = re.compile(r"""["']error["']\s*:\s*["']([a-z_]{1,40})["']""")

# A client error that passes by itself. Source: RFC 9110 and RFC 6585.
_PASSING = frozenset({408, 425, 429})
# Words of a Slack bot's answer, given with status 200, that pass by themselves. Source: Slack's API documents.
_PASSING_WORDS = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
# What `requests` says once the request was on its way: the service may have taken it.
_AFTER_SENDING = ("Read timed out", "Connection aborted", "RemoteDisconnected", "IncompleteRead", "ChunkedEncoding")
_TEXT_SENT = "Sent Slack notification"
_NEVER_CONNECTED = (
    ("NameResolutionError", "the name of its host is not known"),
    ("ConnectTimeoutError", "no connection in time"),
    ("Connection refused", "connection refused"),
    ("CERTIFICATE_VERIFY_FAILED", "the certificate of its host is not trusted"),
    ("SSLError", "TLS failed"),
    ("ProxyError", "the proxy failed"),  # whatever broke, it was before the request
)


def read_answer(result: "AppriseResult", hide: Callable[[str], str]) -> Outcome:
    """Return what became of the one message that the result is about; `hide` strikes the target's secrets out."""
    from apprise import AppriseResultStatus  # noqa: PLC0415 - apprise takes half a second to import

    attempts = [attempt for each in result.results for attempt in each.attempts]
    lines = [entry.message for entry in result.logs()]
    if not attempts:
        return Refused("Apprise could not prepare the message")
    # Of the attempt, not of the result: a URL with `?optional=yes` calls its every failure a success.
    status = attempts[-1].status
    if status is AppriseResultStatus.SUCCESS:
        return Sent()
    if status is AppriseResultStatus.TIMEOUT:
        return Unknown("timed out; it may have gone out")
    return read_failure(lines, hide)


def find_text_sent(result: "AppriseResult") -> bool:
    """Say whether the text went out before whatever failed: Slack's bots are sent a picture after it."""
    return any(entry.message.startswith(_TEXT_SENT) for entry in result.logs())


def read_failure(lines: Sequence[str], hide: Callable[[str], str] = str) -> Outcome:
    """Return the outcome of a failed attempt by the lines that Apprise logged."""
    text = "\n".join(lines)
    codes = _CODE.findall(text)
    if codes:
        return _read_code(int(codes[-1]), text, hide)
    for mark, words in _NEVER_CONNECTED:
        if mark in text:
            return Retry(words)
    if any(mark in text for mark in _AFTER_SENDING):
        return Unknown("the connection broke before an answer came; it may have gone out")
    return Retry("the target could not be reached")


def _read_code(code: int, text: str, hide: Callable[[str], str]) -> Outcome:
    asked = _RETRY_AFTER.search(text)
    after = float(asked.group(1)) if asked else None
    if 200 <= code < 300:
        word = _ERROR_WORD.search(text)
        if word is None:
            return Unknown(f"HTTP {code}, but not the answer that says it was taken; it may have gone out")
        if word.group(1) in _PASSING_WORDS:
            return Retry(f"HTTP {code}: {word.group(1)}", after)
        return Refused(f"HTTP {code}: {hide(word.group(1))}")
    reason = f"HTTP {code}{_phrase(code)}"
    if code >= 500 or code in _PASSING:
        return Retry(reason, after)
    return Refused(reason)


def _phrase(code: int) -> str:
    try:
        return f" {http.HTTPStatus(code).phrase}"
    except ValueError:
        return ""
