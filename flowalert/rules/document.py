"""YAML text to a tree that knows the place of everything, without YAML 1.1's surprises.

Plain scalars stay the text that they look like (`001`, `0017`, `on`, `no`, `12:30`): what a field means is for its
model to say. Duplicate keys, tags, absurd nesting and aliases that explode are refused.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from flowalert.rules.page import Listing, Page, Path, Table, Tree, to_plain
from flowalert.rules.place import Place, Scalar, Source
from flowalert.rules.problem import Problem

# What a document is made of comes with it.
__all__ = ["DEEPEST", "LARGEST", "LONGEST", "WIDEST", "Document", "Listing", "Path", "Table", "Tree", "to_plain"]

# PyYAML's composer crashes the interpreter on deep nesting; its events do not.
DEEPEST = 30
# Aliases may repeat a part, but not multiply it: nine lines can stand for a billion nodes.
LARGEST = 2_000_000
# So many it may repeat beyond what is written: a small file is to stay one when its aliases are written out.
_REPEATED = 100_000
# No table has so many keys that are known, and to advise on each that is not takes time.
WIDEST = 2_000
# Longer than the longest message, and than a day of figures; what reads a text may take more than linear time.
LONGEST = 100_000

_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Source: libyaml's words for more than a thousand levels, as of PyYAML 6.0.4.
_TOO_DEEP = "exceeded maximum nesting depth"

_NULLS = {"", "~", "null", "Null", "NULL"}
# YAML 1.2's printable characters are the others.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document(Page):
    """One file's text and tree. `problems` are those of the YAML itself; `tree` is None where they are fatal."""

    def __init__(self, file: str, text: str) -> None:
        super().__init__(Source(file, text), None)
        self.problems: list[Problem] = []
        unprintable = _UNPRINTABLE.search(self.text)
        if unprintable is not None:
            place = self.source.place_at(unprintable.start())
            self.report(place, f"the character {unprintable[0]!a} is none of YAML's", "take it out")
            return
        try:
            self.tree = self._compose()
        except _Refused as refused:
            self.report(refused.place, refused.what, refused.instead)
        except yaml.YAMLError as error:
            self._report_syntax(error)

    def report(self, place: Place, what: str, instead: str = "") -> None:
        """Note a problem of the YAML."""
        self.problems.append(self.problem_at(place, what, instead))

    def _compose(self) -> Tree | None:
        try:
            return _compose(self, _FAST_LOADER)
        except yaml.YAMLError as error:
            if getattr(error, "problem", None) != _TOO_DEEP:
                raise
            # It looks so far ahead that it refuses before the events of what is too deep here have come.
            return _compose(self, yaml.SafeLoader)

    def _report_syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        place = Place(mark.line, mark.column, mark.index) if mark is not None else Place(0, 0, 0)
        what = getattr(error, "problem", None) or error
        self.report(place, f"this is no YAML: {what}", _advise(self.text, place))


class _Refused(Exception):  # noqa: N818 - caught in this module alone
    def __init__(self, place: Place, what: str, instead: str = "") -> None:
        super().__init__(what)
        self.place, self.what, self.instead = place, what, instead


