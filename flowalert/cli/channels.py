"""`flowalert channels`: who is told of what, and whether they can be."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.choice import read_span
from flowalert.cli.option import config_option

if TYPE_CHECKING:
    from flowalert.delivery import Channel
    from flowalert.delivery.probe import Answer
    from flowalert.settings import Settings

FAILED = 1


@click.command()
@click.argument("names", nargs=-1, metavar="[CHANNEL]...")
@config_option
@click.option("-v", "--verbose", is_flag=True, help="Name every rule, however many.")
@click.option("--test", "probing", is_flag=True, help="Send a message to each target, and show what each answers.")
@click.option("--timeout", default="20s", show_default=True, metavar="TIME", help="With --test: how long to wait.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def channels(*, names: tuple[str, ...], config: Path, verbose: bool, probing: bool, timeout: str, form: str) -> None:
    """List the channels, or those that are named: their targets, the rules that reach them, and what is not usual.

    What matters too little to a channel does not reach it, unless a level of the rule does.
    With --test each target is sent one message, all at once; nothing is tried again. A URL shows as its service's name
    alone. Under charts stands whether pictures follow its alerts: yes, off by the settings, or not taken by the target.

    Exit codes: 0 done, 1 settings with errors, or a target that did not take the message, 2 wrong usage.
    """
    within = read_span(timeout, "--timeout")
    from flowalert.cli.setting import load_settings

    settings = load_settings(config)
    chosen = _choose(settings, names)
    if probing:
        _probe(chosen, within, form)
        return
    from flowalert.cli.report import channel as report
    from flowalert.delivery.reach import find_reach

    reach = find_reach(settings.loaded.rulebook, settings.channels)
    if form == "json":
        report.print_json(chosen, reach, settings.inhibitions)
    else:
        report.print_channels(chosen, reach, settings.inhibitions, whole=verbose)


def _choose(settings: "Settings", names: Sequence[str]) -> "list[Channel]":
    from flowalert.market.name import suggest

    for name in names:
        if name not in settings.channels:
            near = suggest(name, settings.channels)
            instead = f"did you mean {near}?" if near else f"there is {', '.join(settings.channels) or 'none'}"
            raise click.UsageError(f"the settings have no channel {name!r}; {instead}")
    return [settings.channels[name] for name in dict.fromkeys(names or settings.channels)]


def _probe(chosen: "Sequence[Channel]", within: float, form: str) -> None:
    """Test the targets, print their answers, and end the program with 1 where one of them failed."""
    import datetime as dt
    from functools import partial

    import trio

    from flowalert.cli.report import channel as report
    from flowalert.delivery.outcome import Sent
    from flowalert.delivery.probe import probe

    tell = (lambda _: None) if form == "json" else report.AnswerPrinter(chosen).print
    answers: list[Answer] = trio.run(
        partial(probe, chosen, now=dt.datetime.now(dt.UTC), within=dt.timedelta(seconds=within), tell=tell)
    )
    if form == "json":
        report.print_answers_json(answers)
    else:
        report.print_sum(answers)
    if not all(isinstance(answer.outcome, Sent) for answer in answers):
        raise SystemExit(FAILED)
