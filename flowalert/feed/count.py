"""What the feed has seen so far."""

from collections import Counter
from dataclasses import dataclass, field

from flowalert.feed.frame import Flaw


@dataclass
class FeedCount:
    """Totals since the start: the feed adds, everybody else only reads."""

    frames: int = 0
    updates: int = 0
    repeats: int = 0
    stale: int = 0
    quarantined: Counter[Flaw] = field(default_factory=Counter)
    connects: int = 0
    losts: int = 0
    refused: int = 0
    unanswered: int = 0
    tokens: int = 0
