"""Every target by its name; the module of that name is imported when it is asked for."""

import importlib

from tests.fuzz.target import Target

NAMES = (
    "answer",
    "condition",
    "frame",
    "matcher",
    "message",
    "recording",
    "rules",
    "scenario",
    "settings",
    "store",
    "template",
    "token",
    "trials",
)


def load(name: str) -> Target:
    """Return the target of a name."""
    target: Target = importlib.import_module(f"tests.fuzz.{name}").TARGET
    return target
