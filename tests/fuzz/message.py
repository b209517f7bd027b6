"""Any rule's text, over any values, in every dialect and for every room: composed, marked up and fitted."""

import datetime as dt
import warnings
from functools import cache

from flowalert.delivery import Target as Outgoing, parse_target
from flowalert.delivery.channel import Channel, Texts
from flowalert.delivery.composition import AROUND, Moment, compose
from flowalert.engine.notice import Address, Cause, Delivery, DeliveryState, Notice, Occasion, Wording
from flowalert.engine.transition import Kind, Severity
from flowalert.language.meaning import NET_WON
from flowalert.language.mistake import Mistake
from flowalert.language.template import Template, read_template, read_wording
from flowalert.language.tongue import Tongue
from flowalert.language.tree import spell
from flowalert.market.sector import Counted
from tests.delivery.service import DISCORD, SLACK, TELEGRAM
from tests.fuzz.target import Target, text_of

_URLS = (
    SLACK,
    TELEGRAM,
    f"{TELEGRAM}?format=markdown",
    DISCORD,
    "kakaotalk://0123456789abcdef0123456789abcdef/refresh_token",
    "mailto://someone:hunter2@example.com",
    "gchat://workspace/key/token",
    "json://127.0.0.1/?format=html",
    "json://127.0.0.1/",
    "line://channel_token/user",
    "wecombot://abcdefabcdefabcdefabcdefabcdefab",
)
_NOW = dt.datetime(2026, 11, 23, 0, 51, tzinfo=dt.UTC)
_VALUES = (None, 0, -(10**15), 123_456.789, 10**18)
# Between the texts of one input.
_BREAK = "\x1e"


@cache
def _targets() -> tuple[Outgoing, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the imports of the plugins are not ours
        found = [parse_target(url) for url in _URLS]
    return tuple(each for each in found if isinstance(each, Outgoing))


def run(data: bytes) -> None:
    """Compose a message of each text: the first byte says for which target, with which values, in which language."""
    pick = data[0] if data else 0
    target = _targets()[pick % len(_URLS)]
    texts = text_of(data[1:]).split(_BREAK)[:8]
    own = tuple(_read_around(each) for each in (*texts, "", "")[:2])
    tongue = Tongue.KOREAN if pick & 0x40 else Tongue.ENGLISH
    channel = Channel("desk", (), tongue, texts=Texts(header=own[0], footer=own[1]), expires_after=dt.timedelta())
    value = _VALUES[pick % len(_VALUES)]
    deliveries = [_deliver(_fill(each, value), number) for number, each in enumerate(texts)]
    for some in (deliveries, deliveries[:1]):
        message = compose(some, channel, Moment(_NOW, _NOW), unlisted=pick, earlier=pick % 3)
        fitted = target._fit(message)
        room = target._outlet
        head, body = room.merge(fitted.title, fitted.body)
        assert isinstance(head, str)
        assert isinstance(room.translate(body), str)


def _read_around(text: str) -> Template | None:
    try:
        return read_wording(text, AROUND)
    except Mistake:
        return None


def _fill(text: str, value: float | None) -> str:
    try:
        template = read_template(text, Counted.SHARES, NET_WON)
    except Mistake:
        # No rule can have it, and no worse text can come from one.
        return text
    words = {"sector": text, "investor": None, "at": 35_460, "duration": 90, "value": value, "peak": value}
    return template.render({spell(each): value for each in template.expressions}, words, Counted.SHARES)


def _deliver(text: str, number: int) -> Delivery:
    title, _, body = text.partition("\n")
    notice = Notice(
        transition=f"t{number}",
        alert=f"a{number}",
        kind=list(Kind)[number % 3],
        severity=list(Severity)[number % 3],
        channel="desk",
        targets=(),
        wording=Wording(
            title=title,
            body=body,
            row=tuple(body.split("|")),
            trend=title,
            own=bool(number % 2),
            at=35_460,
            published=True,
        ),
        cause=Cause(list(Occasion)[number % 4], title),
    )
    return Delivery(
        id=number,
        notice=notice,
        target=Address("a", "slack"),
        state=DeliveryState.PENDING,
        created_at=_NOW - dt.timedelta(seconds=1),
        next_at=_NOW,
    )


_TEXT = (
    "{{ sector }} {{ msval | won }}\n*<b>&amp;</b>* "
    "@everyone [a](http://b_c) 👨‍👩‍👧‍👦 🇰🇷 e\u0301 -1,234억 :smile: ``` | 가|나"
)
_SEEDS = [bytes([pick]) + _BREAK.join([_TEXT] * (1 + pick % 6)).encode() for pick in range(0, 256, 23)]


def _bombs() -> list[bytes]:
    # What no rule file may hold does not come here: see the limit of `read_template`.
    texts = [
        "\n".join(["`" * 50_000] * 2),
        "a\n" + "`a" * 50_000,
        "a\n" + "1" * 100_000,
        "a\n" + "👨‍👩‍👧‍👦" * 14_000,
        "a\n" + "e" + "\u0301" * 100_000,
        "a\n" + "🇰" * 100_000,
        "a\n" + "&" * 100_000,
        "a\n" + "@everyone" * 11_000,
        "a\n" + ":" * 100_000,
        "a\n" + ":a" * 50_000,
        "a\n" + "http://" * 14_000,
        "a\n" + " " * 100_000 + "#",
        "a\n" + "=" * 99_000 + " " * 900 + "x",
        "a\n" + "a\n" * 50_000,
        "a\n" + "|" * 50_000,
        "a\n" + "\r" * 100_000,
        "a\n" + "\ud800" * 30_000,
        "a\n" + "\u202e\0\u200b" * 10_000,
        "가" * 100_000,
    ]
    return [
        bytes([pick]) + text.encode("utf-8", "surrogatepass") for n, text in enumerate(texts) for pick in (n, n + 4)
    ]


TARGET = Target(run, _SEEDS, _bombs)
