"""The findings of a checkup, for a terminal and for programs."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from flowalert.checkup.finding import Finding, Level
from flowalert.cli.report.document import echo_json
from flowalert.cli.report.text import open_console

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def print_findings(findings: Sequence[Finding]) -> None:
    """Print a line for each, with what to do below it, and how many there are of each kind."""
    console = open_console()
    width = max(cell_len(each.about) for each in findings)
    for each in findings:
        about = each.about + " " * (width - cell_len(each.about))
        console.print(Text.assemble((f"{each.level.value:<4}", _STYLES[each.level]), f"  {about}  {each.found}"))
        if each.remedy:
            console.print(Text(f"{'':4}  {'':{width}}  {each.remedy}", "dim"))
    counts = ((level, sum(each.level is level for each in findings)) for level in Level)
    console.print(Text("\n" + ", ".join(f"{count} {level.value}" for level, count in counts)))


def print_findings_json(findings: Sequence[Finding]) -> None:
    """Print "findings" in their order, each with what it is about, its level, what was found, and what to do."""
    echo_json({"findings": findings})
