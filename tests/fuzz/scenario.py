"""A scenario of the simulator."""

from pathlib import Path

from flowalert.simulator.scenario import Scenario, read_scenario
from tests.fuzz.target import Target, text_of
from tests.fuzz.yaml import LONG_VALUES, each_key

_EXAMPLE = Path(__file__).parents[2] / "examples" / "scenario.yaml"
_FLOW = {"at": '"10:15"', "sector": "kospi", "investor": "foreign", "net": "-3000억", "over": "10m", "day": "1"}
_FAULT = {"at": '"10:15"', "fault": "stall", "client": "1", "for": "2m"}


def run(data: bytes) -> None:
    read = read_scenario(text_of(data), "s.yaml")
    if not isinstance(read, Scenario):
        for problem in read:
            str(problem)


def _bombs() -> list[bytes]:
    return [*each_key("events", _FLOW, LONG_VALUES), *each_key("events", _FAULT, LONG_VALUES)]


TARGET = Target(run, [_EXAMPLE.read_bytes()], _bombs)
