"""Apprise as it is, over real sockets: Slack and Telegram unpatched, and plain HTTP."""

import html
import io
import itertools
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trio

from flowalert.delivery import Target, parse_target
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent, Unknown
from flowalert.engine.notice import DeliveryState
from flowalert.store import open_store
from tests.delivery.connect_proxy import Proxy
from tests.delivery.desk import Clock, open_desk
from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.delivery.plain import plain
from tests.store.sample import NOW, notice, transition

SLACK = "slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"
SLACK_PATH = "/services/T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"
TELEGRAM = "tgram://123456789:planted_bot_token/12315544"
TELEGRAM_PATH = "/bot123456789:planted_bot_token/sendMessage"
WITHIN = timedelta(seconds=20)
TEXT = "외국인 -300억 <코스피> & 개인"


def target_of(url: str) -> Target:
    target = parse_target(url)
    assert isinstance(target, Target)
    return target


async def send(url: str, *, title: str = "코스피 외국인", within: timedelta = WITHIN) -> Outcome:
    return await target_of(url).send(plain(TEXT, title=title), within=within)


def slack(request: Request) -> Answer:
    """Answer as Slack's incoming webhooks do. Source: Slack's API documents."""
    if request.host != "hooks.slack.com" or request.method != "POST" or request.path != SLACK_PATH:
        return Answer(404, b"no_service")
    payload = request.json
    if not isinstance(payload.get("attachments"), list) and not payload.get("text"):
        return Answer(400, b"no_text")
    return Answer(200, b"ok")


def telegram(request: Request) -> Answer:
    """Answer as Telegram's bot API does. Source: its documents."""
    if request.host != "api.telegram.org" or request.method != "POST" or request.path != TELEGRAM_PATH:
        return Answer(404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
    payload = request.json
    if payload.get("chat_id") not in (12315544, "12315544"):
        return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}')
    if payload.get("parse_mode") == "HTML" and "<코스피>" in payload["text"]:
        return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: can\'t parse entities"}')
    if len(html.unescape(re.sub("<[^>]*>", "", payload["text"]))) > 4096:
        return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}')
    return Answer(200, b'{"ok":true,"result":{"message_id":1}}')


async def test_slack_takes_a_message(proxied: Callable[..., Proxy]) -> None:
    """It arrives at the webhook of the URL, with title and text as they were given."""
    proxy = proxied(slack)
    assert await send(SLACK) == Sent()
    (request,) = proxy.requests
    assert (request.host, request.path) == ("hooks.slack.com", SLACK_PATH)
    written = request.body.decode("unicode_escape")
    assert "코스피 외국인" in written
    assert "-300억" in written


async def test_a_word_of_an_answer_may_be_a_part_of_the_token(proxied: Callable[..., Proxy]) -> None:
    """What a service gives as its reason is no reason where it stands in the URL."""
    answer = {"ok": False, "error": "plantedtoken"}
    proxied(lambda _: Answer(200, json.dumps(answer).encode()))
    url = "slack://xoxb-1234-1234-123plantedtokenofabot4abc/#market"
    assert await send(url) == Refused("HTTP 200: ***")


async def test_telegram_takes_a_message(proxied: Callable[..., Proxy]) -> None:
    """It arrives at the bot's chat, and what looks like markup is escaped."""
    proxy = proxied(telegram)
    assert await send(TELEGRAM) == Sent()
    (request,) = proxy.requests
    payload = request.json
    assert payload["parse_mode"] == "HTML"
    assert "-300억 &lt;코스피&gt; &amp; 개인" in payload["text"]
    assert "코스피 외국인" in payload["text"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(400, b"invalid_payload"), Refused("HTTP 400 Bad Request")),
        (Answer(404, b"no_service"), Refused("HTTP 404 Not Found")),
        (Answer(429, b"rate_limited", {"Retry-After": "3"}), Retry("HTTP 429 Too Many Requests")),
        (Answer(500, b"rollup_error"), Retry("HTTP 500 Internal Server Error")),
    ],
)
async def test_slack_refuses(proxied: Callable[..., Proxy], answer: Answer, outcome: Outcome) -> None:
    """For good, or for now; its `Retry-After` is in a header, which Apprise does not show."""
    proxied(lambda _: answer)
    assert await send(SLACK) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'),
            Refused("HTTP 400 Bad Request"),
        ),
        (
            Answer(403, b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'),
            Refused("HTTP 403 Forbidden"),
        ),
        (
            Answer(
                429,
                b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 37",'
                b'"parameters":{"retry_after":37}}',
                {"Retry-After": "37"},
            ),
            Retry("HTTP 429 Too Many Requests", 37),
        ),
        (
            Answer(429, b'{"ok":false,"parameters":{"retry_after":5}}'),
            Retry("HTTP 429 Too Many Requests", 5),
        ),
        (Answer(502, b"<html>"), Retry("HTTP 502 Bad Gateway")),
    ],
)
async def test_telegram_refuses(proxied: Callable[..., Proxy], answer: Answer, outcome: Outcome) -> None:
    """For good, or for as long as it says."""
    proxied(lambda _: answer)
    assert await send(TELEGRAM) == outcome


