"""Who stands beside a running service can ask it to the last."""

from pathlib import Path

import pytest
import trio

from flowalert.rules.loader import load_rules
from flowalert.service import Plan, Service, run_service
from flowalert.store import StoreFailed
from tests.feed.running import make_settings

RULES = "rules: [{name: any, sectors: [kospi], investors: [foreign], when: msval > 0}]"


def plan_in(folder: Path) -> Plan:
    return Plan(
        rulebook=load_rules([("rules.yaml", RULES)]).rulebook,
        channels={},
        feed=make_settings("ws://127.0.0.1:9/", "http://127.0.0.1:9/"),
        store=folder / "flowalert.db",
    )


async def test_the_store_answers_until_whoever_is_beside_has_ended(tmp_path: Path) -> None:
    """Also long after the service was asked to stop, and has done all that it had to."""
    stop = trio.Event()
    rules: list[int] = []

    async def look_on(service: Service) -> None:
        stop.set()
        for _ in range(20):
            await trio.sleep(0.01)
            rules.append((await service.look()).rules)

    await run_service(plan_in(tmp_path), stop, beside=look_on)
    assert rules == [1] * 20


async def test_a_store_that_fails_whoever_is_beside_ends_the_service_in_its_own_words(tmp_path: Path) -> None:
    """As if the service itself had met the damage."""

    async def meet_damage(_: Service) -> None:
        await trio.lowlevel.checkpoint()
        raise StoreFailed("damaged")

    with pytest.raises(StoreFailed, match="damaged"):
        await run_service(plan_in(tmp_path), trio.Event(), beside=meet_damage)
