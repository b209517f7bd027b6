"""Who did what, and when."""

from pathlib import Path

from tests.web.house import open_house


async def test_deeds_are_listed_and_found(tmp_path: Path) -> None:
    """Newest first, by action, person and moment, page by page."""
    async with open_house(tmp_path) as house:
        for number in range(52):
            wish = {"matcher": "sector=kospi", "for": "1h", "reason": f"no. {number}"}
            assert (await house.post("/silences", wish)).status_code == 200
        await house.post("/silences/1/end", {})
        first = await house.json("/audit")
        assert len(first["deeds"]) == 50
        assert (first["deeds"][0]["action"], first["deeds"][0]["who"], first["people"]) == (
            "unsilenced",
            "web",
            ["web"],
        )
        assert first["deeds"][1]["says"] == "52: sector=kospi, no. 51"
        second = await house.json("/audit", params={"before": first["older"]})
        assert [deed["subject"] for deed in second["deeds"]] == ["3", "2", "1"]
        assert second["older"] is None
        only = await house.json("/audit", params={"action": "unsilenced", "who": "w*", "since": "2026-11-23"})
        assert [deed["subject"] for deed in only["deeds"]] == ["1"]
        assert (await house.json("/audit", params={"who": "kim"}))["deeds"] == []
        assert (await house.json("/audit", params={"until": "2026-11-22"}))["deeds"] == []
        page = (await house.get("/audit", params={"action": "unsilenced"})).text
        assert "무음 끝냄" in page
        assert "1: sector=kospi" in page
        for asked in ({"action": "silense"}, {"since": "x"}, {"before": "a"}, {"whom": "kim"}):
            assert (await house.get("/api/v1/audit", params=asked)).status_code == 400
