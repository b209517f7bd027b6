"""What people did, for a terminal and for programs."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from flowalert.cli.report.document import echo_json
from flowalert.cli.report.moment import show_moment, write_moment
from flowalert.cli.report.text import open_console
from flowalert.store import Deed


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
        table.add_row(show_moment(deed.at), Text(deed.who), deed.action.value, Text(deed.says))
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
