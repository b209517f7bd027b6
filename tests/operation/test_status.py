"""What is written down of a service, and said in a line."""

from pathlib import Path

import pytest

from flowalert.operation.status import Status, find_status_file, read_status, say_status, write_status
from tests.operation.sample import outlook, status

REST = "last update 10:31:00, 3 alerts open, 0 messages waiting"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Beside the store, by its owner alone; each time anew, whatever was left there, and nothing else is left."""
    path = find_status_file(tmp_path / "flow.db")
    assert read_status(path) is None
    (tmp_path / "flow.db.status.new").write_text("of a service that was killed here")
    for waiting in range(2):
        given = status(given=outlook(waiting=waiting))
        write_status(path, given)
        assert read_status(path) == given
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["flow.db.status"]


@pytest.mark.parametrize("text", ["", "{", '{"version": "9"}', "\udcff"])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, text: str) -> None:
    """Cut short, another version's, or no text at all."""
    path = tmp_path / "flow.db.status"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert read_status(path) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            status(),
            f"14 sectors registered, {REST}",
        ),
        (
            status(given=outlook(places=1, registered=1, published_at=None, open_alerts=1, waiting=1200)),
            "1 sector registered, no update yet, 1 alert open, 1,200 messages waiting",
        ),
        (
            status(given=outlook(registered=0, lost_for=4.0, cause="Connection refused"), stuck=("engine",)),
            f"engine stuck, feed lost (Connection refused), 0 of 14 sectors registered, {REST}",
        ),
        (
            status(given=outlook(is_silent=True, lost_for=4.0, cause="no token")),
            f"nothing comes from the exchange (no token), 14 sectors registered, {REST}",
        ),
    ],
)
def test_a_line_says_how_it_stands(given: Status, words: str) -> None:
    """What is wrong comes first."""
    assert say_status(given) == words
