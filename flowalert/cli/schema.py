"""`flowalert schema`: the JSON Schema of the files that people write."""

import json
from typing import Any

import click


@click.command()
@click.argument("kind", type=click.Choice(["rules", "settings", "tests"]), default="rules")
def schema(kind: str) -> None:
    """Print the JSON Schema (2020-12) of a rule file, of the settings, or of a file of rule tests.

    An editor with a YAML language server completes and underlines by it, after a first line such as
    "# yaml-language-server: $schema=rules.schema.json".
    """
    click.echo(json.dumps(_MAKERS[kind](), ensure_ascii=False, indent=2))


def _make_rules() -> dict[str, Any]:
    from flowalert.rules.schema import make_schema

    return make_schema()


def _make_settings() -> dict[str, Any]:
    from flowalert.rules.schema import DIALECT
    from flowalert.settings import SettingsModel

    return {"$schema": DIALECT, **SettingsModel.model_json_schema(), "title": "flowalert settings"}


def _make_tests() -> dict[str, Any]:
    from flowalert.rules.schema import DIALECT
    from flowalert.rules.trial import TrialFile

    return {"$schema": DIALECT, **TrialFile.model_json_schema(), "title": "flowalert rule tests"}


_MAKERS = {"rules": _make_rules, "settings": _make_settings, "tests": _make_tests}
