"""A name that stands in the settings as it is typed."""

import re

import click

_NAME = re.compile(r"[\w][\w.@-]{0,99}")


def check_name(name: str) -> None:
    """End the program for a name that YAML would read as something else."""
    if not _NAME.fullmatch(name):
        raise click.BadParameter("a name has letters, digits, and - . _ @ between them", param_hint="NAME")
