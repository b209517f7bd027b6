"""What Prometheus reads, judged by its own tool, and what the examples make of it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import trio

from flowalert.operation.pulse import Part
from flowalert.settings import Role
from flowalert.web.live.meter import BOUNDS, Latency
from tests.feed.running import until
from tests.web.house import House, open_house
from tests.web.people import bearer, make_web

EXAMPLES = Path(__file__).parents[2] / "examples"
RULES = EXAMPLES / "prometheus" / "alerts.yml"
DASHBOARD = EXAMPLES / "grafana" / "dashboard.json"
PATIENCE = 30.0
_SAMPLE = re.compile(r"^([a-z_]+)(\{.*\})? (\S+)$", re.MULTILINE)
_NAME = re.compile(r"\b(?:flowalert|process)_[a-z_]+")


async def read(house: House) -> dict[str, float]:
    """Return every sample by its name and labels."""
    text = (await house.get("/metrics")).text
    return {name + labels: float(value) for name, labels, value in _SAMPLE.findall(text)}


async def read_once(house: House, name: str, value: float) -> dict[str, float]:
    """Return every sample as soon as one of them is as large as it is to be."""
    with trio.fail_after(PATIENCE):
        while (found := await read(house)).get(name, 0) < value:  # noqa: ASYNC110 - only asking tells
            await trio.sleep(0.02)
    return found


def ask_promtool(*arguments: str, text: str = "") -> str:
    """Return what Prometheus's tool has to complain of: nothing, unless it fails."""
    promtool = shutil.which("promtool")
    assert promtool is not None, "install what .ci/run does"
    done = subprocess.run([promtool, *arguments], input=text, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


async def test_what_happens_is_counted_and_what_is_so_is_measured(tmp_path: Path) -> None:
    """From an update to the message that follows from it."""
    async with open_house(tmp_path) as house:
        await house.publish(10)
        await house.publish(700, p_msval=690)
        found = await read_once(house, 'flowalert_notice_latency_seconds_count{channel="desk"}', 2)
    # `above` opens and `jump` happens.
    assert found['flowalert_alerts_open{severity="warning"}'] + found['flowalert_alerts_open{severity="info"}'] == 1
    assert found['flowalert_transitions_total{kind="firing",told="yes"}'] == 1
    assert found['flowalert_transitions_total{kind="fired",told="yes"}'] == 1
    assert found['flowalert_entries_total{kind="update"}'] == 2
    assert found["flowalert_feed_updates_total"] == 2
    assert found["flowalert_journal_entries"] >= 2
    assert found["flowalert_feed_places_registered"] == found["flowalert_feed_places_wanted"] == 1
    assert found["flowalert_rules"] == 2
    assert found["flowalert_store_size_bytes"] > 4_096
    assert found["process_resident_memory_bytes"] > 1_000_000
    assert found['flowalert_part_stuck{part="engine"}'] == 0
    assert found['flowalert_notice_latency_seconds_count{channel="desk"}'] == 2
    assert found['flowalert_notice_latency_seconds_bucket{channel="desk",le="+Inf"}'] == 2


async def test_promtool_has_nothing_against_the_metrics(tmp_path: Path) -> None:
    """Names, kinds and help texts are as Prometheus wants them; and it would say so if they were not."""
    async with open_house(tmp_path, web=make_web()) as house:
        assert (await house.get("/metrics")).status_code == 401
        answer = await house.get("/metrics", headers=bearer(Role.VIEWER))
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert ask_promtool("check", "metrics", text=answer.text) == ""
    assert "help text" in ask_promtool("check", "metrics", text="flowalert_x 1\n")


def test_the_rules_of_the_example_tell_what_they_are_to_tell() -> None:
    """By Prometheus's own tests; and every rule has one that is told."""
    assert ask_promtool("check", "rules", str(RULES)) == ""
    tests = Path(__file__).with_name("alerts.test.yml")
    assert ask_promtool("test", "rules", str(tests)) == ""
    assert ask_promtool("check", "config", "--syntax-only", str(EXAMPLES / "prometheus" / "scrape.yml")) == ""
    names = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))
    tested = re.findall(r"alertname: (\w+)\n +exp_alerts:\n +- ", tests.read_text(encoding="utf-8"))
    assert sorted(names) == sorted(tested)


async def test_every_metric_of_the_examples_is_there(tmp_path: Path) -> None:
    """In the rules, their tests and the dashboard; a panel that asks for nothing shows nothing for ever."""
    async with open_house(tmp_path) as house:
        await house.publish(10)
        # Of a notice that was sent there is a latency.
        await house.publish(700, p_msval=690)
        found = await read_once(house, 'flowalert_notice_latency_seconds_count{channel="desk"}', 2)
    there = {sample.partition("{")[0] for sample in found}
    for file in (RULES, Path(__file__).with_name("alerts.test.yml"), DASHBOARD):
        named = set(_NAME.findall(file.read_text(encoding="utf-8")))
        assert named
        assert named - there == set(), file


def test_the_dashboard_is_one() -> None:
    """Each panel has a place of its own and asks for something."""
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    cells: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        taken = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in taken) < 24
        assert not taken & cells
        cells |= taken
        assert all(target["expr"] for target in panel["targets"])


def test_a_latency_is_counted_within_its_bound() -> None:
    """One that is as long as a bound is within it; a clock that was set back makes none less than nothing."""
    latency = Latency()
    for seconds in (0.05, 0.06, 600, 601, -1):
        latency.add(seconds)
    assert (latency.counts[0], latency.counts[1], latency.counts[-2], latency.counts[-1]) == (2, 1, 1, 1)
    assert len(latency.counts) == len(BOUNDS) + 1
    assert latency.total == pytest.approx(0.11 + 1201)


async def test_whoever_starts_it_anew_learns_whether_it_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever sends others to it, whether it hears the exchange; nobody has to say who they are for that."""
    async with open_house(tmp_path, web=make_web()) as house:
        assert [(await house.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        await house.exchange.clients[-1].socket.aclose()
        await until(lambda: house.service.feed.standing.lost_for is not None, PATIENCE)
        answer = await house.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")
        assert (await house.get("/healthz")).status_code == 200
        monkeypatch.setattr(house.service.pulse, "find_stuck", lambda _: (Part.ENGINE,))
        answer = await house.get("/healthz")
        assert (answer.status_code, answer.text) == (503, "engine stuck\n")
