"""`flowalert password`: the hash of a password, for the settings."""

import sys

import click

# What is shorter is tried out in no time, by whoever gets to see the hash.
_SHORTEST = 8
_LONGEST = 1_000


@click.command()
@click.argument("name", default="me")
@click.option("--role", type=click.Choice(["viewer", "operator"]), default="operator", show_default=True)
def password(name: str, role: str) -> None:
    """Make the hash of a password, and print what to write into the settings for NAME to log in with it.

    The password is asked for twice, and not shown; or it is the first line of standard input. It is written nowhere.
    """
    import argon2

    from flowalert.cli.settings_name import check_name

    check_name(name)
    given = _ask() if sys.stdin.isatty() else _read()
    if not _SHORTEST <= len(given) <= _LONGEST:
        raise click.ClickException(f"a password has {_SHORTEST} to {_LONGEST:,} letters; think of another one")
    hashed = argon2.PasswordHasher().hash(given)
    click.echo("# Into flowalert.yaml; restart the service, which then knows it.", err=True)
    click.echo(f"web:\n  users:\n    {name}: {{role: {role}, password: '{hashed}'}}")


def _ask() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return answer


def _read() -> str:
    # What ends a line is no part of it; a space is.
    return sys.stdin.readline().rstrip("\r\n")
