"""Pictures that follow the texts of alerts."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import trio
import trio.testing
from msgspec.structs import replace
from structlog.testing import capture_logs

from flowalert.delivery import Channel, Policy, Target, parse_target
from flowalert.delivery.evidence import Evidence
from flowalert.delivery.exhibition import Exhibition, shows_pictures
from flowalert.delivery.gallery import Gallery, open_gallery
from flowalert.delivery.message import Message
from flowalert.delivery.outcome import Outcome, Refused, Retry
from flowalert.delivery.sender import Sender
from flowalert.engine.notice import Address, Delivery, DeliveryState
from flowalert.engine.queue import Lane, Step
from flowalert.engine.transition import Kind, Transition
from flowalert.language.tongue import Tongue
from flowalert.rules.rulebook import Rule
from flowalert.store import Store, open_store
from tests.delivery.connect_proxy import Proxy
from tests.delivery.desk import Clock, Desk, ScriptedTarget, open_desk
from tests.delivery.drawing import read_png
from tests.delivery.http_recorder import Answer, Request, open_recorder
from tests.delivery.service import DISCORD, TELEGRAM, discord, telegram
from tests.engine.market import read_rules
from tests.program import wait_until
from tests.store.sample import DESK, MONDAY, NINE, NOW, PHONE, notice, transition, update

PNG = b"\x89PNG\r\n\x1a\n"
DRAW = "import os, sys; sys.stdin.read(); os.write(1, b'\\x89PNG\\r\\n\\x1a\\n')"
(RULE,) = read_rules("name: sellers; summary: 매도세; when: msval <= -250억").rules


def target_of(url: str) -> Target:
    target = parse_target(url)
    assert isinstance(target, Target)
    return target


def quick(folder: Path) -> Gallery:
    """A gallery whose pictures are drawn at once, and show nothing."""
    return Gallery(folder, command=[sys.executable, "-c", DRAW])


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for what a server's thread, a process or another task does."""
    await trio.to_thread.run_sync(wait_until, condition, what, abandon_on_cancel=True)


async def tell(
    store: Store,
    *told: Transition,
    targets: Sequence[Sender],
    channel: str = "desk",
    title: str = "⚠ [주의] 매도세",
) -> None:
    """Commit the day and transitions, each told to the targets."""
    entries = [(NOW, update(MONDAY + NINE + second, value=-240 - second)) for second in range(0, 60, 30)]
    notices = [notice(each, *(to.address for to in targets), channel=channel, title=title) for each in told]
    await store.commit(entries, told, notices, now=NOW)


def desk_of(*targets: Sender, name: str = "desk", language: Tongue = Tongue.KOREAN, charts: bool = True) -> Channel:
    return Channel(
        name, targets, language, groups=False, group_interval=timedelta(0), expires_after=timedelta(2), charts=charts
    )


def exhibition_of(
    store: Store,
    gallery: Gallery,
    *channels: Channel,
    evidence: Evidence | None = None,
    rule: Rule = RULE,
    capacity: int = 16,
    wait_within: float = 60,
) -> Exhibition:
    return Exhibition(
        gallery,
        {channel.name: channel for channel in channels},
        {rule.name: rule}.get,
        store,
        evidence or store,
        lambda: NOW,
        capacity=capacity,
        wait_within=wait_within,
    )


@asynccontextmanager
async def open_shown(store: Store, gallery: Gallery, channel: Channel) -> AsyncIterator[Desk]:
    """Delivery at work, with pictures."""
    exhibition = exhibition_of(store, gallery, channel)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(exhibition.run)
        policy = Policy(send_within=timedelta(seconds=20))
        async with open_desk(store, (), Clock(), channels=[channel], policy=policy, show=exhibition.show) as desk:
            yield desk
        nursery.cancel_scope.cancel()


def list_pictures(folder: Path) -> list[Path]:
    return list(folder.glob("*.png"))


def cut_png(body: bytes) -> bytes:
    """Return the PNG in a body of several parts."""
    return body[body.index(PNG) : body.rindex(b"IEND") + 8]


