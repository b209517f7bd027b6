"""How far a long command has come, where a person watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def open_progress(words: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while the block runs, if it is a terminal; it is told the part done, 0 to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=1.0)
        yield lambda part: progress.update(task, completed=part)
