"""The rule files as the pages show them."""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowalert.web.mistake import RequestRefused, not_there
from flowalert.web.site import Site
from flowalert.workbench.check import file_of

# What a text box and a check in a moment can bear.
MOST_TEXT = 512 * 1024
_MOST_DIFFERING = 2_000


@dataclass(frozen=True, slots=True)
class Book:
    """A file's text as an editor has it, with line feeds alone, and the digest of what is on the disk."""

    text: str
    digest: str


def list_files(site: Site) -> Mapping[str, Path]:
    """Return the files of the rules by the names that problems give them; it blocks."""
    found = site.workshop.list_files(site.service.plan.rule_patterns)
    if site.workshop.config is None:
        return {name: Path(name) for name in dict.fromkeys(map(file_of, site.rulebook.rules)) if name}
    return found


def find_file(site: Site, name: str) -> Path:
    """Return the path of a rule file by its name, never another; it blocks. Raises RequestRefused (404)."""
    path = list_files(site).get(name)
    if path is None:
        raise not_there(f"{name[:200]!r} is no file of rules")
    return path


def read_book(path: Path) -> Book:
    """Return what a file holds; it blocks.

    Raises RequestRefused: 404 for one that cannot be read, 422 for one that no box can hold.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise not_there(f"{path}: the file cannot be read: {error.strerror}") from None
    if len(data) > MOST_TEXT:
        raise RequestRefused(
            422, f"{path} has more than the {MOST_TEXT >> 10} KB that a page can edit", instead="use an editor"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestRefused(422, f"{path}: this is no UTF-8 text", instead="save the file as UTF-8") from None
    return Book(clean(text), digest(data))


def clean(text: str) -> str:
    """Return a text with line feeds alone, whatever a form or a file ends its lines with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(data: bytes) -> str:
    """Return what tells the contents of a file from others."""
    return hashlib.sha256(data).hexdigest()


def compare(before: str, after: str, name: str) -> str:
    """Return a unified diff of two texts, empty where they are the same; a very long one is cut, and says so."""
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name} (now)", f"{name} (new)", lineterm="")
    )
    if not lines and before != after:
        lines = ["(the end of the last line)"]
    more = len(lines) - _MOST_DIFFERING
    return "\n".join([*lines[:_MOST_DIFFERING], *([f"… and {more:,} lines more"] if more > 0 else [])])


def count_changes(difference: str) -> tuple[int, int]:
    """Return how many lines of a unified diff are added and removed."""
    lines = difference.splitlines()[2:]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def list_channels(site: Site) -> tuple[str, ...] | None:
    """Return the channels that a rule may notify by now; None where any will do, as in a demonstration."""
    return None if site.workshop.config is None else tuple(site.channels)
