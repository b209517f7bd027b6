"""docs/web.md, compared with the code."""

from pathlib import Path

import pytest
import trustme

from flowalert.settings import read_settings
from flowalert.settings.model import TokenModel, UserModel, WebModel
from flowalert.settings.role import Role
from flowalert.web.openapi import describe
from flowalert.web.routes import DEEDS, TEXTS, VIEWS
from tests.cli.settled import RULES, SETTINGS
from tests.document import Block, list_blocks, list_rows, list_words
from tests.web.house import open_house
from tests.web.people import USERS

DOCUMENT = Path(__file__).parents[2] / "docs" / "web.md"
ENVIRONMENT = {"DESK_HASH": USERS[0].password, "SUNHEE_HASH": USERS[1].password}
# Of any route: the method, the time and the place are looked at before it is known which one it is.
OF_ALL = {"405", "408", "413", "415", "421"}


@pytest.mark.parametrize("block", list_blocks(DOCUMENT, "settings"), ids=lambda block: f"line-{block.line}")
def test_settings_of_the_document_are_accepted(tmp_path: Path, block: Block) -> None:
    """Without a warning."""
    issued = trustme.CA().issue_cert("flow.example")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "flowalert.yaml").write_text(f"{SETTINGS}{block.text}", encoding="utf-8")
    settings = read_settings(tmp_path / "flowalert.yaml", ENVIRONMENT)
    assert settings.warnings == ()
    assert settings.web is not None


@pytest.mark.parametrize(("header", "model"), [("key", WebModel), ("of a user", UserModel), ("of a token", TokenModel)])
def test_every_setting_is_in_the_tables(header: str, model: type[WebModel | UserModel | TokenModel]) -> None:
    """With what holds without it, and nothing else."""
    rows = list_rows(DOCUMENT, header, "what it says", "left out")
    assert [key for row in rows for key in list_words(row[0])] == list(model.model_fields)
    for keys, _, left_out in rows:
        default = model.model_fields[list_words(keys)[0]].default
        if isinstance(default, str):
            assert list_words(left_out) == [default]


def test_every_role_is_in_the_table() -> None:
    """And nothing else."""
    assert [list_words(row[0])[0] for row in list_rows(DOCUMENT, "role", "may")] == [role.value for role in Role]


def test_every_status_is_in_the_table() -> None:
    """Those of the API's description, and those that come before it."""
    document = describe(VIEWS, DEEDS, TEXTS)
    statuses = {list_words(row[0])[0] for row in list_rows(DOCUMENT, "status", "means")}
    assert statuses == set(document["components"]["responses"]) | OF_ALL


async def test_every_metric_is_in_the_table(tmp_path: Path) -> None:
    """With its kind and its labels, and nothing else."""
    table = {list_words(row[0])[0]: row[1] for row in list_rows(DOCUMENT, "metric", "kind", "labels", "says")}
    async with open_house(tmp_path) as house:
        await house.publish(10)
        text = (await house.get("/metrics")).text
    kinds = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE flowalert_"))
    assert table == kinds
