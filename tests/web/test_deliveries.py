"""What became of every notice, and one more try."""

from pathlib import Path
from typing import Any

from tests.delivery.http_recorder import Answer
from tests.feed.running import until
from tests.test_service import messages
from tests.web.house import PATIENCE, House, open_house


async def wait_for(house: House, state: str) -> list[dict[str, Any]]:
    """Return the deliveries in a state as soon as there are any."""
    for _ in range(500):
        found = (await house.json("/deliveries", params={"state": state}))["deliveries"]
        if found:
            return list(found)
    raise AssertionError(f"nothing is {state}")


async def test_a_dead_delivery_is_sent_once_more(tmp_path: Path) -> None:
    """By its button; what was sent needs force, and what is not there is refused in words."""
    async with open_house(tmp_path) as house:
        answer = house.hook.respond
        house.hook.respond = lambda _: Answer(404)
        await house.publish(150)
        (dead,) = await wait_for(house, "dead")
        assert "404" in dead["reason"]
        assert (dead["rule"], dead["channel"], dead["may_retry"]) == ("above", "desk", True)
        page = (await house.get("/deliveries", params={"state": "dead"})).text
        assert f'id="delivery-{dead["id"]}"' in page
        assert "다시 보내기" in page
        house.hook.respond = answer
        before = len(house.hook.requests)
        done = await house.submit("/deliveries/retry", {"id": str(dead["id"])})
        assert done.status_code == 303
        await until(lambda: len(house.hook.requests) > before, PATIENCE)
        (sent,) = await wait_for(house, "sent")
        assert sent["id"] == dead["id"]
        refused = await house.post("/deliveries/retry", {"id": [sent["id"]]})
        assert (refused.status_code, refused.json()["what"]) == (
            409,
            f"delivery {sent['id']} was sent; force sends it a second time",
        )
        assert (await house.post("/deliveries/retry", {"id": [sent["id"]], "force": True})).status_code == 200
        missing = await house.post("/deliveries/retry", {"id": [777]})
        assert (missing.status_code, missing.json()["what"]) == (409, "there is no delivery 777")
        assert (await house.post("/deliveries/retry", {})).status_code == 400
        deeds = (await house.json("/audit", params={"action": "retried"}))["deeds"]
        assert [deed["says"] for deed in deeds] == ["deliveries 1, sent before", "deliveries 1"]


async def test_all_that_is_dead_is_sent_once_more(tmp_path: Path) -> None:
    """Or those of a search; a name that nobody has heard of is a mistake."""
    async with open_house(tmp_path) as house:
        answer = house.hook.respond
        house.hook.respond = lambda _: Answer(404)
        await house.publish(150)
        await house.publish(800, p_msval=650)
        while len(await wait_for(house, "dead")) < 2:
            pass
        house.hook.respond = answer
        wrong = await house.post("/deliveries/retry-dead", {"rule": ["abov"]})
        assert (wrong.status_code, wrong.json()["what"]) == (
            400,
            "the store has heard of no rule 'abov'; did you mean above?",
        )
        done = await house.post("/deliveries/retry-dead", {"rule": ["above"]})
        assert (done.status_code, done.json()["count"]) == (200, 1)
        assert (await house.post("/deliveries/retry-dead", {})).json()["count"] == 1
        await until(lambda: len(messages(house.hook)) >= 2, PATIENCE)


async def test_deliveries_are_found_and_counted(tmp_path: Path) -> None:
    """By state, channel, rule and moment; the counts are over all states."""
    async with open_house(tmp_path) as house:
        await house.publish(150)
        await house.publish(800, p_msval=650)
        while len(await wait_for(house, "sent")) < 2:
            pass
        found = await house.json("/deliveries")
        assert [each["rule"] for each in found["deliveries"]] == ["jump", "above"]
        assert found["counts"] == {
            "pending": 0,
            "sending": 0,
            "retrying": 0,
            "sent": 2,
            "dead": 0,
            "suppressed": 0,
        }
        assert (await house.json("/deliveries", params={"state": "dead"}))["counts"]["sent"] == 2
        only = await house.json("/deliveries", params={"rule": "ab*", "channel": "desk", "since": "2026-11-23"})
        assert [each["rule"] for each in only["deliveries"]] == ["above"]
        for asked in ({"channel": "dsk"}, {"rule": "nope"}, {"state": "sad"}, {"since": "10:0"}, {"before": "x"}):
            assert (await house.get("/api/v1/deliveries", params=asked)).status_code == 400, asked
