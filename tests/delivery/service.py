"""Slack, Telegram and Discord as they answer, for as much of a message as they check."""

import re

from tests.delivery.http_recorder import Answer, Request
from tests.delivery.reader import read_telegram

SLACK = "slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"
SLACK_BOT = "slack://xoxb-1234-1234-abc124/#desk"
TELEGRAM = "tgram://123456789:planted_bot_token/12315544"
DISCORD = "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz"

_BOT = "/bot123456789:planted_bot_token/"


def slack(request: Request) -> Answer:
    """Answer as Slack's incoming webhooks do. Source: Slack's API documents."""
    if (request.host, request.path) != ("hooks.slack.com", "/services/T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"):
        return Answer(404, b"no_service")
    (attachment,) = request.json["attachments"]
    return Answer(200, b"ok") if attachment["text"] else Answer(400, b"no_text")


def slack_bot(request: Request) -> Answer:
    """Answer as Slack's API does to a bot that may not upload. Source: Slack's API documents."""
    if request.path == "/api/chat.postMessage":
        return Answer(200, b'{"ok":true,"channel":"C1","ts":"1.2"}')
    return Answer(200, b'{"ok":false,"error":"missing_scope"}')


def telegram(request: Request) -> Answer:
    """Answer as Telegram's bot API does: it takes no tag but its own, and none left open. Source: its documents."""
    if request.host != "api.telegram.org" or request.path not in {
        f"{_BOT}sendMessage",
        f"{_BOT}SendPhoto",
        f"{_BOT}sendPhoto",
    }:
        return Answer(404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
    if request.path.lower().endswith("sendphoto"):
        return Answer(200, b'{"ok":true,"result":{"message_id":2}}')
    payload = request.json
    try:
        text = "\n".join(read_telegram(payload["text"]))
    except AssertionError:
        return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: can\'t parse entities"}')
    if payload["parse_mode"] != "HTML" or len(text) > 4096:
        return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}')
    return Answer(200, b'{"ok":true,"result":{"message_id":1}}')


def discord(request: Request) -> Answer:
    """Answer as Discord's webhooks do. Source: its documents."""
    if request.host != "discord.com" or not re.match(r"/api/webhooks/123456789012345678/[a-z]+", request.path):
        return Answer(404, b'{"message": "Unknown Webhook", "code": 10015}')
    if request.headers["Content-Type"].startswith("multipart/form-data"):
        return Answer(200, b"{}")
    content = request.json["content"]
    if not 0 < len(content) <= 2000:
        return Answer(400, b'{"content": ["Must be 2000 or fewer in length."]}')
    return Answer(204, b"")
