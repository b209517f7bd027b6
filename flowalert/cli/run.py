"""`flowalert run`: the service."""

import gc
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.option import config_option
from flowalert.cli.setting import load_settings

if TYPE_CHECKING:
    from flowalert.service import Account, Plan, Service
    from flowalert.settings import Settings
    from flowalert.web import WebHost

# Each kind of end has a code of its own, so that systemd can tell what is worth a restart. 2 is click's, for usage.
REFUSED_KEY = 3
REFUSED_STORE = 4
# A fault of its own, which a restart may mend: Python's code for it, 1, means something else here.
CRASHED = 5


@click.command()
@config_option
def run(config: Path) -> None:
    """Run the service until SIGINT or SIGTERM; a second one ends it at once.

    Exit codes: 0 stopped, 1 settings or rules with errors, 2 wrong usage, 3 the exchange refuses the key, 4 the store
    cannot be used, 5 a fault of its own, 130 ended at once.
    """
    import faulthandler

    import structlog
    import trio

    from flowalert.cli.logs import set_up_logs
    from flowalert.feed.token import TokenRefusedError
    from flowalert.store import StoreFailed, StoreRefused

    # Rules are loaded once and stay. A collector that goes through all of them again and again slows their loading
    # down, and makes the service pause ever after: it starts when they are there, and leaves them out.
    gc.disable()
    # The watchdog's SIGABRT then says where each thread stood, without a value of any variable.
    faulthandler.enable()
    settings = load_settings(config)
    set_up_logs(settings.log.format, settings.log.level)
    for problem in settings.warnings:
        place = f"{problem.file}:{problem.line}:{problem.column}"
        structlog.get_logger().warning("suspect", place=place, what=problem.what, instead=problem.instead)
    try:
        account = trio.run(_serve, _plan(settings, config), _make_pages(settings, config))
    except TokenRefusedError as error:
        _end(str(error), REFUSED_KEY)
    except (StoreRefused, StoreFailed) as error:
        _end(str(error), REFUSED_STORE)
    except Exception:  # noqa: BLE001 - whatever it is, the code of its end must say that it is a fault
        structlog.get_logger().exception("flowalert crashed")
        raise SystemExit(CRASHED) from None
    else:
        if account is None:
            raise SystemExit(130)


def _plan(settings: "Settings", config: Path) -> "Plan":
    from flowalert.cli.source import make_source
    from flowalert.service import Plan

    return Plan(
        rulebook=settings.loaded.rulebook,
        channels=settings.channels,
        inhibitions=settings.inhibitions,
        feed=settings.feed,
        store=settings.store,
        keep=settings.keep,
        record=settings.record,
        source=make_source(config, settings),
        rule_patterns=settings.rule_patterns,
    )


def _make_pages(settings: "Settings", config: Path) -> "WebHost | None":
    """Return what serves the pages; without `web:` in the settings nothing of them is even imported."""
    if settings.web is None:
        return None
    from flowalert.web import WebHost, Workshop

    workshop = Workshop(
        config=config, patterns=settings.rule_patterns, store=settings.store, channels=tuple(settings.channels)
    )
    return WebHost(settings.web, workshop)


async def _serve(plan: "Plan", pages: "WebHost | None" = None) -> "Account | None":
    import os

    import structlog
    import trio

    from flowalert.cli.signals import watch_hangup, watch_signals
    from flowalert.feed.token import TokenRefusedError
    from flowalert.operation.attendant import Attendant
    from flowalert.operation.systemd import find_notifier
    from flowalert.service import run_service
    from flowalert.store import StoreFailed, StoreRefused

    log = structlog.get_logger()
    stop = trio.Event()
    notifier = find_notifier(os.environ)
    attendant: Attendant | None = None

    def tell_started(service: "Service") -> None:
        gc.freeze()
        gc.enable()
        log.info("flowalert started", **_describe(plan), open=len(service.engine.list_open()))

    async def attend(service: "Service") -> None:
        nonlocal attendant
        attendant = Attendant(service, plan.store, notifier)
        async with trio.open_nursery() as company:
            if pages is not None:
                company.start_soon(pages.serve, service, stop)
            await attendant.attend(stop)

    if pages is not None:
        plan = replace(plan, observer=pages.observer)
    account: Account | None = None
    refused: TokenRefusedError | StoreRefused | StoreFailed | None = None
    async with trio.open_nursery() as nursery:
        say = partial(log.info, "flowalert stopping")
        await nursery.start(partial(watch_signals, stop, nursery.cancel_scope, say=lambda words: say(why=words)))
        if plan.source is not None:
            source = replace(plan.source, begun=notifier.tell_reloading, ended=lambda: notifier.tell_ready("reloaded"))
            plan = replace(plan, source=source)
            await nursery.start(watch_hangup, source.requests.ask)
        try:
            account = await run_service(plan, stop, tell_started, attend)
        except (TokenRefusedError, StoreRefused, StoreFailed) as error:
            # Kept until the nursery has ended, which would wrap it into a group.
            refused = error
        nursery.cancel_scope.cancel()
    if attendant is not None and (account or refused):
        await attendant.end(str(refused or "asked to stop"))
    if refused is not None:
        raise refused
    if account is not None:
        log.info("flowalert stopped", **{name: getattr(account, name) for name in account.__dataclass_fields__})
    return account


def _describe(plan: "Plan") -> "dict[str, str | int]":
    """Return what runs, and on what, for the first line of its log."""
    import os
    import platform

    from flowalert import __version__

    return {
        "version": __version__,
        "python": platform.python_version(),
        "process": os.getpid(),
        "rules": len(plan.rulebook.rules),
        "sectors": len(plan.rulebook.places),
        "channels": len(plan.channels),
        "targets": len({address.key for channel in plan.channels.values() for address in channel.addresses}),
        "store": str(plan.store),
    }


def _end(words: str, code: int) -> None:
    click.echo(f"flowalert: {words}", err=True)
    raise SystemExit(code)
