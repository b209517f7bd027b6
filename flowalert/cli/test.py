"""`flowalert test`: rules tried on markets written by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowalert.cli.trial.source import Gathered
    from flowalert.engine.trial import Verdict

FAILED = 1
BROKEN = 2


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILES | FOLDERS]...")
@click.option(
    "-k", "words", multiple=True, metavar="NAME", help="Only the tests with this in their name, or of such a rule."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="Of the report.",
)
@click.option("--coverage", is_flag=True, help="List the rules that no test makes tell anything.")
@click.option("-v", "--verbose", is_flag=True, help="Name the tests that pass, too.")
def test(files: tuple[Path, ...], words: tuple[str, ...], form: str, *, coverage: bool, verbose: bool) -> None:
    """Run the tests of rules in FILES, or all of those in a folder; without any, those in ./rules.

    A test is a short market written by hand, and what must be told of it, when, and in what words. Files of tests are
    those with `tests:` at their top. Exit codes: 0 all passed, 1 some failed, 2 a file that cannot be used.
    """
    from flowalert.cli.trial.source import gather

    gathered = gather(_find(files))
    if not gathered.files and not gathered.problems:
        raise click.UsageError("there are no tests here; write a file with rules: and tests: at its top, and name it")
    verdicts = _run(gathered, words)
    if words and not verdicts and not gathered.problems:
        raise click.UsageError(f"no test has {' or '.join(words)} in its name or its rules")
    _report(gathered, verdicts, form, coverage=coverage, verbose=verbose)
    if gathered.problems:
        raise SystemExit(BROKEN)
    if not all(verdict.passed for verdict in verdicts):
        raise SystemExit(FAILED)


def _find(files: tuple[Path, ...]) -> tuple[Path, ...]:
    if files:
        return files
    if not Path("rules").is_dir():
        raise click.UsageError("there is no folder rules here; name the files of tests")
    return (Path("rules"),)


def _run(gathered: "Gathered", words: Sequence[str]) -> "list[Verdict]":
    from flowalert.delivery.rendering import render
    from flowalert.engine.trial import run_trial

    return [
        run_trial(trial, file.rulebook, render)
        for file in gathered.files
        for trial in file.trials
        if not words or any(_has(word, (trial.name, *(each.rule for each in trial.expectations))) for word in words)
    ]


def _has(word: str, names: Sequence[str]) -> bool:
    return any(word.casefold() in name.casefold() for name in names)


def _report(gathered: "Gathered", verdicts: "Sequence[Verdict]", form: str, *, coverage: bool, verbose: bool) -> None:
    from flowalert.cli.trial.source import cover

    covered = cover(gathered) if coverage else None
    if form == "text":
        from flowalert.cli.trial.screen import TrialScreen

        TrialScreen().show(gathered.problems, verdicts, covered, verbose=verbose)
        return
    from flowalert.cli.trial.report import write_json, write_junit

    write = write_json if form == "json" else write_junit
    click.echo(write(gathered.problems, verdicts, covered))
