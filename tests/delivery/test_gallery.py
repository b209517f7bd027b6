"""Pictures drawn by processes of their own."""

import os
import stat
import sys
from pathlib import Path

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from flowalert.delivery.gallery import Gallery, find_missing_charts, open_gallery
from tests.delivery.drawing import make_picture, read_png

PNG = "\\x89PNG\\r\\n\\x1a\\n"


def write(code: str) -> list[str]:
    """Return the command of a drawing process of our own."""
    return [sys.executable, "-c", code]


async def test_a_picture_is_drawn_into_a_file_that_only_we_can_read() -> None:
    """With the fonts and the process of the real thing; discarded it is gone, and so is the folder in the end."""
    with open_gallery() as gallery:
        path = await gallery.draw(make_picture())
        assert path is not None
        assert read_png(path.read_bytes()).size == (1600, 840)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        gallery.discard(path)
        assert not path.exists()
        gallery.discard(path)
    assert not path.parent.exists()
    assert (gallery.drawn, gallery.failed, gallery.dropped) == (1, 0, 0)


async def test_the_process_does_not_get_the_secrets_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is where settings take theirs from."""
    monkeypatch.setenv("LS_APPSECRET", "s3cret")
    said = tmp_path / "environment"
    code = f"import os; open({str(said)!r}, 'w').write(repr(dict(os.environ))); os.write(1, b'{PNG}')"
    path = await Gallery(tmp_path, command=write(code)).draw(make_picture())
    assert path is not None
    assert "s3cret" not in said.read_text()
    assert str(tmp_path / "matplotlib") in said.read_text()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit('no such font')", "the drawing process ended with 1: no such font"),
        ("import os; os.abort()", "the drawing process ended with -6: it said nothing"),
        (f"import os; os.write(1, b'{PNG}'); raise SystemExit(3)", "the drawing process ended with 3: it said nothing"),
        ("print('hello')", "the drawing process ended with 0: it said nothing"),
    ],
)
async def test_a_process_that_fails_gives_no_picture(code: str, why: str, tmp_path: Path) -> None:
    """And a line in the log that says why; the next picture is drawn as if nothing had been."""
    gallery = Gallery(tmp_path, command=write(code))
    with capture_logs() as logs:
        assert await gallery.draw(make_picture()) is None
        assert await gallery.draw(make_picture()) is None
    assert [each["why"] for each in logs] == [why, why]
    assert gallery.failed == 2
    assert list(await trio.Path(tmp_path).iterdir()) == []


async def test_a_process_that_cannot_be_started_gives_no_picture(tmp_path: Path) -> None:
    """The caller hears of no error."""
    assert await Gallery(tmp_path, command=[str(tmp_path / "nothing")]).draw(make_picture()) is None


async def test_a_file_that_cannot_be_written_is_no_picture(tmp_path: Path) -> None:
    """The folder may have been swept away by whatever cleans the temporary files."""
    gallery = Gallery(tmp_path / "gone", command=write(f"import os; os.write(1, b'{PNG}')"))
    with capture_logs() as logs:
        assert await gallery.draw(make_picture()) is None
    assert "No such file" in logs[0]["why"]


async def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    """One that hears no plea, too; the next has its turn."""
    tracks = tmp_path / "tracks"
    tracks.touch()  # on a busy machine it may be ended before it has written anything
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"open({str(tracks)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(600)"
    )
    gallery = Gallery(tmp_path, command=write(code), within=1)
    with capture_logs() as logs, trio.fail_after(60):
        assert await gallery.draw(make_picture()) is None
        assert await gallery.draw(make_picture()) is None
    assert [each["why"] for each in logs] == ["it took more than 1 s"] * 2
    for pid in tracks.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


async def test_one_is_drawn_at_a_time_and_what_finds_no_room_is_dropped(tmp_path: Path) -> None:
    """Those that wait are drawn in their order; the dropped are counted and logged."""
    tracks, gate = tmp_path / "tracks", tmp_path / "gate"
    code = (
        "import json, os, pathlib, sys, time; at = json.load(sys.stdin)['at']\n"
        f"tracks = open({str(tracks)!r}, 'a'); tracks.write(f'{{at}} begins '); tracks.flush()\n"
        f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n"
        f"tracks.write(f'{{at}} ends '); tracks.close(); os.write(1, b'{PNG}')"
    )
    gallery = Gallery(tmp_path, command=write(code), capacity=2)
    found: dict[int, Path | None] = {}

    async def draw(at: int) -> None:
        found[at] = await gallery.draw(make_picture(at=at))

    with capture_logs() as logs:
        async with trio.open_nursery() as nursery:
            for at in range(4):
                nursery.start_soon(draw, at)
                # One after the other: trio starts tasks in an order of its own.
                await trio.testing.wait_all_tasks_blocked()
            assert found == {3: None}
            await trio.Path(gate).touch()
    assert tracks.read_text() == "0 begins 0 ends 1 begins 1 ends 2 begins 2 ends "
    assert {at: path is not None for at, path in found.items()} == {0: True, 1: True, 2: True, 3: False}
    assert len(set(found.values())) == 4
    assert (gallery.drawn, gallery.dropped) == (3, 1)
    assert [(each["event"], each["waiting"]) for each in logs] == [("chart dropped", 2)]


async def test_a_caller_that_is_cancelled_leaves_no_process_and_no_queue(tmp_path: Path) -> None:
    """As at the service's stop."""
    tracks = tmp_path / "tracks"
    code = f"import os, time; open({str(tracks)!r}, 'w').write(f'{{os.getpid()}}\\n'); time.sleep(600)"
    gallery = Gallery(tmp_path, command=write(code))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(gallery.draw, make_picture())
        nursery.start_soon(gallery.draw, make_picture())
        while not tracks.exists() or not tracks.read_text().endswith("\n"):  # noqa: ASYNC110 - another process's file
            await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(int(tracks.read_text()), 0)
    assert gallery.failed == 0


def test_what_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are an extra."""
    assert find_missing_charts() is None
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert find_missing_charts() == ("charts need matplotlib, which is not installed: pip install 'flowalert[charts]'")
