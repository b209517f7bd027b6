"""The settings file: what it may say, and what is said of what it may not."""

import math
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from flowalert.language.tongue import Tongue
from flowalert.settings import Settings, SettingsRefused, read_settings
from flowalert.store import Keep

RULES = "rules:\n  - {name: a, sectors: [kospi], investors: [foreign], when: msval > 0}\n"
PLAIN = """\
feed:
  domain: wss://127.0.0.1:9443/websocket
  token_url: https://127.0.0.1:8080/oauth2/token
  appkey: ${KEY}
  appsecret: "a-$${literal}"
channels:
  desk: {targets: ["json://127.0.0.1:8000/a"]}
rules: [rules.yaml]
"""


def read(folder: Path, text: str, **environ: str) -> Settings:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "flowalert.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder / "flowalert.yaml", environ)


def refused(folder: Path, text: str, **environ: str) -> list[str]:
    """Return the problems, each without the file's name."""
    with pytest.raises(SettingsRefused) as raised:
        read(folder, text, **environ)
    return [str(each).removeprefix(f"{folder}/flowalert.yaml:") for each in raised.value.problems]


def test_variables_stand_for_the_environments_values(tmp_path: Path) -> None:
    """`${NAME}` is replaced, `$${` is a literal; the rest has its defaults, and paths are beside the file."""
    settings = read(tmp_path, PLAIN, KEY="a key: with #signs")
    assert settings.feed.appkey == "a key: with #signs"
    assert settings.feed.appsecret == "a-${literal}"
    assert (settings.feed.silence_after, settings.feed.per_connection, settings.feed.pace) == (90, 100, 0.1)
    assert settings.store == tmp_path / "flowalert.db"
    assert [rule.name for rule in settings.loaded.rulebook.rules] == ["a"]
    assert list(settings.channels) == ["desk"]


def test_an_unset_variable_is_an_error_that_names_it(tmp_path: Path) -> None:
    """At its place, with what to do."""
    (problem,) = refused(tmp_path, PLAIN)
    assert problem == "4:11: the variable KEY is not set; set it, like export KEY=…, and start again"


def test_secrets_come_from_files_as_well(tmp_path: Path) -> None:
    """The file's text without the blanks around it; a file that is not there is named."""
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    text = PLAIN.replace("appkey: ${KEY}", "appkey_file: secret")
    assert read(tmp_path, text).feed.appkey == "from-a-file"
    (problem,) = refused(tmp_path, PLAIN.replace("appkey: ${KEY}", "appkey_file: gone"))
    assert problem.startswith("4:16: the file cannot be read")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("feed:", "fed:", "1:1: unknown key 'fed'; did you mean feed?"),
        ("  appkey: a", "  apkey: a", "4:3: unknown key 'apkey'; did you mean appkey?"),
        ("  appkey: a\n", "", "2:3: the feed has no appkey; write appkey: ${LS_APPKEY} or appkey_file: and a path"),
        ("wss://127.0.0.1:9443/websocket", "lve", "2:11: domain is 'lve'; expected live, paper, or a URL"),
        ("token_url: https", "token_url: ftp", "2:11: token_url is an address of ftp://; expected http:// or https://"),
        ("json://127", "jsn://127", "7:20: `jsn://` is no scheme that Apprise knows; did you mean `json://`?"),
        ("targets: [", "tragets: [", "7:10: unknown key 'tragets'; did you mean targets?"),
        (
            "rules: [rules.yaml]",
            "rules: [rule.yaml]",
            "8:9: no file matches rule.yaml; name files relative to this one",
        ),
        (
            "  appkey: a",
            "  silence_after: soon\n  appkey: a",
            "4:18: silence_after: 'soon' stands here; write a number and",
        ),
        (
            "  appkey: a",
            "  tell_silence_after: 60s\n  appkey: a",
            "4:23: tell_silence_after is 60 s, and silence_after 90 s; write a longer time, or off",
        ),
        (
            "  appkey: a",
            "  tell_silence_after: of\n  appkey: a",
            "4:23: tell_silence_after: 'of' stands here; write a number",
        ),
        (
            "  appkey: a",
            "  per_connection: 0\n  appkey: a",
            "4:19: per_connection: '0' stands here; Input should be greater",
        ),
        ("rules: [", "log: {format: xml}\nrules: [", "8:15: format: 'xml' stands here"),
        (
            "  desk: {",
            "  desk: {language: english, ",
            "7:20: language: 'english' stands here; Input should be 'ko' or 'en'",
        ),
        ('"]}', '", "json://127.0.0.1:8000/a"]}', "7:47: the same target stands in this channel twice"),
    ],
)
def test_each_mistake_is_said_at_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """With what to write instead."""
    text = PLAIN.replace("${KEY}", "a")
    assert old in text
    assert any(each.startswith(problem) for each in refused(tmp_path, text.replace(old, new))), problem


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        ("", 120),
        ("silence_after: 5m", 300),
        ("tell_silence_after: 10m", 600),
        ("tell_silence_after: 90s", 90),
        ("tell_silence_after: off", math.inf),
    ],
)
def test_people_are_told_of_silence_after_two_minutes(tmp_path: Path, keys: str, seconds: float) -> None:
    """Unless the settings say otherwise; never before the feed has tried to connect again."""
    text = PLAIN.replace("${KEY}", f"a\n  {keys}")
    assert read(tmp_path, text).feed.tell_silence_after == seconds


