"""No secret is in anything that the program writes, whatever goes wrong; and what it writes is its owner's alone."""

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import argon2
import httpx2
import pytest
import structlog
import trio
import zstandard
from click.testing import CliRunner
from trio_websocket import ConnectionClosed

from flowalert.cli import main
from flowalert.cli.logs import set_up_logs
from tests.delivery.http_recorder import Answer, Recorder, Request, open_recorder
from tests.feed.exchange import Client, Exchange, data_frame, open_exchange
from tests.program import PATIENCE, start_program, stop, wait_until

# What base64 and URLs and JSON write otherwise is in each; none is a part of another.
APPKEY = "PSkey0/Zq7+Lw3Vt9Xn2Rb5Hd8"
APPSECRET = "sEcr3t+Jm4/Gp6Ty1Kc8Wf0Zx5QvNb"
TOKEN = "eyJtok3n.Ua9/Hr2+Bw7Lk4Ds1Vn8.Pq5Xc0Mz6Tj3Gf9Ye2Ri7Ob4"
PASSWORD = "pAssw0rdUw5Bn8Ck2Ql7"
HEADER = "hEad3rMf4Zs9Tx1Rv6Dp"
PATH = "paTh5Kj2Wq8Gb3Ny7Lc"
SLACK = "T0SECRET1/A0SECRET2/sLack9Ujm3Kwq5Tzr8Bhd2C"
TELEGRAM = "987654321:tGram4Wxk7Qpz2Mvn9Rjc5Ysd8"
PROXY = "pRoxy6Vb1Xm9Hs4Kt2F"
# Of who may see the pages: what they type, what their program sends, and what the settings have of both.
WEB_PASSWORD = "wEb7Gy2Lp9Tc4Xn6Rk1J"
WEB_TOKEN = "fa_wTok8Zr3Mv5Qb7Hd1Ks9Yx4Uc2Pf6Ln0"
WEB_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(WEB_PASSWORD)
WEB_DIGEST = hashlib.sha256(WEB_TOKEN.encode()).hexdigest()
WEB = (WEB_PASSWORD, WEB_TOKEN, WEB_HASH.rpartition("$")[2], WEB_DIGEST)
SECRETS = (*WEB, APPKEY, APPSECRET, TOKEN, PASSWORD, HEADER, PATH, *SLACK.split("/"), TELEGRAM, PROXY)

# A log line, a column of a table or a limit on the wire may cut a secret; so long a part of it is one too.
PART = 10

SETTINGS = """\
feed:
  domain: {ws_url}
  token_url: {token_url}
  appkey: ${{LS_APPKEY}}
  appsecret_file: appsecret
  pace: 0
channels:
  desk:
    targets:
      - ${{GOOD_URL}}
      - json://127.0.0.1:{port}/400/${{URL_PATH}}
      - json://user:${{URL_PASSWORD}}@127.0.0.1:{port}/401
      - "json://127.0.0.1:{port}/500?+X-Token=${{URL_HEADER}}"
      - jsons://user:${{URL_PASSWORD}}@127.0.0.1:{port}/tls/${{URL_PATH}}
      - json://127.0.0.1:9/${{URL_PATH}}
      - slack://${{SLACK_TOKENS}}
      - tgram://${{TELEGRAM_TOKEN}}/12345
    group: false
rules: [rules.yaml]
store: flowalert.db
record: {{folder: recordings, entries: true, frames: true}}
log: {{format: {form}, level: debug}}
web:
  listen: 127.0.0.1:0
  users: {{me: {{password: "${{WEB_HASH}}", role: operator}}}}
  tokens: {{program: {{digest: "sha256:${{WEB_DIGEST}}"}}}}
"""
RULES = """\
rules:
  - {name: grows, sectors: ["001"], investors: [9999], when: delta(msvol) >= 100}
  - {name: refused, sectors: ["101"], investors: [9999], when: delta(msvol) >= 100}
"""


def forms(secret: str) -> Iterator[str]:
    """Yield what a secret can be written as: itself, in base64 at each place in a text, percent-encoded, in JSON."""
    yield from (secret[start : start + PART] for start in range(len(secret) - PART + 1))
    yield from (form[4:-2] for form in forms_in_base64(secret))
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1].replace("/", "\\/")


