"""What a browser looks at: the demo, and a service between a simulated exchange and a recorder."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flowalert.settings import Role
from tests.delivery.http_recorder import Recorder, open_recorder
from tests.program import PATIENCE, start_program, stop, wait_until
from tests.web.people import USERS

# A slot each quarter of a second.
SPEED = 120
RULES = """\
defaults: {sectors: [kospi], investors: [foreign]}
rules:
  # An event at nearly every publication, so that the next one is soon.
  - {name: each-move, summary: 외국인 움직임, when: abs(delta(msval)) > 0, cooldown: 1m}
  # A state that comes with the first and stays.
  - {name: stays-open, summary: 기관 거래, investors: [institutions], when: msvalue >= 1억, severity: info}
"""
_SETTINGS = """\
feed: {{domain: "{ws_url}", token_url: "{token_url}", appkey: planted-key, appsecret: planted-secret, pace: 0}}
channels:
  desk:
    targets: ["json://127.0.0.1:{hook}/desk"]
    group: false
rules: [rules.yaml]
store: flowalert.db
web:
  listen: 127.0.0.1:{port}
  write_rules: true
"""
_USERS = "  users:\n" + "".join(
    f"    {user.name}: {{role: {user.role.value}, password: '{user.password}'}}\n" for user in USERS
)


@dataclass
class House:
    """A program with pages. `sessions` are those of the people who have logged in, as a browser keeps them."""

    folder: Path
    url: str
    process: "subprocess.Popen[str]"
    sessions: dict[Role, Path] = field(default_factory=dict)


@dataclass
class Service(House):
    """A service, with what it sent."""

    hook: Recorder = field(kw_only=True)

    def heard(self, rule: str) -> int:
        """Return how many messages about a rule have arrived."""
        return sum(rule in request.json["message"] or rule in request.json["title"] for request in self.hook.requests)


@contextmanager
def open_demo(folder: Path, *arguments: str) -> Iterator[House]:
    """Run `flowalert demo`, as a newcomer does."""
    given = ("demo", "--web", "127.0.0.1:0", "--speed", str(SPEED), *arguments)
    with start_program(*given, folder=folder) as process:
        yield House(folder, _read_output(folder, r"See it at (http://\S+)/"), process)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@contextmanager
def open_exchange(folder: Path) -> Iterator[tuple[str, str]]:
    """Run `flowalert simulate`, and give the addresses of its websocket and its tokens."""
    given = ("simulate", "--port", "0", "--token-port", "0", "--speed", str(SPEED), "--start", "09:30")
    with start_program(*given, folder=folder):
        yield _read_output(folder, r"domain: (\S+)"), _read_output(folder, r"token_url: (\S+)")


@contextmanager
def open_service(folder: Path, exchange: tuple[str, str], *, asks_who: bool = True) -> Iterator[Service]:
    """Run `flowalert run` with pages."""
    port = _find_port()
    with ExitStack() as stack:
        hook = stack.enter_context(open_recorder())
        settings = _SETTINGS.format(ws_url=exchange[0], token_url=exchange[1], hook=hook.port, port=port)
        (folder / "flowalert.yaml").write_text(settings + _USERS * asks_who, encoding="utf-8")
        (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
        with start_service(folder) as process:
            yield Service(folder, f"http://127.0.0.1:{port}", process, hook=hook)


@contextmanager
def start_service(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start the service of a folder, and stop it at the end."""
    log = folder / "err.txt"
    before = _count(log, "pages served")
    with start_program("run", folder=folder) as process:
        wait_until(lambda: _count(log, "pages served") > before or process.poll() is not None, "the pages")
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield process
        stop(process)


def _count(log: Path, words: str) -> int:
    return log.read_text(encoding="utf-8").count(words) if log.exists() else 0


def _read_output(folder: Path, pattern: str) -> str:
    out = folder / "out.txt"
    wait_until(lambda: re.search(pattern, out.read_text(encoding="utf-8")), pattern)
    found = re.search(pattern, out.read_text(encoding="utf-8"))
    assert found
    return found[1]


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
