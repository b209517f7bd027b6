"""Apprise's log lines, read once: what they make of an attempt."""

import pytest

from flowalert.delivery.answer import read_failure
from flowalert.delivery.outcome import Outcome, Refused, Retry, Unknown

SECRET = "https://api.telegram.org/bot123:SECRET/sendMessage"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("Failed to send Slack notification: Bad Request, error=400.", Refused("HTTP 400 Bad Request")),
        ("... error=401.", Refused("HTTP 401 Unauthorized")),
        ("... error=404.", Refused("HTTP 404 Not Found")),
        ("... error=302.", Refused("HTTP 302 Found")),
        ("... error=408.", Retry("HTTP 408 Request Timeout")),
        ("... error=429.", Retry("HTTP 429 Too Many Requests")),
        ("... error=500.", Retry("HTTP 500 Internal Server Error")),
        ("... error=520.", Retry("HTTP 520")),
        ("retry after 7, error=429.", Retry("HTTP 429 Too Many Requests", 7)),
        ('error=429.\nb\'{"parameters":{"retry_after":3}}\'', Retry("HTTP 429 Too Many Requests", 3)),
        ("error=429.\nb'{\"retry_after\": 0.75}'", Retry("HTTP 429 Too Many Requests", 0.75)),
        ('error=200.\nb\'{"ok":false,"error":"not_in_channel"}\'', Refused("HTTP 200: not_in_channel")),
        ('error=200.\nb\'{"ok":false,"error":"ratelimited"}\'', Retry("HTTP 200: ratelimited")),
        (
            "error=200.\nb'<html>'",
            Unknown("HTTP 200, but not the answer that says it was taken; it may have gone out"),
        ),
        (
            f"Socket Exception: {SECRET}: Read timed out. (read timeout=4.0)",
            Unknown("the connection broke before an answer came; it may have gone out"),
        ),
        (
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            Unknown("the connection broke before an answer came; it may have gone out"),
        ),
        (
            f"Max retries exceeded with url: {SECRET} (Caused by NewConnectionError('... Connection refused'))",
            Retry("connection refused"),
        ),
        ("Caused by NameResolutionError(...)", Retry("the name of its host is not known")),
        ("Caused by ConnectTimeoutError(...)", Retry("no connection in time")),
        ("CERTIFICATE_VERIFY_FAILED", Retry("the certificate of its host is not trusted")),
        ("something nobody has seen", Retry("the target could not be reached")),
    ],
)
def test_a_failure_is_read_from_its_lines(line: str, outcome: Outcome) -> None:
    """Refused for good, to be tried again, or unknown; the reason is ours and holds nothing of the lines."""
    assert read_failure([line]) == outcome
