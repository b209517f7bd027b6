"""What a person can do about a send that failed: pure, from the reason that was given."""

import re

from flowalert.delivery.outcome import Outcome, Refused, Retry, Unknown

_CODE = re.compile(r"HTTP (\d{3})\b")

_BY_CODE = {
    400: "look at the chat, room or recipient in the URL, and at what the target says of its messages",
    401: "the token or password in the URL is wrong or has been withdrawn; make a new one",
    403: "the token is good, but may not write there; invite the bot, or give it the right to",
    404: "there is no such webhook, bot or chat any more; make a new one and take over its URL",
    405: "the address is not one for messages; look at its path, and whether it wants POST",
    410: "the webhook was deleted; make a new one and take over its URL",
    413: "the target takes shorter texts alone",
    429: "too many messages; wait a little, then test again",
}
_BY_WORDS = (
    ("name of its host", "look for a typing mistake in the host, and at this machine's DNS"),
    ("connection refused", "nothing listens there; look at the host and the port, and whether the server runs"),
    ("no connection in time", "look at the firewall, and whether a proxy is needed (HTTPS_PROXY)"),
    ("not trusted", "have the server's authority trusted (REQUESTS_CA_BUNDLE), or mend its certificate"),
    ("TLS failed", "look whether the port speaks TLS, or write the scheme without it (json instead of jsons)"),
    ("proxy failed", "look at HTTPS_PROXY and at the proxy"),
    ("could not prepare", "look at the parts of the URL; Apprise could make no message of it"),
)


def find_remedy(outcome: Outcome) -> str:
    """Return what to do about an outcome; empty where there is nothing to do."""
    if isinstance(outcome, Unknown):
        return "look whether the message is there; if not, look at the target's host and test again"
    if not isinstance(outcome, Refused | Retry):
        return ""
    code = _CODE.search(outcome.reason)
    if code is not None:
        return _BY_CODE.get(int(code[1])) or (
            "the target's service has a fault of its own; test again later"
            if int(code[1]) >= 500
            else "look at the URL, and at what the target's service says of this code"
        )
    return next((words for mark, words in _BY_WORDS if mark in outcome.reason), "look at the target's URL")
