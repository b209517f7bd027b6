"""Pydantic's complaints in our words, at their place in the file."""

from collections.abc import Iterator

from pydantic import ValidationError

from flowalert.market.name import suggest
from flowalert.rules.page import Page, Path, Tree
from flowalert.rules.place import Filled, Scalar
from flowalert.rules.problem import Problem

# Of a switch or a time that is misspelled; no token is as short.
_SHORT = 12


def list_complaints(
    error: ValidationError,
    document: Page,
    path: Path,
    known: dict[str, list[str]],
    thing: str,
    *,
    may_be_secret: bool = False,
) -> Iterator[Problem]:
    """Yield a problem for each complaint of a model about the part of the document at `path`.

    `known` has the keys that are allowed under each dotted path below it (`""` for the part itself); `thing` is what
    the part is called. Where a value `may_be_secret`, only a short one that was written there is quoted.
    """
    for complaint in error.errors(include_url=False):
        steps: list[str | int] = []
        for step in complaint["loc"]:
            # Pydantic names the members of a union among the steps; the document has no such thing.
            if document.find([*path, *steps, step]) is not None:
                steps.append(step)
        if complaint["type"] == "missing":
            steps.append(complaint["loc"][-1])
        here = [*path, *steps]
        match complaint["type"]:
            case "extra_forbidden":
                names = known.get(".".join(str(each) for each in steps[:-1]), [])
                near = suggest(str(steps[-1]), names)
                yield document.problem_of_key(
                    here,
                    f"unknown key {steps[-1]!r}",
                    f"did you mean {near}?" if near else f"known are {' '.join(names)}",
                )
            case "missing":
                yield document.problem_of(here[:-1], f"the {thing} has no {steps[-1]!r}", f"add {steps[-1]}:")
            case _:
                found = document.find(here)
                is_hidden = may_be_secret and _may_be_secret(found)
                yield document.problem_of(
                    here,
                    f"{steps[-1] if steps else thing}: {_say_found(complaint['input'], is_hidden=is_hidden)}",
                    _say_wanted(complaint["type"], complaint["msg"]) if found is not None else complaint["msg"],
                )


def _may_be_secret(found: Tree | None) -> bool:
    """Tell whether a value could be a token that stands in the wrong place: long, or from elsewhere."""
    return isinstance(found, Filled) or (isinstance(found, Scalar) and len(found.text or "") > _SHORT)


def _say_found(value: object, *, is_hidden: bool) -> str:
    match value:
        case None:
            return "nothing stands here"
        case dict():
            return "a table of keys stands here"
        case list():
            return "a list stands here"
        case _ if is_hidden:
            return "a text stands here"
        case _:
            text = str(value)
            return f"{text[:40] + '…' if len(text) > 40 else text!r} stands here"


_WANTED = {
    "string_type": "write a text",
    "list_type": "write a list, like [a, b]",
    "dict_type": "write keys and values",
    "model_type": "write keys and values",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
}


def _say_wanted(kind: str, message: str) -> str:
    return _WANTED.get(kind) or message.removeprefix("Value error, ")
