"""The list of the rules and the page of each, over a real service."""

import json
from pathlib import Path
from typing import Any

import trio

from flowalert.rules.loader import load_rules
from flowalert.store import Action
from tests.feed.exchange import Client
from tests.feed.running import until
from tests.web.house import PATIENCE, RULES, House, open_house

MANY = "defaults: {sectors: [kospi], investors: [foreign]}\nrules:\n" + "".join(
    f"  - {{name: rule-{number}, when: msval > {number + 1}, labels: {{team: t{number}}}}}\n" for number in range(130)
)


async def reload(house: House, text: str) -> None:
    """Write the rules anew, and wait for the service to have answered to that."""
    (house.folder / "rules" / "rules.yaml").write_text(text, encoding="utf-8")
    answer = await house.post("/reload", {})
    assert answer.status_code == 200, answer.text


async def test_the_list_tells_what_each_rule_did_today(tmp_path: Path) -> None:
    """In words of both languages, with its file's place, its channels and its counts; the page says the same."""
    async with open_house(tmp_path) as house:
        await house.publish(60)
        await house.publish(700, p_msval=640)
        await until(lambda: len(house.hook.requests) == 2, PATIENCE)
        listed = await house.json("/rules")
        above, jump = listed["rules"]
        assert (above["name"], above["summary"], above["line"], above["channels"]) == (
            "above",
            "외국인 순매수",
            3,
            ["desk"],
        )
        assert above["file"] == str(tmp_path / "rules" / "rules.yaml")
        assert above["says"]["korean"].startswith("코스피 외국인")
        assert above["says"]["english"] != above["says"]["korean"]
        assert above["today"] == {"fired": 1, "told": 1, "held_back": 0, "open": 1, "dead": 0}
        assert (jump["severity"], jump["today"]["open"]) == ("critical", 0)
        page = await house.get("/rules")
        assert "외국인 순매수" in page.text
        assert above["says"]["korean"] in page.text
        assert page.text.count("<tr>") == 3


async def test_rules_are_found_by_words_and_come_by_pages(tmp_path: Path) -> None:
    """In the name, the condition, a label; all of the words must be there."""
    async with open_house(tmp_path, rules=MANY) as house:
        first = await house.json("/rules")
        assert (len(first["rules"]), first["enabled"], first["found"], first["pages"]) == (100, 130, 130, 2)
        second = await house.json("/rules", params={"page": 2})
        assert [row["name"] for row in second["rules"]] == [f"rule-{number}" for number in range(100, 130)]
        found = await house.json("/rules", params={"q": "RULE- team=t77"})
        assert [row["name"] for row in found["rules"]] == ["rule-77"]
        assert (await house.json("/rules", params={"q": "rule-1 nothing"}))["rules"] == []
        assert (await house.get("/rules", params={"page": "0"})).status_code == 400


async def test_a_rule_that_is_switched_off_is_listed_as_such(tmp_path: Path) -> None:
    """By its name alone; its own page says so."""
    text = RULES + "  - {name: sleeper, when: msval > 3, enabled: false}\n"
    async with open_house(tmp_path, rules=text) as house:
        listed = await house.json("/rules")
        assert (listed["disabled"], len(listed["rules"])) == (["sleeper"], 2)
        answer = await house.get("/api/v1/rules/sleeper")
        assert (answer.status_code, "switched off" in answer.text) == (404, True)
        near = (await house.get("/api/v1/rules/abov")).json()
        assert near["instead"] == "did you mean above?"


