"""The container file of the examples, as far as it can be judged without building it."""

import json
import re
from pathlib import Path

from flowalert.cli import main
from flowalert.cli.run import run
from flowalert.cli.status import status

FILE = Path(__file__).parents[2] / "examples" / "Containerfile"


def read_instructions() -> list[tuple[str, str]]:
    """Return each instruction with its arguments, on one line."""
    text = re.sub(r"\\\n\s*", "", FILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def of(word: str) -> list[str]:
    return [rest for each, rest in read_instructions() if each == word]


def test_it_is_made_of_what_the_repository_has() -> None:
    """Every file that is copied is there, and every instruction is one of those that builders know."""
    known = {"FROM", "COPY", "RUN", "USER", "WORKDIR", "VOLUME", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in read_instructions()} <= known
    root = FILE.parents[1]
    copied = [name for rest in of("COPY") for name in rest.split()[:-1]]
    assert [name for name in copied if not (root / name).exists()] == []


def test_it_does_not_run_as_root() -> None:
    """By number, so that whoever starts it can see that; the store's folder is its own and a volume."""
    (user,) = of("USER")
    assert 0 not in map(int, user.split(":"))
    (volume,) = of("VOLUME")
    assert of("WORKDIR") == [volume]


def test_the_volume_is_its_users_alone() -> None:
    """Made empty with the user's and the group's numbers: a new volume takes over rights and files of the folder."""
    uid, gid = of("USER")[0].split(":")
    (run_,) = of("RUN")
    assert f"groupadd --system --gid {gid} " in run_
    assert f"useradd --system --uid {uid} --gid {gid} --no-create-home " in run_
    assert f"install -d -o {uid} -g {gid} -m 0700 {of('VOLUME')[0]}" in run_


def test_it_is_built_in_the_format_that_has_health_checks() -> None:
    """Podman leaves them out of its own format, with a warning that is easily overlooked."""
    assert "podman build --format docker " in FILE.read_text(encoding="utf-8")


def test_its_commands_are_commands() -> None:
    """What it starts, and the health check, have arguments that the command line takes."""
    (entry,) = map(json.loads, of("ENTRYPOINT"))
    assert entry == ["flowalert"]
    (arguments,) = map(json.loads, of("CMD"))
    assert main.get_command(main.make_context("flowalert", [*arguments]), arguments[0]) is run
    run.make_context("run", arguments[1:])
    (check,) = (json.loads(rest.partition("CMD ")[2]) for rest in of("HEALTHCHECK"))
    assert check[:2] == ["flowalert", "status"]
    assert status.make_context("status", check[2:]).params["alive"]
