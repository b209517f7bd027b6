"""One alert: why it fired, what became of it, and what is done about it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from flowalert.store import open_clerk
from tests.delivery.http_recorder import Answer
from tests.feed.running import until
from tests.test_service import messages
from tests.web.house import PATIENCE, House, open_house


async def fire(house: House, *values: int) -> str:
    """Publish values of which the last one opens an alert; return its id."""
    for value in values:
        await house.publish(value)
    found = await house.json("/alerts")
    return str((found["open"] or found["past"])[0]["id"])


async def test_an_alert_says_why_it_fired(tmp_path: Path) -> None:
    """Each comparison with the values of then, though others have come; how it stands now; what was told; its line."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        await house.publish(170)
        await until(lambda: messages(house.hook), PATIENCE)
        found = await house.json(f"/alerts/{alert[:6]}")
        assert found["alert"]["id"] == alert
        assert (found["summary"], found["ended_at"], found["alert"]["is_told"]) == ("외국인 순매수", None, True)
        assert found["because"]["rules"] == "fits"
        when, resolve = found["because"]["comparisons"]
        assert (when["clause"], when["text"], when["left_value"], when["right_value"], when["holds"]) == (
            "when",
            "msval >= 100",
            150,
            100,
            True,
        )
        assert (when["left_shown"], when["right_shown"]) == ("+150억", "+100억")
        assert (resolve["clause"], resolve["holds"]) == ("resolve_when", False)
        assert [each["left_value"] for each in found["now"]["comparisons"]] == [170, 170]
        gates = {gate["name"]: gate["is_open"] for gate in found["now"]["gates"]}
        assert gates["data"] is True
        assert gates["silence"] is True
        assert [(step["kind"], step["reason"], step["shown"]) for step in found["steps"]] == [
            ("firing", "condition", "+150억")
        ]
        chart = found["chart"]
        assert (chart["series"]["text"], chart["field"]) == ("krx/001/0017", "msval")
        assert [point[1] for point in chart["points"]] == [30, 150, 170]
        assert [(each["figure"], each["value"], each["shown"]) for each in chart["levels"]] == [
            ("msval", 100, "+100억")
        ]
        assert [(mark["value"], mark["told"]) for mark in chart["marks"]] == [(150, True)]
        (delivery,) = found["deliveries"]
        assert (delivery["channel"], delivery["alert"]) == ("desk", alert)
        page = (await house.get(f"/alerts/{alert}")).text
        for words in ("+150억", "msval &gt;= 100", "왜 울렸나", "data-points=", "외국인 순매수"):
            assert words in page


async def test_an_alert_is_taken_on_and_given_back(tmp_path: Path) -> None:
    """By the form of its page or by the API; once, and with its comment on the page."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        answer = await house.submit(f"/alerts/{alert}/acknowledge", {"comment": "보고 있음"})
        assert answer.status_code == 303
        found = await house.json(f"/alerts/{alert}")
        assert (found["ack"]["by"], found["ack"]["comment"]) == ("web", "보고 있음")
        assert found["may_acknowledge"] is False
        assert "보고 있음" in (await house.get(f"/alerts/{alert}")).text
        assert {"name": "ack", "is_open": False}.items() <= found["now"]["gates"][-1].items()
        twice = await house.post(f"/alerts/{alert}/acknowledge", {})
        assert (twice.status_code, twice.json()["what"]) == (409, f"alert {alert} was acknowledged by web")
        assert (await house.post(f"/alerts/{alert}/take-back", {})).json()["acknowledged_by"] is None
        again = await house.post(f"/alerts/{alert}/take-back", {})
        assert (again.status_code, again.json()["what"]) == (409, f"alert {alert} is not acknowledged")
        deeds = (await house.json("/audit"))["deeds"]
        assert [(deed["action"], deed["who"]) for deed in deeds] == [("unacknowledged", "web"), ("acknowledged", "web")]
        await house.publish(10)
        late = await house.post(f"/alerts/{alert}/acknowledge", {})
        assert late.status_code == 409
        assert "is resolved; nothing is left to acknowledge" in late.json()["what"]


async def test_what_is_silenced_is_suppressed_at_its_target(tmp_path: Path) -> None:
    """The rule at this scope: the next firing reaches nobody, and its delivery says why."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        await until(lambda: len(messages(house.hook)) == 1, PATIENCE)
        answer = await house.post(f"/alerts/{alert}/silence", {"what": "rule", "for": "1h", "reason": "점검"})
        assert answer.status_code == 200
        made = answer.json()
        assert made["matcher"] == "rule=above,venue=krx,sector=kospi,investor=foreign"
        assert (made["covered"], made["by"]) == (1, "web")
        assert (await house.json(f"/alerts/{alert}"))["silences"][0]["id"] == made["id"]
        await house.publish(10)
        await until(lambda: len(messages(house.hook)) == 2, PATIENCE)
        await house.publish(160)
        deliveries: list[dict[str, Any]] = []
        for _ in range(300):
            deliveries = (await house.json("/deliveries", params={"state": "suppressed"}))["deliveries"]
            if deliveries:
                break
        (held,) = deliveries
        assert held["kind"] == "firing"
        assert f"silence {made['id']}" in held["reason"]
        assert len(messages(house.hook)) == 2
        silenced = (await house.json("/alerts"))["open"][0]
        assert silenced["silenced_by"] == made["id"]


