"""From a URL to a target, or to words without secrets."""

import re

import pytest

from flowalert.delivery import Target, TargetProblem, parse_target

SLACK = "slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"
TELEGRAM = "tgram://123456789:planted_bot_token/12315544"


@pytest.mark.parametrize(
    ("url", "label"),
    [
        (SLACK, "slack"),
        (TELEGRAM, "tgram"),
        ("json://someone:hunter2@127.0.0.1:8080/hook?+X-Key=hunter2", "json 127.0.0.1:8080"),
        ("https://hooks.slack.com/services/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", "slack"),
        ("mailto://someone:hunter2@example.com", "mailto"),
    ],
)
def test_a_url_becomes_a_target_with_a_safe_label(url: str, label: str) -> None:
    """Neither label nor key nor repr has anything of the URL but its scheme, and the host where it is no secret."""
    target = parse_target(url)
    assert isinstance(target, Target)
    assert target.address.label == label
    assert re.fullmatch("[0-9a-f]{16}", target.address.key)
    assert repr(target) == f"Target({label!r}, {target.address.key!r})"


def test_the_key_is_the_same_at_every_start() -> None:
    """And another for another destination of the same account."""
    one, again, other = (parse_target(url) for url in (TELEGRAM, f" {TELEGRAM} ", TELEGRAM + "5"))
    assert isinstance(one, Target)
    assert isinstance(again, Target)
    assert isinstance(other, Target)
    assert one.address.key == again.address.key != other.address.key


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("slak://T0PLANTED/SECRET", "`slak://` is no scheme that Apprise knows; did you mean `slack://`?"),
        ("qqqqqqqq://SECRET", "`qqqqqqqq://` is no scheme .* https://appriseit.com/services/"),
        ("https://example.com/SECRET", "`https://` is no scheme that Apprise knows"),
        ("T0PLANTED/B0PLANTED/SECRET", "not an Apprise URL: it starts with no `scheme://`"),
        ("", "not an Apprise URL"),
        ("slack://SECRET/", r"a `slack://` URL .* expected `slack://\{token_a\}/\{token_b\}/\{token_c\}`"),
        (
            "growl://SECRET@host",
            "`growl://` needs a Python package that is missing beside flowalert; install it: pip install gntp",
        ),
        ("mqtt://SECRET@host/topic", "`mqtt://` needs .* pip install 'paho-mqtt>="),
        (SLACK + "/#SECRET/#b", "a Slack URL with 2 destinations: .* write one URL for each"),
        (TELEGRAM + "/555", "a Telegram URL with 2 destinations"),
    ],
)
def test_what_is_wrong_with_a_url_is_said_without_it(url: str, words: str) -> None:
    """What was found and what to write instead; never a part of the URL that could be a secret."""
    problem = parse_target(url)
    assert isinstance(problem, TargetProblem)
    assert re.search(words, problem.text)
    assert "SECRET" not in problem.text