def _compose(document: Document, loader: Any) -> Tree | None:
    root: Listing = Listing(Place(0, 0, 0))
    open_parts: list[tuple[Listing | Table, str | None]] = [(root, None)]
    anchors: dict[str, Tree | None] = {}
    key: Scalar | None = None
    documents = 0
    # A part that is written takes a character at least.
    largest = min(LARGEST, _REPEATED + len(document.text))
    events: Iterator[yaml.Event] = yaml.parse(document.text, Loader=loader)
    for event in events:
        mark = event.start_mark
        place = Place(mark.line, mark.column, mark.index) if mark is not None else Place(0, 0, 0)
        part, _ = open_parts[-1]
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _Refused(place, "a second YAML document begins here", "put it into a file of its own")
            case yaml.ScalarEvent() | yaml.AliasEvent() | yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                made = _make(event, place, anchors)
                if isinstance(part, Table) and key is None:
                    key = _take_key(document, part, made)
                elif isinstance(part, Table) and key is not None:
                    _put(part, key, made)
                    key = None
                else:
                    _append(part, made)
                if isinstance(made, Listing | Table):
                    # An alias brings its whole depth with it.
                    if len(open_parts) + made.depth > DEEPEST + 1:
                        raise _Refused(place, f"nested deeper than {DEEPEST} levels", "make it flat")
                    if isinstance(event, yaml.CollectionStartEvent):
                        open_parts.append((made, event.anchor))
                elif isinstance(event, yaml.ScalarEvent) and event.anchor:
                    anchors[event.anchor] = made
            case yaml.CollectionEndEvent():
                ended, anchor = open_parts.pop()
                if anchor is not None:
                    anchors[anchor] = ended
                _grow(open_parts[-1][0], ended)
                if ended.size > largest:
                    raise _Refused(ended.place, "the aliases in here expand without end", "write it out")
            case _:
                pass
    return root.items[0] if root.items else None


def _make(event: yaml.Event, place: Place, anchors: dict[str, Tree | None]) -> Tree:
    match event:
        case yaml.AliasEvent():
            target = anchors.get(event.anchor or "")
            if target is None:
                raise _Refused(place, f"*{event.anchor} stands for nothing", f"define it before, as &{event.anchor}")
            return target
        case yaml.ScalarEvent():
            _refuse_tag(event.tag, place)
            if len(event.value) > LONGEST:
                raise _Refused(place, f"a text of more than {LONGEST:,} characters", "split it, or take it out")
            # PyYAML's own parser gives a plain scalar no style, libyaml's an empty one.
            text = None if not event.style and event.value in _NULLS else event.value
            return Scalar(text, event.style or "", place)
        case yaml.SequenceStartEvent():
            _refuse_tag(event.tag, place)
            _claim(event.anchor, anchors)
            return Listing(place)
        case yaml.MappingStartEvent():
            _refuse_tag(event.tag, place)
            _claim(event.anchor, anchors)
            return Table(place)
        case _:
            raise AssertionError(f"{event} begins nothing")


def _claim(anchor: str | None, anchors: dict[str, Tree | None]) -> None:
    # Until the part has ended it stands for nothing, so that no part can hold itself.
    if anchor is not None:
        anchors[anchor] = None


def _refuse_tag(tag: str | None, place: Place) -> None:
    if tag is not None and tag != "!":
        raise _Refused(place, f"the tag {tag} is not understood", "write the value without a tag")


def _take_key(document: Document, table: Table, made: Tree) -> Scalar:
    if not isinstance(made, Scalar):
        braces = document.text.startswith("{{", made.place.index - 1)
        advice = "put quotes around a text that begins with {{" if braces else "write key: value"
        raise _Refused(made.place, "a key must be a word", advice)
    if made.text == "<<":
        raise _Refused(made.place, "'<<' is not understood", "write what is common under defaults:")
    if len(table.keys) >= WIDEST:
        raise _Refused(made.place, f"a table of more than {WIDEST:,} keys", "look at the indentation above it")
    name = made.text or ""
    if name in table.keys:
        first = table.keys[name].place
        document.report(made.place, f"the key {name!r} stands here again", f"the first is in line {first.line + 1}")
    return Scalar(name, made.style, made.place)


def _put(table: Table, key: Scalar, made: Tree) -> None:
    name = key.text or ""
    table.keys.setdefault(name, key)
    table.values.setdefault(name, made)
    _grow(table, made)


def _append(part: Listing | Table, made: Tree) -> None:
    if isinstance(part, Listing):
        part.items.append(made)
        _grow(part, made)


def _grow(part: Listing | Table, made: Tree) -> None:
    if isinstance(made, Scalar):
        part.size += 1
    else:
        part.size += made.size
        part.depth = max(part.depth, made.depth + 1)


def _advise(text: str, place: Place) -> str:
    lines = text.splitlines()
    line = lines[place.line] if place.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with blanks, not with tabs"
    if line.count(": ") > 1:
        return "put quotes around a text that has ': ' in it"
    return "look at the indentation and the quotes around here"
