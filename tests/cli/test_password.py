"""`flowalert password` and `flowalert web-token`: what they print is what the settings take."""

import hashlib
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import argon2
import pytest
from click.testing import CliRunner

from flowalert.cli import main
from flowalert.settings import Role, WebSettings, read_settings
from tests.cli.settled import RULES, SETTINGS
from tests.program import PATIENCE, run_program

PASSWORD = "correct horse battery"


def invoke(*arguments: str, text: str = "") -> str:
    done = CliRunner().invoke(main, list(arguments), input=text)
    assert done.exit_code == 0, done.output
    return done.stdout


def read_web(folder: Path, printed: str) -> WebSettings:
    """Return what the settings make of what was printed."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    path = folder / "flowalert.yaml"
    path.write_text(f"{SETTINGS}{printed[printed.index('web:') :]}", encoding="utf-8")
    web = read_settings(path, {}).web
    assert web is not None
    return web


def test_a_password_becomes_a_user(tmp_path: Path) -> None:
    """Of the first line of standard input; another one is none."""
    printed = invoke("password", "부서-1", "--role", "viewer", text=f"{PASSWORD}\nmore\n")
    assert PASSWORD not in printed
    (user,) = read_web(tmp_path, printed).users
    assert (user.name, user.role) == ("부서-1", Role.VIEWER)
    assert argon2.PasswordHasher().verify(user.password, PASSWORD)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(user.password, f"{PASSWORD}\n")


def test_a_password_that_is_typed_is_asked_for_twice_and_not_shown() -> None:
    """At a terminal; what differs is asked for again."""
    shown, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flowalert", "password"], stdin=terminal, stdout=subprocess.PIPE, stderr=terminal
    ) as process:
        os.close(terminal)
        said = b""
        deadline = time.monotonic() + PATIENCE
        for typed, prompt in (
            (PASSWORD, b"Password"),
            ("wrong", b"again"),
            (PASSWORD, b"Password"),
            (PASSWORD, b"again"),
        ):
            mark = len(said)
            while prompt not in said[mark:]:
                assert time.monotonic() < deadline
                said += os.read(shown, 1_000)
            os.write(shown, f"{typed}\n".encode())
        assert process.stdout is not None
        printed = process.stdout.read().decode()
        assert process.wait(PATIENCE) == 0
    os.close(shown)
    assert "argon2id" in printed
    assert PASSWORD.encode() not in said


@pytest.mark.parametrize("text", ["", "short\n", f"{'x' * 1001}\n"])
def test_a_password_that_is_none_is_refused(text: str) -> None:
    """And not repeated."""
    done = CliRunner().invoke(main, ["password"], input=text)
    assert done.exit_code == 1
    assert "think of another one" in done.stderr
    assert text.strip() == "" or text.strip() not in done.output


def test_a_token_is_shown_once_and_its_digest_becomes_a_program(tmp_path: Path) -> None:
    """Each is another one."""
    printed = invoke("web-token", "prometheus")
    token = printed.splitlines()[0]
    (program,) = read_web(tmp_path, printed).tokens
    assert (program.name, program.role) == ("prometheus", Role.VIEWER)
    assert program.digest == f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"
    assert len(token) > 40
    assert invoke("web-token").splitlines()[0] != token


@pytest.mark.parametrize("command", ["password", "web-token"])
def test_a_name_that_yaml_would_read_otherwise_is_refused(command: str, tmp_path: Path) -> None:
    """With exit code 2."""
    done = run_program(command, "a: {b", folder=tmp_path)
    assert done.returncode == 2
    assert "a name has letters" in done.stderr
