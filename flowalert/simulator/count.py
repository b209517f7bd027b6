"""What the simulator has done so far."""

from collections import Counter

from flowalert.simulator.fault import FaultKind


class Count:
    """Running totals since the start; the simulator's parts add to them, and nothing takes away.

    `frames` are the data frames that were sent, whatever had become of them; `slots` the publications.
    """

    def __init__(self) -> None:
        self.connects = 0
        self.frames = 0
        self.slots = 0
        self.acknowledged = 0
        self.refused = 0
        self.bad_tokens = 0
        self.too_slow = 0
        self.echoes = 0
        self.faults = Counter[FaultKind]()
