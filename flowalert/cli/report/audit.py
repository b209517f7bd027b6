"""What people did, for a terminal and for programs."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.text import open_console
from flowalert.engine.transition import parse_scope
from flowalert.store import Action, Deed


def print_deeds(deeds: Sequence[Deed]) -> None:
    """Print a line for each, its moment in Seoul's time."""
    console = open_console()
    if not deeds:
        console.print("Nothing was done by hand.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("when", "who", "did"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what", overflow="fold")
    for deed in deeds:
        table.add_row(show_moment(deed.at), Text(deed.who), deed.action.value, Text(_say(deed)))
    console.print(table)


def print_deeds_json(deeds: Sequence[Deed]) -> None:
    """Print "deeds", oldest first; their moments are ISO 8601."""
    echo_json(
        {
            "deeds": [
                {
                    "id": deed.id,
                    "at": write_moment(deed.at),
                    "who": deed.who,
                    "action": deed.action.value,
                    "subject": deed.subject,
                    "detail": deed.detail,
                }
                for deed in deeds
            ]
        }
    )


def _say(deed: Deed) -> str:
    detail = deed.detail
    match deed.action:
        case Action.SILENCED:
            return f"{deed.subject}: {detail['matcher']}, {detail['reason']}"
        case Action.UNSILENCED:
            return f"{deed.subject}: {detail['matcher']}"
        case Action.ACKNOWLEDGED | Action.UNACKNOWLEDGED:
            comment = f": {detail['comment']}" if detail.get("comment") else ""
            return f"{detail['rule']} · {parse_scope(detail['scope']).korean} ({deed.subject}){comment}"
        case Action.RETRIED:
            return f"deliveries {deed.subject}" + (", sent before" if detail["forced"] else "")
        case Action.WROTE_RULES:
            return f"{deed.subject}: {detail['added']:,} lines added, {detail['removed']:,} removed"
        case Action.RELOADED | Action.REFUSED:
            problems = detail["problems"]
            more = f" and {len(problems) - 1:,} more" if len(problems) > 1 else ""
            return f"{detail['why']}: {problems[0]}{more}" if problems else str(detail["why"])