async def test_a_silence_of_an_alert_lasts_for_a_time_or_the_session(tmp_path: Path) -> None:
    """It names the whole id; without a reason, or for no time, there is none."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        made = (await house.post(f"/alerts/{alert[:5]}/silence", {"for": "session", "reason": "점심"})).json()
        assert made["matcher"] == f"alert={alert}"
        assert made["ends_at"].startswith("2026-11-23T06:30:00")
        for body, status, where in (
            ({"reason": " "}, 400, "reason"),
            ({"for": "soon", "reason": "x"}, 400, "for:1-4"),
            ({"for": "99999999999999h", "reason": "x"}, 400, "for:"),
            ({"what": "world", "reason": "x"}, 400, "what"),
        ):
            answer = await house.post(f"/alerts/{alert}/silence", body)
            assert answer.status_code == status
            assert answer.json()["where"].startswith(where)


async def test_a_rule_that_is_another_since_then_is_said_to_be(tmp_path: Path) -> None:
    """Its comparisons are not shown as what was decided; of one that is gone there are the values alone."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        plan = house.service.plan
        changed = plan.rulebook.by_name["above"]
        assert (await house.json(f"/alerts/{alert}"))["because"]["rules"] == "fits"
        gone = type(plan.rulebook)(tuple(each for each in plan.rulebook.rules if each is not changed))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("flowalert.web.site.Site.rulebook", property(lambda _: gone))
            found = await house.json(f"/alerts/{alert}")
            assert (found["because"]["rules"], found["because"]["comparisons"]) == ("gone", [])
            assert ["msval", 150] in found["because"]["values"]
            assert found["now"] is None
            assert (
                "This rule is gone"
                in (await house.get(f"/alerts/{alert}", headers={"cookie": "flowalert_language=en"})).text
            )


async def test_what_is_no_alert_is_said(tmp_path: Path) -> None:
    """On the page and in the API; and of several that begin so, some are named."""
    async with open_house(tmp_path) as house:
        house.hook.respond = lambda _: Answer()
        for name, status in (("0000", 404), ("zzzz", 404), ("ab", 404), ("%00", 404), ("a" * 300, 404)):
            answer = await house.get(f"/api/v1/alerts/{name}")
            assert answer.status_code == status, name
            assert "alert" in answer.json()["what"]
            assert (await house.get(f"/alerts/{name}")).status_code == status


async def test_the_line_of_a_day_that_is_over_comes_from_the_store(tmp_path: Path) -> None:
    """It is that of the day itself, from the hour before on; where the store has it no longer there is none."""
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        await house.publish(170)
        today = (await house.json(f"/alerts/{alert}"))["chart"]
        house.news.curves._curves.clear()
        assert (await house.json(f"/alerts/{alert}"))["chart"] == today
        async with open_clerk(tmp_path / "flowalert.db") as clerk:
            await clerk._database.write(lambda connection: list(connection.execute("DELETE FROM journal")))
        assert (await house.json(f"/alerts/{alert}"))["chart"] is None


WORD = st.text(max_size=20) | st.sampled_from(["1h", "session", "99999999h", "alert", "rule", "점검", "true", "7"])
ODD = WORD | st.integers() | st.booleans() | st.none() | st.lists(WORD, max_size=2)
QUESTIONS = st.tuples(
    st.sampled_from(
        [
            "/alerts/{alert}/acknowledge",
            "/alerts/{alert}/take-back",
            "/alerts/{alert}/silence",
            "/deliveries/retry",
            "/deliveries/retry-dead",
            "/silences/1/end",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["comment", "what", "for", "reason", "id", "force", "channel", "rule", "since", "x"]),
        ODD,
        max_size=4,
    ),
)


async def test_whatever_is_to_be_done_is_done_or_refused_in_words(tmp_path: Path) -> None:
    """Never by a fault; what is answered can be read."""
    asked: list[tuple[str, dict[str, Any]]] = []

    @given(QUESTIONS)
    def take(question: tuple[str, dict[str, Any]]) -> None:
        asked.append(question)

    take()
    async with open_house(tmp_path) as house:
        alert = await fire(house, 30, 150)
        for path, body in asked:
            answer = await house.post(path.format(alert=alert), body)
            assert answer.status_code in (200, 400, 404, 409), (path, body, answer.text)
            assert answer.status_code == 200 or answer.json()["what"], (path, body)
        for page in ("/alerts", f"/alerts/{alert}", "/deliveries", "/silences", "/audit"):
            assert (await house.get(page)).status_code == 200
