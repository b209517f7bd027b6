"""What rules that expire have used up, over restarts and over the days."""

from pathlib import Path

from flowalert.engine.term import Past, Used
from flowalert.feed.outlet import Received
from flowalert.feed.setting import FeedSettings, find_endpoint
from flowalert.market.entry import Update
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.rules.loader import load_rules
from flowalert.service import Plan, Service
from flowalert.store import open_reader, open_store
from tests.store.sample import MONDAY, NINE, NOW, update

TODAY = MONDAY // DAY


async def commit(path: Path, *updates: Update, used: tuple[Used, ...] = ()) -> None:
    async with open_store(path) as store:
        await store.commit([(NOW, each) for each in updates], [], [], now=NOW, used=used)


async def pasts(path: Path) -> dict[str, Past]:
    async with open_reader(path) as reader:
        return await reader.pasts()


async def test_what_was_used_up_before_the_open_session_is_told(tmp_path: Path) -> None:
    """Fires of all sessions before it are added up, and the first session is known; the open one is folded again."""
    path = tmp_path / "store.db"
    await commit(path, update(MONDAY + NINE), used=(Used("once", Venue.KRX, TODAY, 2),))
    assert await pasts(path) == {}
    await commit(path, update(MONDAY + DAY + NINE), used=(Used("once", Venue.KRX, TODAY + 1, 1),))
    assert await pasts(path) == {"once": Past(2, TODAY)}
    await commit(path, update(MONDAY + 2 * DAY + NINE))
    assert await pasts(path) == {"once": Past(3, TODAY)}


async def test_a_sessions_count_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """The same session is counted once, however often it is written."""
    path = tmp_path / "store.db"
    for fires in (1, 2, 3):
        await commit(path, update(MONDAY + NINE), used=(Used("once", Venue.KRX, TODAY, fires),))
    await commit(path, update(MONDAY + DAY + NINE))
    assert await pasts(path) == {"once": Past(3, TODAY)}


RULES = """\
defaults: {sectors: [kospi], investors: [foreign]}
rules:
  - {name: thrice, when: msval < 0, mode: event, expires: 3 fires}
  - {name: today, when: msval < 0, mode: event, expires: session}
"""


async def test_a_restart_and_a_new_day_give_nothing_back(tmp_path: Path) -> None:
    """A service that comes back, twice a day and on the next one, goes on where the rule's life was."""
    loaded = load_rules([("rules.yaml", RULES)])
    feed = FeedSettings(endpoint=find_endpoint("ws://127.0.0.1:9/", "http://127.0.0.1:9/"), appkey="k", appsecret="s")
    plan = Plan(rulebook=loaded.rulebook, channels={}, feed=feed, store=tmp_path / "store.db", now=lambda: NOW)
    told: list[list[str]] = []
    for day, first in ((0, 0), (0, 2), (1, 0)):
        async with open_store(plan.store) as store:
            service = Service(plan, store, await store.pasts())
            await service.resume()
            before = [each.id for each in await all_transitions(plan.store)]
            for number in (first, first + 1):
                at = MONDAY + day * DAY + NINE + 30 * number
                await service._take([Received(NOW, update(at))])
        told.append([each.rule for each in await all_transitions(plan.store) if each.id not in before])
    assert told == [["thrice", "today"] * 2, ["thrice", "today", "today"], []]


async def all_transitions(path: Path) -> list:  # type: ignore[type-arg]
    async with open_reader(path) as reader:
        return [each for alert in reversed(await reader.alerts()) for each in await reader.transitions(alert.id)]
