"""Options that several commands have."""

from pathlib import Path

import click

config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    default=Path("flowalert.yaml"),
    show_default=True,
    help="The settings file.",
)
