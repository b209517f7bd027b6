"""A folder with settings, rules, and a store in which deliveries have ended in every way."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
import trio
from click.testing import CliRunner, Result

from flowalert.delivery.outcome import Outcome, Refused, Sent, Unknown
from flowalert.engine.notice import Address, DeliveryState
from flowalert.engine.queue import Lane
from flowalert.store import open_store
from tests.delivery.ending import end, queue_of, settle
from tests.store.sample import DESK, NOW, firings

SETTINGS = """\
feed: {domain: "ws://127.0.0.1:9/websocket", token_url: "http://127.0.0.1:9/", appkey: planted-key, appsecret: planted}
channels:
  desk: {targets: ["json://someone:hunter2@127.0.0.1:9/planted-path"]}
rules: [rules.yaml]
store: flow.db
"""
RULES = "rules:\n  - {name: sellers, sectors: [kospi], investors: [foreign], when: msval > 0}\n"
# How the first deliveries end; the one after them waits, and None is a decision not to send.
ENDS: Sequence[Outcome | None] = (
    Sent(),
    Refused("HTTP 400 Bad Request"),
    Unknown("timed out; it may have gone out"),
    None,
)


def write_settings(folder: Path, settings: str = SETTINGS, rules: str = RULES) -> Path:
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "flowalert.yaml").write_text(settings, encoding="utf-8")
    return folder


def fill(folder: Path, *targets: Address) -> None:
    """Make the deliveries 1 to 5: sent, dead, retrying, suppressed, pending; the titles are 0 to 4."""
    trio.run(_fill, folder / "flow.db", targets or (DESK,))


async def _fill(path: Path, targets: Sequence[Address]) -> None:
    async with open_store(path) as store:
        await store.commit([], *firings(5, *targets), now=NOW)
        for target in targets:
            lane = Lane(target=target.key, channel="desk")
            waiting = await queue_of(store, target.key)
            for number, outcome in enumerate(ENDS):
                later = NOW + timedelta(seconds=number + 1)
                if outcome is None:
                    await settle(store, waiting[number], DeliveryState.SUPPRESSED, "the target is gone", later, lane)
                else:
                    await end(store, waiting[number], outcome, later, lane)


def invoke(command: click.Command, folder: Path, *arguments: str) -> Result:
    """Run a command with the settings of the folder; what it crashes with is the test's."""
    return CliRunner().invoke(
        command, ["-c", str(folder / "flowalert.yaml"), *arguments], catch_exceptions=False, prog_name="flowalert"
    )
