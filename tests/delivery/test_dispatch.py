"""All of it together: a commit, the bell, Apprise, a real server."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trio.testing

from flowalert.delivery import Policy, Target, parse_target
from flowalert.engine.notice import DeliveryState
from flowalert.store import open_store
from tests.delivery.connect_proxy import Proxy
from tests.delivery.desk import Clock, open_desk
from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.store.sample import NOW, firings


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with open_recorder() as opened:
        yield opened


def target_of(recorder: Recorder, path: str) -> Target:
    target = parse_target(f"json://127.0.0.1:{recorder.port}/{path}?rto=60")
    assert isinstance(target, Target)
    return target


async def test_a_hanging_target_holds_up_no_other(tmp_path: Path, recorder: Recorder) -> None:
    """Each ends by its own answer: hanging and retried, refused and dead, gone and retried, sent."""
    answers = {
        "/good/": Answer(200),
        "/hangs/": Answer(hang=True),
        "/refuses/": Answer(400),
        "/fails/": Answer(500),
    }

    def respond(request: Request) -> Answer:
        return answers[request.path.rstrip("/") + "/"]

    recorder.respond = respond
    targets = {name.strip("/"): target_of(recorder, name.strip("/")) for name in answers}
    policy = Policy(send_within=timedelta(seconds=0.5))
    async with open_store(tmp_path / "flow.db") as store:
        addresses = [target.address for target in targets.values()]
        async with open_desk(store, list(targets.values()), Clock(), policy=policy) as desk:
            await store.commit([], *firings(3, *addresses), now=NOW)
            desk.bell.ring()
            await desk.until(lambda told: len({each.target for each in told}) == 4 and len(told) >= 8)
        by_key = {each.address.key: name for name, each in targets.items()}
        ended: dict[str, list[tuple[DeliveryState, str]]] = {}
        for each in reversed(await store.deliveries()):
            ended.setdefault(by_key[each.target.key], []).append((each.state, each.reason))
    pending = (DeliveryState.PENDING, "")
    assert ended == {
        "good": [(DeliveryState.SENT, "accepted")] * 3,
        "hangs": [(DeliveryState.RETRYING, "no answer within 0.5 s; it may have gone out"), pending, pending],
        "refuses": [(DeliveryState.DEAD, "HTTP 400 Bad Request")] * 3,
        "fails": [(DeliveryState.RETRYING, "HTTP 500 Internal Server Error"), pending, pending],
    }


async def test_telegram_is_tried_again_when_it_asked_to_be(tmp_path: Path, proxied: Callable[..., Proxy]) -> None:
    """Its `retry_after` is on disk as the next moment; before it nothing is sent, and then everything in order."""
    limited = Answer(429, b'{"ok":false,"error_code":429,"parameters":{"retry_after":37}}', {"Retry-After": "37"})
    answers = iter([limited])
    proxy = proxied(lambda _: next(answers, Answer(200, b'{"ok":true,"result":{"message_id":1}}')))
    target = parse_target("tgram://123456789:planted_bot_token/12315544")
    assert isinstance(target, Target)
    clock = Clock()
    async with open_store(tmp_path / "flow.db") as store:
        await store.commit([], *firings(2, target.address), now=NOW)
        async with open_desk(store, [target], clock) as desk:
            await desk.until(lambda told: len(told) == 1)
            assert desk.told[0].next_at == NOW + timedelta(seconds=37)
            clock.advance(seconds=36)
            desk.bell.ring()
            await trio.testing.wait_all_tasks_blocked()
            assert len(proxy.requests) == 1
            clock.advance(seconds=1)
            desk.bell.ring()
            await desk.until_settled(2)
    assert ["<b>0</b>" in each.json["text"] for each in proxy.requests] == [True, True, False]
    assert [each.state for each in desk.told] == [DeliveryState.RETRYING, DeliveryState.SENT, DeliveryState.SENT]
