"""Reports for programs."""

import click
import msgspec


def echo_json(content: object) -> None:
    """Print a document."""
    click.echo(msgspec.json.format(msgspec.json.encode(content)).decode())
