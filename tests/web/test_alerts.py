"""The list of alerts, over a running service."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from flowalert.web.mistake import RequestRefused
from flowalert.web.room.asking import (
    read_investors,
    read_rules,
    read_sectors,
    read_severities,
    read_since,
    read_until,
)
from tests.feed.running import IN_SESSION
from tests.web.house import House, open_house

RULES = """\
defaults: {sectors: [kospi, kosdaq], investors: [foreign, individual], notify: [desk]}
rules:
  - {name: above, summary: 외국인 순매수, when: msval >= 100, resolve_when: msval < 50, investors: [foreign]}
  - {name: jump, when: delta(msval) >= 500, severity: critical, cooldown: 10m}
"""


async def list_alerts(house: House, **asked: Any) -> tuple[list[str], list[str]]:
    """Return those that fire and those of before, each as `rule sector/investor`."""
    found = await house.json("/alerts", params=asked)
    return tuple([f"{each['rule']} {each['scope']['text'][4:]}" for each in found[part]] for part in ("open", "past"))  # type: ignore[return-value]


async def test_alerts_are_found_by_what_they_are(tmp_path: Path) -> None:
    """Those that fire first; on the page as in the API."""
    async with open_house(tmp_path, rules=RULES) as house:
        await house.publish(150)
        await house.publish(200, sector="301")
        await house.publish(10)
        await house.publish(700, investor="0008", p_msval=600)
        await house.publish(1400, investor="0008", p_msval=700)
        past = ["jump 001/0008", "jump 001/0008", "above 001/0017"]
        assert await list_alerts(house) == (["above 301/0017"], past)
        assert await list_alerts(house, state="open") == (["above 301/0017"], [])
        assert await list_alerts(house, state=["fired", "open"]) == (["above 301/0017"], past[:2])
        assert await list_alerts(house, state="resolved") == ([], past[2:])
        assert await list_alerts(house, severity="긴급") == ([], past[:2])
        assert await list_alerts(house, rule="ab*") == (["above 301/0017"], past[2:])
        assert await list_alerts(house, sector="코스닥") == (["above 301/0017"], [])
        assert await list_alerts(house, investor="individual,foreign", sector="kospi") == ([], past)
        assert await list_alerts(house, told="held back") == ([], past[:1])
        assert await list_alerts(house, told="told", rule="jump") == ([], past[1:2])
        assert await list_alerts(house, since="2026-11-23", until="2026-11-22") == ([], [])
        assert await list_alerts(house, since="2026-11-23") == (["above 301/0017"], past)
        page = (await house.get("/alerts", params={"rule": "ab*"})).text
        assert "지금 이어지는 경보" in page
        assert page.count('<tr id="alert-') == 2
        assert 'value="ab*"' in page
        english = (await house.get("/alerts", headers={"cookie": "flowalert_language=en"})).text
        assert "Open now" in english


async def test_pages_lead_on(tmp_path: Path) -> None:
    """What comes meanwhile moves nothing; each alert is on one page."""
    rules = "rules: [{name: tick, sectors: [kospi], investors: [foreign], when: msval > 0, mode: event, notify: []}]"
    async with open_house(tmp_path, rules=rules) as house:
        for value in range(1, 58):
            await house.publish(value)
        first = await house.json("/alerts")
        assert len(first["past"]) == 50
        await house.publish(99)
        second = await house.json("/alerts", params={"before": first["older"]})
        values = [each["value"] for each in first["past"] + second["past"]]
        assert values == list(range(57, 0, -1))
        assert second["older"] is None
        assert f'href="?before={first["older"]}"' in (await house.get("/alerts")).text.replace(
            f"before={(await house.json('/alerts'))['older']}", f"before={first['older']}"
        )


@pytest.mark.parametrize(
    ("asked", "where", "what"),
    [
        ({"state": "opn"}, "state", "'opn' is no state"),
        ({"severity": "loud"}, "severity", "'loud' is no severity"),
        ({"sector": "kospy"}, "sector", "'kospy' is no sector"),
        ({"investor": "외국"}, "investor", "'외국' is no investor"),
        ({"since": "soon"}, "since:1-4", "'soon' is no time"),
        ({"told": "perhaps"}, "told", "'perhaps' is no told"),
        ({"before": "-1"}, "before", "Expected `int` >= 0"),
        ({"before": str(10**30)}, "before", ""),
        ({"sektor": "kospi"}, "sektor", "nobody asks for 'sektor'"),
    ],
)
async def test_a_wrong_question_is_refused_in_words(
    tmp_path: Path, asked: dict[str, str], where: str, what: str
) -> None:
    """With its place, and what to write instead where that is known."""
    async with open_house(tmp_path) as house:
        answer = await house.get("/api/v1/alerts", params=asked)
        assert answer.status_code == 400
        assert answer.json()["where"] == where
        assert what in answer.json()["what"]


WORDS = st.text(max_size=40) | st.sampled_from(
    ["10:00", "2026-11-23", "9999-12-31", "0001-01-01", "kospi", "[", "\x00"]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(WORDS, max_size=4), word=WORDS)
def test_whatever_is_asked_is_read_or_refused(words: list[str], word: str) -> None:
    """In words, and never by an error of the program."""
    reads: list[Callable[[], object]] = [
        *(partial(read, words) for read in (read_rules, read_sectors, read_investors, read_severities)),
        *(partial(read, word, IN_SESSION) for read in (read_since, read_until)),
    ]
    for read in reads:
        with suppress(RequestRefused):
            read()
