"""Who gives a command, for the audit log."""

import getpass
import os

import click


def find_person(by: str | None) -> str:
    """Return the name that is given, or the login name; click's error for an empty one."""
    if by is None:
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            # In a container the user need have no name.
            return f"user {os.getuid()}"
    if not by.strip():
        raise click.BadParameter("is empty; write a name, or leave it out", param_hint="--by")
    return by.strip()