def table(characters: int) -> str:
    """Return lines of what a digest says, marks and all, together so long."""
    lines = (f"{number:04} 코스피 <외국인> & 개인 -{number % 997:,}억" for number in itertools.count())
    text = "\n".join(itertools.islice(lines, characters // 20))
    return text[:characters]


async def test_telegram_takes_a_long_message_as_one(proxied: Callable[..., Proxy]) -> None:
    """Ten thousand characters arrive in one request under its limit: whole lines, then how many more there were."""
    proxy = proxied(telegram)
    body = table(10_000)
    outcome = await target_of(TELEGRAM).send(plain(body), within=WITHIN)
    (request,) = proxy.requests
    text = request.json["text"]
    assert 4000 < len(text) <= 4096
    _, *kept, last = html.unescape(text).splitlines()
    assert kept == body.split("\n")[: len(kept)]
    assert last == f"외 {len(body.splitlines()) - len(kept)}줄"
    assert isinstance(outcome, Sent)
    assert outcome.shortened.startswith("shortened from 1")
    assert outcome.shortened.endswith(f" to {len(text):,} characters")


async def test_the_record_of_a_shortened_message_is_whole(proxied: Callable[..., Proxy], tmp_path: Path) -> None:
    """What was to be said stays on disk to the last line, with the reason that less of it was sent."""
    proxied(telegram)
    target, firing, body = target_of(TELEGRAM), transition(), table(10_000)
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], [firing], [notice(firing, target.address, body=body)], now=NOW)
        async with open_desk(store, [target], Clock()) as desk:
            await desk.until_settled(1)
        (sent,) = await store.deliveries()
    assert (sent.state, sent.notice.body) == (DeliveryState.SENT, body)
    assert re.fullmatch(r"accepted, shortened from 1\d,\d{3} to 4,0\d\d characters", sent.reason)


async def test_telegram_takes_what_fits_to_the_last_character(proxied: Callable[..., Proxy]) -> None:
    """The title is counted with its markup; one character more, and the text is shortened."""
    proxy = proxied(telegram)
    taken = len("<b>제목</b>\r\n")
    target = target_of(TELEGRAM)
    assert await target.send(plain("가" * (4096 - taken), title="제목"), within=WITHIN) == Sent()
    assert await target.send(plain("가" * (4097 - taken), title="제목"), within=WITHIN) == Sent(
        "shortened from 4,097 to 4,096 characters"
    )
    assert [len(request.json["text"]) for request in proxy.requests] == [4096, 4096]
    assert proxy.requests[1].json["text"].endswith("가…")


async def test_a_url_that_asks_to_be_split_is_split(proxied: Callable[..., Proxy]) -> None:
    """It says itself what to do with a long text: several messages, and nothing left out."""
    proxy = proxied(telegram)
    body = table(5_000)
    sent = plain(body)
    assert await target_of(f"{TELEGRAM}?overflow=split").send(sent, within=WITHIN) == Sent()
    assert len(proxy.requests) > 1
    assert html.unescape(proxy.requests[-1].json["text"]).endswith(body.splitlines()[-1].strip())


async def test_discord_takes_a_long_message_with_its_title(proxied: Callable[..., Proxy]) -> None:
    """Title, the line end behind it and the text are one content of at most 2,000 characters."""

    def discord(request: Request) -> Answer:
        """Answer as Discord's webhooks do. Source: its documents."""
        if request.host != "discord.com" or len(request.json["content"]) > 2000:
            return Answer(400, b'{"content": ["Must be 2000 or fewer in length."]}')
        return Answer(204, b"")

    proxy = proxied(discord)
    target = target_of("discord://123456789012345678901234/abcdefghijklmnopqrstuvwxyz")
    sent = plain("\n".join(["가" * 19] * 200))
    outcome = await target.send(sent, within=WITHIN)
    (request,) = proxy.requests
    content = request.json["content"]
    assert content == "코스피 외국인\r\n" + ("가" * 19 + "\n") * 99 + "외 101줄"
    assert outcome == Sent(f"shortened from 4,008 to {len(content):,} characters")


