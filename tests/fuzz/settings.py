"""The settings file, in a folder of its own; no variable of the environment is set but one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flowalert.settings import SettingsRefused, read_feed_settings, read_settings
from tests.fuzz.target import Target
from tests.fuzz.yaml import LONG_VALUES, bombs_of

_EXAMPLE = Path(__file__).parents[2] / "examples" / "flowalert.yaml"
_SMALL = """\
feed: {domain: ws://127.0.0.1:9/, token_url: http://127.0.0.1:9/token, appkey: "${KEY}", appsecret: b}
channels:
  desk:
    targets: ["json://127.0.0.1:9/"]
    quiet_hours: ["22:00-07:00"]
    group_wait: 1s
    rate: 20/1m
    expires_after: 10m
    fallback: other
    escalate: {to: other, after: 5m}
    header: "{{ channel }}"
    line: "{{ rule }}"
  other: {targets: "json://127.0.0.1:9/"}
inhibit: [{source: severity=critical, target: "severity<critical", equal: [sector]}]
rules: []
store: flowalert.db
record: {folder: recordings, frames: true}
"""
_FEED = "feed: {{domain: ws://127.0.0.1:9/, token_url: http://127.0.0.1:9/token, appkey: a, appsecret: b{}}}\n"
_PLACES = (
    "channels: {{a: {{targets: {}}}}}\n",
    "channels: {{a: {{targets: 'json://127.0.0.1:9/', expires_after: {}}}}}\n",
    "channels: {{a: {{targets: 'json://127.0.0.1:9/', rate: {}}}}}\n",
    "channels: {{a: {{targets: 'json://127.0.0.1:9/', quiet_hours: {}}}}}\n",
    "channels: {{a: {{targets: 'json://127.0.0.1:9/', header: {}}}}}\n",
    "inhibit: [{{source: {}, target: a=b}}]\n",
    "rules: {}\n",
    "store: {}\n",
)


def run(data: bytes) -> None:
    with _folder() as folder:
        file = folder / "flowalert.yaml"
        file.write_bytes(data)
        for read in (read_settings, read_feed_settings):
            try:
                read(file, {"KEY": "a"})
            except SettingsRefused as refused:
                str(refused)


@contextmanager
def _folder() -> Iterator[Path]:
    yield _make_folder()


@cache
def _make_folder() -> Path:
    # One for all runs of a process: a folder a run would be most of what it costs.
    _KEPT.append(tempfile.TemporaryDirectory(prefix="flowalert-fuzz-"))
    return Path(_KEPT[0].name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _bombs() -> list[bytes]:
    texts = [
        _FEED.format("") + place.format(value) for n, place in enumerate(_PLACES) for value in LONG_VALUES[n % 3 :: 3]
    ]
    return [*bombs_of("channels", "targets"), *(text.encode() for text in texts)]


TARGET = Target(run, [_SMALL.encode(), _EXAMPLE.read_bytes()], _bombs)
