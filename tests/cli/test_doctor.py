"""`flowalert doctor`: each check with what was found and what to do, against real servers on loopback."""

import datetime as dt
import email.utils
import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import Result

from flowalert.checkup.certificate import read_end
from flowalert.cli.doctor import doctor
from flowalert.store.lock import hold_lock
from tests.cli.settled import fill, invoke, write_settings
from tests.delivery.http_recorder import Answer, Handler, Recorder, Request, open_recorder
from tests.program import start_program, wait_until

SECRETS = ("planted-key", "planted-secret", "planted-token", "hunter2", "planted-path")
SETTINGS = """\
feed:
  domain: {domain}
  token_url: {token_url}
  appkey: planted-key
  appsecret: planted-secret
channels:
  desk: {{targets: [{targets}]}}
rules: [rules.yaml]
store: flow.db
"""
CLOSED = "127.0.0.1:1"
REFUSED = b'{"error_code":"IGW00105","error_description":"planted-secret is wrong"}'
ISSUED = b'{"access_token":"planted-token","scope":"oob","token_type":"Bearer","expires_in":86400}'


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def prepare(
    folder: Path, *, domain: str = f"ws://{CLOSED}/", token_url: str = f"http://{CLOSED}/", targets: str = ""
) -> Path:
    targets = targets or f'"json://someone:hunter2@{CLOSED}/planted-path"'
    return write_settings(folder, SETTINGS.format(domain=domain, token_url=token_url, targets=targets))


