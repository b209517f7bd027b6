"""`flowalert check`: every mistake in rule files, at its place."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowalert.rules.problem import Problem


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Check a settings file and the rules it names.")
def check(files: tuple[Path, ...], config: Path | None) -> None:
    """Check rule FILES, or all of a folder; without any, those of ./rules.

    Prints every mistake as file:line:column: what, and what instead. The exit code is 1 if there is any.
    """
    if config is not None and files:
        raise click.UsageError("name rule files or settings (-c), not both; the settings name their own rules")
    problems, rules, count = _check_settings(config) if config is not None else _check_files(_find(files))
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.level.value == "error" for problem in problems)
    if errors:
        click.echo(f"{errors} {_plural(errors, 'error')} in {count} {_plural(count, 'file')}", err=True)
        raise SystemExit(1)
    click.echo(f"{rules} {_plural(rules, 'rule')} in {count} {_plural(count, 'file')}: no errors", err=True)


def _check_files(files: Sequence[Path]) -> "tuple[Sequence[Problem], int, int]":
    from flowalert.settings import load_rule_files

    loaded = load_rule_files(tuple(files), None)
    return loaded.problems, len(loaded.rulebook.rules) + len(loaded.rulebook.disabled), len(files)


def _check_settings(path: Path) -> "tuple[Sequence[Problem], int, int]":
    from flowalert.settings import SettingsRefused, read_settings

    try:
        settings = read_settings(path, os.environ)
    except SettingsRefused as refused:
        return refused.problems, 0, len({problem.file for problem in refused.problems})
    rulebook = settings.loaded.rulebook
    return settings.warnings, len(rulebook.rules) + len(rulebook.disabled), 1 + len(settings.rule_files)


def _find(files: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for each in files or (Path("rules"),):
        if each.is_dir():
            inside = sorted(path for path in each.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
            if not inside:
                raise click.UsageError(f"the folder {each} holds no .yaml file; name one that does")
            found += inside
        elif not files and not each.exists():
            raise click.UsageError("there is no folder rules here; name the files to check")
        else:
            found.append(each)
    return list(dict.fromkeys(found))


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
