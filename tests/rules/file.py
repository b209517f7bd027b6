"""Rule files as texts, for the tests to spoil."""

from flowalert.rules.loader import Loaded, load_rules
from flowalert.rules.problem import Problem

FILE = "rules/a.yaml"


def rule(*extra: str, **lines: str) -> str:
    """Return a file with one good rule, with lines exchanged or added to it."""
    given = {"name": "a-rule", "sectors": "[kospi]", "investors": "[foreign]", "when": "msval > 300억", **lines}
    first, *others = [f"{key.rstrip('_')}: {value}" for key, value in given.items()]
    return "rules:\n  - " + "\n    ".join([first, *others, *extra]) + "\n"


def load(text: str, channels: list[str] | None = None) -> Loaded:
    return load_rules([(FILE, text)], channels)


def problems(text: str, channels: list[str] | None = None) -> list[str]:
    """Return what is wrong with a text, without the file's name: `5:11: what; instead`."""
    return [str(each).removeprefix(f"{FILE}:") for each in load(text, channels).problems]


def the_problem(text: str) -> Problem:
    (problem,) = load(text).problems
    return problem
