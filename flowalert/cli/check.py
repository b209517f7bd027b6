"""`flowalert check`: every mistake in rule files, at its place."""

import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.rule_file import list_rule_files

if TYPE_CHECKING:
    from flowalert.rules.problem import Problem


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found, over how many rules and files. `secret` is the file whose lines are not shown."""

    problems: "Sequence[Problem]"
    rules: int
    files: int
    secret: str = ""

    def count(self, level: str) -> int:
        return sum(problem.level.value == level for problem in self.problems)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Check a settings file and the rules it names.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or as the annotations of a GitHub workflow.",
)
@click.option("--strict", is_flag=True, help="Let a warning be a failure too.")
def check(files: tuple[Path, ...], config: Path | None, form: str, *, strict: bool) -> None:
    """Check rule FILES, or all of a folder; without any, those of ./rules.

    Prints every mistake as file:line:column: what, with the line it is in and what to write instead. Warnings are
    about what is legal and suspect. The exit code is 1 if there is any error.

    Of a folder, files of rule tests (with tests: at the top) are left out. JSON has "problems", each with file, line,
    column, length, level, rule, what and instead, and the numbers of "errors", "warnings", "rules" and "files".
    """
    if config is not None and files:
        raise click.UsageError("name rule files or settings (-c), not both; the settings name their own rules")
    # Rules are kept for as long as the program lives: a collector that walks a hundred thousand of them finds nothing.
    gc.disable()
    checked = _check_settings(config) if config is not None else _check_files(_find(files))
    _FORMATS[form](checked)
    if checked.count("error") or (strict and checked.problems):
        raise SystemExit(1)


def _check_files(files: Sequence[Path]) -> _Checked:
    from flowalert.settings import load_rule_files

    loaded = load_rule_files(tuple(files), None)
    return _Checked(loaded.problems, len(loaded.rulebook.rules) + len(loaded.rulebook.disabled), len(files))


def _check_settings(path: Path) -> _Checked:
    from flowalert.settings import SettingsRefused, read_settings

    try:
        settings = read_settings(path, os.environ)
    except SettingsRefused as refused:
        return _Checked(refused.problems, 0, len({each.file for each in refused.problems}), str(path))
    rulebook = settings.loaded.rulebook
    rules = len(rulebook.rules) + len(rulebook.disabled)
    return _Checked(settings.warnings, rules, 1 + len(settings.rule_files), str(path))


def _find(files: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for each in files or (Path("rules"),):
        if each.is_dir():
            found += list_rule_files(each)
        elif not files and not each.exists():
            raise click.UsageError("there is no folder rules here; name the files to check")
        else:
            found.append(each)
    return list(dict.fromkeys(found))


def _print_text(checked: _Checked) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    line_of = _open_lines()
    for problem in checked.problems:
        for line in _describe(problem, line_of, is_secret=problem.file == checked.secret):
            click.echo(line, color=color)
    errors, warnings = checked.count("error"), checked.count("warning")
    found = " and ".join(_count(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number)
    files = _count(checked.files, "file")
    if errors:
        click.echo(f"{found} in {files}", err=True)
    else:
        also = f", {found}" if found else ""
        click.echo(f"{_count(checked.rules, 'rule')} in {files}: no errors{also}", err=True)


def _describe(problem: "Problem", line_of: Callable[[str, int], str], *, is_secret: bool) -> Iterator[str]:
    from flowalert.rules.excerpt import make_excerpt

    color = "red" if problem.level.value == "error" else "yellow"
    place = click.style(f"{problem.file}:{problem.line}:{problem.column}:", bold=True)
    yield f"{place} {click.style(f'{problem.level.value}:', fg=color, bold=True)} {problem.what}"
    # A line of the settings can hold the key of an account or of a chat, and this may be some server's public log.
    line = "" if is_secret else line_of(problem.file, problem.line - 1)
    if line.strip():
        text, carets = make_excerpt(line, problem.column, problem.length)
        yield f"  {text}"
        yield f"  {click.style(carets, fg=color, bold=True)}"
    if problem.instead:
        yield f"{click.style('help:', fg='cyan', bold=True)} {problem.instead}"
    yield ""


def _open_lines() -> Callable[[str, int], str]:
    """Return a function that returns a line, counted from 0, of a file; each file is read once."""
    from flowalert.rules.place import Source
    from flowalert.settings import read_text

    sources: dict[str, Source] = {}

    def line_of(file: str, number: int) -> str:
        if file not in sources:
            text = read_text(Path(file))
            sources[file] = Source(file, text if isinstance(text, str) else "")
        return sources[file].line(number)

    return line_of


def _print_json(checked: _Checked) -> None:
    fields = ("file", "line", "column", "length", "rule", "what", "instead")
    problems = [
        {**{name: getattr(each, name) for name in fields}, "level": each.level.value} for each in checked.problems
    ]
    numbers = {"errors": checked.count("error"), "warnings": checked.count("warning")}
    whole = {"problems": problems, **numbers, "rules": checked.rules, "files": checked.files}
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))


def _print_github(checked: _Checked) -> None:
    for each in checked.problems:
        properties = {
            "file": each.file,
            "line": each.line,
            "col": each.column,
            "endColumn": each.column + each.length,
            "title": f"flowalert: {each.rule}" if each.rule else "flowalert",
        }
        listed = ",".join(f"{key}={_escape(str(value), ':,')}" for key, value in properties.items())
        text = f"{each.what}; {each.instead}" if each.instead else each.what
        click.echo(f"::{each.level.value} {listed}::{_escape(text)}")


def _escape(text: str, separators: str = "") -> str:
    """Write a text as GitHub's workflow commands want it. Source: GitHub's own `toolkit`, `core/src/command.ts`."""
    for character in "%\r\n" + separators:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


_FORMATS = {"text": _print_text, "json": _print_json, "github": _print_github}
