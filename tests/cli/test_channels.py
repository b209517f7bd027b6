"""`flowalert channels`: who is told of what, and whether they can be."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowalert.cli.channels import channels
from tests.cli.settled import invoke, write_settings
from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder

FEED = (
    'feed: {domain: "ws://127.0.0.1:9/", token_url: "http://127.0.0.1:9/", appkey: planted-key, appsecret: planted}\n'
)
CHANNELS = """\
channels:
  desk: {targets: ["slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001", "json://u:hunter2@127.0.0.1:9/planted"]}
  phone: {targets: ["tgram://123456789:planted_bot_token/12315544"], charts: true}
  idle: {targets: ["json://127.0.0.1:10/"]}
rules: [rules.yaml]
"""
RULES = """\
defaults: {sectors: [kospi], investors: [foreign], notify: [desk]}
rules:
  - {name: a, when: msval > 0, notify: [desk, phone]}
  - {name: off, when: msval > 0, enabled: false}
"""
MANY = "".join(f"  - {{name: rule-{number}, when: msval > 0}}\n" for number in range(8))
SECRETS = ("hunter2", "planted", "plantedWebhookTokenNr001", "planted_bot_token", "B0PLANTED")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_settings(tmp_path, FEED + CHANNELS, RULES + MANY)


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def probing(folder: Path, **urls: str) -> Path:
    """Write settings with a channel for each URL."""
    lines = "".join(f'  {name}: {{targets: ["{url}"]}}\n' for name, url in urls.items())
    return write_settings(folder, f"{FEED}channels:\n{lines}rules: [rules.yaml]\n")


def test_channels_are_listed_with_their_targets_and_rules(folder: Path) -> None:
    """A channel that no rule reaches says so, as does what is switched off; no secret of a URL is shown."""
    done = invoke(channels, folder)
    assert done.exit_code == 0
    assert rows(done.stdout) == [
        ["channel", "targets", "rules"],
        ["desk", "slack", "9", "a, rule-0, rule-1, rule-2, rule-3 and 4 more (-v names them)"],
        ["json 127.0.0.1:9"],
        ["phone", "tgram", "1", "a"],
        ["with charts"],
        ["idle", "json 127.0.0.1:10", "0", "no rule reaches it"],
        ["Switched off: off"],
    ]
    assert not [secret for secret in SECRETS if secret in done.output]


def test_verbose_names_every_rule(folder: Path) -> None:
    """However many there are."""
    assert "rule-3, rule-4, rule-5, rule-6, rule-7 " in invoke(channels, folder, "-v").stdout


def test_programs_are_given_the_same(folder: Path) -> None:
    """Of the channels that are named, or of all."""
    found = json.loads(invoke(channels, folder, "--format", "json", "phone", "idle").stdout)
    assert [(each["name"], each["targets"], each["rules"]) for each in found.pop("channels")] == [
        ("phone", ["tgram"], ["a"]),
        ("idle", ["json 127.0.0.1:10"], []),
    ]
    assert found == {
        "targets": [
            {
                "target": "tgram",
                "places": [{"channel": "phone", "number": 1}],
                "rules": {"a": ["phone"]},
                "takes_pictures": True,
            },
            {
                "target": "json 127.0.0.1:10",
                "places": [{"channel": "idle", "number": 1}],
                "rules": {},
                "takes_pictures": True,
            },
        ],
        "inhibitions": [],
        "unreached": ["idle"],
        "unheard": [],
        "disabled": ["off"],
    }


POLICIES = """\
channels:
  desk:
    targets: ["slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001", "json://u:hunter2@127.0.0.1:9/planted"]
    language: en
    quiet_hours: [22:00-07:00, sat-sun]
    group_wait: 5s
    group_interval: 1m
    rate: 20/10m
    expires_after: 30m
    fallback: mail
    escalate: {to: boss, after: 5m}
    header: "{{ count }}"
    line: "{{ rule }}"
    charts: true
  phone:
    targets: ["json://u:hunter2@127.0.0.1:9/planted"]
    min_severity: critical
    group: false
  mail: {targets: ["json://127.0.0.1:10/"]}
  boss: {targets: ["json://127.0.0.1:11/"], quiet_hours: closing_auction, quiet_min_severity: warning}
inhibit:
  - {source: rule=grave, target: "rule=mild,severity<critical", equal: [sector]}
