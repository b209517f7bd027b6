"""The editor: what is typed is checked, tried and saved, over a real service."""

import gc
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings, strategies as st

from flowalert.cli.check import check as check_command
from flowalert.settings import Address, Role, Token, WebSettings
from flowalert.web import bench as bench_module
from flowalert.workbench.check import Checking, check
from tests.web.house import RULES, House, open_house

HEAD = "defaults: {sectors: [kospi], investors: [foreign], notify: [desk]}\nrules:\n"
BROKEN = RULES.replace("msval >= 100", "msvall >= 100")


def file_of(house: House) -> Path:
    return house.folder / "rules" / "rules.yaml"


def typed(house: House, text: str, **more: Any) -> dict[str, Any]:
    """Return what a page sends for a text in the place of the rule file, as it is on the disk."""
    file = file_of(house)
    return {"file": str(file), "text": text, "digest": hashlib.sha256(file.read_bytes()).hexdigest(), **more}


async def test_an_editor_begins_with_the_text_of_its_file(tmp_path: Path) -> None:
    """As it is on the disk, whatever it has of markup; a file that is no rule file is not there."""
    text = "# </textarea><script>alert(1)</script> & 가\n" + RULES
    async with open_house(tmp_path, rules=text) as house:
        (tmp_path / "secret.txt").write_text("secret")
        loaded = await house.json("/editor", params={"file": str(file_of(house))})
        assert (loaded["text"], loaded["files"], loaded["lock"]) == (text, [str(file_of(house))], "setting")
        assert loaded["digest"] == hashlib.sha256(text.encode()).hexdigest()
        page = await house.get("/editor")
        assert "<script>alert" not in page.text
        assert "# &lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; 가\n" in page.text
        secret = str(tmp_path / "secret.txt")
        for other in (secret, f"{tmp_path}/rules/../secret.txt", "/etc/passwd", "\0", "a" * 5_000):
            answer = await house.get("/api/v1/editor", params={"file": other})
            assert (answer.status_code, answer.text == "secret") == (404, False)


async def test_an_error_is_told_at_its_place(tmp_path: Path) -> None:
    """Its line and its column, with the line and a mark, what to write instead, and where that is in the box."""
    async with open_house(tmp_path) as house:
        text = BROKEN.replace("외국인 순매수", "😀 외국인")
        answer = (await house.post("/editor/check", typed(house, text))).json()
        (problem,) = answer["problems"]
        line = text.splitlines()[2]
        assert (problem["line"], problem["column"]) == (3, line.index("msvall") + 1)
        assert (problem["level"], problem["rule"]) == ("error", "above")
        assert "did you mean msval" in problem["instead"]
        assert problem["excerpt"] == line
        # In the box characters beyond the first plane count as two.
        units = text.encode("utf-16-le")
        assert units[2 * problem["start"] : 2 * problem["end"]].decode("utf-16-le") == "msvall"
        assert (answer["errors"], answer["own_errors"], answer["files"]) == (1, 1, 1)


async def test_a_text_is_checked_among_all_other_files(tmp_path: Path) -> None:
    """A name that another file has, and a channel that the settings do not, are errors."""
    async with open_house(tmp_path) as house:
        (tmp_path / "rules" / "other.yaml").write_text(HEAD + "  - {name: taken, when: msval < 1}\n", encoding="utf-8")
        text = RULES + "  - {name: taken, when: msval > 3}\n  - {name: lost, when: msval > 4, notify: [dsek]}\n"
        answer = (await house.post("/editor/check", typed(house, text))).json()
        found = [(Path(each["file"]).name, each["line"], each["what"]) for each in answer["problems"]]
        assert ("rules.yaml", 5, "another rule has the name 'taken'") in found
        assert any(line == 6 and "dsek" in what for _, line, what in found)
        alone = (await house.post("/editor/check", {"text": text})).json()
        assert [each["what"] for each in alone["problems"]] == [each[2] for each in found if each[1] == 6]