@pytest.mark.parametrize(("url", "answer"), [(TELEGRAM, telegram), (DISCORD, discord)])
async def test_the_text_comes_first_and_then_the_picture(
    proxied: Callable[..., Proxy], tmp_path: Path, url: str, answer: Callable[[Request], Answer]
) -> None:
    """A PNG of a chart's size, under the alert's title, from unpatched Apprise over a real socket."""
    proxy, target = proxied(answer), target_of(url)
    async with open_store(tmp_path / "flow.db") as store:
        with open_gallery() as gallery, capture_logs() as logs:
            async with open_shown(store, gallery, desk_of(target)):
                await tell(store, transition(), targets=[target])
                await until(lambda: [log for log in logs if log["event"] == "chart sent"], "the picture")
        (sent,) = await store.deliveries()
    text, *captions, photo = proxy.requests
    assert (sent.state, sent.reason) == (DeliveryState.SENT, "accepted")
    assert "-300억" in text.body.decode("unicode_escape") or "-300억" in next(iter(text.json.values()))
    assert PNG not in text.body
    assert read_png(cut_png(photo.body)).size == (1600, 840)
    caption = (captions[0].json["content"] if captions else photo.body.decode(errors="replace")).replace("\\", "")
    assert "📈 ⚠ [주의] 매도세" in caption
    assert "코스피 외국인 · 매도세 · 09:00:01" in caption


@pytest.mark.parametrize(("url", "answer"), [(TELEGRAM, telegram), (DISCORD, discord)])
async def test_a_refused_picture_leaves_the_delivery_sent(
    proxied: Callable[..., Proxy], tmp_path: Path, url: str, answer: Callable[[Request], Answer]
) -> None:
    """It is a line in the log, and is not tried again."""
    proxy = proxied(lambda request: Answer(413, b"{}") if PNG in request.body else answer(request))
    target = target_of(url)
    async with open_store(tmp_path / "flow.db") as store:
        with capture_logs() as logs:
            async with open_shown(store, quick(tmp_path), desk_of(target)) as desk:
                await tell(store, transition(), targets=[target])
                await until(lambda: [log for log in logs if log["event"] == "chart not sent"], "the refusal")
                await tell(store, transition(episode="another"), targets=[target])
                await desk.until_settled(2)
                await until(lambda: sum(log["event"] == "chart not sent" for log in logs) == 2, "the next one's")
        sent = await store.deliveries()
    assert [(each.state, each.reason, each.attempts) for each in sent] == [(DeliveryState.SENT, "accepted", 1)] * 2
    assert sum(PNG in request.body for request in proxy.requests) == 2
    assert {log["why"] for log in logs if log["event"] == "chart not sent"} == {"HTTP 413 Request Entity Too Large"}
    assert not list_pictures(tmp_path)


async def test_a_drawing_that_hangs_delays_no_text(proxied: Callable[..., Proxy], tmp_path: Path) -> None:
    """Neither that of its alert nor any after it, and the stop does not wait for it."""
    tracks = tmp_path / "tracks"
    code = f"import time; open({str(tracks)!r}, 'w').write('begun'); time.sleep(600)"
    gallery = Gallery(tmp_path, command=[sys.executable, "-c", code], within=600)
    proxy, target = proxied(telegram), target_of(TELEGRAM)
    async with open_store(tmp_path / "flow.db") as store:
        with trio.fail_after(60):
            async with open_shown(store, gallery, desk_of(target)) as desk:
                await tell(store, transition(), targets=[target])
                await desk.until_settled(1)
                await until(lambda: tracks.exists() and tracks.read_text(), "the drawing")
                await tell(store, transition(episode="another"), targets=[target])
                await desk.until_settled(2)
    assert [request.path.rpartition("/")[2] for request in proxy.requests] == ["sendMessage"] * 2