rules: [rules.yaml]
"""
OF_ALL_SEVERITIES = """\
defaults: {sectors: [kospi], investors: [foreign], notify: [desk, phone]}
rules:
  - {name: rises, when: msval > 0, levels: {critical: msval > 100억}}
  - {name: mild, when: msval > 0, severity: info}
  - {name: grave, when: msval > 0, severity: critical}
  - {name: unheard, when: msval > 0, notify: [phone]}
"""


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    """A folder with channels that have a policy, and rules of every severity."""
    return write_settings(tmp_path, FEED + POLICIES, OF_ALL_SEVERITIES)


def test_a_channel_says_what_is_not_usual_in_it(strict: Path) -> None:
    """All of its policy where that is another than if targets alone were named, and nothing of a secret."""
    done = invoke(channels, strict)
    assert rows(done.stdout) == [
        ["channel", "targets", "rules"],
        ["desk", "slack", "3", "rises, mild, grave"],
        ["json 127.0.0.1:9", "in English"],
        ["quiet 00:00-07:00, 22:00-24:00 every day, 00:00-24:00 sat-sun, but for what is critical"],
        ["gathers alerts for 5s"],
        ["a message every 1m at most"],
        ["at most 20 messages in 10m"],
        ["late after 30m"],
        ["mail is told what cannot be told here"],
        ["boss is told what is critical and nobody acknowledges in 5m"],
        ["header and line of its own"],
        ["with charts"],
        ["no charts on slack: it takes no pictures"],
        ["phone", "json 127.0.0.1:9", "2", "grave"],
        ["only while critical: rises"],
        ["never critical: mild, unheard"],
        ["critical only"],
        ["a message for each alert"],
        ["mail", "json 127.0.0.1:10", "0", "told what desk cannot be told"],
        ["boss", "json 127.0.0.1:11", "0", "told what nobody acknowledges in desk"],
        ["quiet 15:20-15:30 on trading days, but for what is warning or graver"],
        ["json 127.0.0.1:9 is in desk and phone, each of which tells it of rises, grave"],
        ["Inhibited: while rule grave fires, rule mild, severity below critical is not told, where sector is the same"],
        ["Nobody is told of 1 rule: unheard"],
    ]
    assert not [secret for secret in SECRETS if secret in done.output]


def test_programs_are_given_every_policy(strict: Path) -> None:
    """In seconds; of texts only which there are, and of a target by which channels a rule reaches it."""
    done = invoke(channels, strict, "--format", "json")
    found = json.loads(done.stdout)
    desk, phone, *_ = found["channels"]
    assert (phone["rules"], phone["partly"], phone["beneath"]) == (["rises", "grave"], ["rises"], ["mild", "unheard"])
    assert (desk["rate"], desk["group_wait"], desk["texts"]) == ({"count": 20, "seconds": 600}, 5.0, ["header", "line"])
    assert desk["escalate"] == {"to": "boss", "after": 300.0, "min_severity": "critical"}
    assert found["targets"][1]["rules"] == {"rises": ["desk", "phone"], "mild": ["desk"], "grave": ["desk", "phone"]}
    assert [each["target"] for each in found["inhibitions"]] == ["rule=mild,severity<critical"]
    assert (found["unreached"], found["unheard"]) == ([], ["unheard"])
    assert not [secret for secret in SECRETS if secret in done.output]


def test_without_channels_nobody_is_told(tmp_path: Path) -> None:
    """Every rule is named as one that nobody hears of."""
    write_settings(tmp_path, FEED + "rules: [rules.yaml]\n")
    done = invoke(channels, tmp_path)
    assert "No channels" in done.stdout
    assert "Nobody is told of 1 rule: sellers" in done.stdout
    assert json.loads(invoke(channels, tmp_path, "--format", "json").stdout)["unheard"] == ["sellers"]
    assert invoke(channels, tmp_path, "--test").stdout == "no target to test\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dsk",), "no channel 'dsk'; did you mean desk?"),
        (("zzzz",), "there is desk, phone, idle"),
        (("--test", "--timeout", "soon"), "write a stretch of time"),
    ],
)
def test_wrong_usage_says_what_instead(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """With exit code 2."""
    done = invoke(channels, folder, *arguments)
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())


def answer_by_path(answers: dict[str, Answer]) -> Callable[[Request], Answer]:
    return lambda request: answers[request.path.strip("/")]


def url_of(recorder: Recorder, path: str) -> str:
    return f"json://u:hunter2@127.0.0.1:{recorder.port}/{path}?rto=60"


def probe(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = invoke(channels, folder, "--test", "--format", "json", *arguments)
    return done.exit_code, json.loads(done.stdout)["answers"]


def test_every_target_is_sent_a_message(tmp_path: Path) -> None:
    """In its channel's language, with the channel's name; a target of two channels once. All taken is exit code 0."""
    with open_recorder() as recorder:
        one, two = url_of(recorder, "one"), url_of(recorder, "two")
        settings = (
            f'{FEED}channels:\n  desk: {{targets: ["{one}"]}}\n  all: {{language: en, targets: ["{two}", "{one}"]}}\n'
        )
        write_settings(tmp_path, settings + "rules: [rules.yaml]\n")
        done = invoke(channels, tmp_path, "--test")
    assert done.exit_code == 0
    label = f"json 127.0.0.1:{recorder.port}"
    assert sorted(row[:3] for row in rows(done.stdout)[:2]) == [["ok", label, "all 1"], ["ok", label, "desk 1, all 2"]]
    assert done.stdout.endswith("2 of 2 targets took the message\n")
    told = {request.path.strip("/"): request.json for request in recorder.requests}
    assert len(recorder.requests) == 2
    assert told["one"]["title"] == "flowalert 시험 알림"
    assert "desk 채널의 시험입니다" in told["one"]["message"]
    assert told["two"]["title"] == "flowalert test"
    assert "the channel all" in told["two"]["message"]


def test_each_target_answers_for_itself(tmp_path: Path) -> None:
    """Refused, failed, unreachable, hanging: each with its reason and what to do; one that fails is exit code 1."""
    answers = {"good": Answer(), "gone": Answer(404), "ill": Answer(503), "hangs": Answer(hang=True)}
    with open_recorder(answer_by_path(answers)) as recorder:
        urls = {name: url_of(recorder, name) for name in answers}
        probing(tmp_path, **urls, dead="json://127.0.0.1:1/")
        code, found = probe(tmp_path, "--timeout", "2s")
    assert code == 1
    by_name = {each["places"][0]["channel"]: each for each in found}
    assert list(by_name) == [*answers, "dead"]
    assert {name: (each["result"], each["reason"]) for name, each in by_name.items()} == {
        "good": ("ok", ""),
        "gone": ("refused", "HTTP 404 Not Found"),
        "ill": ("failed", "HTTP 503 Service Unavailable"),
        "hangs": ("unknown", "no answer within 2 s; it may have gone out"),
        "dead": ("failed", "connection refused"),
    }
    assert {name: each["remedy"] for name, each in by_name.items()} == {
        "good": "",
        "gone": "there is no such webhook, bot or chat any more; make a new one and take over its URL",
        "ill": "the target's service has a fault of its own; test again later",
        "hangs": "look whether the message is there; if not, look at the target's host and test again",
        "dead": "nothing listens there; look at the host and the port, and whether the server runs",
    }


def test_targets_are_tried_all_at_once(tmp_path: Path) -> None:
    """Three that wait for each other are all answered: none waits for the one before it."""
    together = threading.Barrier(3)

    def respond(_: Request) -> Answer:
        together.wait(timeout=30)
        return Answer()

    with open_recorder(respond) as recorder:
        probing(tmp_path, **{name: url_of(recorder, name) for name in ("a", "b", "c")})
        code, found = probe(tmp_path)
    assert code == 0
    assert [each["result"] for each in found] == ["ok"] * 3


def test_a_failure_in_a_terminal_says_what_to_do_without_a_secret(tmp_path: Path) -> None:
    """The reason beside the target, and the remedy below it; only the channels that are named are tried."""
    with open_recorder(lambda _: Answer(401)) as recorder:
        probing(tmp_path, desk=url_of(recorder, "planted"), other=url_of(recorder, "other"))
        done = invoke(channels, tmp_path, "--test", "desk")
    assert done.exit_code == 1
    first, second, last = rows(done.stdout)
    assert first[:3] == ["refused", f"json 127.0.0.1:{recorder.port}", "desk 1: HTTP 401 Unauthorized"]
    assert second == ["the token or password in the URL is wrong or has been withdrawn; make a new one"]
    assert last == ["0 of 1 targets took the message"]
    assert [request.path.strip("/") for request in recorder.requests] == ["planted"]
    assert not [secret for secret in SECRETS if secret in done.output]


def test_a_missing_package_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    """At its line, ready to be pasted into a shell."""
    probing(tmp_path, desk="growl://hunter2@127.0.0.1")
    done = invoke(channels, tmp_path, "--test")
    assert done.exit_code == 1
    assert "flowalert.yaml:3:" in done.stderr
    assert (
        "`growl://` needs a Python package that is missing beside flowalert; install it: pip install gntp"
        in done.stderr
    )
    assert "hunter2" not in done.output
