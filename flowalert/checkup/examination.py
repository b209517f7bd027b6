"""All checks, all at once, and none that hangs."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

import trio

from flowalert.checkup.clock import check_discipline, check_skew, check_zone
from flowalert.checkup.door import Door, check_door, find_door, find_proxy
from flowalert.checkup.finding import Finding, Level, fail, warn, well
from flowalert.checkup.machine import check_files, check_packages
from flowalert.checkup.pages import check_pages
from flowalert.checkup.storage import check_store
from flowalert.checkup.token import check_cached_token, check_new_token
from flowalert.delivery import Channel, Target
from flowalert.delivery.outcome import Sent
from flowalert.delivery.probe import Answer, probe
from flowalert.delivery.remedy import find_remedy
from flowalert.rules.problem import Level as Weight, Problem
from flowalert.settings import Settings

Check = Callable[[], Awaitable[Sequence[Finding]]]

_LATE = "look at the network and at the server, or give it longer with --timeout"


def check_machine(users: int) -> list[Finding]:
    """Return what is found of the machine, for so many connections and targets."""
    return [*check_packages(), check_files(users), check_discipline(), check_zone()]


def list_problems(problems: Sequence[Problem]) -> Iterator[Finding]:
    """Yield each problem of settings and rules as a finding."""
    for each in problems:
        make = fail if each.level is Weight.ERROR else warn
        yield make("settings", f"{each.file}:{each.line}:{each.column}: {each.what}", each.instead)


async def examine(settings: Settings, *, within: float, asks: bool, sends: bool) -> list[Finding]:
    """Return what is found of all that a service with these settings needs, each part within so many seconds.

    With `asks` a new token is asked for, with `sends` each target is sent a message; else nobody is told anything.
    """
    feed = settings.feed
    now = dt.datetime.now(dt.UTC)
    websocket, issuer = find_door(feed.endpoint.url), find_door(feed.endpoint.token_url)

    async def token() -> list[Finding]:
        return [await check_new_token(feed, now) if asks else check_cached_token(feed, now)]

    async def skew() -> list[Finding]:
        return [await check_skew(feed.endpoint.token_url, feed.ssl_context, within)]

    async def exchange() -> list[Finding]:
        return [await check_door("exchange", websocket, feed.ssl_context)]

    async def tokens() -> list[Finding]:
        proxy = find_proxy(issuer)
        return [await check_door("token server", proxy or issuer, None if proxy else feed.ssl_context)]

    async def store() -> list[Finding]:
        return await _collect(check_store(settings.store))

    checks: list[tuple[str, Check]] = [
        ("clock", skew),
        ("store", store),
        ("exchange", exchange),
        ("token server", tokens),
        ("token", token),
    ]
    web = settings.web
    if web is not None:

        async def pages() -> list[Finding]:
            return await _collect(check_pages(web, settings.store, now))

        checks.append(("pages", pages))
    checks += _list_targets(settings.channels.values())
    found: list[list[Finding]] = [[] for _ in checks]

    async def run(number: int, about: str, check: Check) -> None:
        found[number] = [fail(about, f"no answer within {within:g} s", _LATE)]
        try:
            with trio.move_on_after(within):
                found[number] = list(await check())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one thing, the others are still to be told
            found[number] = [
                fail(about, f"the check itself failed: {type(error).__name__}", "look at this one by hand")
            ]

    async with trio.open_nursery() as nursery:
        for number, (about, check) in enumerate(checks):
            nursery.start_soon(run, number, about, check)
    answers = await probe(settings.channels.values(), now=now, within=dt.timedelta(seconds=within)) if sends else []
    return [*(each for some in found for each in some), *map(_judge, answers)]


def _list_targets(channels: Iterable[Channel]) -> Iterator[tuple[str, Check]]:
    """Yield a check for each target, named by its first place in the settings."""
    seen: set[str] = set()
    for channel in channels:
        for number, target in enumerate(channel.targets, start=1):
            if target.address.key in seen or not isinstance(target, Target):
                continue
            seen.add(target.address.key)
            about = f"{channel.name} {number}"
            yield about, _make_check(about, target)


def _make_check(about: str, target: Target) -> Check:
    async def check() -> list[Finding]:
        endpoint = target.endpoint
        if endpoint is None:
            return [well(about, f"{target.address.label}: where it sends is not known; --test tries it")]
        # What its certificate is worth is for the library that sends to judge, by authorities of its own.
        door = Door(endpoint.host, endpoint.port, is_secure=False)
        proxy = find_proxy(Door(endpoint.host, endpoint.port, endpoint.is_secure))
        found = await check_door(about, proxy._replace(is_secure=False) if proxy else door)
        if found.level is not Level.OK:
            remedy = "look at HTTPS_PROXY and HTTP_PROXY, and at the proxy" if proxy else found.remedy
            return [fail(about, f"{target.address.label}: {found.found}", remedy)]
        where = f"{door}, through the proxy {proxy}" if proxy else str(door)
        return [well(about, f"{target.address.label}: {where} answers; --test sends a message")]

    return check


def _judge(answer: Answer) -> Finding:
    place = answer.places[0]
    about = f"{place.channel} {place.number}"
    if isinstance(answer.outcome, Sent):
        return well(about, f"{answer.label}: took a message in {answer.took:.1f} s")
    return fail(about, f"{answer.label}: {answer.outcome.reason}", find_remedy(answer.outcome))


async def _collect(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [each async for each in findings]