async def test_the_rule_at_the_caret_is_explained(tmp_path: Path) -> None:
    """While it is right; between rules and in a wrong one there is nothing to say."""
    text = (
        HEAD
        + "  - name: one\n    when: msval > 1\n\n  - name: two\n    when: msval >\n  - {name: three, when: msval > 3}\n"
    )
    async with open_house(tmp_path) as house:
        said = {}
        for line in range(1, 9):
            answer = (await house.post("/editor/check", typed(house, text, line=line))).json()
            said[line] = answer["explained"] and answer["explained"]["english"]["rule"]
        assert said == {1: None, 2: None, 3: "one", 4: "one", 5: None, 6: None, 7: None, 8: "three"}
        assert [(each["name"], each["first"], each["last"]) for each in answer["outlined"]] == [
            ("one", 3, 4),
            ("three", 8, 8),
        ]
        rows = HEAD + "  - name: $x-rule\n    when: msval > $n\n    params:\n"
        rows += "      - {x: a, n: 1}\n      - {x: b, n: 2}\n"
        for line, name in ((3, "a-rule"), (6, "a-rule"), (7, "b-rule")):
            answer = (await house.post("/editor/check", typed(house, rows, line=line))).json()
            assert answer["explained"]["korean"]["rule"] == name


PARTS = st.sampled_from(
    [
        "rules:\n",
        "defaults: {sectors: [kospi], investors: [foreign]}\n",
        "  - {name: a, when: msval > 3}\n",
        "  - {name: b, sectors: [kosdaq], investors: [0008], when: delta(msval, 5m) <= -300억}\n",
        "# 주석\n",
        "  - {name: c, when: msvol > 300억}\n",
        "  - name: d\n    when: |\n      msval >\n      👻\n",
        "  - {name: e}\n",
        "\t- x\n",
        "  - {name: f, when: msval > 1, notify: [desk]}\n",
        "  oops: [\n",
        "\r\n",
        "  - {name: 'g/', when: a}\n",
    ]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(text=st.lists(PARTS, max_size=6).map("".join), other=st.lists(PARTS, max_size=4).map("".join))
def test_a_check_says_what_the_command_says(tmp_path_factory: pytest.TempPathFactory, text: str, other: str) -> None:
    """Of the same files, and whatever is on the disk in the place of the text."""
    folder = tmp_path_factory.mktemp("rules")
    files = tuple(str(folder / name) for name in ("a.yaml", "b.yaml"))
    for file, content in zip(files, (other, text), strict=True):
        Path(file).write_bytes(content.encode())
    said = json.loads(CliRunner().invoke(check_command, ["--format", "json", *files]).stdout)
    # The command is a process's last.
    gc.enable()
    Path(files[1]).write_text("something: else")
    found = check(Checking(file=files[1], text=text, files=files))
    names = ("file", "line", "column", "length", "level", "rule", "what", "instead")
    told = [(*(getattr(each, name) for name in names),) for each in found.problems]
    assert told == [(*(each[name] for name in names),) for each in said["problems"]]
    counts = (found.errors, found.warnings, found.rules, found.files)
    assert counts == (said["errors"], said["warnings"], said["rules"], said["files"])


HOSTILE = {
    "deep": "rules: " + "[" * 200_000,
    "parentheses": "rules:\n" + "  - {name: a, when: " + "(" * 90_000 + "}\n",
    "aliases": "a: &a [x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(3_000)),
    "twins": HEAD + "  - {name: a, when: msval > 1}\n" * 3_000,
    "NUL": "\0" * 1_000,
    "breaks": "\u2028\x85\r" * 10_000,
    "mistakes": HEAD + "".join(f"  - {{name: r{n}, when: nothing{n} > 1}}\n" for n in range(3_000)),
}


async def test_whatever_is_typed_is_answered_in_words(tmp_path: Path) -> None:
    """And in time: what is large is checked in a process of its own, and only the first of its mistakes are told."""
    async with open_house(tmp_path) as house:
        for name, text in HOSTILE.items():
            answer = await house.post("/editor/check", typed(house, text))
            assert answer.status_code == 200, (name, answer.text)
            found = answer.json()
            assert found["errors"] > 0, name
            assert len(found["problems"]) + found["more"] == found["errors"] + found["warnings"]
            assert 0 < len(found["problems"]) <= 100
            assert all(each["what"] for each in found["problems"])


async def test_what_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    """Halves of characters, other types, JSON without an end or too deep, and more than anybody types."""
    async with open_house(tmp_path) as house:
        headers = {"content-type": "application/json", "x-flowalert-proof": await house.proof()}
        for body, status in (
            (b'{"text": "\\ud800"}', 400),
            (b'{"text": "\xff\xfe"}', 400),
            (b'{"text": 3}', 400),
            (b'{"text": "a', 400),
            (b'{"text": ' + b"[" * 100_000, 400),
            (b'{"text": "a", "line": -1}', 400),
            (b'{"text": "a", "path": "/etc/passwd"}', 400),
            (json.dumps({"text": "가" * 200_000}).encode(), 413),
            (json.dumps({"text": "a" * (3 << 20)}).encode(), 413),
        ):
            answer = await house.client.post("/api/v1/editor/check", content=body, headers=headers)
            assert answer.status_code == status, (body[:30], answer.text)
            assert answer.json()["what"]


async def test_what_is_tried_tells_what_the_day_would_have_been(tmp_path: Path) -> None:
    """Its alerts with their time and value, its near misses, and what differs from the file as it is."""
    async with open_house(tmp_path) as house:
        for msval in (10, 160, 97, 20):
            await house.publish(msval)
        text = RULES.replace("msval >= 100", "msval >= 165").replace("jump", "leap")
        text += "  - {name: low, when: msval < 15}\n"
        answer = (await house.post("/editor/try", typed(house, text))).json()
        assert [(each["rule"], each["told"]) for each in answer["alerts"]] == [("low", 1)]
        assert answer["alerts"][0]["value"] == 10
        assert answer["alerts"][0]["scope"]["text"] == "krx/001/0017"
        assert answer["alerts"][0]["at"] % 86_400 == 36_030
        assert {each["name"]: each["fired"] for each in answer["rules"]} == {"above": 0, "leap": 0, "low": 1}
        assert [(each["rule"], each["value"]) for each in answer["near_misses"]] == [("above", 160)]
        assert [(each["name"], each["how"]) for each in answer["edits"]] == [
            ("above", "changed"),
            ("jump → leap", "renamed"),
            ("low", "added"),
        ]
        assert [(each["verdict"], each["rule"]) for each in answer["changes"]] == [("added", "low"), ("gone", "above")]
        page = await house.submit("/editor/try", typed(house, text))
        assert (page.status_code, "jump → leap" in page.text) == (200, True)


async def test_a_text_with_errors_is_not_tried(tmp_path: Path) -> None:
    """It says the first of them."""
    async with open_house(tmp_path) as house:
        answer = await house.post("/editor/try", typed(house, BROKEN))
        assert (answer.status_code, answer.json()["what"].startswith("line 3: ")) == (422, True)


async def test_a_text_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With words, and the next one has its turn."""
    async with open_house(tmp_path) as house:
        monkeypatch.setattr("flowalert.web.room.rules.editor.TRIED_FOR", 0)
        answer = await house.post("/editor/try", typed(house, RULES))
        assert (answer.status_code, "took longer" in answer.json()["what"]) == (503, True)
        monkeypatch.setattr("flowalert.web.room.rules.editor.TRIED_FOR", bench_module.TRIED_FOR)
        assert (await house.post("/editor/try", typed(house, RULES))).status_code == 200


async def test_without_the_setting_nothing_is_written(tmp_path: Path) -> None:
    """The route says why, to a form too; the difference can be looked at all the same."""
    async with open_house(tmp_path) as house:
        before = file_of(house).read_bytes()
        text = RULES.replace("100", "200")
        answer = await house.post("/editor/save", typed(house, text))
        assert answer.status_code == 403
        assert "write_rules" in answer.json()["instead"]
        assert (await house.submit("/editor/save", typed(house, text))).status_code == 403
        preview = (await house.post("/editor/preview", typed(house, text))).json()
        assert (preview["lock"], preview["added"], preview["removed"]) == ("setting", 1, 1)
        assert file_of(house).read_bytes() == before


async def test_a_viewer_checks_and_tries_and_saves_nothing(tmp_path: Path) -> None:
    """Whatever the settings allow an operator."""
    digest = f"sha256:{hashlib.sha256(b'secret').hexdigest()}"
    web = WebSettings(
        address=Address("127.0.0.1", 0), tokens=(Token("looker", digest, Role.VIEWER),), writes_rules=True
    )
    async with open_house(tmp_path, web=web) as house:
        before = file_of(house).read_bytes()
        headers = {"authorization": "Bearer secret"}
        body = typed(house, RULES.replace("100", "200"))
        for path, status in (("check", 200), ("try", 200), ("preview", 200), ("save", 403)):
            answer = await house.client.post(f"/api/v1/editor/{path}", json=body, headers=headers)
            assert answer.status_code == status, (path, answer.text)
        assert (await house.client.post("/api/v1/reload", json={}, headers=headers)).status_code == 403
        assert file_of(house).read_bytes() == before


async def test_what_is_saved_is_in_force_and_in_the_log(tmp_path: Path) -> None:
    """The file says it, the service does it, and the audit log has who, what and how much."""
    async with open_house(tmp_path, writes_rules=True) as house:
        file_of(house).chmod(0o640)
        before = typed(house, "")["digest"]
        text = RULES + "  - {name: third, when: msval > 3}\n"
        answer = await house.post("/editor/save", typed(house, text))
        assert answer.status_code == 200, answer.text
        saved = answer.json()
        assert saved["reload"] == {"state": "reloaded", "problems": [], "more": 0}
        assert (saved["added"], saved["removed"]) == (1, 0)
        assert file_of(house).read_text(encoding="utf-8") == text
        assert file_of(house).stat().st_mode & 0o777 == 0o640
        assert "third" in house.service.plan.rulebook.by_name
        deed = (await house.service._store.audit(limit=2))[0]
        assert (deed.action.value, deed.subject) == ("wrote rules", str(file_of(house)))
        assert deed.who
        assert deed.detail == {"before": before, "after": saved["digest"], "added": 1, "removed": 0}
        assert (await house.post("/editor/save", typed(house, text))).status_code == 409


async def test_a_form_without_scripts_saves_as_well(tmp_path: Path) -> None:
    """It shows the difference first; what a browser does to ends of lines changes nothing."""
    async with open_house(tmp_path, writes_rules=True) as house:
        text = RULES.replace("100", "200")
        form = {**typed(house, text.replace("\n", "\r\n"))}
        preview = await house.submit("/editor/preview", form)
        assert 'action="/editor/save"' in preview.text
        assert "-  - {name: above" in preview.text
        saved = await house.submit("/editor/save", form)
        assert saved.status_code == 200
        assert file_of(house).read_bytes() == text.encode()


async def test_a_file_that_has_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """The difference is shown, and what somebody else wrote stays."""
    async with open_house(tmp_path, writes_rules=True) as house:
        form = typed(house, RULES.replace("100", "200"))
        file_of(house).write_text(RULES.replace("100", "300"), encoding="utf-8")
        answer = await house.post("/editor/save", form)
        assert answer.status_code == 409
        assert "changed on the disk" in answer.json()["what"]
        assert "msval >= 300" in answer.json()["detail"]
        assert "msval >= 200" in answer.json()["detail"]
        assert "300" in file_of(house).read_text(encoding="utf-8")
        assert (await house.submit("/editor/save", form)).status_code == 409


async def test_a_text_with_errors_is_not_saved(tmp_path: Path) -> None:
    """Nor one that brings errors to other files; errors that others have anyway are no hindrance."""
    async with open_house(tmp_path, writes_rules=True) as house:
        answer = await house.post("/editor/save", typed(house, BROKEN))
        assert answer.status_code == 422
        assert ":3:" in answer.json()["detail"]
        assert "^^^^^^" in answer.json()["detail"]
        other = tmp_path / "rules" / "zzz.yaml"
        other.write_text(HEAD + "  - {name: taken, when: msval < 1}\n", encoding="utf-8")
        taken = RULES + "  - {name: taken, when: msval > 3}\n"
        answer = await house.post("/editor/save", typed(house, taken))
        assert (answer.status_code, "zzz.yaml:3:" in answer.json()["detail"]) == (422, True)
        assert file_of(house).read_text(encoding="utf-8") == RULES
        other.write_text("rules: 3", encoding="utf-8")
        answer = await house.post("/editor/save", typed(house, taken))
        assert answer.status_code == 200
        assert answer.json()["reload"]["state"] == "refused"
        assert "zzz.yaml:1:" in answer.json()["reload"]["problems"][0]


async def test_of_several_who_save_one_does(tmp_path: Path) -> None:
    """The others are told that the file has changed, and what is there is one's text whole."""
    async with open_house(tmp_path, writes_rules=True) as house:
        forms = [typed(house, RULES.replace("100", f"{number}00")) for number in range(2, 6)]
        codes: dict[int, int] = {}

        async def save(number: int) -> None:
            codes[number] = (await house.post("/editor/save", forms[number])).status_code

        async with trio.open_nursery() as nursery:
            for number in range(len(forms)):
                nursery.start_soon(save, number)
        assert sorted(codes.values()) == [200, 409, 409, 409]
        (winner,) = [number for number, code in codes.items() if code == 200]
        assert file_of(house).read_text(encoding="utf-8") == forms[winner]["text"]
