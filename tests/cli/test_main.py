"""The command line itself."""

import subprocess
import sys
from pathlib import Path

from tests.program import run_program


def test_help_names_every_command_and_loads_none(tmp_path: Path) -> None:
    """`--help` answers at once: nothing heavy is imported for it."""
    code = (
        "import sys\nfrom flowalert.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "print(sorted({'trio', 'apprise', 'pydantic', 'lark', 'rich', 'apsw'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(command in done.stdout for command in ("demo", "run", "check", "simulate", "token"))
    assert done.stdout.endswith("[]\n")
    assert run_program("--help", folder=tmp_path).returncode == 0


def test_a_mistyped_command_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """And with exit code 2."""
    done = run_program("chekc", folder=tmp_path)
    assert done.returncode == 2
    assert "did you mean check?" in done.stderr
