"""What can be set about the simulator."""

import datetime as dt
from collections.abc import Mapping

from msgspec import Struct, field

from flowalert.simulator.fault import FaultKind
from flowalert.simulator.scenario import Scenario
from flowalert.simulator.token import TokenPolicy


class SimulatorSettings(Struct, frozen=True, kw_only=True):
    """How the simulator runs.

    Where: `host`, `port` (websocket) and `token_port`; 0 takes a port that is free.

    When: `speed` is how many seconds of the exchange pass in one, so that a slot takes 30/speed seconds; `start` the
    second of the first day to begin at, None for one minute before the open; `date` the first day, None for today
    in Seoul.

    What: `seed` of the market and of chance; `scenario`; `chances` of faults (see `fault.Chances`).

    How it answers: `tokens` says who gets one. `wrong_port` refuses every request as a live key on the paper port
    is. `refused_keys` are refused as registrations (`550`, `N001`). `most_keys` is the number of
    registrations that a connection may have, `backlog` of frames that may wait for a slow one. `null_tr_cd`,
    `echo_token` and `text_pings` bring out what the live gateway was seen to do at times.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token_port: int = 0
    speed: float = 60.0
    start: int | None = None
    date: dt.date | None = None
    seed: int = 1
    scenario: Scenario = Scenario()
    chances: Mapping[FaultKind, float] = field(default_factory=dict)
    tokens: TokenPolicy = TokenPolicy()
    wrong_port: bool = False
    refused_keys: frozenset[str] = frozenset()
    most_keys: int = 200
    backlog: int = 50_000
    null_tr_cd: bool = False
    echo_token: bool = False
    text_pings: bool = False

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"speed is {self.speed}; give a number above 0")
