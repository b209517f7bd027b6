"""A YAML document as its writer sees it: every scalar is text, every place has a line and a column."""

from collections.abc import Iterable, Mapping
from typing import NoReturn, Protocol

import yaml
from msgspec import Struct

from flowalert.market.name import suggest

_LONGEST = 1_000_000
_DEEPEST = 20


class _Mark(Protocol):
    """What both of PyYAML's parsers have: a place, counted from 0."""

    line: int
    column: int


class Problem(Struct, frozen=True):
    """What is wrong at one place of a file, and what would be right; lines and columns count from 1."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


class DocumentError(Exception):
    """Ends the reading of one item; caught where the next one can be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Item:
    """One node of a document, that can be asked for what it must be."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        self._file = file
        self._node = node

    def fail(self, what: str) -> NoReturn:
        """Raise the problem of this place."""
        raise DocumentError(_problem_at(self._file, self._node.start_mark, what))

    def text(self) -> str:
        """Return a scalar as it is written; `10:15` and `001` stay what they look like."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.fail(f"found {_name(self._node)}; write one value")
        return str(self._node.value)

    def items(self) -> "list[Item]":
        """Return the items of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail(f"found {_name(self._node)}; write a list, each item after a dash")
        return [Item(self._file, node) for node in self._node.value]

    def fields(self, known: Iterable[str]) -> "Mapping[str, Item]":
        """Return the values of a mapping by key; no other keys than the known ones, and none twice."""
        known = tuple(known)
        if not isinstance(self._node, yaml.MappingNode):
            self.fail(f"found {_name(self._node)}; write `key: value` with {', '.join(known)}")
        fields: dict[str, Item] = {}
        for key_node, value_node in self._node.value:
            place = Item(self._file, key_node)
            key = place.text()
            if key not in known:
                near = suggest(key, known)
                place.fail(
                    f"unknown key {key!r}; " + (f"did you mean {near!r}?" if near else f"known are {', '.join(known)}")
                )
            if key in fields:
                place.fail(f"{key!r} is there twice; leave one of them out")
            fields[key] = Item(self._file, value_node)
        return fields


def read_document(text: str, file: str) -> Item:
    """Read one YAML document; raises DocumentError for what is no YAML, or YAML meant to do harm."""
    if len(text) > _LONGEST:
        raise DocumentError(Problem(file, 1, 1, f"{len(text):,} characters; keep it under {_LONGEST:,}"))
    try:
        _check_events(text, file)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(_problem_at(file, mark, f"no YAML: {error.problem or error.context}")) from None
    except yaml.YAMLError as error:
        raise DocumentError(Problem(file, 1, 1, f"no YAML: {error}")) from None
    if node is None:
        raise DocumentError(Problem(file, 1, 1, "the file is empty"))
    return Item(file, node)


def _check_events(text: str, file: str) -> None:
    # libyaml's composer crashes the interpreter on deep nesting; its events do not.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise DocumentError(_problem_at(file, event.start_mark, f"nested deeper than {_DEEPEST} levels"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            raise DocumentError(_problem_at(file, event.start_mark, "an alias; write the value out"))
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            raise DocumentError(_problem_at(file, event.start_mark, "a tag; write the plain value"))


def _problem_at(file: str, mark: _Mark | None, what: str) -> Problem:
    if mark is None:
        return Problem(file, 1, 1, what)
    return Problem(file, mark.line + 1, mark.column + 1, what)


def _name(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"the value {node.value!r}" if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
