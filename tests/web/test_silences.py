"""Silences: a preview, a new one, and its end."""

from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st

from tests.web.house import open_house

WHY: dict[str, Any] = {"reason": "점검"}


async def test_a_silence_is_previewed_made_and_ended(tmp_path: Path) -> None:
    """The preview changes nothing; then it stands in the list with what it covers, until a hand ends it."""
    async with open_house(tmp_path) as house:
        await house.publish(150)
        asked = {"matcher": "sector=kospi,rule=ab*", "for": "1h"}
        draft = await house.json("/silences/draft", params=asked)
        assert (draft["mistake"], draft["silence"]["covered"], draft["open"]) == (None, 1, 1)
        page = (await house.get("/silences", params=asked)).text
        assert "지금 이어지는 경보 1/1" in page
        assert 'value="sector=kospi,rule=ab*"' in page
        assert (await house.json("/silences"))["silences"] == []
        assert (await house.submit("/silences", {**asked, **WHY})).headers["location"] == "/silences"
        (made,) = (await house.json("/silences"))["silences"]
        assert (made["state"], made["matcher"], made["covered"], made["reason"], made["by"]) == (
            "in force",
            "sector=kospi,rule=ab*",
            1,
            "점검",
            "web",
        )
        assert f'id="end-{made["id"]}"' in (await house.get("/silences")).text
        ended = await house.post(f"/silences/{made['id']}/end", {})
        assert ended.json()["state"] == "ended"
        found = await house.json("/silences")
        assert (found["silences"], [each["id"] for each in found["ended"]]) == ([], [made["id"]])
        again = await house.post(f"/silences/{made['id']}/end", {})
        assert (again.status_code, again.json()["what"]) == (409, "silence 1 has ended before")
        assert (await house.post("/silences/99/end", {})).status_code == 404
        assert (await house.post(f"/silences/{10**30}/end", {})).status_code == 400


async def test_a_silence_comes_back_every_day(tmp_path: Path) -> None:
    """At hours or in a phase, on some days; with an id's beginning the whole id is written down."""
    async with open_house(tmp_path) as house:
        await house.publish(150)
        alert = (await house.json("/alerts"))["open"][0]["id"]
        wish = {"matcher": f"alert={alert[:6]}", "every": ["09:00-09:10, closing_auction"], "weekdays": "월-금", **WHY}
        made = (await house.post("/silences", wish)).json()
        assert (made["state"], made["matcher"]) == ("recurring", f"alert={alert}")
        assert made["times_english"] == "09:00-09:10 mon-fri, 15:20-15:30 mon-fri on trading days"


async def test_mistakes_have_their_place(tmp_path: Path) -> None:
    """Those of the command line, at their columns; in a preview as in what is to be made."""
    async with open_house(tmp_path) as house:
        cases: list[tuple[dict[str, Any], str, str]] = [
            ({"matcher": "sector=kospy", "for": "1h"}, "matcher:8-12", "unknown sector 'kospy'"),
            ({"matcher": "sektor=kospi", "for": "1h"}, "matcher:1-6", "unknown key 'sektor'"),
            ({"matcher": "sector=kospi"}, "for", "say how long"),
            ({"matcher": "sector=kospi", "for": "1h", "until": "15:30"}, "for", "say how long"),
            ({"matcher": "sector=kospi", "for": "1 hour ago"}, "for:1-10", "is none"),
            ({"matcher": "sector=kospi", "until": "09:00"}, "until:1-5", "is past"),
            ({"matcher": "sector=kospi", "every": ["25:00-26:00"]}, "every:", "is no time of day"),
            ({"matcher": "sector=kospi", "every": ["regular"], "weekdays": "sun"}, "every", "never be in force"),
            ({"matcher": "sector=kospi", "for": "1h", "weekdays": "sun"}, "weekdays", "are for every"),
            ({"matcher": "alert=0000", "for": "1h"}, "matcher", "there is no alert 0000"),
            ({"matcher": "sector=kospi", "every": ["regular"], "venue": "nyse"}, "venue", "is no venue"),
            ({"matcher": "sector=kospi", "for": "9999999999999999h"}, "for:", ""),
        ]
        for wish, where, what in cases:
            answer = await house.post("/silences", {**wish, **WHY})
            assert answer.status_code == 400, wish
            assert answer.json()["where"].startswith(where), (wish, answer.json())
            assert what in answer.json()["what"]
            draft = await house.json("/silences/draft", params=wish)
            assert draft["silence"] is None
            assert draft["mistake"]["where"].startswith(where)
        draft = await house.json("/silences/draft", params={"matcher": "sector=kospy,rule=x", "for": "1h"})
        assert (draft["before"], draft["marked"], draft["after"]) == ("sector=", "kospy", ",rule=x")
        assert "<mark>kospy</mark>" in (await house.get("/silences", params={"matcher": "sector=kospy"})).text
        without = await house.post("/silences", {"matcher": "sector=kospi", "for": "1h", "reason": " "})
        assert (without.status_code, without.json()["where"]) == (400, "reason")
        assert (await house.json("/silences"))["silences"] == []


TEXT = st.text(max_size=30) | st.sampled_from(
    ["sector=kospi", "1h", "99999999h", "15:30", "9999-12-31 10:00", "09:00-09:10", "regular", "mon-fri", "nxt"]
)
WISH = st.fixed_dictionaries(
    {},
    optional={
        "matcher": TEXT,
        "for": TEXT,
        "until": TEXT,
        "every": st.lists(TEXT, max_size=2) | TEXT,
        "from": TEXT,
        "weekdays": TEXT,
        "venue": TEXT,
        "reason": TEXT | st.none() | st.integers(),
        "other": TEXT,
    },
)


async def test_whatever_is_wished_for_is_made_or_refused(tmp_path: Path) -> None:
    """In words, and never by a fault; what is made can be looked at."""
    wishes: list[dict[str, Any]] = []

    @given(WISH)
    def take(wish: dict[str, Any]) -> None:
        wishes.append(wish)

    take()
    async with open_house(tmp_path) as house:
        for wish in wishes:
            answer = await house.post("/silences", wish)
            assert answer.status_code in (200, 400), (wish, answer.text)
            shown = {name: value for name, value in wish.items() if isinstance(value, str)}
            assert (await house.get("/api/v1/silences/draft", params=shown)).status_code in (200, 400)
        assert (await house.get("/silences")).status_code == 200
