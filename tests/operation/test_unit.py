"""The systemd unit of the examples, judged by systemd's own tool and by what the service does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flowalert.cli import run
from flowalert.operation.attendant import STUCK_AFTER

UNIT = Path(__file__).parents[2] / "examples" / "flowalert.service"
# What is left is the network, the host's own file system, read only, and a local socket to systemd itself.
WORST_EXPOSURE = 1.1


def read_unit() -> dict[str, list[str]]:
    """Return the values of each key, in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],  # noqa: S607 - wherever it is installed
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """No key is unknown and no value malformed; only the program is another, since it is not installed here."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/flowalert/bin/flowalert", sys.executable), encoding="utf-8")
    done = analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    unit.write_text(unit.read_text("utf-8").replace("WatchdogSec=60", "WatchdogSec=soon"), encoding="utf-8")
    assert "soon" in analyze("verify", "--man=no", str(unit)).stderr


def test_it_has_the_least_rights() -> None:
    """By systemd's own measure, from 0 (nothing) to 10 (everything)."""
    done = analyze("security", "--offline=yes", str(UNIT))
    found = re.search(r"Overall exposure level for flowalert.service: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= WORST_EXPOSURE


def test_what_only_a_person_can_mend_is_not_restarted() -> None:
    """Every exit code of `flowalert run` but those of an end that was asked for and of a crash; click's own is 2."""
    codes = {1, 2, run.REFUSED_KEY, run.REFUSED_STORE}
    (given,) = read_unit()["RestartPreventExitStatus"]
    assert {int(code) for code in given.split()} == codes
    assert run.CRASHED not in codes


def test_the_watchdog_and_the_stop_are_as_patient_as_the_service() -> None:
    """It says that a part is stuck before the watchdog bites, and has the ten seconds that it needs to stop."""
    unit = read_unit()
    assert unit["Type"] == ["notify"]
    assert int(unit["WatchdogSec"][0]) >= 2 * STUCK_AFTER
    assert int(unit["TimeoutStopSec"][0]) > 10


@pytest.mark.parametrize("key", ["LimitCORE", "UMask", "StateDirectoryMode", "LoadCredential"])
def test_secrets_stay_with_it(key: str) -> None:
    """No dump of its memory, no file for others, and the keys as credentials."""
    expected = {
        "LimitCORE": ["0"],
        "UMask": ["0077"],
        "StateDirectoryMode": ["0700"],
        "LoadCredential": ["appkey:/etc/flowalert/appkey", "appsecret:/etc/flowalert/appsecret"],
    }
    assert read_unit()[key] == expected[key]
