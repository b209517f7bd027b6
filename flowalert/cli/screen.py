"""A service at work, as it looks in a terminal."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flowalert.delivery import Channel, Report
from flowalert.engine.notice import DeliveryState, Notice
from flowalert.engine.transition import Kind, Severity, Transition
from flowalert.feed.outlet import Received
from flowalert.market.instant import clock
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rulebook
from flowalert.service import Account

# The Korean market's own colours: red is buying, blue is selling.
_BUYING, _SELLING = "red", "bright_blue"
_MARKS = {Severity.INFO: ("○", "white"), Severity.WARNING: ("●", "yellow"), Severity.CRITICAL: ("◆", "bold red")}


class _Terminal(Console):
    """A console whose reader may go away (`flowalert demo | head`): `gone` is told, and nothing more is written."""

    def __init__(self, gone: Callable[[], None]) -> None:
        super().__init__(highlight=False)
        self._gone = gone

    def on_broken_pipe(self) -> None:
        """Do what rich does, but for ending the program from within."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        self._gone()


class Screen:
    """Prints alerts as they come, and a summary at the end. It keeps nothing; `gone` hears when nobody reads it."""

    def __init__(self, rulebook: Rulebook, channel: Channel, gone: Callable[[], None]) -> None:
        self._rulebook = rulebook
        self._channel = channel
        self._console = _Terminal(gone)

    def say(self, words: str) -> None:
        """Print a line about the program itself."""
        self._console.print(Text(words, "dim"))

    def show_url(self, url: str) -> None:
        """Say where the pages are."""
        self._console.print(Text.assemble(("See it at ", "dim"), (url, "bold underline")))

    def begin(self, speed: float) -> None:
        """Say what is about to be seen."""
        rules = self._rulebook
        self._console.print(Text.assemble(("flowalert demo", "bold"), f"  {speed:g}× the market's speed"))
        sectors = sorted({sector for rule in rules.rules for sector in rule.sectors})
        self.say(
            f"{len(rules.rules)} rules, {len(sectors)} sectors, {len(self._channel.targets)} targets. Ctrl-C ends it."
        )

    def note_entries(self, received: Sequence[Received]) -> None:
        """Print nothing: they are too many."""

    def note_transition(self, transition: Transition, notice: Notice | None) -> None:
        """Print a transition that is told."""
        if notice is None:
            return
        mark, style = _MARKS[transition.severity]
        if transition.kind is Kind.RESOLVED:
            mark, style = "✓", "green"
        value = transition.value or 0
        colour = _BUYING if value > 0 else _SELLING if value < 0 else "white"
        heading = Text.assemble(
            (clock(transition.at), "dim"),
            " ",
            (mark, style),
            " ",
            (notice.title, "bold"),
            " ",
            (transition.rule, "dim"),
        )
        self._console.print(heading)
        self._console.print(Padding(Text(notice.body, colour), (0, 0, 0, 11)))

    def note_delivery(self, report: Report) -> None:
        """Print deliveries that did not go through."""
        if report.state is not DeliveryState.SENT:
            words = f"{report.target.label}: {report.state.value}, {report.reason}"
            self._console.print(Padding(Text(words, "magenta"), (0, 0, 0, 11)))

    def note_gaps(self, gaps: Mapping[Series, int]) -> None:
        """Print that updates were missed."""
        names = ", ".join(each.korean for each in sorted(gaps)[:3])
        more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
        self._console.print(Padding(Text(f"⚠ updates missed: {names}{more}", "magenta"), (0, 0, 0, 9)))

    def note_rules(self) -> None:
        """Print nothing: those of the demo stay."""

    def end(self, account: Account) -> None:
        """Print the summary."""
        table = Table(show_header=False, box=None, padding=(0, 2))
        table.add_row("updates", f"{account.updates:,}")
        table.add_row("alerts", f"{account.told:,} told, {account.held_back:,} held back by a cooldown")
        table.add_row(
            "deliveries", f"{account.sent:,} sent, {account.dead:,} refused, {account.waiting:,} not sent yet"
        )
        table.add_row("lost", _say_lost(account))
        self._console.print()
        self._console.print(table)


def _say_lost(account: Account) -> str:
    parts = (
        (account.gaps, "gaps in a series"),
        (account.losts, "losses of the feed"),
        (account.quarantined, "frames that could not be read"),
        (account.stale, "frames that came too late"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in parts if count) or "nothing"