def ask(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Return the exit code and the findings; no secret stands in them."""
    done = invoke(doctor, folder, "--format", "json", *arguments)
    check_secrets(done)
    return done.exit_code, json.loads(done.stdout)["findings"]


def check_secrets(done: Result) -> None:
    assert [secret for secret in SECRETS if secret in done.output] == []


def about(findings: list[dict[str, Any]], name: str) -> list[tuple[str, str]]:
    return [(each["level"], each["found"]) for each in findings if each["about"] == name]


@contextmanager
def tls_simulator(folder: Path) -> Iterator[dict[str, str]]:
    """Run the simulator with a certificate of its own, and give its addresses."""
    place = folder / "simulator"
    place.mkdir()
    with start_program("simulate", "--tls", "--port", "0", "--token-port", "0", folder=place):
        out = place / "out.txt"
        wait_until(lambda: "appsecret" in out.read_text(encoding="utf-8"), "the simulator")
        yield dict(line.strip().split(": ", 1) for line in out.read_text("utf-8").splitlines() if ": " in line)


def test_where_all_is_there_nothing_fails(tmp_path: Path) -> None:
    """Over TLS with an authority of one's own: names, ports, certificates, a token, a target that takes a message."""
    with open_recorder() as hook, tls_simulator(tmp_path) as told:
        target = f'"json://someone:hunter2@127.0.0.1:{hook.port}/planted-path"'
        domain = f"{told['domain']}\n  ca_file: {told['ca_file']}"
        prepare(tmp_path, domain=domain, token_url=told["token_url"], targets=target)
        assert ask(tmp_path)[0] == 0
        assert hook.requests == []
        code, found = ask(tmp_path, "--token", "--test")
        text = invoke(doctor, tmp_path)
    assert code == 0
    assert [each for each in found if each["level"] == "fail"] == []
    for name in ("exchange", "token server"):
        ((level, words),) = about(found, name)
        assert level == "ok"
        assert "its certificate is good until" in words
    ((level, words),) = about(found, "token")
    assert (level, words[:18]) == ("ok", "issued, good until")
    assert [level for level, _ in about(found, "desk 1")] == ["ok", "ok"]
    assert len(hook.requests) == 1
    assert "cached, good until" in text.stdout
    assert (tmp_path / "flow.db.token").stat().st_mode & 0o777 == 0o600


def test_a_certificate_of_nobody_known_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Of the websocket and of the token's server."""
    with tls_simulator(tmp_path) as told:
        prepare(tmp_path, domain=told["domain"], token_url=told["token_url"])
        code, found = ask(tmp_path)
    assert code == 1
    for name in ("exchange", "token server"):
        ((level, words),) = about(found, name)
        assert level == "fail"
        assert "certificate is not trusted" in words
    assert "feed.ca_file" in next(each["remedy"] for each in found if each["about"] == "exchange")


def test_what_cannot_be_reached_is_named_with_its_remedy(tmp_path: Path) -> None:
    """A port at which nothing listens, and a name that is none."""
    prepare(tmp_path, domain="wss://flowalert.invalid/")
    code, found = ask(tmp_path)
    assert code == 1
    ((level, words),) = about(found, "exchange")
    assert level == "fail"
    assert words.startswith("the name flowalert.invalid does not resolve")
    assert about(found, "token server") == [("fail", f"{CLOSED}: Connection refused")]
    assert about(found, "desk 1") == [("fail", f"json {CLOSED}: {CLOSED}: Connection refused")]
    text = invoke(doctor, tmp_path)
    check_secrets(text)
    assert "nothing listens there" in text.stdout
    assert text.exit_code == 1


def test_a_server_that_says_nothing_holds_nobody_up(tmp_path: Path) -> None:
    """Each check has its time, and says that it was over."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        prepare(tmp_path, domain=f"wss://{address}/", token_url=f"https://{address}/")
        code, found = ask(tmp_path, "--timeout", "1s")
    assert code == 1
    for name in ("exchange", "token server"):
        assert about(found, name) == [("fail", "no answer within 1 s")]


def test_a_proxy_is_what_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names one for what goes by HTTP; the websocket goes without."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{CLOSED}")
    prepare(tmp_path, targets='"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"')
    _, found = ask(tmp_path)
    assert about(found, "desk 1") == [("fail", f"slack: {CLOSED}: Connection refused")]
    assert "HTTPS_PROXY" in next(each["remedy"] for each in found if each["about"] == "desk 1")


def test_settings_with_errors_are_shown_and_the_machine_is_looked_at(tmp_path: Path) -> None:
    """Each mistake at its place, as `flowalert check` has it."""
    write_settings(tmp_path, "feed: {domain: paper}\nrule: [rules.yaml]\n")
    code, found = ask(tmp_path)
    assert code == 1
    assert any("flowalert.yaml:2:" in words and level == "fail" for level, words in about(found, "settings"))
    assert about(found, "packages")[-1][0] == "ok"
    assert about(found, "exchange") == []


class WrongClock(Handler):
    """Answers as of ten minutes ago."""

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - http.server's signature
        moment = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
        return email.utils.format_datetime(moment, usegmt=True)


class WrongServer(Recorder):
    handler = WrongClock


@pytest.mark.parametrize(
    ("cls", "level", "words"),
    [(Recorder, "ok", "agrees with the token's server"), (WrongServer, "fail", "600 s ahead of the token's server")],
)
def test_the_clock_is_compared_with_the_token_servers(
    tmp_path: Path, cls: type[Recorder], level: str, words: str
) -> None:
    """Nothing is asked for: the server hears of no key."""
    with open_recorder(cls=cls) as tokens:
        prepare(tmp_path, token_url=f"http://127.0.0.1:{tokens.port}/oauth2/token")
        _, found = ask(tmp_path)
    # A second may pass while it is asked.
    said = [(each, re.sub(r"\b(599|601)\b", "600", found_words)) for each, found_words in about(found, "clock")]
    assert (level, words) in said
    assert tokens.requests == []


def answer_with(status: int, body: bytes, _: Request) -> Answer:
    return Answer(status, body)


@pytest.mark.parametrize(
    ("status", "body", "level", "words"),
    [
        (200, ISSUED, "ok", "issued, good until"),
        (403, REFUSED, "fail", "IGW00105 *** is wrong"),
        (429, b"{}", "warn", "asked too often"),
        (500, b"oops", "fail", "none was issued: HTTP 500"),
    ],
)
def test_a_token_is_asked_for_only_on_request(tmp_path: Path, status: int, body: bytes, level: str, words: str) -> None:
    """And what the exchange answers is said, without a secret."""
    with open_recorder(partial(answer_with, status, body)) as tokens:
        prepare(tmp_path, token_url=f"http://127.0.0.1:{tokens.port}/oauth2/token")
        _, found = ask(tmp_path)
        assert about(found, "token") == [("warn", "none is cached: not tried")]
        assert tokens.requests == []
        _, found = ask(tmp_path, "--token")
        assert len(tokens.requests) == 1
    ((found_level, said),) = about(found, "token")
    assert found_level == level
    assert words in said


def test_a_store_in_use_is_looked_at_beside_its_service(tmp_path: Path) -> None:
    """Who holds it, whether it is whole, and that nobody else may read it."""
    prepare(tmp_path)
    fill(tmp_path)
    with hold_lock(tmp_path / "flow.db"):
        _, found = ask(tmp_path)
    said = about(found, "store")
    assert [level for level, _ in said] == ["ok", "ok"]
    assert "held by process" in said[0][1]
    assert "is whole" in said[1][1]
    (tmp_path / "flow.db").chmod(0o644)
    level, words = about(ask(tmp_path)[1], "store")[0]
    assert level == "warn"
    assert "mode 0644" in words


def test_a_damaged_store_is_found(tmp_path: Path) -> None:
    """In SQLite's words, with what to do; the file stays as it is."""
    prepare(tmp_path)
    fill(tmp_path)
    path = tmp_path / "flow.db"
    with sqlite3.connect(path) as hand:
        hand.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    hand.close()
    whole = path.read_bytes()
    page = 4096
    damaged = whole[: 3 * page] + b"\xa5" * (len(whole) - 3 * page)
    path.write_bytes(damaged)
    code, found = ask(tmp_path)
    assert code == 1
    level, words = about(found, "store")[-1]
    assert level == "fail"
    assert str(path) in words
    assert path.read_bytes() == damaged


def serve_pages(folder: Path, web: str) -> None:
    """Say in the settings that there are pages."""
    prepare(folder)
    with (folder / "flowalert.yaml").open("a", encoding="utf-8") as file:
        file.write(f"web: {web}\n")


def test_pages_are_told_whether_their_address_is_free(tmp_path: Path) -> None:
    """Another program's is none; without `web:` nothing is said of them."""
    prepare(tmp_path)
    assert about(ask(tmp_path)[1], "pages") == []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        serve_pages(tmp_path, f"{{listen: '127.0.0.1:{port}'}}")
        code, found = ask(tmp_path, "--timeout", "3s")
        assert code == 1
        assert about(found, "pages")[0] == ("fail", f"127.0.0.1:{port} is taken by another program")
    found = ask(tmp_path)[1]
    assert about(found, "pages") == [
        ("ok", f"127.0.0.1:{port} is free"),
        ("ok", "nobody has to say who they are: whoever has an account on this machine may do everything"),
    ]
    serve_pages(tmp_path, "{listen: '127.77.1.1:8787', users: {}}")
    assert about(ask(tmp_path)[1], "pages")[0][0] == "ok"


def test_pages_that_the_running_service_serves_are_its_own(tmp_path: Path) -> None:
    """Though the address is taken."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve_pages(tmp_path, f"{{listen: '127.0.0.1:{port}'}}")
    with start_program("run", folder=tmp_path):
        wait_until(lambda: "pages served" in (tmp_path / "err.txt").read_text(encoding="utf-8"), "the pages")
        found = ask(tmp_path)[1]
    assert about(found, "pages")[0] == ("ok", f"127.0.0.1:{port} is served by the service that runs")


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [(400, "ok", "good until"), (10, "warn", "9 days"), (-1, "fail", "has ended on")],
)
def test_a_certificate_of_the_pages_is_told_its_end(tmp_path: Path, days: int, level: str, says: str) -> None:
    """And a key that others may read."""
    ends_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    issued = trustme.CA().issue_cert("127.0.0.1", not_before=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), not_after=ends_at)
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    (tmp_path / "key.pem").chmod(0o604)
    serve_pages(tmp_path, "{listen: '127.0.0.1:0', certificate: certificate.pem, key: key.pem}")
    _, certificate, key, _ = about(ask(tmp_path)[1], "pages")
    assert certificate[0] == level
    assert says in certificate[1]
    assert f"{ends_at:%Y-%m-%d}" in certificate[1]
    assert key[0] == "warn"
    assert "others may read the key" in key[1]


def test_the_end_of_a_certificate_is_read_as_it_was_written() -> None:
    """Also past 2050, where it is written otherwise; what is none is refused."""
    for ends_at in (dt.datetime(2049, 12, 31, 23, 59, 59, tzinfo=dt.UTC), dt.datetime(2050, 1, 1, tzinfo=dt.UTC)):
        pem = trustme.CA().issue_cert("x.test", not_after=ends_at).cert_chain_pems[0].bytes().decode()
        assert read_end(f"a comment\n{pem}") == ends_at
    for text in ("", "no certificate", pem[:200]):
        with pytest.raises(ValueError, match="there is no certificate in it"):
            read_end(text)
