"""`flowalert demo`, as a newcomer runs it."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.delivery.http_recorder import Answer, open_recorder
from tests.program import PATIENCE, run_program, start_program, wait_until


def test_it_shows_alerts_sends_them_and_sums_up(tmp_path: Path) -> None:
    """Alerts appear within half a minute, `--notify` sends them as well, and Ctrl-C ends it with a summary."""
    with open_recorder(lambda _: Answer()) as hook:
        url = f"json://127.0.0.1:{hook.port}/hook"
        with start_program("demo", "--notify", url, folder=tmp_path) as process:
            out = tmp_path / "out.txt"
            wait_until(lambda: "foreigners-dump-kospi" in out.read_text(encoding="utf-8"), "an alert", within=30)
            wait_until(lambda: hook.requests, "its delivery", within=30)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
    shown = out.read_text(encoding="utf-8")
    title = hook.requests[0].json["title"]
    assert title in shown
    assert hook.requests[0].json["message"].splitlines()[0] in shown
    summary = shown[shown.index("finishing what is under way") :]
    for word in ("updates", "alerts", "deliveries", "lost"):
        assert word in summary
    assert f"{len(hook.requests)} sent, 0 refused, 0 not sent yet" in summary


def test_a_url_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """It says what is wrong with it, and shows no part that could be a secret."""
    done = run_program("demo", "--notify", "slak://planted/b/c", folder=tmp_path)
    assert done.returncode == 2
    assert "did you mean `slack://`?" in done.stderr
    assert "planted" not in done.stderr


def test_a_reader_that_goes_away_ends_it(tmp_path: Path) -> None:
    """`flowalert demo | head` ends by itself, without a traceback."""
    with (tmp_path / "err.txt").open("w") as err:
        demo = subprocess.Popen(
            [sys.executable, "-m", "flowalert", "demo"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=err, text=True
        )
        assert demo.stdout is not None
        assert demo.stdout.readline().startswith("flowalert demo")
        demo.stdout.close()
        try:
            assert demo.wait(PATIENCE) == 0
        finally:
            demo.kill()
            demo.wait()
    assert (tmp_path / "err.txt").read_text(encoding="utf-8") == ""
