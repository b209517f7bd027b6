"""A browser's end of the news, as the standard for server-sent events has it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import trio

from flowalert.web.live.news import News
from flowalert.web.live.stream import Stream


class Browser:
    """Follows news by one connection after the other; each may break after any byte.

    What changes: `place`, the last id that it saw in full, what it was told since it was made, in order, and `retry`.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.news: list[Any] = []
        self.begun_again = 0
        self.retry = 0

    async def connect(self, news: News, most: int) -> None:
        """Read until so many bytes have come, then be gone; or until the service ends the answer."""
        text = b""
        is_gone = trio.Event()

        async def receive() -> Mapping[str, Any]:
            await is_gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            nonlocal text
            await trio.lowlevel.checkpoint()
            text += message.get("body", b"")
            if len(text) >= most:
                is_gone.set()

        await Stream(news, self.place)({"type": "http", "method": "GET"}, receive, send)  # type: ignore[arg-type] # ASGI by other names
        self.read(text[:most])

    def read(self, text: bytes) -> None:
        """Take in what came by one connection: events of which the end did not come are none."""
        *events, _ = text.decode(errors="ignore").split("\n\n")
        for event in events:
            fields = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line and line[0] != ":")
            self.place = fields.get("id", self.place)
            self.retry = int(fields.get("retry", self.retry))
            match fields.get("event"):
                case "news":
                    self.news.append(msgspec.json.decode(fields["data"]))
                case "again":
                    self.begun_again += 1

    @property
    def points(self) -> list[Any]:
        return [point for piece in self.news for point in piece["points"]]
