"""The pages on a real socket, beside a real service."""

from pathlib import Path

from tests.web.house import open_house


async def test_a_page_and_its_json_say_the_same(tmp_path: Path) -> None:
    """An update is on both as soon as it is in the journal."""
    async with open_house(tmp_path) as house:
        await house.publish(123)
        today = await house.json("/today")
        assert [(cell["series"]["text"], cell["msval"]) for cell in today["cells"]] == [("krx/001/0017", 123)]
        page = await house.get("/")
        assert page.status_code == 200
        assert "+123" in page.text


async def test_another_name_is_refused(tmp_path: Path) -> None:
    """A page elsewhere whose name points to this machine reads nothing."""
    async with open_house(tmp_path) as house:
        answer = await house.get("/", headers={"host": "elsewhere.test"})
        assert answer.status_code == 421
        assert "content-security-policy" in answer.headers