async def test_a_certificate_that_is_not_trusted_is_tried_again(
    proxied: Callable[..., Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing went out; the operator may be mending it."""
    proxy = proxied(slack)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert await send(SLACK) == Retry("the certificate of its host is not trusted")
    assert proxy.requests == []


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with open_recorder() as opened:
        yield opened


async def test_a_message_arrives_at_a_local_server(recorder: Recorder) -> None:
    """`json://` posts title and text as they are."""
    assert await send(f"json://127.0.0.1:{recorder.port}/hook") == Sent()
    (request,) = recorder.requests
    assert (request.path, request.json["title"], request.json["message"]) == ("/hook", "코스피 외국인", TEXT)


async def test_a_long_title_is_shortened_alone(recorder: Recorder) -> None:
    """Where the service has a field for it, with a limit of its own."""
    outcome = await send(f"json://127.0.0.1:{recorder.port}/", title="코스피 " * 100)
    (request,) = recorder.requests
    assert (request.json["title"], request.json["message"]) == (("코스피 " * 63)[:249].rstrip() + "…", TEXT)
    assert isinstance(outcome, Sent)
    assert outcome.shortened


async def test_an_optional_url_is_no_success(recorder: Recorder) -> None:
    """Apprise calls the failures of `?optional=yes` successes; they are failures all the same."""
    recorder.respond = lambda _: Answer(400)
    assert await send(f"json://127.0.0.1:{recorder.port}/?optional=yes") == Refused("HTTP 400 Bad Request")


async def test_apprise_does_not_retry_by_itself(recorder: Recorder) -> None:
    """`?retry` in a URL does nothing: retries are flowalert's."""
    recorder.respond = lambda _: Answer(500)
    url = f"json://127.0.0.1:{recorder.port}/?retry=3&wait=0.1"
    assert await send(url) == Retry("HTTP 500 Internal Server Error")
    assert len(recorder.requests) == 1


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    """Nothing went out."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        assert await send(f"json://127.0.0.1:{port}/") == Retry("connection refused")


async def test_an_answer_that_never_comes_is_unknown(recorder: Recorder) -> None:
    """The request was on its way when the plugin's own patience ended."""
    recorder.respond = lambda _: Answer(hang=True)
    outcome = await send(f"json://127.0.0.1:{recorder.port}/?rto=0.2")
    assert outcome == Unknown("the connection broke before an answer came; it may have gone out")


async def test_a_send_is_left_to_itself_past_its_bound(recorder: Recorder) -> None:
    """The outcome is unknown; and while its thread hangs nothing else is begun on the same instance."""
    recorder.respond = lambda _: Answer(hang=True)
    target = target_of(f"json://127.0.0.1:{recorder.port}/?rto=60")
    bound = timedelta(seconds=0.3)
    with trio.fail_after(10):
        assert await target.send(plain(), within=bound) == Unknown("no answer within 0.3 s; it may have gone out")
        assert await target.send(plain(), within=bound) == Retry("the send before is still hanging")
    assert len(recorder.requests) == 1


async def test_secrets_stay_out_of_the_log(proxied: Callable[..., Proxy], capfd: pytest.CaptureFixture[str]) -> None:
    """Apprise's and urllib3's debug lines hold the token; none reaches a log of the service or the terminal."""
    proxied(lambda _: Answer(400, b"{}"))
    root = logging.getLogger()
    written = io.StringIO()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        assert await send(TELEGRAM) == Refused("HTTP 400 Bad Request")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "planted_bot_token" not in written.getvalue() + "".join(capfd.readouterr())


async def test_a_url_that_asks_for_html_gets_it(recorder: Recorder) -> None:
    """What was written arrives escaped, and not as raw marks of another format."""
    target = target_of(f"json://127.0.0.1:{recorder.port}/?format=html")
    sent = plain("**-300억** <b>")
    assert await target.send(sent, within=WITHIN) == Sent()
    assert "**-300억** &lt;b&gt;" in recorder.requests[0].json["message"]
