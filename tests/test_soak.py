"""Session after session with faults in each: the service ends each of them as it ended the one before."""

from pathlib import Path

from tests.soak.sample import Log
from tests.soak.soak import Extent, run_soak

EXTENT = Extent(sessions=4, slots=40, strikes=3, kept=1, idle=2.5)


def test_nothing_is_left_of_a_session(tmp_path: Path) -> None:
    """No task, thread or descriptor, no memory to speak of, and in the store no session but the one that is kept."""
    sessions = run_soak(tmp_path, EXTENT, lambda _: None)
    assert len({session.census for session in sessions}) == 1, sessions
    # In the first ones code is loaded and caches fill. The two others have 16,800 updates, each of which has eight
    # pieces of memory; a rulebook, 15,000, may be there twice.
    assert sessions[3].blocks - sessions[1].blocks < 40_000, sessions
    assert sessions[3].memory_mb - sessions[1].memory_mb < 10, sessions
    assert {session.kept for session in sessions} == {EXTENT.kept}
    events = Log(tmp_path / "err.txt").read()
    # Each session had its faults, beside those of its token.
    assert events["feed lost"] == events["feed back"] >= EXTENT.sessions * EXTENT.strikes
    assert events["reloaded"] == events["reload refused"] == events["session closed"] == EXTENT.sessions
    assert events["sessions dropped"] == EXTENT.sessions - EXTENT.kept
