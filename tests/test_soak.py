"""Session after session with faults in each: the service ends each of them as it ended the one before."""

from pathlib import Path

from tests.soak.soak import Extent, run_soak

EXTENT = Extent(sessions=3, slots=40, strikes=3, kept=1, idle=2.5)


def test_nothing_is_left_of_a_session(tmp_path: Path) -> None:
    """No task, thread or descriptor, no memory to speak of, and in the store no session but the one that is kept."""
    first, second, third = run_soak(tmp_path, EXTENT, lambda _: None)
    assert first.census == second.census == third.census
    assert third.memory_mb - second.memory_mb < 3
    assert [session.kept for session in (first, second, third)] == [1, 1, 1]
