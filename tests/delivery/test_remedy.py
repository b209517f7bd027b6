"""What a person can do about a target that did not take a message."""

import pytest

from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.delivery.remedy import find_remedy


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Refused("HTTP 403 Forbidden"), "may not write there"),
        (Retry("HTTP 429 Too Many Requests", 37), "wait a little"),
        (Retry("HTTP 599"), "a fault of its own"),
        (Refused("HTTP 418 I'm a Teapot"), "what the target's service says of this code"),
        (Retry("the name of its host is not known"), "typing mistake"),
        (Retry("the certificate of its host is not trusted"), "REQUESTS_CA_BUNDLE"),
        (Retry("the target could not be reached"), "look at the target's URL"),
        (Refused("Apprise could not prepare the message"), "the parts of the URL"),
        (Unknown("timed out; it may have gone out"), "whether the message is there"),
    ],
)
def test_every_failure_has_a_remedy(outcome: Outcome, words: str) -> None:
    """By its code where it has one, else by what kept the message from going out."""
    assert words in find_remedy(outcome)


def test_a_success_needs_none() -> None:
    """Nothing is to be done."""
    assert not find_remedy(Sent())
