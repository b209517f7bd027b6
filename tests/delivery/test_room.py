"""What a target takes, and that it is counted as Apprise sends it."""

import warnings
from collections.abc import Callable

import pytest
from apprise import Apprise
from hypothesis import example, given, settings, strategies as st

from flowalert.delivery.fit import Room, fit
from flowalert.delivery.outlet import prepare_outlet
from flowalert.delivery.room import find_room
from tests.delivery.plain import plain

URLS = [
    "tgram://123456789:planted_bot_token/12315544",
    "tgram://123456789:planted_bot_token/12315544?format=markdown",
    "discord://123456789012345678901234/abcdefghijklmnopqrstuvwxyz",
    "slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001",
    "kakaotalk://0123456789abcdef0123456789abcdef/refresh_token",
    "mailto://someone:hunter2@example.com",
    "gchat://workspace/key/token",
    "json://127.0.0.1/?format=html",
    "line://channel_token/user",
    "wecombot://abcdefabcdefabcdefabcdefabcdefab",
]


def apprise_of(url: str) -> Apprise:
    apprise = Apprise()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the imports of the plugins are not ours
        assert apprise.add(url), url
    return apprise


def room_of(url: str) -> Room | None:
    plugin = apprise_of(url)[0]
    return find_room(plugin, prepare_outlet(plugin))


APPRISES = [apprise_of(url) for url in URLS]
TEXT = st.text("가나 a<>&*_`[](){}#-.!\\\n\"'👍", min_size=1, max_size=80).filter(str.strip)


@settings(max_examples=300)
@given(st.sampled_from(APPRISES), TEXT.map(lambda text: text.replace("\n", " ")), TEXT)
@example(APPRISES[0], "<제목> & 개인", "가 <b> 'q'\n\n나")
def test_it_counts_what_apprise_sends(apprise: Apprise, title: str, body: str) -> None:
    """Marked up, translated and with the title where the service has it: as the plugin's `send` is called."""
    outlet = prepare_outlet(apprise[0])
    room = find_room(apprise[0], outlet)
    assert room is not None
    fitted = fit(plain(body, title=title), room, outlet.dialect)
    head, text = outlet.merge(fitted.title, fitted.body)
    calls = apprise._create_notify_gen(text, head, body_format=outlet.format)  # type: ignore[no-untyped-call] # apprise has no annotation here
    ((plugin, prepared),) = calls
    (call,) = plugin._build_send_calls(**prepared)
    count: dict[str, Callable[[str], int]] = {
        "characters": len,
        "bytes": lambda text: len(text.encode()),
        "UTF-16 units": lambda text: len(text.encode("utf-16-le")) // 2,
    }
    between = 2 if plugin.overflow_amalgamate_title and call["title"] else 0
    total = count[room.unit](call["title"]) + count[room.unit](call["body"]) + between
    assert room.measure(fitted.title, fitted.body).total == total


@pytest.mark.parametrize(
    ("url", "title", "body", "unit"),
    [
        (URLS[0], 0, 4096, "characters"),
        (URLS[2], 250, 2000, "characters"),
        (URLS[4], 0, 200, "characters"),
        (URLS[8], 0, 5000, "UTF-16 units"),
        (URLS[9], 0, 2048, "bytes"),
    ],
)
def test_the_limits_are_the_plugins(url: str, title: int, body: int, unit: str) -> None:
    """With what the service counts: WeCom counts bytes, LINE counts an emoji twice."""
    room = room_of(url)
    assert room is not None
    assert (room.title, room.body, room.lines, room.unit) == (title, body, None, unit)
    assert room.measure("", "가👍").body == {"characters": 2, "bytes": 7, "UTF-16 units": 3}[unit]


def test_a_shared_limit_counts_the_title_and_the_line_end_behind_it() -> None:
    """Discord's content is `title\\r\\nbody`, and Apprise's own count leaves the line end out."""
    room = room_of(URLS[2])
    assert room is not None
    assert room.holds("가" * 10, "나" * 1988)
    assert not room.holds("가" * 10, "나" * 1989)
    assert room.holds("", "나" * 2000)


@pytest.mark.parametrize("mode", ["split", "truncate"])
def test_a_url_that_minds_it_itself_has_no_room(mode: str) -> None:
    """`?overflow=` is the user's own word."""
    assert room_of(f"{URLS[0]}?overflow={mode}") is None
