"""The tutorial, done as it says, in an empty folder."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.program import PATIENCE

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"
_BLOCK = re.compile(
    r"^```(?:yaml file=(?P<file>\S+)|(?P<console>console))\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Each file is written and each command prints what stands below it, in order, from nothing but the program."""
    environ = {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "LANG": "C.UTF-8",
    }
    done = 0
    for block in _BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
            continue
        for command, expected in list_commands(block["text"]):
            if command.startswith("export "):
                environ |= dict(each.split("=", 1) for each in command.split()[1:])
                continue
            said = subprocess.run(
                ["bash", "-c", command],  # noqa: S607 - the reader's own shell
                cwd=tmp_path,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=PATIENCE,
                check=False,
            ).stdout
            assert fits(said, expected), f"{command}\n{said}"
            done += 1
    assert done >= 10


def list_commands(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each command of a block with the lines that it is to print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


def fits(said: str, expected: Sequence[str]) -> bool:
    """Whether a text is the lines, where a line of `…` is any lines, and `…` in a line the rest of it."""
    parts = []
    for line in expected:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(r"\s*" + ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n\n?")
    return re.fullmatch("".join(parts) + r"\s*", said + "\n") is not None
