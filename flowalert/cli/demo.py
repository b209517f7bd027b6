"""`flowalert demo`: the whole of it in one terminal, against a simulated market."""

import importlib.resources
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.rule_file import list_rule_files

if TYPE_CHECKING:
    from flowalert.delivery import Channel
    from flowalert.rules.rulebook import Rulebook
    from flowalert.service import Account, Service
    from flowalert.settings import WebSettings
    from flowalert.simulator.scenario import Scenario

_CHANNEL = "demo"


@click.command()
@click.option("--notify", "urls", multiple=True, metavar="URL", help="Send to this Apprise URL as well; repeatable.")
@click.option("--rules", "folder", type=click.Path(exists=True, path_type=Path), help="Rule file or folder to use.")
@click.option(
    "--speed", type=click.FloatRange(1, 2000), default=120.0, show_default=True, help="Of the market's clock."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same market.")
@click.option(
    "--web", default="127.0.0.1:8787", show_default=True, metavar="ADDRESS|off", help="Where to serve the pages."
)
def demo(urls: Sequence[str], folder: Path | None, speed: float, seed: int, web: str) -> None:
    """Watch a simulated market: registers for the sectors that the rules name, and prints each alert.

    The same is to be seen in a browser, at the address that it prints.
    Nothing leaves this machine but what --notify sends. Ctrl-C ends it with a summary.
    """
    import trio

    rulebook = _load_rules(folder or _find_rules())
    channels = _make_channels(urls)
    pages = _read_pages(web)
    with tempfile.TemporaryDirectory(prefix="flowalert-demo-") as scratch:
        account = trio.run(partial(_play, rulebook, channels, pages, Path(scratch), speed=speed, seed=seed))
    if account is None:
        raise SystemExit(130)


def _find_rules() -> Path:
    here = Path(__file__).resolve().parent.parent
    # A folder of one's own, then the rules that were installed with the package, then those of its repository.
    for folder in (Path("rules"), here / "starter_rules", here.parent / "rules"):
        if folder.is_dir():
            return folder
    raise click.ClickException("there are no rules here; name a file or a folder with --rules")


def _load_rules(path: Path) -> "Rulebook":
    from flowalert.settings import load_rule_files

    files = list_rule_files(path) if path.is_dir() else [path]
    loaded = load_rule_files(tuple(files), None)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    if loaded.errors:
        raise SystemExit(1)
    if not loaded.rulebook.rules:
        raise click.ClickException(f"no rule in {path} is enabled")
    return loaded.rulebook


def _make_channels(urls: Sequence[str]) -> "dict[str, Channel]":
    from flowalert.delivery import Channel, TargetProblem, parse_target

    targets = {}
    for number, url in enumerate(urls, start=1):
        target = parse_target(url)
        if isinstance(target, TargetProblem):
            raise click.BadParameter(target.text, param_hint=f"--notify (the {number}. one)")
        targets[target.address.key] = target
    # At this speed a market's minutes would go into one message.
    return {_CHANNEL: Channel(_CHANNEL, tuple(targets.values()), groups=False)}


def _read_pages(web: str) -> "WebSettings | None":
    from flowalert.settings import WebSettings, parse_address

    if web == "off":
        return None
    try:
        address = parse_address(web)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write 127.0.0.1:8787, or off", param_hint="--web") from None
    if not address.is_local:
        raise click.BadParameter("the demo asks nobody who they are; write 127.0.0.1 and a port", param_hint="--web")
    return WebSettings(address=address)


def _read_day() -> "Scenario":
    from flowalert.simulator.scenario import Scenario, read_scenario

    scenario = read_scenario(importlib.resources.read_text("flowalert.cli", "demo.yaml", encoding="utf-8"), "demo.yaml")
    assert isinstance(scenario, Scenario), scenario  # noqa: S101 - it is a part of the program
    return scenario


async def _play(
    rulebook: "Rulebook",
    channels: "dict[str, Channel]",
    pages: "WebSettings | None",
    scratch: Path,
    *,
    speed: float,
    seed: int,
) -> "Account | None":
    import trio

    from flowalert.cli.logs import set_up_logs
    from flowalert.cli.screen import Screen
    from flowalert.cli.signals import watch_signals
    from flowalert.feed.setting import Endpoint, FeedSettings
    from flowalert.market.instant import to_wall
    from flowalert.service import Observers, Plan, run_service
    from flowalert.simulator.server import open_simulator
    from flowalert.simulator.setting import SimulatorSettings
    from flowalert.web import WebHost, Workshop

    set_up_logs("console", "error")
    # A rule's own channels are settings' to define; here each goes to the one that there is.
    rulebook = replace(rulebook, rules=tuple(replace(rule, notify=()) for rule in rulebook.rules))
    stop = trio.Event()
    screen = Screen(rulebook, channels[_CHANNEL], stop.set)
    store = scratch / "flowalert.db"
    workshop = Workshop(config=None, patterns=(), store=store, channels=tuple(channels))
    host = None if pages is None else WebHost(pages, workshop, screen.show_url)
    account: Account | None = None
    async with (
        open_simulator(SimulatorSettings(speed=speed, seed=seed, scenario=_read_day())) as simulator,
        trio.open_nursery() as nursery,
    ):
        plan = Plan(
            rulebook=rulebook,
            channels=channels,
            feed=FeedSettings(
                endpoint=Endpoint(simulator.ws_url, simulator.token_url),
                appkey="demo",
                appsecret="demo",
                pace=0.0,
            ),
            store=store,
            market_now=lambda: to_wall(simulator.now()),
            observer=screen if host is None else Observers(screen, host.observer),
        )

        async def serve_pages(service: "Service") -> None:
            if host is not None:
                await host.serve(service, stop)

        await nursery.start(partial(watch_signals, stop, nursery.cancel_scope, say=screen.say))
        screen.begin(speed)
        account = await run_service(plan, stop, beside=serve_pages)
        nursery.cancel_scope.cancel()
    if account is not None:
        screen.end(account)
    return account
