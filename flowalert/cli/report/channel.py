"""Channels and the answers of their targets, for a terminal and for programs; of a target its label alone."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.policy import (
    describe_inhibition,
    describe_policy,
    say_from,
    say_inhibition,
    say_policy,
)
from flowalert.cli.report.text import open_console
from flowalert.delivery import Channel, Inhibition
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent
from flowalert.delivery.probe import Answer, Place
from flowalert.delivery.reach import ChannelReach, Reach, TargetReach
from flowalert.delivery.remedy import find_remedy

# Of more rules than these the first are named, and the others counted.
_NAMED = 5


def print_channels(
    channels: Sequence[Channel], reach: Reach, inhibitions: Sequence[Inhibition], *, whole: bool
) -> None:
    """Print a row for each channel, then what is told twice, what keeps from telling, and what nobody is told of."""
    console = open_console()
    if channels:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("channel", overflow="fold")
        table.add_column("targets", overflow="fold")
        table.add_column("rules", justify="right", no_wrap=True)
        table.add_column("", overflow="fold")
        for channel in channels:
            reached = reach.channels[channel.name]
            table.add_row(
                Text(channel.name),
                Text("\n".join(target.address.label for target in channel.targets)),
                str(len(reached.rules)),
                Text("\n").join(_say_channel(channel, reached, whole=whole)),
            )
        console.print(table)
    else:
        console.print(Text("No channels: alerts stand in the log alone.", "yellow"))
    for target in _choose_targets(reach, channels):
        if target.twice:
            where = " and ".join(name for name, _ in target.places)
            words = (
                f"{target.address.label} is in {where}, each of which tells it of {_name(target.twice, whole=whole)}"
            )
            console.print(Text(words, "yellow"))
    for inhibition in inhibitions:
        console.print(Text(f"Inhibited: {say_inhibition(inhibition)}"))
    if reach.unheard:
        count = "1 rule" if len(reach.unheard) == 1 else f"{len(reach.unheard):,} rules"
        words = f"Nobody is told of {count}: {_name(reach.unheard, whole=whole)}"
        console.print(Text(words, "yellow"))
    if reach.disabled:
        console.print(Text(f"Switched off: {_name(reach.disabled, whole=whole)}", "dim"))


def _say_channel(channel: Channel, reached: ChannelReach, *, whole: bool) -> Iterator[Text]:
    """Yield the lines of a channel: the rules, those of its severity in part or never, who else, and its policy."""
    always = [name for name in reached.rules if name not in reached.partly]
    if always:
        yield Text(_name(always, whole=whole))
    if reached.partly:
        yield Text(f"only while {say_from(channel.min_severity)}: {_name(reached.partly, whole=whole)}")
    if reached.beneath:
        yield Text(f"never {say_from(channel.min_severity)}: {_name(reached.beneath, whole=whole)}", "yellow")
    if reached.stands_in_for:
        yield Text(f"told what {_list(reached.stands_in_for)} cannot be told")
    if reached.backs_up:
        yield Text(f"told what nobody acknowledges in {_list(reached.backs_up)}")
    if reached.is_idle:
        yield Text("no rule reaches it", "yellow")
    yield from (Text(words, "dim") for words in say_policy(channel))
    without = [target.address.label for target in channel.targets if target.easel is None]
    if channel.charts and without:
        yield Text(f"no charts on {_list(without)}: it takes no pictures", "dim")


def _list(names: Sequence[str]) -> str:
    return " or ".join(names)


def _choose_targets(reach: Reach, channels: Sequence[Channel]) -> Sequence[TargetReach]:
    names = {channel.name for channel in channels}
    return [target for target in reach.targets if any(name in names for name, _ in target.places)]


def print_json(channels: Sequence[Channel], reach: Reach, inhibitions: Sequence[Inhibition]) -> None:
    """Print "channels" with targets, rules and policy, "targets" with the rules that reach each and by which channels.

    Then "inhibitions", "unreached" channels, "unheard" rules and "disabled" ones.
    """
    easels = {target.address.key for channel in channels for target in channel.targets if target.easel is not None}
    echo_json(
        {
            "channels": [_describe(channel, reach.channels[channel.name]) for channel in channels],
            "targets": [
                {
                    "target": target.address.label,
                    "places": [Place(channel, number) for channel, number in target.places],
                    "rules": target.rules,
                    "takes_pictures": target.address.key in easels,
                }
                for target in _choose_targets(reach, channels)
            ],
            "inhibitions": [describe_inhibition(each) for each in inhibitions],
            "unreached": [channel.name for channel in channels if reach.channels[channel.name].is_idle],
            "unheard": reach.unheard,
            "disabled": reach.disabled,
        }
    )


def _describe(channel: Channel, reached: ChannelReach) -> dict[str, Any]:
    return {
        "name": channel.name,
        "targets": [target.address.label for target in channel.targets],
        "rules": reached.rules,
        "partly": reached.partly,
        "beneath": reached.beneath,
        "stands_in_for": reached.stands_in_for,
        "backs_up": reached.backs_up,
        **describe_policy(channel),
    }


class AnswerPrinter:
    """Prints answers as they come. It keeps nothing but the widths of its columns."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._console = open_console()
        labels = [target.address.label for channel in channels for target in channel.targets]
        self._width = max((cell_len(label) for label in labels), default=0)

    def print(self, answer: Answer) -> None:
        """Print one answer, with what to do about it in a second line."""
        word, style = _judge(answer.outcome)
        label = answer.label + " " * (self._width - cell_len(answer.label))
        reason = "" if isinstance(answer.outcome, Sent) else f": {answer.outcome.reason}"
        where = ", ".join(f"{place.channel} {place.number}" for place in answer.places)
        line = Text.assemble((f"{word:<8}", style), f"  {label}  {where}{reason}")
        line.append(f"  {answer.took:.1f} s", "dim")
        self._console.print(line)
        remedy = find_remedy(answer.outcome)
        if remedy:
            self._console.print(Text(f"{'':8}  {remedy}", "dim"))


def print_sum(answers: Sequence[Answer]) -> None:
    """Print how many targets took the message."""
    taken = sum(isinstance(answer.outcome, Sent) for answer in answers)
    click.echo(f"{taken} of {len(answers)} targets took the message" if answers else "no target to test")


def print_answers_json(answers: Sequence[Answer]) -> None:
    """Print "answers": of each target its label, its places in the settings, and what it answered.

    The result is ok, refused (for good), failed (for now) or unknown (it may have gone out).
    """
    echo_json(
        {
            "answers": [
                {
                    "target": answer.label,
                    "places": answer.places,
                    "result": _judge(answer.outcome)[0],
                    "reason": "" if isinstance(answer.outcome, Sent) else answer.outcome.reason,
                    "remedy": find_remedy(answer.outcome),
                    "seconds": round(answer.took, 3),
                }
                for answer in answers
            ]
        }
    )


def _judge(outcome: Outcome) -> tuple[str, str]:
    """Return the word for an outcome, and its style."""
    if isinstance(outcome, Sent):
        return "ok", "green"
    if isinstance(outcome, Refused):
        return "refused", "bold red"
    if isinstance(outcome, Retry):
        return "failed", "bold red"
    return "unknown", "yellow"


def _name(rules: Sequence[str], *, whole: bool) -> str:
    shown = rules if whole else rules[:_NAMED]
    more = len(rules) - len(shown)
    return ", ".join(shown) + (f" and {more} more (-v names them)" if more else "")
