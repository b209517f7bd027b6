"""The log lines that the code can write, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import flowalert

_LEVELS = {name: name for name in ("debug", "info", "warning", "error", "critical")} | {"exception": "error"}
# A logger by its name, one that a class keeps, and a level that was chosen before.
_LOGGERS = ("log", "self._log", "structlog.get_logger()")
_CHOSEN = "say"


class LogCall(NamedTuple):
    """One event with the fields that the call names, and its level, None where that was chosen before."""

    event: str
    fields: frozenset[str]
    level: str | None


def list_log_calls() -> Iterator[LogCall]:
    """Yield every call of the package that writes a line; the simulator's are another program's."""
    folder = Path(flowalert.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        if "simulator" in path.relative_to(folder).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _read(node)


def _read(call: ast.Call) -> Iterator[LogCall]:
    arguments = call.args
    said = call.func
    if isinstance(said, ast.Name) and said.id == "partial" and arguments:
        said, *arguments = arguments
    level = _find_level(said)
    if level is None and not (isinstance(said, ast.Name) and said.id == _CHOSEN):
        return
    if arguments and isinstance(arguments[0], ast.Constant) and isinstance(arguments[0].value, str):
        fields = frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)
        yield LogCall(arguments[0].value, fields, level)


def _find_level(said: ast.expr) -> str | None:
    if isinstance(said, ast.Attribute) and said.attr in _LEVELS and ast.unparse(said.value) in _LOGGERS:
        return _LEVELS[said.attr]
    return None
