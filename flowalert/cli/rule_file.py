"""The rule files of a folder: what ends in .yaml and is none of tests, which stand beside the rules."""

from pathlib import Path

import click

_SUFFIXES = {".yaml", ".yml"}


def is_yaml(path: Path) -> bool:
    """Tell whether a file is YAML by its name."""
    return path.suffix in _SUFFIXES


def list_rule_files(folder: Path) -> list[Path]:
    """Return the rule files in a folder and below it; click's error where there is none."""
    inside = sorted(path for path in folder.rglob("*") if is_yaml(path) and path.is_file())
    found = [path for path in inside if not _holds_tests(path)]
    if not found:
        raise click.UsageError(f"the folder {folder} holds no .yaml file of rules; name one that does")
    return found


def _holds_tests(path: Path) -> bool:
    from flowalert.rules.document import Document
    from flowalert.rules.trial import is_trial_file
    from flowalert.settings import read_text

    text = read_text(path)
    return isinstance(text, str) and "tests" in text and is_trial_file(Document(str(path), text))
