"""`flowalert web-token`: a token for a program that asks the pages' API."""

import click


@click.command("web-token")
@click.argument("name", default="program")
@click.option("--role", type=click.Choice(["viewer", "operator"]), default="viewer", show_default=True)
def web_token(name: str, role: str) -> None:
    """Make a token, and print it with what to write into the settings for the program NAME.

    The token is shown this once and written nowhere; the settings get a digest, from which nobody can make it.
    """
    import hashlib
    import secrets

    from flowalert.cli.settings_name import check_name

    check_name(name)
    token = f"fa_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    click.echo("# The token, for the program: Authorization: Bearer …", err=True)
    click.echo(token)
    click.echo("# Into flowalert.yaml; restart the service, which then knows it.", err=True)
    click.echo(f"web:\n  tokens:\n    {name}: {{role: {role}, digest: 'sha256:{digest}'}}")
