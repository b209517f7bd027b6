"""A market that is faster than the service: TCP holds it back, and nothing is lost."""

import json
from collections import Counter
from pathlib import Path

import trio

from flowalert.market.entry import FeedLost, Update
from tests.fault.flood import send_flood
from tests.fault.torrent import SERIES, last_value
from tests.test_live import encode
from tests.test_service import fold, read_all


def test_a_flood_is_taken_whole(tmp_path: Path) -> None:
    """Every frame is an update of the journal, no feed is lost, no gap is seen, memory stays where it was."""
    flood = send_flood(tmp_path, 2.5)
    # The channel's 10,000 entries are a few megabytes, and so are the series.
    assert flood.peak_mb - flood.before_mb < 40
    lines = [json.loads(line) for line in (tmp_path / "err.txt").read_text(encoding="utf-8").splitlines()]
    events = Counter(line["event"] for line in lines)
    assert not {"feed lost", "feed silent", "updates missed", "frame quarantined"} & events.keys()
    (ended,) = [line for line in lines if line["event"] == "flowalert stopped"]
    assert (ended["updates"], ended["gaps"], ended["repeats"], ended["stale"]) == (flood.frames, 0, 0, 0)
    journal, stored = trio.run(read_all, tmp_path)
    updates = [entry for entry in journal if isinstance(entry, Update)]
    assert len(updates) == flood.frames
    assert {entry.msval for entry in updates[-SERIES:]} == {last_value(flood.slots)}
    assert not any(isinstance(entry, FeedLost) for entry in journal)
    assert [(each.rule, each.value) for each in stored] == [("last", last_value(flood.slots))]
    assert [encode(each) for each in fold(tmp_path, journal)] == [encode(each) for each in stored]
