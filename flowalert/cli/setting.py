"""The settings file, as commands take it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from flowalert.settings import Settings, SettingsRefused

REFUSED_SETTINGS = 1


def load_settings(config: Path, code: int = REFUSED_SETTINGS) -> "Settings":
    """Read the settings; where they have errors, print them and end the program with this exit code."""
    from flowalert.settings import SettingsRefused, read_settings

    try:
        return read_settings(config, os.environ)
    except SettingsRefused as refused:
        refuse(refused, code)


def refuse(refused: "SettingsRefused", code: int) -> NoReturn:
    """Print what is wrong with settings, and end the program."""
    for problem in refused.problems:
        click.echo(str(problem), err=True)
    raise SystemExit(code) from None
