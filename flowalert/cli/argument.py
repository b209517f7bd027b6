"""Rules and recordings as they are named on a command line."""

import fnmatch
import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.rule_file import is_yaml, list_rule_files
from flowalert.cli.setting import load_settings

if TYPE_CHECKING:
    from flowalert.rules.loader import Loaded
    from flowalert.rules.rulebook import Rulebook

_PARAMETER = re.compile(r"\$(\w+|\{\w+\})")
# As of click itself for wrong usage; 1 is left to what a command has to say.
TROUBLE = 2


@dataclass(frozen=True, slots=True)
class Named:
    """What a command line names: rule files, and recordings or stores."""

    rules: tuple[Path, ...]
    recordings: tuple[Path, ...]


@contextmanager
def loading() -> Iterator[None]:
    """Collect no garbage in the block, and leave what it made out of every later collection.

    Rules are loaded once and stay: the collector would go through all of them again and again.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def sort_paths(paths: Iterable[Path]) -> Named:
    """Tell rules from recordings: what ends in .yaml, or is a folder of such files, is rules.

    Of such a folder, files of rule tests are left out. Any other folder stands for the files in it. Raises click's
    error for what is not there, and for an empty folder.
    """
    rules: list[Path] = []
    recordings: list[Path] = []
    for path in paths:
        if not path.exists():
            raise click.UsageError(f"there is no {path}; name rule files and recordings, or folders of them")
        inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        if any(map(is_yaml, inside)):
            rules += list_rule_files(path) if path.is_dir() else [path]
        elif inside:
            recordings += inside
        else:
            raise click.UsageError(f"the folder {path} is empty; name one with rules or recordings")
    return Named(tuple(dict.fromkeys(rules)), tuple(dict.fromkeys(recordings)))


def load_rulebook(files: Sequence[Path], names: Sequence[str] = ()) -> "Rulebook":
    """Load rule files, or end the program with all their errors; `names` picks some of the rules."""
    from flowalert.settings import load_rule_files

    return pick_rules(_accept(load_rule_files(tuple(files), None)), names)


def load_configured(config: Path, names: Sequence[str] = ()) -> "tuple[Rulebook, Path]":
    """Return the rules that a settings file names, and the path of its store; end the program with all errors."""
    settings = load_settings(config, TROUBLE)
    return pick_rules(settings.loaded.rulebook, names), settings.store


def _accept(loaded: "Loaded") -> "Rulebook":
    for problem in loaded.errors:
        click.echo(str(problem), err=True)
    if loaded.errors:
        raise SystemExit(TROUBLE)
    return loaded.rulebook


def pick_rules(rulebook: "Rulebook", names: Sequence[str]) -> "Rulebook":
    """Return the rulebook with the rules of these names alone, all of them for none; click's error for an unknown.

    A name may be a pattern, `foreigners-*`, or be written as in a rule with parameters, `foreigners-buy-$sector`.
    """
    from flowalert.market.name import suggest
    from flowalert.rules.rulebook import Rulebook

    if not rulebook.rules:
        raise click.UsageError("there is no rule that is enabled")
    if not names:
        return rulebook
    picked: set[str] = set()
    for name in names:
        found = [name] if name in rulebook.by_name else fnmatch.filter(rulebook.by_name, _PARAMETER.sub("*", name))
        picked.update(found)
        if not found:
            near = suggest(name, rulebook.by_name)
            instead = f"did you mean {near}?" if near else "see flowalert check for where the rules are"
            raise click.UsageError(f"no rule has the name {name!r}; {instead}")
    return Rulebook(tuple(each for each in rulebook.rules if each.name in picked), rulebook.disabled)
