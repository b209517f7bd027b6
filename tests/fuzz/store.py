"""Any file in the place of a store: it is looked at, and stays as it was."""

import tempfile
from functools import cache
from pathlib import Path

from flowalert.store.database import create_file
from flowalert.store.identity import check_identity
from flowalert.store.refusal import StoreRefused
from tests.fuzz.target import Target

_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _folder() -> Path:
    _KEPT.append(tempfile.TemporaryDirectory(prefix="flowalert-fuzz-"))
    return Path(_KEPT[0].name)


def run(data: bytes) -> None:
    file = _folder() / "store.db"
    file.write_bytes(data)
    try:
        check_identity(file)
    except StoreRefused as refused:
        _check_words(str(refused), file)
    assert file.read_bytes() == data


def _check_words(words: str, file: Path) -> None:
    assert words.startswith(str(file))


def _make_store() -> bytes:
    file = _folder() / "made.db"
    create_file(file)
    return file.read_bytes()


_STORE = _make_store()
TARGET = Target(run, [_STORE[:4096], _STORE, b"SQLite format 3\0" + b"\0" * 84], lambda: [b"\0" * 100_000_000])