@pytest.mark.parametrize(
    ("key", "language"), [("", Tongue.KOREAN), ("language: ko, ", Tongue.KOREAN), ("language: en, ", Tongue.ENGLISH)]
)
def test_a_channel_has_a_language(tmp_path: Path, key: str, language: Tongue) -> None:
    """Korean unless it says otherwise."""
    text = PLAIN.replace("${KEY}", "a").replace("desk: {", f"desk: {{{key}")
    assert read(tmp_path, text).channels["desk"].language is language


def test_how_much_of_the_past_is_kept(tmp_path: Path) -> None:
    """Twenty trading days and a year of what people did, unless the file says otherwise; the folder is beside it."""
    assert read(tmp_path, PLAIN, KEY="k").keep == Keep(20, None, timedelta(days=365))
    given = PLAIN + "keep: {sessions: 5, export: old, audit: 30d}\n"
    assert read(tmp_path, given, KEY="k").keep == Keep(5, tmp_path / "old", timedelta(days=30))
    (problem,) = refused(tmp_path, PLAIN + "keep: {session: 5}\n", KEY="k")
    assert "did you mean sessions" in problem
    (problem,) = refused(tmp_path, PLAIN + "keep: {sessions: 0}\n", KEY="k")
    assert problem.startswith("9:18:")


def test_a_certificate_of_ones_own(tmp_path: Path) -> None:
    """`ca_file` is trusted beside nothing else; a file without certificates is refused."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    text = PLAIN.replace("${KEY}", "a").replace("  appkey", "  ca_file: ca.pem\n  appkey")
    context = read(tmp_path, text).feed.ssl_context
    assert context is not None
    assert len(context.get_ca_certs()) == 1
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    assert any("ca.pem holds no certificates" in each for each in refused(tmp_path, text))


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither in a complaint about another key of the same place, nor in the settings' own repr."""
    text = PLAIN.replace("${KEY}", "planted-key").replace("a-$", "planted-$")
    assert "planted" not in repr(read(tmp_path, text))
    for broken in (text.replace("  domain", "  domian"), text.replace("appkey: planted-key", "appkey: [planted-key]")):
        assert not any("planted" in each for each in refused(tmp_path, broken))


def test_settings_without_channels_only_warn(tmp_path: Path) -> None:
    """They work, and say what will not happen."""
    text = PLAIN.replace("${KEY}", "a").replace('channels:\n  desk: {targets: ["json://127.0.0.1:8000/a"]}\n', "")
    settings = read(tmp_path, text)
    assert [each.text.split(";")[0] for each in settings.warnings] == ["warning: no channels"]


CHARTS = PLAIN.replace("${KEY}", "a").replace('"json://127.0.0.1:8000/a"]', '"json://127.0.0.1:8000/a"], charts: true')


def test_charts_need_what_draws_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: where it is missing, the error is at the key that wants it and says how to install it."""
    settings = read(tmp_path, CHARTS)
    assert settings.channels["desk"].charts
    assert settings.warnings == ()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    (problem,) = refused(tmp_path, CHARTS)
    assert problem.endswith("charts need matplotlib, which is not installed: pip install 'flowalert[charts]'")
    line, column, _ = problem.split(":", 2)
    assert CHARTS.splitlines()[int(line) - 1][int(column) - 1 :].startswith("true")
    assert not read(tmp_path, CHARTS.replace("charts: true", "charts: false")).channels["desk"].charts


def test_charts_for_targets_that_take_none_are_suspect(tmp_path: Path) -> None:
    """One that does is enough."""
    slack = '"slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001"'
    assert read(tmp_path, CHARTS.replace('["json', f'[{slack}, "json')).warnings == ()
    (warning,) = read(tmp_path, CHARTS.replace('"json://127.0.0.1:8000/a"', slack)).warnings
    assert (warning.what, warning.instead) == ("none of the targets takes pictures", "alerts come without charts")
