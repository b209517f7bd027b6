"""The pages about the rooms of the house: one for each, naming only what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "docs" / "house"
ROOMS = sorted(each.parent.name for each in (ROOT / "flowalert").glob("*/__init__.py"))


def test_every_room_has_a_page_and_every_page_a_room() -> None:
    """And the first page leads to each."""
    pages = sorted(each.stem for each in HOUSE.glob("*.md") if each.name != "README.md")
    assert pages == ROOMS
    linked = re.findall(r"\]\((\w+)\.md\)", (HOUSE / "README.md").read_text(encoding="utf-8"))
    assert sorted(linked) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_names_only_files_that_are_there(room: str) -> None:
    """By their names in the room, or by their paths in the repository."""
    text = (HOUSE / f"{room}.md").read_text(encoding="utf-8")
    # A link says where it leads, and has a test of its own.
    text = re.sub(r"\[`[^`]+`\]", "", text)
    named = re.findall(r"`([\w/.]+(?:\.(?:py|lark|yaml|md)|/))`", text)
    assert named
    missing = [each for each in named if not (ROOT / "flowalert" / room / each).exists() and not is_elsewhere(each)]
    assert missing == []


def is_elsewhere(name: str) -> bool:
    return any((folder / name).exists() for folder in (ROOT, ROOT / "flowalert", ROOT / "flowalert" / "engine"))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_no_link_of_a_document_is_dead(page: Path) -> None:
    """Of those that lead to another file here."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
