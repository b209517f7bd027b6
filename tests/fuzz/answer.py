"""What Apprise logs of a failed send, which quotes what the target's server said."""

from flowalert.delivery.answer import read_failure
from flowalert.delivery.outcome import Refused, Retry, Unknown
from flowalert.delivery.remedy import find_remedy
from tests.fuzz.target import Target, text_of

_SEEDS = [
    b'Failed to send: error=429.\nResponse Details:\r\n{"ok":false,"parameters":{"retry_after":35}}',
    b"error=200\n{'ok': False, 'error': 'ratelimited'}",
    b"HTTPSConnectionPool(host='x', port=443): Read timed out.",
    b"error=500",
]


def run(data: bytes) -> None:
    outcome = read_failure(text_of(data).split("\n"))
    assert isinstance(outcome, Refused | Retry | Unknown)
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 120
    find_remedy(outcome)
    if isinstance(outcome, Retry) and outcome.after is not None:
        assert 0 <= outcome.after < 1e6 + 1


def _bombs() -> list[bytes]:
    return [
        b"error=" * 2_000_000,
        b"error=429 retry_after" + b"-" * 10_000_000,
        b"error=429" + b"retry after" * 1_000_000,
        b"error=200" + b'"error" : "' * 1_000_000,
        b"error=200 'error'" + b" " * 10_000_000,
        b"\n" * 10_000_000,
    ]


TARGET = Target(run, _SEEDS, _bombs)
