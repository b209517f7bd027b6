"""A flood of frames, faster than any market: what the service takes, and whether it grows."""

import tempfile
from pathlib import Path

from tests.fault.flood import Flood, send_flood


def measure_flood(seconds: float) -> Flood:
    """Run the service through so many seconds of it."""
    with tempfile.TemporaryDirectory(prefix="flowalert-flood-") as folder:
        return send_flood(Path(folder), seconds)
