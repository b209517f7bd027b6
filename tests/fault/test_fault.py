"""Every fault of the feed, one at a time, and the whole service after it."""

from pathlib import Path

import pytest
import trio.testing

from tests.document import list_rows
from tests.fault.bench import ask, open_bench
from tests.fault.fault import FAULTS, FLOOD, Fault

DOCUMENT = Path(__file__).parents[2] / "docs/reliability.md"


@pytest.fixture
def clock() -> trio.testing.MockClock:
    """Goes as any clock does, and can jump."""
    return trio.testing.MockClock(rate=1.0)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_service_after_a_fault(tmp_path: Path, clock: trio.testing.MockClock, fault: Fault) -> None:
    """It is up, the gap is shown, no alert is invented, and none is lost that the frames allowed."""
    async with open_bench(tmp_path, clock, moment=fault.moment, is_secure=fault.is_secure, **fault.changes) as bench:
        for _ in range(4):
            await bench.publish()
        await fault.strike(bench)
        if fault.is_lost:
            await bench.back()
        await ask(bench, is_lost=fault.is_lost, gaps=fault.gaps, sessions=fault.sessions)


def test_the_document_has_every_fault() -> None:
    """With what happens, and how long it takes."""
    rows = list_rows(DOCUMENT, "fault", "what happens", "how long")
    assert rows == [[fault.name, fault.happens, fault.lasts] for fault in FAULTS] + [list(FLOOD)]