async def test_a_picture_that_hangs_on_its_way_delays_no_text(tmp_path: Path) -> None:
    """The plugin that sends it is another than that of the texts."""

    def answer(request: Request) -> Answer:
        return Answer(hang=bool(request.json["attachments"]))

    with open_recorder(answer) as recorder:
        target = target_of(f"json://127.0.0.1:{recorder.port}/?rto=60")
        async with open_store(tmp_path / "flow.db") as store:
            async with open_shown(store, quick(tmp_path), desk_of(target)) as desk:
                await tell(store, transition(), targets=[target])
                await until(lambda: len(recorder.requests) == 2, "the picture")
                await tell(store, transition(episode="another"), targets=[target])
                await desk.until_settled(2)
            assert {each.state for each in await store.deliveries()} == {DeliveryState.SENT}
        assert [len(request.json["attachments"]) for request in recorder.requests[:3]] == [0, 1, 0]


async def test_a_picture_waits_while_a_text_is_under_way(tmp_path: Path) -> None:
    """It is drawn meanwhile."""
    order: list[str] = []
    blocked, gate = trio.Event(), tmp_path / "gate"

    async def note(message: Message) -> None:
        order.append(message.title)

    async def hold(message: Message) -> None:
        await note(message)
        if message.title == "second":
            await blocked.wait()

    target = ScriptedTarget(DESK, before=hold, easel=ScriptedTarget(DESK, before=note))
    code = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n{DRAW}"
    gallery = Gallery(tmp_path, command=[sys.executable, "-c", code])
    async with open_store(tmp_path / "flow.db") as store, open_shown(store, gallery, desk_of(target)) as desk:
        await tell(store, transition(), targets=[target], title="first")
        await desk.until_settled(1)
        await tell(store, transition(episode="another"), targets=[target], title="second")
        await until(lambda: order == ["first", "second"], "the second text")
        await trio.Path(gate).touch()
        await until(lambda: gallery.drawn, "the drawing")
        await trio.testing.wait_all_tasks_blocked(0.1)
        assert order == ["first", "second"]
        blocked.set()
        await until(lambda: len(order) == 4, "the pictures")
    assert sorted(order[2:]) == ["📈 first", "📈 second"]


async def test_a_picture_waits_while_its_target_is_left_alone(tmp_path: Path) -> None:
    """A text failed and is to be tried again later: until it has gone out."""
    easel = ScriptedTarget(DESK)
    target = ScriptedTarget(DESK, easel=easel)
    gallery = quick(tmp_path)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, gallery, desk_of(target))
        shown, failed = await deliveries_of(store, *(transition(episode=each) for each in "ab"), targets=[target])
        later = NOW + timedelta(seconds=30)
        lane = Lane(target=DESK.key, channel="desk", failures=1, blocked_until=later)
        step = Step(ids=(failed.id,), state=DeliveryState.RETRYING, reason="HTTP 503", next_at=later)
        await settle(store, [shown])
        await store.advance(lane, [step])
        exhibition.show([shown], target)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(exhibition.run)
            await until(lambda: gallery.drawn, "the drawing")
            await trio.testing.wait_all_tasks_blocked(0.1)
            assert not easel.messages
            await settle(store, [failed])
            await until(lambda: easel.messages, "the picture")
            nursery.cancel_scope.cancel()


async def test_a_picture_that_cannot_be_sent_in_time_is_dropped(tmp_path: Path) -> None:
    """Its target had no rest for so long."""
    easel = ScriptedTarget(DESK)
    target = ScriptedTarget(DESK, easel=easel)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, quick(tmp_path), desk_of(target), wait_within=0.1)
        shown, _ = await deliveries_of(store, *(transition(episode=each) for each in "ab"), targets=[target])
        await settle(store, [shown])
        exhibition.show([shown], target)
        with capture_logs() as logs:
            await run_until(exhibition, lambda: logs, "the end of the wait")
    assert [(log["event"], log["why"]) for log in logs] == [("chart not sent", "texts went before it for 0.1 s")]
    assert not easel.messages
    assert not list_pictures(tmp_path)


