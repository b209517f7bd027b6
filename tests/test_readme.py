"""The README, and its Korean twin, which says the same of the same commands."""

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN = (ROOT / "docs" / "README.ko.md").read_text(encoding="utf-8")
# A heading that is not here yet is one that nobody has translated.
HEADINGS = {
    "flowalert": "flowalert",
    "Try it": "써 보기",
    "See it": "보기",
    "A rule": "규칙 하나",
    "Before you trust a rule": "규칙을 믿기 전에",
    "Run it": "돌리기",
    "What is promised": "약속하는 것",
    "Work on it": "고쳐 보기",
}
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)


def test_the_headings_are_the_same() -> None:
    """In order and rank."""
    english = [f"{rank} {HEADINGS[words]}" for rank, words in list_headings(ENGLISH)]
    assert english == [f"{rank} {words}" for rank, words in list_headings(KOREAN)]


def test_the_commands_and_examples_are_the_same() -> None:
    """To the letter: what is copied from one works as what is copied from the other."""
    for blocks in (_FENCED, _INDENTED):
        assert blocks.findall(ENGLISH) == blocks.findall(KOREAN)
    assert list_codes(ENGLISH) == list_codes(KOREAN)


def test_the_links_lead_to_the_same_places() -> None:
    """And each of them is there."""
    english = [posixpath.normpath(link) for link in list_links(ENGLISH) if link != "docs/README.ko.md"]
    korean = [link for link in list_links(KOREAN) if link != "../README.md"]
    inside = [link if "://" in link else posixpath.normpath(posixpath.join("docs", link)) for link in korean]
    assert english == [posixpath.normpath(link) for link in inside]
    assert [link for link in list_links(ENGLISH) if "://" not in link and not (ROOT / link).exists()] == []


def test_the_tables_have_the_same_rows() -> None:
    """Each command, and each key of a rule; that no command is missing is asked elsewhere."""
    assert re.findall(r"^\| (`[^|]+) \|", ENGLISH, re.MULTILINE) == re.findall(r"^\| (`[^|]+) \|", KOREAN, re.MULTILINE)


def list_headings(text: str) -> Sequence[tuple[str, str]]:
    return re.findall(r"^(#+) (.+)$", _FENCED.sub("", text), re.MULTILINE)


def list_codes(text: str) -> set[str]:
    """Return what stands between backquotes in running text, without where a file lies from here."""
    codes = re.findall("`([^`]+)`", _FENCED.sub("", text))
    return {code.removeprefix("../").removeprefix("docs/") for code in codes}


def list_links(text: str) -> Sequence[str]:
    return re.findall(r"\]\(([^)]+)\)", text)
