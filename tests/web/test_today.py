"""The present day at a glance, beside a real service."""

from pathlib import Path

import pytest

from flowalert.web import static
from tests.feed.running import until
from tests.web.house import PATIENCE, open_house

RULES = """\
defaults: {investors: [foreign], notify: [desk]}
rules:
  - {name: above, sectors: [kospi], summary: 외국인 순매수, when: msval >= 100, resolve_when: msval < 50}
  - {name: jump, sectors: [kospi], when: delta(msval) >= 500, severity: critical}
  - {name: calm, sectors: [kosdaq], investors: all, when: msvol <= -1000}
"""


async def test_charts_are_those_of_the_rules(tmp_path: Path) -> None:
    """With the rules' lines, the alerts of the day at their moments, and the figures of the day."""
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(20)
        await house.publish(120, p_msval=100)
        await house.publish(60)
        await until(lambda: house.hook.requests, PATIENCE)
        charts = (await house.json("/today"))["board"]["charts"]
        assert [chart["series"]["text"] for chart in charts["charts"]] == [
            "krx/001/0017",
            "krx/301/0017",
            "krx/301/0018",
            "krx/301/0008",
        ]
        kospi = charts["charts"][0]
        assert [msval for _, msval, *_ in kospi["points"]] == [20, 120, 60]
        assert kospi["value"] == {"latest": 60, "highest": 120, "lowest": 20}
        assert [(level["rule"], level["figure"], level["value"]) for level in kospi["levels"]] == [
            ("above", "msval", 100),
            ("jump", "p_msval", 500),
        ]
        assert [(mark["rule"], mark["at"], mark["value"]) for mark in kospi["marks"]] == [
            ("above", kospi["points"][1][0], 120)
        ]
        assert charts["charts"][1]["points"] == []
        page = (await house.get("/")).text
        assert page.count("<figure ") == 4
        assert 'class="mark warning"' in page


async def test_a_sector_is_chosen_by_any_of_its_names(tmp_path: Path) -> None:
    """One that no rule is about is said, with those that there are."""
    async with open_house(tmp_path, rules=RULES) as house:
        for name in ("kosdaq", "301", "코스닥"):
            charts = (await house.json("/today", params={"sector": name}))["board"]["charts"]
            assert {chart["series"]["sector"]["slug"] for chart in charts["charts"]} == {"kosdaq"}
        assert [(each["sector"]["slug"], each["count"]) for each in charts["choices"]] == [("kospi", 1), ("kosdaq", 3)]
        answer = await house.get("/api/v1/today", params={"sector": "etf"})
        assert answer.status_code == 404
        assert answer.json()["instead"] == "kospi, kosdaq"
        answer = await house.get("/api/v1/today", params={"span": "year"})
        assert answer.status_code == 400
        assert answer.json()["where"] == "span"


async def test_the_map_is_a_table_with_signs(tmp_path: Path) -> None:
    """Sign, arrow and class say the same; the figure and its span are chosen by parameters."""
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(120, p_msvol=7)
        await house.publish(-30, investor="0008")
        page = (await house.get("/")).text
        assert '<td class="h4" data-s="krx/001/0017">▲+120</td>' in page
        assert '<td class="h-2" data-s="krx/001/0008">▼−30</td>' in page
        made = (await house.json("/today/board", params={"figure": "quantity", "span": "slot"}))["map"]
        assert made["rows"][0]["cells"] == [[7, 4], [0, 0]]


async def test_the_feed_and_open_alerts_are_told(tmp_path: Path) -> None:
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(120)
        await until(lambda: house.hook.requests, PATIENCE)
        today = await house.json("/today")
        assert today["feed"]["open_alerts"] == 1
        assert [(alert["rule"], alert["state"]) for alert in today["alerts"]] == [("above", "open")]
        feed = await house.json("/today/feed")
        assert feed["status"]["registered"] == feed["status"]["places"] == 2
        assert feed["gaps"] == []
        assert feed["lag"] is not None
        # The exchange's own change says that another publication lay between.
        await house.publish(500, p_msval=3)
        (gap,) = (await house.json("/today/feed"))["gaps"]
        assert (gap["series"]["text"], gap["count"]) == ("krx/001/0017", 1)
        assert "above" in (await house.get("/")).text


async def test_a_package_without_the_library_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawings of the service are there either way."""
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(120)
        monkeypatch.setattr(static, "CHARTS", tmp_path / "uPlot.iife.min.js")
        page = (await house.get("/", headers={"cookie": "flowalert_language=en"})).text
        assert "without the charts" in page
        assert "vendor/" not in page
        assert '<svg class="day"' in page


async def test_whatever_its_language_the_page_stands(tmp_path: Path) -> None:
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(12_345)
        korean, english = [
            (await house.get("/", headers={"cookie": f"flowalert_language={tongue}"})).text for tongue in ("ko", "en")
        ]
        assert "누가 무엇을 사는가" in korean
        assert "+1.2조" in korean
        assert "Who buys what" in english
        assert "+1.2tn won" in english