async def deliveries_of(
    store: Store, *told: Transition, targets: Sequence[Sender], channel: str = "desk"
) -> list[Delivery]:
    """Return what waits after transitions were told, in the order of its making."""
    before = {each.id for each in await store.deliveries()}
    await tell(store, *told, targets=targets, channel=channel)
    return [each for each in reversed(await store.deliveries()) if each.id not in before]


async def settle(store: Store, deliveries: Sequence[Delivery]) -> None:
    """Let nothing wait any more."""
    for each in deliveries:
        step = Step(ids=(each.id,), state=DeliveryState.SENT, reason="accepted", settled_at=NOW)
        await store.advance(Lane(target=each.target.key, channel=each.notice.channel), [step])


async def run_until(exhibition: Exhibition, condition: Callable[[], object], what: str) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(exhibition.run)
        await until(condition, what)
        nursery.cancel_scope.cancel()


async def test_pictures_follow_single_alerts_that_fire_in_channels_with_charts(tmp_path: Path) -> None:
    """To targets that take them; nothing else asks for one."""
    easel = ScriptedTarget(DESK)
    takes, takes_none = ScriptedTarget(DESK, easel=easel), ScriptedTarget(PHONE)
    channels = desk_of(takes, takes_none), desk_of(takes, name="plain", charts=False)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, quick(tmp_path), *channels)
        several = await deliveries_of(store, *(transition(episode=each) for each in "ab"), targets=[takes])
        plain = await deliveries_of(store, transition(episode="c"), targets=[takes], channel="plain")
        gone = await deliveries_of(store, transition(episode="d"), targets=[takes], channel="gone")
        phone = await deliveries_of(store, transition(episode="e"), targets=[takes_none])
        one = await deliveries_of(store, transition(Kind.FIRED, episode="f"), targets=[takes])
        over = [replace(each, notice=replace(each.notice, kind=Kind.RESOLVED)) for each in several[:1]]
        await settle(store, [*several, *plain, *gone, *phone, *one])
        for deliveries, target in ((several, takes), (plain, takes), (gone, takes), (over, takes), (phone, takes_none)):
            exhibition.show(deliveries, target)
        exhibition.show(one, takes)
        await run_until(exhibition, lambda: easel.messages, "the picture")
    (message,) = easel.messages
    assert (message.title, message.kind) == ("📈 ⚠ [주의] 매도세", Kind.FIRED)


async def test_an_alert_is_drawn_once_a_language_and_shown_once_a_target(tmp_path: Path) -> None:
    """However often it is told, and in however many channels."""
    easels = {address: ScriptedTarget(address) for address in (DESK, PHONE, Address("c" * 16, "mail"))}
    desk, phone, mail = (ScriptedTarget(address, easel=easel) for address, easel in easels.items())
    channels = desk_of(desk, phone), desk_of(desk, mail, name="english", language=Tongue.ENGLISH)
    gallery = quick(tmp_path)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, gallery, *channels)
        first = await deliveries_of(store, transition(), targets=[desk, phone])
        english = await deliveries_of(store, transition(n=2), targets=[desk, mail], channel="english")
        await settle(store, [*first, *english])
        for delivery, target in zip([*first, *english], (desk, phone, desk, mail), strict=True):
            exhibition.show([delivery], target)
        await run_until(exhibition, lambda: all(each.messages for each in easels.values()), "the pictures")
        exhibition.show(first[:1], desk)
        assert not exhibition._undrawn
    assert gallery.drawn == 2
    assert [len(easel.messages) for easel in easels.values()] == [1, 1, 1]
    assert {easel.messages[0].tongue for easel in easels.values()} == {Tongue.KOREAN, Tongue.ENGLISH}
    assert not list_pictures(tmp_path)


