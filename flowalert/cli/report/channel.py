"""Channels and the answers of their targets, for a terminal and for programs; of a target its label alone."""

from collections.abc import Sequence

import click
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.text import open_console
from flowalert.delivery import Channel
from flowalert.delivery.outcome import Outcome, Refused, Retry, Sent
from flowalert.delivery.probe import Answer
from flowalert.delivery.reach import Reach
from flowalert.delivery.remedy import find_remedy
from flowalert.delivery.sender import Sender

# Of more rules than these the first are named, and the others counted.
_NAMED = 5


def print_channels(channels: Sequence[Channel], reach: Reach, *, whole: bool) -> None:
    """Print a row for each channel, then the rules that nobody is told of."""
    console = open_console()
    if channels:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("channel", no_wrap=True)
        table.add_column("targets", overflow="fold")
        table.add_column("charts", no_wrap=True)
        table.add_column("rules", justify="right", no_wrap=True)
        table.add_column("", overflow="fold")
        for channel in channels:
            rules = reach.rules[channel.name]
            table.add_row(
                Text(channel.name),
                Text("\n".join(target.address.label for target in channel.targets)),
                Text("\n".join(_say_charts(channel, target) for target in channel.targets)),
                str(len(rules)),
                Text(_name(rules, whole=whole)) if rules else Text("no rule reaches it", "yellow"),
            )
        console.print(table)
    else:
        console.print(Text("No channels: alerts stand in the log alone.", "yellow"))
    if reach.unheard:
        count = "1 rule" if len(reach.unheard) == 1 else f"{len(reach.unheard):,} rules"
        words = f"Nobody is told of {count}: {_name(reach.unheard, whole=whole)}"
        console.print(Text(words, "yellow"))
    if reach.disabled:
        console.print(Text(f"Switched off: {_name(reach.disabled, whole=whole)}", "dim"))


def print_json(channels: Sequence[Channel], reach: Reach) -> None:
    """Print "channels" with their targets and rules, "unreached" channels, "unheard" rules and "disabled" ones.

    A channel's "charts" tells whether it has pictures follow, and a target's "takes_pictures" whether they can.
    """
    echo_json(
        {
            "channels": [
                {
                    "name": channel.name,
                    "charts": channel.charts,
                    "targets": [
                        {"target": target.address.label, "takes_pictures": target.easel is not None}
                        for target in channel.targets
                    ],
                    "rules": reach.rules[channel.name],
                }
                for channel in channels
            ],
            "unreached": [channel.name for channel in channels if not reach.rules[channel.name]],
            "unheard": reach.unheard,
            "disabled": reach.disabled,
        }
    )


def _say_charts(channel: Channel, target: Sender) -> str:
    if target.easel is None:
        return "not taken"
    return "yes" if channel.charts else "off"


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