async def test_the_page_of_a_rule_has_all_there_is_to_know(tmp_path: Path) -> None:
    """Its text, its explanation in both languages, how it stands at each scope, and the alerts of today."""
    async with open_house(tmp_path) as house:
        await house.publish(40)
        await house.publish(160, p_msval=120)
        await until(lambda: house.hook.requests, PATIENCE)
        rule = await house.json("/rules/above")
        assert rule["text"] == RULES.splitlines()[2]
        assert rule["explained"]["korean"]["sections"][0]["title"] == "보는 것"
        assert rule["explained"]["english"]["sections"][0]["title"] == "Watches"
        (scope,) = rule["scopes"]
        assert (scope["scope"]["text"], scope["phase"], scope["answer"]) == ("krx/001/0017", "firing", True)
        assert [(each["text"], each["left_value"], each["holds"]) for each in scope["comparisons"]] == [
            ("msval >= 100", 160, True),
            ("msval < 50", 160, False),
        ]
        (alert,) = rule["alerts"]
        assert (alert["id"], alert["state"], alert["value"]) == (scope["alert"], "open", 160)
        for language, word in (("ko", "무엇을 하는 규칙인가"), ("en", "What it does")):
            page = await house.get("/rules/above", headers={"cookie": f"flowalert_language={language}"})
            assert page.status_code == 200
            assert word in page.text
            assert f'href="/alerts/{alert["id"]}"' in page.text


async def test_a_rule_may_have_the_name_of_any_page(tmp_path: Path) -> None:
    """None of them is in its way."""
    names = ("edit", "try", "check", "editor", "near-misses", "reload")
    text = "rules:\n" + "".join(
        f"  - {{name: {name}, sectors: [kospi], investors: [foreign], when: msval > {number}}}\n"
        for number, name in enumerate(names)
    )
    async with open_house(tmp_path, rules=text) as house:
        for name in names:
            assert (await house.json(f"/rules/{name}"))["name"] == name
            assert (await house.get(f"/rules/{name}")).status_code == 200


async def test_of_many_scopes_some_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    """However many sectors and investors a rule is for."""
    text = "rules:\n  - {name: wide, sectors: all, investors: all, when: msval > 5}\n"
    async with open_house(tmp_path, rules=text) as house:
        await house.publish(9)
        rule = await house.json("/rules/wide")
        assert rule["scopes"][0]["scope"]["text"] == "krx/001/0017"
        assert len(rule["scopes"]) == 12
        assert len(rule["scopes"]) + rule["more_scopes"] == len(house.service.engine.why("wide"))


async def test_a_name_from_a_file_is_text_and_never_markup(tmp_path: Path) -> None:
    """Whatever is in it, its page is found by its link, and the page says it as it is."""
    name = "a<b>&\"'%20#?é 가"
    text = (
        f"rules:\n  - name: {json.dumps(name)}\n    sectors: [kospi]\n    investors: [foreign]\n    when: msval > 5\n"
    )
    assert not load_rules([("a", text)]).errors
    async with open_house(tmp_path, rules=text) as house:
        page = await house.get("/rules")
        assert "<b>" not in page.text
        link = page.text.split('href="/rules/a')[1].split('"')[0]
        own = await house.get(f"/rules/a{link}")
        assert own.status_code == 200
        assert "<b>" not in own.text
        assert "a&lt;b&gt;" in own.text


async def test_a_rule_that_the_last_reload_refused_says_so(tmp_path: Path) -> None:
    """With the words and the place; the rule itself goes on as it was, and the next reload clears it."""
    async with open_house(tmp_path) as house:
        await reload(house, RULES.replace("msval >= 100", "msvall >= 100"))
        listed = await house.json("/rules")
        above, jump = listed["rules"]
        (fault,) = above["faults"]
        assert (fault["kind"], jump["faults"]) == ("reload", [])
        assert fault["what"].startswith(f"{tmp_path / 'rules' / 'rules.yaml'}:3:")
        assert "msvall" in fault["what"]
        assert listed["reload"]["problems"] == [fault["what"]]
        assert (await house.json("/rules/above"))["faults"] == [fault]
        await reload(house, RULES)
        assert (await house.json("/rules"))["rules"][0]["faults"] == []
        assert (await house.json("/rules"))["reload"]["problems"] == []


