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

store_option = click.option(
    "--store", type=click.Path(path_type=Path), help="Look into this store, instead of the settings' one."
)

by_option = click.option("--by", metavar="NAME", help="Who does it, for the audit log; your login name when left out.")