def forms_in_base64(secret: str) -> list[str]:
    """Return a secret at each place in a text; of the first and the last letters some bits are the neighbours'."""
    return [base64.b64encode(b"x" * before + secret.encode()).decode().rstrip("=") for before in range(3)]


FORMS = {form.encode().lower(): secret for secret in SECRETS for form in forms(secret)}


def find_secrets(text: bytes) -> set[str]:
    """Return which secrets are in a text, whole or in part, in whatever case."""
    folded = text.lower()
    return {secret for form, secret in FORMS.items() if form in folded}


def read_plain(file: Path) -> bytes:
    """Return what is in a file, and what was compressed into it."""
    data = file.read_bytes()
    if file.suffix == ".zst":
        data += zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return data


@dataclass(frozen=True)
class Desk:
    """A folder with settings, and what is in the environment of whoever runs a command there."""

    folder: Path
    environ: dict[str, str]

    def write(self, settings: str) -> None:
        (self.folder / "flowalert.yaml").write_text(settings, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """Run a command to its end and return all that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "flowalert", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        assert find_secrets(said.encode()) == set(), said
        return said

    def check_files(self) -> None:
        """Assert that no file here holds a secret, except those that are for it."""
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name not in {"appsecret", "flowalert.db.token"}:
                assert find_secrets(read_plain(file)) == set(), file


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of somebody whose files all others may read and write, unless the program says otherwise."""
    before = os.umask(0)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "appsecret").write_text(f"{APPSECRET}\n", encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    with open_recorder(lambda _: Answer(502)) as proxy:
        environ = {
            "LS_APPKEY": APPKEY,
            "URL_PASSWORD": PASSWORD,
            "URL_HEADER": HEADER,
            "URL_PATH": PATH,
            "SLACK_TOKENS": SLACK,
            "TELEGRAM_TOKEN": TELEGRAM,
            "WEB_HASH": WEB_HASH,
            "WEB_DIGEST": WEB_DIGEST,
            "HTTPS_PROXY": f"http://user:{PROXY}@127.0.0.1:{proxy.port}",
            "NO_PROXY": "127.0.0.1",
            "TMPDIR": str(tmp_path / "tmp"),
            "PYTHONFAULTHANDLER": "1",
        }
        yield Desk(tmp_path, environ)
    os.umask(before)


def answer_target(request: Request) -> Answer:
    """Refuse as the path says, and quote the request as some services do."""
    status = next((code for code in (400, 401, 500) if f"/{code}" in request.path), 200)
    quoted = json.dumps({"path": request.path, **request.headers}).encode()
    return Answer(status, b"ok" if status == 200 else quoted)


def issue_token(_: Request) -> Answer:
    return Answer(body=json.dumps({"access_token": TOKEN, "expires_in": 86400}).encode())


def refuse_key(request: Request) -> Answer:
    words = "x" * 190 + f" {APPKEY} {APPSECRET} {request.body.decode()}"
    return Answer(403, json.dumps({"error_code": "IGW00103", "error_description": words}).encode())


def refuse_in_part(_: Request) -> Answer:
    """Quote parts of the key and the secret, one of them cut by us, as a gateway does that shortens what it shows."""
    words = f"{APPKEY[:-4]}... {APPSECRET[4:].upper()} {quote(APPSECRET[:14])} {forms_in_base64(APPKEY[2:])[1]}"
    return Answer(403, json.dumps({"error_code": APPKEY[1:14], "error_description": words}).encode())


@asynccontextmanager
async def quoting_exchange() -> AsyncIterator[Exchange]:
    """An exchange that quotes the token wherever it can."""
    async with open_exchange() as exchange:

        async def answer(client: Client, request: dict[str, object]) -> None:
            token, escaped = client.token, json.dumps(client.token)[1:-1].replace("/", "\\/")
            key = dict(request["body"])["tr_key"]  # type: ignore[call-overload]
            if key == "101":
                words = f"{token[4:-4]} {token[:12].swapcase()} {quote(token[:20])} {forms_in_base64(token[3:])[2]} "
                await client.answer(request, rsp_cd=token[2:20], rsp_msg=words + "x" * (185 - len(words)) + f" {token}")
                # To no request of ours.
                await client.send(json.dumps({"header": {"rsp_cd": token, "rsp_msg": token, "tr_cd": "BM_"}}))
                return
            await client.answer(request)
            if key == "001":
                await client.send(
                    f'{{"header":{{"tr_cd":"BM_","token":"{token}","tr_key":"{token}"}},"body":{{"tjjcode":"{token}"}}}}',
                    f'{{"header":{{"tr_cd":"{escaped}"}},"body":{{}}}}',
                    f'{{"header":{{"tr_cd":"{token[5:25]}"}},"body":{{}}}}',
                    f'{{"header":{{"tr_cd":"JIF","tr_key":"0"}},"body":{{"jangubun":"{token}","jstatus":"{token[:15]}"}}}}',
                    f'{{"header": broken {token}',
                    data_frame(),
                )

        exchange.answer = answer
        yield exchange


@contextmanager
def open_servers(
    respond: Callable[[Request], Answer] = issue_token,
) -> Iterator[tuple[Recorder, Recorder]]:
    with open_recorder(answer_target) as hook, open_recorder(respond) as tokens:
        yield hook, tokens


def settings_of(ws_url: str, hook: Recorder, tokens: Recorder, form: str) -> str:
    return SETTINGS.format(
        ws_url=ws_url, token_url=f"http://127.0.0.1:{tokens.port}/oauth2/token", port=hook.port, form=form
    )


async def in_thread(act: Callable[[], object]) -> None:
    """Do without holding up the servers of the test."""
    await trio.to_thread.run_sync(act, abandon_on_cancel=True)


def count_reports(folder: Path) -> int:
    """Return how many of the eight targets the log has told of."""
    return sum("delivery" in line and "state" in line for line in (folder / "err.txt").read_text("utf-8").splitlines())


@pytest.mark.parametrize("form", ["console", "json"])
async def test_a_day_of_trouble_tells_no_secret(desk: Desk, form: str) -> None:
    """Refusals that quote, targets that fail in every way, recordings, every command, and two kinds of crash."""
    folder = desk.folder
    with open_servers() as (hook, tokens):
        good = f"json://user:{PASSWORD}@127.0.0.1:{hook.port}/{PATH}?+X-Token={HEADER}"
        environ = {**desk.environ, "GOOD_URL": good}
        commands = Desk(folder, environ)
        async with quoting_exchange() as exchange:
            commands.write(settings_of(exchange.url, hook, tokens, form))
            given = set(folder.rglob("*"))
            with start_program("run", folder=folder, environ=environ) as process:
                await in_thread(lambda: wait_until(lambda: count_reports(folder) >= 8, "every target's outcome"))
                await in_thread(lambda: use_pages(folder))
                command_line = await trio.Path(f"/proc/{process.pid}/cmdline").read_bytes()
                made = set(folder.rglob("*")) - given
                check_modes(made)
                assert {"flowalert.db", "flowalert.db-wal", "flowalert.db.lock"} <= {each.name for each in made}
                # Read beside the service, as a person would.
                for arguments in (
                    ["check", "rules.yaml"],
                    ["channels"],
                    ["channels", "--test", "--timeout", "5s"],
                    ["channels", "--test", "--timeout", "5s", "--format", "json"],
                    ["deliveries"],
                    ["deliveries", "--format", "json"],
                    ["ack"],
                    ["silences"],
                    ["audit"],
                    ["why", "grows", "kospi", "9999"],
                ):
                    said: list[str] = []
                    await in_thread(lambda arguments=arguments, said=said: said.append(commands.run(*arguments)))  # type: ignore[misc] # of this turn
                    assert "Traceback" not in said[0], (arguments, said)
                assert await trio.to_thread.run_sync(stop, process) == 0
            check_modes(set(folder.rglob("*")) - given)
            for crash in (abort, spoil_store):
                with start_program("run", folder=folder, environ=environ) as process:
                    seen = len(exchange.clients)
                    await in_thread(lambda seen=seen: wait_until(lambda: len(exchange.clients) > seen, "a connection"))  # type: ignore[misc] # of this turn
                    crash(folder, process)
                    while process.poll() is None:
                        await trio.sleep(0.05)
                        with suppress(ConnectionClosed):
                            await exchange.clients[-1].send(data_frame(tjjtime="09520000", msvol="9", p_msvol="9"))
                    assert process.returncode != 0
    assert find_secrets(command_line) == set()
    assert any(find_secrets(json.dumps(dict(each.headers)).encode()) for each in hook.requests), "no secret was used"
    assert json.loads((folder / "flowalert.db.token").read_text("utf-8"))["access_token"] == TOKEN
    assert "Fatal Python error" in (folder / "err.txt").read_text("utf-8")
    assert any(file.suffix == ".zst" for file in folder.rglob("*"))
    desk.check_files()


def use_pages(folder: Path) -> None:
    """Ask the pages in every wrong way and in the right ones; no answer says what was sent, or what is kept of it."""
    log = folder / "err.txt"
    wait_until(lambda: "pages served" in log.read_text("utf-8"), "the pages")
    served = next(line for line in log.read_text("utf-8").splitlines() if "pages served" in line)
    url = re.findall(r"http://127\.0\.0\.1:\d+", served)[0]
    wrong = {"authorization": f"Bearer x{WEB_TOKEN}"}
    with httpx2.Client(base_url=url, trust_env=False) as client:
        answers = [
            client.get("/", params={"token": WEB_TOKEN}),
            client.get("/login", params={"password": WEB_PASSWORD}),
            client.get("/api/v1/today", headers=wrong),
            client.get(
                "/api/v1/alerts", params={WEB_PASSWORD: WEB_TOKEN}, headers={"authorization": f"Bearer {WEB_TOKEN}"}
            ),
            client.get(f"/api/v1/series/{WEB_TOKEN}/1/1", headers={"authorization": f"Bearer {WEB_TOKEN}"}),
            client.post("/login", data={"name": WEB_PASSWORD, "password": WEB_PASSWORD}),
            client.post("/login", data={"name": "me", "password": f"{WEB_PASSWORD}x", "next": f"//{WEB_TOKEN}"}),
            client.post(
                "/login", content=f'{{"password": "{WEB_PASSWORD}', headers={"content-type": "application/json"}
            ),
            client.post("/login", json={"name": ["me"], "password": {"a": WEB_PASSWORD}}),
            client.post("/login", data={"name": "me", "password": WEB_PASSWORD}),
            client.get("/"),
            client.get("/api/v1/today"),
            client.get("/metrics"),
            client.get("/audit"),
            client.get("/deliveries"),
        ]
    assert [answers[number].status_code for number in (2, 5, 6, 9, 10)] == [401, 401, 401, 303, 200]
    # The way to the log-in has back what was asked for: that one is in the browser's address already.
    for answer in answers[1:3] + answers[5:]:
        assert find_secrets(answer.content + str(answer.headers).encode()) == set(), answer.url


def check_modes(made: set[Path]) -> None:
    """Assert that files and folders are their owner's alone, though nothing else keeps them from others."""
    for each in made:
        if each.exists() and each.name not in {"out.txt", "err.txt"}:
            wanted = 0o700 if each.is_dir() else 0o600
            assert each.stat().st_mode & 0o777 == wanted, (each, oct(each.stat().st_mode))


def spoil_store(folder: Path, _: object) -> None:
    """Take the store away under the service."""
    for name in ("flowalert.db", "flowalert.db-wal"):
        with (folder / name).open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            file.write(b"\xff" * size)


def abort(_: Path, process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGABRT)


@pytest.mark.parametrize(("refuse", "said"), [(refuse_key, "IGW00103"), (refuse_in_part, "***")])
def test_a_refused_key_is_not_quoted(desk: Desk, refuse: Callable[[Request], Answer], said: str) -> None:
    """Not even where the exchange does so, in part, or at the place where its words are cut."""
    with open_servers(refuse) as (hook, tokens):
        commands = Desk(desk.folder, {**desk.environ, "GOOD_URL": f"json://127.0.0.1:{hook.port}/"})
        commands.write(settings_of("ws://127.0.0.1:9/", hook, tokens, "json"))
        assert said in commands.run("run")
        assert commands.run("token", "revoke")
    desk.check_files()


BAD: Sequence[str] = [
    "feed: '${LS_APPKEY}'\n",
    "feed: {domain: '${LS_APPKEY}', appkey: a, appsecret: b}\n",
    "feed: {domain: paper, token_url: '${LS_APPKEY}', appkey: a, appsecret: b}\n",
    "feed: {appkey: ['${LS_APPKEY}'], appsecret: {a: '${LS_APPKEY}'}}\n",
    "feed: {appkey: '${LS_APPKEY}', appsecret: '${NOT_SET}'}\n",
    "feed: {appkey: '${LS_APPKEY}', appsecret_file: '${LS_APPKEY}'}\n",
    "feed: {appkey: '${LS_APPKEY}', appsecret_file: appsecret, pace: '${LS_APPKEY}'}\n",
    "feed: {appkey: '${LS_APPKEY}', appsecret_file: appsecret, silence_after: '${LS_APPKEY}'}\n",
    "channels: 'slack://${SLACK_TOKENS}'\n",
    "channels: {desk: 'slack://${SLACK_TOKENS}'}\n",
    f"channels: {{desk: slack://{SLACK}}}\n",
    f"channels: {{desk: [slack://{SLACK}]}}\n",
    f"channels:\n  desk:\n    targets: {{slack: {SLACK}}}\n",
    f"channels:\n  desk:\n    targets: [slak://{SLACK}]\n",
    f"channels:\n  desk:\n    targets: [{SLACK}]\n",
    f"channels:\n  desk:\n    targets: ['slack://{SLACK.rpartition('/')[0]}']\n",
    f"channels:\n  desk:\n    targets: ['slack://{SLACK}, slack://{SLACK}']\n",
    f"channels:\n  desk:\n    targets: 'slack://{SLACK}\n",
    f"channels:\n  desk:\n\ttargets: slack://{SLACK}\n",
    f"channels:\n  desk:\n    targets: json://a:{PASSWORD}@[::1/\n",
    f"channels: {{desk: {{targets: 'json://h', group: json://u:{PASSWORD}@h/}}}}\n",
    f"record: {APPKEY}\n",
    f"feed: {{domain: paper, appkey: {APPKEY}, appsecret: b, appsecret_file: {APPSECRET}}}\n",
    f"feed: {{appkey: {APPKEY}, appsecret: !secret {APPSECRET}}}\n",
    f"feed: {{appkey: {APPKEY} appsecret: {APPSECRET}}}\n",
    f"web: {WEB_PASSWORD}\n",
    f"web: {{listen: {WEB_PASSWORD}, hosts: [{WEB_PASSWORD}_]}}\n",
    f"web: {{users: {{me: {WEB_PASSWORD}}}}}\n",
    f"web: {{users: {{me: {{password: {WEB_PASSWORD}, role: {WEB_PASSWORD}}}}}}}\n",
    f"web: {{users: {{me: {{password: '{WEB_HASH}', role: boss}}}}}}\n",
    f"web: {{tokens: {{me: {WEB_TOKEN}}}}}\n",
    f"web: {{tokens: {{me: {{digest: {WEB_TOKEN}}}, you: {{digest: '{WEB_DIGEST}'}}}}}}\n",
    f"web: {{certificate: {WEB_TOKEN}, key: {WEB_PASSWORD}, language: {WEB_TOKEN}, write_rules: {WEB_TOKEN}}}\n",
]


@pytest.mark.parametrize("bad", BAD)
def test_bad_settings_are_explained_without_their_secrets(desk: Desk, bad: str) -> None:
    """A secret in the wrong place is still one, whether it was written there or comes from the environment."""
    good = "feed: {appkey: a, appsecret: b}\n" if not bad.startswith("feed") else ""
    desk.write(good + bad + "rules: [rules.yaml]\n")
    result = CliRunner().invoke(main, ["channels", "-c", str(desk.folder / "flowalert.yaml")], env=desk.environ)
    assert result.exit_code == 1, result.exception
    assert "flowalert.yaml:" in result.output
    assert find_secrets(result.output.encode()) == set(), result.output


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_exception_is_logged_without_what_variables_held(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever logs one some day: its stack is shown, and no value of it."""

    def fail(secret: str) -> None:
        raise ValueError(f"it has {len(secret)} letters")

    set_up_logs(form, "info")
    try:
        fail(TOKEN)
    except ValueError:
        structlog.get_logger().exception("it failed")
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr().err
    assert "letters" in said
    assert find_secrets(said.encode()) == set()