async def test_a_sector_that_the_exchange_refuses_is_a_fault_of_its_rules(tmp_path: Path) -> None:
    """Of those that need it, if only by their condition."""

    async def answer(client: Client, request: dict[str, Any]) -> None:
        refused = {"rsp_cd": "99999", "rsp_msg": "없는 업종"} if request["body"]["tr_key"] == "900" else {}
        await client.answer(request, **refused)

    async with open_house(tmp_path) as house:
        house.exchange.answer = answer
        await reload(house, RULES + "  - {name: other, when: foreign.msval > futures.foreign.msval, investors: null}\n")
        await until(lambda: house.service.feed.refusals, PATIENCE)
        rows = {row["name"]: row["faults"] for row in (await house.json("/rules"))["rules"]}
        assert rows == {"above": [], "jump": [], "other": [{"kind": "sector", "what": "krx/900"}]}
        assert "krx/900" in (await house.get("/rules/other")).text


async def test_messages_that_were_given_up_today_are_a_fault_of_their_rule(tmp_path: Path) -> None:
    """Since midnight in Seoul; those of the day before are over."""
    async with open_house(tmp_path) as house:
        await house.publish(10)
        await house.publish(700, p_msval=690)
        await until(lambda: house.service._logbook.sent == 2, PATIENCE)
        database = house.service._store._database

        async def give_up(rule: str, ago: int) -> None:
            moment = int(house.service.plan.now().timestamp() - ago) * 1_000
            await database.write(
                lambda connection: list(
                    connection.execute(
                        "UPDATE deliveries SET state = 'dead', settled_at = ? WHERE notice IN"
                        " (SELECT n.id FROM notices n JOIN alerts a ON a.id = n.alert WHERE a.rule = ?)",
                        (moment, rule),
                    )
                )
            )

        await give_up("above", 60)
        await give_up("jump", 86_400)
        rows = {row["name"]: row["faults"] for row in (await house.json("/rules"))["rules"]}
        assert rows == {"above": [{"kind": "deliveries", "what": "1"}], "jump": []}


async def test_near_misses_of_today_are_looked_for_in_the_journal(tmp_path: Path) -> None:
    """In a process of its own; what the rule told is none of them. The page without scripts says the same."""
    async with open_house(tmp_path) as house:
        for msval in (10, 97, 20):
            await house.publish(msval)
        found = await house.json("/rules/above/near-misses")
        (miss,) = found["near_misses"]
        assert (miss["scope"]["text"], miss["value"], miss["short"]) == ("krx/001/0017", 97, 0.03)
        page = await house.get("/rules/above/near-misses")
        assert "+97" in page.text


async def test_a_reload_by_hand_takes_over_what_the_files_say(tmp_path: Path) -> None:
    """It answers with what became of it, and both are in the audit log with who asked."""
    async with open_house(tmp_path) as house:
        file = house.folder / "rules" / "rules.yaml"
        file.write_text(RULES + "  - {name: third, when: msval > 3}\n", encoding="utf-8")
        answer = await house.post("/reload", {})
        assert answer.json() == {"state": "reloaded", "problems": [], "more": 0}
        assert [row["name"] for row in (await house.json("/rules"))["rules"]] == ["above", "jump", "third"]
        file.write_text("rules: [oops]", encoding="utf-8")
        page = await house.submit("/reload", {})
        assert (page.status_code, "rules.yaml:1:" in page.text) == (200, True)
        assert len((await house.json("/rules"))["rules"]) == 3


async def test_two_who_ask_for_a_reload_both_get_their_answer(tmp_path: Path) -> None:
    """Neither is left waiting although it is done for both at once."""
    async with open_house(tmp_path) as house:
        states: list[str] = []

        async def ask() -> None:
            answer = await house.post("/reload", {})
            states.append(answer.json()["state"])

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(ask)
        assert states == ["reloaded"] * 3


async def test_a_service_that_cannot_change_says_so(tmp_path: Path) -> None:
    """As a demonstration cannot."""
    async with open_house(tmp_path, reloads=False) as house:
        answer = await house.post("/reload", {})
        assert (answer.status_code, "no settings" in answer.json()["what"]) == (409, True)
        assert Action.RELOADED not in {each.action for each in await house.service._store.audit(limit=9)}