async def test_a_full_queue_drops_counts_and_says_so(tmp_path: Path) -> None:
    """What is dropped may be shown when it is told again."""
    target = ScriptedTarget(DESK, easel=ScriptedTarget(DESK))
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, quick(tmp_path), desk_of(target), capacity=2)
        told = await deliveries_of(store, *(transition(episode=each) for each in "abc"), targets=[target])
        with capture_logs() as logs:
            for delivery in told:
                exhibition.show([delivery], target)
            exhibition.show(told[2:], target)
    assert [(log["event"], log["waiting"], log["dropped"]) for log in logs] == [
        ("chart dropped", 2, 1),
        ("chart dropped", 2, 2),
    ]


class Torn:
    """Evidence that cannot be read once, and then can."""

    def __init__(self, store: Store) -> None:
        self.read_open_session = store.read_open_session
        self._store = store
        self._torn = False

    async def transitions(self, alert_id: str) -> list[Transition]:
        if not self._torn:
            self._torn = True
            raise RuntimeError("planted")
        return await self._store.transitions(alert_id)


async def test_a_surprise_costs_its_picture_alone(tmp_path: Path) -> None:
    """Whatever it is: alerts go out in the same process."""
    easel = ScriptedTarget(DESK)
    target = ScriptedTarget(DESK, easel=easel)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, quick(tmp_path), desk_of(target), evidence=Torn(store))
        told = await deliveries_of(store, *(transition(episode=each) for each in "ab"), targets=[target])
        await settle(store, told)
        for delivery in told:
            exhibition.show([delivery], target)
        with capture_logs() as logs:
            await run_until(exhibition, lambda: easel.messages, "the second picture")
    assert logs[0]["event"] == "chart not drawn"


async def test_what_there_is_nothing_to_see_of_has_no_picture(tmp_path: Path) -> None:
    """Its rule is gone, or what it was about is of another day."""
    easel = ScriptedTarget(DESK)
    target = ScriptedTarget(DESK, easel=easel)
    gallery = quick(tmp_path)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, gallery, desk_of(target))
        gone = replace(transition(episode="a"), rule="gone")
        (early,) = await deliveries_of(store, transition(episode="b"), targets=[target])
        wording = replace(early.notice.wording, at=early.notice.wording.at - 86_400)
        told = await deliveries_of(store, gone, transition(episode="c"), targets=[target])
        await settle(store, [early, *told])
        exhibition.show(told[:1], target)
        exhibition.show([replace(early, notice=replace(early.notice, wording=wording))], target)
        exhibition.show(told[1:], target)
        await run_until(exhibition, lambda: easel.messages, "the third picture")
    assert (gallery.drawn, gallery.failed) == (1, 0)


@pytest.mark.parametrize("outcome", [Retry("HTTP 429 Too Many Requests", 5), Refused("HTTP 403 Forbidden")])
async def test_a_picture_has_one_attempt(tmp_path: Path, outcome: Outcome) -> None:
    """The next alert's is tried as if nothing had been."""
    easel = ScriptedTarget(DESK, [outcome])
    target = ScriptedTarget(DESK, easel=easel)
    async with open_store(tmp_path / "flow.db") as store:
        exhibition = exhibition_of(store, quick(tmp_path), desk_of(target))
        told = await deliveries_of(store, *(transition(episode=each) for each in "ab"), targets=[target])
        await settle(store, told)
        for delivery in told:
            exhibition.show([delivery], target)
        with capture_logs() as logs:
            await run_until(exhibition, lambda: len(logs) == 2, "both")
    assert sorted(log["event"] for log in logs) == ["chart not sent", "chart sent"]
    assert len(easel.messages) == 2


def test_a_channel_shows_pictures_where_it_wants_to_and_can() -> None:
    """Of what kind its targets are is found in their URLs."""
    takes, takes_none = target_of(TELEGRAM), target_of("slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001")
    assert takes.easel is not None
    assert takes.easel.address == takes.address
    assert takes_none.easel is None
    assert shows_pictures(desk_of(takes_none, takes))
    assert not shows_pictures(desk_of(takes_none))
    assert not shows_pictures(desk_of(takes, charts=False))
