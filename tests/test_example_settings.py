"""The settings file that people copy: it is right as it stands, and right with all that it leaves out."""

import re
from pathlib import Path

import pytest
import trustme

from flowalert.settings import Role, Settings, read_settings
from flowalert.settings.model import ChannelModel, InhibitionModel, SettingsModel, TokenModel, UserModel, WebModel
from tests.program import run_program
from tests.web.people import USERS

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "flowalert.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
ENVIRONMENT = {
    "LS_APPKEY": "key",
    "LS_APPSECRET": "secret",
    "SLACK_URL": "slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001",
    "TELEGRAM_TOKEN": "123456789:planted_bot_token",
    "TELEGRAM_CHAT": "12315544",
    "SUNHEE_HASH": USERS[1].password,
    "PROMETHEUS_DIGEST": "0" * 64,
}
_KEYS = {*ChannelModel.model_fields, *InhibitionModel.model_fields, "inhibit"}
_OPTION = re.compile(r"^( *)# ((?: *- | *)(\w+):.*)$", re.MULTILINE)


def _uncomment(text: str) -> str:
    """Return the text with every option of the channels, the inhibitions and the pages in force."""
    before, pages, after = _split(text)
    pages = re.sub("^# ?", "", pages, flags=re.MULTILINE)
    return _OPTION.sub(lambda line: line[1] + line[2] if line[3] in _KEYS else line[0], before) + pages + after


def _split(text: str) -> tuple[str, str, str]:
    """Return what stands before the pages' part, that part, and what follows."""
    begin, end = text.index("# web:\n"), text.index("\nlog:\n")
    return text[:begin], text[begin:end], text[end:]


def _read(folder: Path, text: str) -> Settings:
    path = folder / "flowalert.yaml"
    path.write_text(text.replace("rules/*.yaml", str(ROOT / "examples" / "rules" / "*.yaml")), encoding="utf-8")
    return read_settings(path, ENVIRONMENT)


def test_the_example_is_accepted_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `flowalert check`, without an error or a warning."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    done = run_program("check", "-c", str(EXAMPLE), folder=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_example_is_accepted_with_all_that_it_leaves_out(tmp_path: Path) -> None:
    """Without a warning."""
    issued = trustme.CA().issue_cert("flow.example")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    settings = _read(tmp_path, _uncomment(TEXT))
    assert settings.warnings == ()
    desk = settings.channels["desk"]
    assert (desk.fallback, desk.escalation and desk.escalation.to, desk.charts) == ("default", "default", True)
    assert desk.quiet is not None
    assert desk.rate is not None
    assert all((desk.texts.header, desk.texts.footer, desk.texts.line))
    assert len(settings.inhibitions) == 1
    web = settings.web
    assert web is not None
    assert (web.users[0].role, web.tokens[0].role) == (Role.OPERATOR, Role.VIEWER)
    assert (web.certificate, web.writes_rules, web.hosts) == (tmp_path / "certificate.pem", True, ("flow.example",))


def test_the_example_has_every_setting() -> None:
    """Of the file, of a channel, of an inhibition and of the pages, in force or commented out, and none twice."""
    before, pages, after = _split(TEXT)
    of_pages = set(re.findall(r"(\w+):(?: |\n|$)", pages))
    assert {*WebModel.model_fields, *UserModel.model_fields, *TokenModel.model_fields} - of_pages == set()
    whole = f"{_OPTION.sub(lambda line: line[1] + line[2] if line[3] in _KEYS else line[0], before)}web:\n{after}"
    named = re.findall(r"^ *(?:# )?(?: *- )?(\w+):", whole, re.MULTILINE)
    for model in (SettingsModel, ChannelModel, InhibitionModel):
        assert set(model.model_fields) - set(named) == set(), model
    of_channels = set(ChannelModel.model_fields) - {"targets"}
    assert [name for name in of_channels if named.count(name) != 1] == []
