"""`flowalert doctor`: whether all is there that the service needs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.choice import read_span
from flowalert.cli.option import config_option

if TYPE_CHECKING:
    from flowalert.checkup.finding import Finding

FAILED = 1


@click.command()
@config_option
@click.option("--timeout", default="10s", show_default=True, metavar="TIME", help="How long each check may take.")
@click.option("--token", "asks", is_flag=True, help="Ask the exchange for a new token; it may end the one in use.")
@click.option("--test", "sends", is_flag=True, help="Send a message to each target.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(*, config: Path, timeout: str, asks: bool, sends: bool, form: str) -> None:
    """Check the machine, its clock, the settings, the store, the exchange, the token and every target.

    It can be asked while the service runs. Nothing is sent and no token asked for, but with --test and --token.

    Exit codes: 0 nothing fails, 1 something does, 2 wrong usage.
    """
    within = read_span(timeout, "--timeout")
    from flowalert.checkup.finding import Level
    from flowalert.cli.report import checkup as report

    findings = _examine(config, within, asks=asks, sends=sends)
    (report.print_findings_json if form == "json" else report.print_findings)(findings)
    if any(each.level is Level.FAIL for each in findings):
        raise SystemExit(FAILED)


def _examine(config: Path, within: float, *, asks: bool, sends: bool) -> "list[Finding]":
    from functools import partial

    import trio

    from flowalert.checkup.examination import check_machine, examine, list_problems
    from flowalert.checkup.finding import well
    from flowalert.settings import SettingsRefused, read_settings

    try:
        settings = read_settings(config, os.environ)
    except SettingsRefused as refused:
        return [*check_machine(0), *list_problems(refused.problems)]
    places = len(settings.loaded.rulebook.places)
    connections = -(-places // settings.feed.per_connection)
    targets = sum(len(channel.targets) for channel in settings.channels.values())
    counts = {"rules": len(settings.loaded.rulebook.rules), "sectors": places, "channels": len(settings.channels)}
    read = f"{config}: {', '.join(f'{count} {what}' for what, count in counts.items())}"
    return [
        *check_machine(connections + targets),
        *list_problems(settings.warnings),
        well("settings", read),
        *trio.run(partial(examine, settings, within=within, asks=asks, sends=sends)),
    ]
