"""A message that tries a target out, and what came of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import trio
from msgspec import Struct

from flowalert.delivery.channel import Channel
from flowalert.delivery.message import Line, Message, Style
from flowalert.delivery.outcome import Outcome
from flowalert.delivery.sender import Sender
from flowalert.engine.transition import Kind, Severity
from flowalert.language.tongue import Tongue
from flowalert.market.instant import KST

_TITLES = {Tongue.KOREAN: "flowalert 시험 알림", Tongue.ENGLISH: "flowalert test"}
_TEXTS = {
    Tongue.KOREAN: "{channel} 채널의 시험입니다. 이 글이 보이면 알림이 여기로 옵니다.",
    Tongue.ENGLISH: "A test of the channel {channel}. Where you read this, alerts will come.",
}


class Place(Struct, frozen=True):
    """Where a target stands in the settings: the channel, and the how-manieth of its targets, from 1."""

    channel: str
    number: int


class Answer(Struct, frozen=True):
    """What became of the probe of one target; `took` is in seconds. Two of one service have the same label."""

    places: tuple[Place, ...]
    label: str
    outcome: Outcome
    took: float


async def probe(
    channels: Iterable[Channel],
    *,
    now: datetime,
    within: timedelta,
    tell: Callable[[Answer], None] = lambda _: None,
) -> list[Answer]:
    """Send a probe to every target of the channels, to all at once, and return the answers in the targets' order.

    A target that several channels have is tried once, in the words of the first. `tell` is called with each answer as
    it comes. `now` is wall time with its zone; a target has `within` of trio's time. Nothing is written down, and
    nothing tried again.
    """
    targets: dict[str, tuple[Sender, Channel]] = {}
    places: dict[str, list[Place]] = {}
    for channel in channels:
        for number, target in enumerate(channel.targets, start=1):
            targets.setdefault(target.address.key, (target, channel))
            places.setdefault(target.address.key, []).append(Place(channel.name, number))
    answers: dict[str, Answer] = {}

    async def ask(key: str) -> None:
        target, channel = targets[key]
        began = trio.current_time()
        outcome = await target.send(_write(channel, now), within=within)
        answers[key] = Answer(tuple(places[key]), target.address.label, outcome, trio.current_time() - began)
        tell(answers[key])

    async with trio.open_nursery() as nursery:
        for key in targets:
            nursery.start_soon(ask, key)
    return [answers[key] for key in targets]


def _write(channel: Channel, now: datetime) -> Message:
    return Message(
        title=_TITLES[channel.language],
        lines=(
            Line(_TEXTS[channel.language].format(channel=channel.name)),
            Line(f"{now.astimezone(KST):%Y-%m-%d %H:%M:%S}", Style.NOTE),
        ),
        kind=Kind.FIRED,
        severity=Severity.INFO,
        tongue=channel.language,
    )
