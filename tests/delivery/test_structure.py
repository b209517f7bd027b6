"""What arrives of a message with structure at the services, unpatched Apprise and real sockets between."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from flowalert.delivery import Target, parse_target
from flowalert.delivery.message import Line, Message, Style
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent
from flowalert.engine.transition import Kind, Severity
from tests.delivery.connect_proxy import Proxy
from tests.delivery.http_recorder import Answer, Request, open_recorder
from tests.delivery.reader import read_discord, read_slack, read_telegram, squeeze
from tests.delivery.service import DISCORD, SLACK, SLACK_BOT, TELEGRAM, discord, slack, slack_bot, telegram

WITHIN = timedelta(seconds=20)
HOSTILE = "<!channel> @everyone *x* </pre> & <b>"
# The smallest picture that is one.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)


def row(*cells: str) -> Line:
    return Line(style=Style.ROW, cells=cells)


MESSAGE = Message(
    title="⚠ [주의] <b> & *외국인*",
    lines=(
        Line("코스피 & 코스닥", Style.HEADING),
        row("시장", "투자자", "순매수"),
        row("코스피", "외국인", "🔵 -1,234억"),
        row("코스닥", "<기관>", "🔴 +56억"),
        Line(HOSTILE),
        Line("09:51:00 발표 · 판단까지 0.8초", Style.NOTE),
    ),
    kind=Kind.FIRING,
    severity=Severity.WARNING,
)
LONG = replace(
    MESSAGE,
    lines=(
        Line("순매수", Style.HEADING),
        *(row(f"{number:03}", "코스피", "외국인", f"-{number * 7919:,}억") for number in range(300)),
        Line("09:51:00 발표", Style.NOTE),
    ),
)


async def send(url: str, message: Message = MESSAGE, *, within: timedelta = WITHIN) -> Outcome:
    target = parse_target(url)
    assert isinstance(target, Target)
    return await target.send(message, within=within)


async def test_slack_gets_mrkdwn(proxied: Callable[..., Proxy]) -> None:
    """Bold, a block of code and small print; what looks like markup or a call is shown as it was written."""
    proxy = proxied(slack)
    assert await send(SLACK) == Sent()
    (request,) = proxy.requests
    assert request.json["mrkdwn"] is True
    (attachment,) = request.json["attachments"]
    assert attachment["title"] == "⚠ [주의] &lt;b&gt; &amp; *외국인*"
    star = "<!date^00000000^{_}|*>"
    assert attachment["text"] == "\n".join(
        [
            "*코스피 &amp; 코스닥*",
            "```",
            "시장    투자자       순매수",
            "코스피  외국인  🔵 -1,234억",
            "코스닥  &lt;기관&gt;     🔴 +56억",
            "```",
            f"&lt;!channel&gt; @everyone {star}x{star} &lt;/pre&gt; &amp; &lt;b&gt;",
            "_09:51:00 발표 · 판단까지 0.8초_",
        ]
    )


async def test_slack_gets_mrkdwn_in_blocks(proxied: Callable[..., Proxy]) -> None:
    """Of which each takes less than an attachment."""
    proxy = proxied(lambda _: Answer(200, b"ok"))
    outcome = await send(f"{SLACK}?blocks=yes", LONG)
    assert isinstance(outcome, Sent)
    assert outcome.shortened
    header, section, *_ = proxy.requests[0].json["attachments"][0]["blocks"]
    assert header["text"]["text"] == "⚠ [주의] &lt;b&gt; &amp; *외국인*"
    assert section["text"]["type"] == "mrkdwn"
    assert 2900 < len(section["text"]["text"]) <= 3000
    expect_whole_rows(read_slack(section["text"]["text"]))


async def test_telegram_gets_its_html(proxied: Callable[..., Proxy]) -> None:
    """No tag but its own, every one closed."""
    proxy = proxied(telegram)
    assert await send(TELEGRAM) == Sent()
    (request,) = proxy.requests
    assert request.json["parse_mode"] == "HTML"
    assert request.json["text"] == (
        "<b>⚠ [주의] &lt;b&gt; &amp; *외국인*</b>\r\n"
        "<b>코스피 &amp; 코스닥</b>\n"
        "<pre>시장    투자자       순매수\n"
        "코스피  외국인  🔵 -1,234억\n"
        "코스닥  &lt;기관&gt;     🔴 +56억</pre>\n"
        "&lt;!channel&gt; @\u200beveryone *x* &lt;/pre&gt; &amp; &lt;b&gt;\n"
        "<i>09:51:00 발표 · 판단까지 0.8초</i>"
    )


async def test_discord_gets_its_markdown(proxied: Callable[..., Proxy]) -> None:
    """And nobody is called by it."""
    proxy = proxied(discord)
    assert await send(DISCORD) == Sent()
    (request,) = proxy.requests
    assert request.json["content"] == (
        "⚠ \\[주의\\] \\<b\\> & \\*외국인\\*\r\n"
        "**코스피 & 코스닥**\n"
        "```\n"
        "시장    투자자       순매수\n"
        "코스피  외국인  🔵 -1,234억\n"
        "코스닥  <기관>     🔴 +56억\n"
        "```\n"
        "\\<!channel\\> @\u200beveryone \\*x\\* \\</pre\\> & \\<b\\>\n"
        "-# 09:51:00 발표 · 판단까지 0.8초"
    )


def expect_whole_rows(seen: list[str]) -> None:
    """Expect the heading, a beginning of the rows, the count of the others and the small print."""
    heading, *rows, more, note = [squeeze(line) for line in seen]
    assert (heading, note) == ("순매수", "09:51:00 발표")
    assert rows == [" ".join(line.cells) for line in LONG.lines[1 : len(rows) + 1]]
    assert more == f"외 {300 - len(rows)}건"


async def test_slack_takes_three_hundred_rows(proxied: Callable[..., Proxy]) -> None:
    """They are far below what an attachment takes."""
    proxy = proxied(slack)
    assert await send(SLACK, LONG) == Sent()
    text = proxy.requests[0].json["attachments"][0]["text"]
    _, *rows, _ = [squeeze(line) for line in read_slack(text)]
    assert rows == [" ".join(line.cells) for line in LONG.lines[1:-1]]


async def test_telegram_takes_whole_rows(proxied: Callable[..., Proxy]) -> None:
    """As many as there is room for, the table closed behind them."""
    proxy = proxied(telegram)
    outcome = await send(TELEGRAM, LONG)
    assert isinstance(outcome, Sent)
    assert outcome.shortened.endswith(f" to {len(proxy.requests[0].json['text']):,} characters")
    assert 4000 < len(proxy.requests[0].json["text"]) <= 4096
    expect_whole_rows(read_telegram(proxy.requests[0].json["text"])[1:])


async def test_discord_takes_whole_rows(proxied: Callable[..., Proxy]) -> None:
    """The title is in its limit."""
    proxy = proxied(discord)
    assert isinstance(await send(DISCORD, LONG), Sent)
    content = proxy.requests[0].json["content"]
    assert 1900 < len(content) <= 2000
    expect_whole_rows(read_discord(content.replace("\r\n", "\n"))[1:])


@pytest.mark.parametrize(("url", "answer"), [(TELEGRAM, telegram), (DISCORD, discord)])
async def test_a_split_message_is_marked_up_nowhere(
    proxied: Callable[..., Proxy], url: str, answer: Callable[[Request], Answer]
) -> None:
    """Where the URL has Apprise part it: all of it arrives, escaped."""
    proxy = proxied(answer)
    hostile = replace(LONG, lines=(*LONG.lines, Line(HOSTILE)))
    assert await send(f"{url}?overflow=split", hostile) == Sent()
    assert len(proxy.requests) > 1
    last = proxy.requests[-1].json
    assert "@\u200beveryone" in last.get("text", last.get("content"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "flow 1?.png"
    path.write_bytes(PNG)
    return path


@pytest.mark.parametrize(("url", "answer"), [(TELEGRAM, telegram), (DISCORD, discord)])
async def test_a_picture_goes_behind_its_text(
    proxied: Callable[..., Proxy], picture: Path, url: str, answer: Callable[[Request], Answer]
) -> None:
    """As a message of its own, so that each can fail by itself."""
    proxy = proxied(answer)
    assert await send(url, replace(MESSAGE, attachment=picture)) == Sent()
    text, photo = proxy.requests
    assert "외국인" in text.body.decode("unicode_escape")
    assert PNG in photo.body
    assert b"flow 1?.png" in photo.body or b"flow%201" in photo.body


@pytest.mark.parametrize(("url", "answer"), [(TELEGRAM, telegram), (DISCORD, discord)])
async def test_a_picture_that_is_refused_costs_no_text(
    proxied: Callable[..., Proxy], picture: Path, url: str, answer: Callable[[Request], Answer]
) -> None:
    """The text went out, and is not sent again; why the picture did not is said."""

    def refuse_pictures(request: Request) -> Answer:
        return Answer(413, b"{}") if PNG in request.body else answer(request)

    proxied(refuse_pictures)
    outcome = await send(url, replace(MESSAGE, attachment=picture))
    assert isinstance(outcome, Sent)
    assert outcome.pictureless.startswith("without its picture: HTTP 413")


async def test_a_picture_that_hangs_costs_no_text(proxied: Callable[..., Proxy], picture: Path) -> None:
    """Past the bound of the send, what is known of the text holds."""
    proxied(lambda request: Answer(hang=True) if PNG in request.body else discord(request))
    with trio.fail_after(20):
        outcome = await send(f"{DISCORD}?rto=60", replace(MESSAGE, attachment=picture), within=timedelta(seconds=3))
    assert outcome == Sent(pictureless="without its picture: no answer within 3 s")


async def test_a_text_that_fails_takes_its_picture_along(proxied: Callable[..., Proxy], picture: Path) -> None:
    """Nothing is there to be seen twice when it is tried again."""
    proxy = proxied(lambda _: Answer(500, b"{}"))
    outcome = await send(DISCORD, replace(MESSAGE, attachment=picture))
    assert outcome == Retry("HTTP 500 Internal Server Error")
    assert len(proxy.requests) == 1


async def test_a_webhook_of_slack_takes_no_picture(proxied: Callable[..., Proxy], picture: Path) -> None:
    """It gets the text alone, and nothing is amiss."""
    proxy = proxied(slack)
    assert await send(SLACK, replace(MESSAGE, attachment=picture)) == Sent()
    assert len(proxy.requests) == 1


async def test_a_bot_of_slack_that_may_not_upload_has_sent_the_text(
    proxied: Callable[..., Proxy], picture: Path
) -> None:
    """Apprise calls that a failure of the whole."""
    proxy = proxied(slack_bot)
    outcome = await send(SLACK_BOT, replace(MESSAGE, attachment=picture))
    assert isinstance(outcome, Sent)
    assert outcome.pictureless.startswith("without its picture: ")
    assert [request.path for request in proxy.requests].count("/api/chat.postMessage") == 1


async def test_a_picture_that_is_not_there_costs_no_text(proxied: Callable[..., Proxy], tmp_path: Path) -> None:
    """It may have been cleared away."""
    proxied(telegram)
    outcome = await send(TELEGRAM, replace(MESSAGE, attachment=tmp_path / "gone.png"))
    assert outcome == Sent(pictureless="without its picture: there is no such file")


async def test_a_request_that_is_refused_for_its_picture_is_sent_without(picture: Path) -> None:
    """Where both go in one; and a target that refuses both refuses."""
    with open_recorder(lambda request: Answer(413 if request.json["attachments"] else 200)) as recorder:
        outcome = await send(f"json://127.0.0.1:{recorder.port}/", replace(MESSAGE, attachment=picture))
        assert outcome == Sent(pictureless="without its picture: HTTP 413 Request Entity Too Large")
        assert [len(request.json["attachments"]) for request in recorder.requests] == [1, 0]
        recorder.respond = lambda _: Answer(404)
        outcome = await send(f"json://127.0.0.1:{recorder.port}/", replace(MESSAGE, attachment=picture))
        assert outcome == Refused("HTTP 404 Not Found")
        recorder.respond = lambda _: Answer(200)
        assert await send(f"json://127.0.0.1:{recorder.port}/", replace(MESSAGE, attachment=picture)) == Sent()
