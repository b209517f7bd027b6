"""A picture of an alert, from the market to the chat: a simulator, the service's own process and a fake of Telegram."""

import json
from pathlib import Path

import pytest
import trio

from flowalert.simulator.server import open_simulator
from flowalert.simulator.session import second_at
from flowalert.simulator.setting import SimulatorSettings
from tests.delivery.connect_proxy import open_proxy
from tests.delivery.drawing import read_png
from tests.delivery.http_recorder import Request
from tests.delivery.service import TELEGRAM, telegram
from tests.program import start_program, stop
from tests.test_service import in_thread, rows, write

RULES = """\
rules:
  - {name: always, summary: 외국인 동향, sectors: [kospi], investors: [foreign], when: abs(msval) >= 0, for: 3m}
"""
PNG = b"\x89PNG\r\n\x1a\n"


def find_picture(requests: list[Request]) -> bytes | None:
    bodies = [request.body for request in list(requests) if PNG in request.body]
    return bodies[0][bodies[0].index(PNG) : bodies[0].rindex(b"IEND") + 8] if bodies else None


async def test_a_chart_follows_its_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text first, with the day so far in it, then the picture, and the delivery is sent whatever becomes of it."""
    settings = SimulatorSettings(speed=60, start=second_at(10, 0))
    log = tmp_path / "err.txt"
    async with open_simulator(settings) as simulator:
        write(tmp_path, RULES, ws_url=simulator.ws_url, token_url=simulator.token_url)
        file = tmp_path / "flowalert.yaml"
        text = file.read_text("utf-8").replace('"json://127.0.0.1:9/hook"', f'"{TELEGRAM}"')
        file.write_text(text.replace("    group: false\n", "    group: false\n    charts: true\n"), encoding="utf-8")
        with open_proxy(telegram, monkeypatch, tmp_path) as proxy, start_program("run", folder=tmp_path) as process:
            await in_thread(lambda: '"chart sent"' in log.read_text(encoding="utf-8"), "the picture")
            assert await trio.to_thread.run_sync(stop, process) == 0
    first, second, *others = proxy.requests
    assert first.json["text"].startswith("<b>⚠ [주의] 외국인 동향</b>")
    assert "오늘 " in first.json["text"]
    assert find_picture([first]) is None
    picture = find_picture([second])
    assert picture is not None
    assert read_png(picture).size == (1600, 840)
    assert "📈 ⚠ [주의] 외국인 동향" in second.body.decode(errors="replace")
    assert others == []
    assert rows(tmp_path, "SELECT state, reason FROM deliveries") == [("sent", "accepted")]
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["target"] for line in lines if line["event"] == "chart sent"] == ["tgram"]
