"""`flowalert token`: the exchange's access token."""

from pathlib import Path

import click

from flowalert.cli.option import config_option


@click.group()
def token() -> None:
    """Look after the exchange's access token."""


@token.command()
@config_option
def revoke(config: Path) -> None:
    """Have the exchange revoke the cached token; a running service notices, and gets another."""
    import trio

    from flowalert.cli.setting import load_settings

    settings = load_settings(config)

    async def ask() -> str | None:
        from datetime import UTC, datetime

        from flowalert.feed.token import TokenSource

        return await TokenSource(settings.feed, now=lambda: datetime.now(UTC)).revoke()

    failure = trio.run(ask)
    if failure is not None:
        raise click.ClickException(f"the token was not revoked: {failure}")
    click.echo("the token is revoked")
