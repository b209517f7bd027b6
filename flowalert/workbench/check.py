"""A text checked in the place of a file, among all other rule files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from flowalert.delivery.routing import route
from flowalert.engine.explanation import Page, explain, sum_up
from flowalert.language.tongue import Tongue
from flowalert.rules.document import Document
from flowalert.rules.excerpt import make_excerpt
from flowalert.rules.loader import load_rules
from flowalert.rules.outline import Extent, outline
from flowalert.rules.place import Source
from flowalert.rules.problem import Level, Problem
from flowalert.rules.rulebook import Rule
from flowalert.settings import read_text

# Nobody reads on; how many more there are is said.
_MOST_REMARKS = 100
_MOST_RULES = 300


class Checking(Struct, frozen=True, kw_only=True, tag="check"):
    """What to check: a text, in the place of `file` among `files`, or beside them.

    `channels` are those that a rule may notify, None where they are not known. `line`, counted from 1, is that of the
    caret: the rule that it is in is explained.
    """

    file: str
    text: str
    files: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    line: int = 0


class Remark(Struct, frozen=True, kw_only=True):
    """A problem as `flowalert check` has it, with the line that it is in and the carets under its place.

    `start` and `end` are where it is in the text that was checked, in the units that browsers count by; None for one in
    another file.
    """

    file: str
    line: int
    column: int
    length: int
    level: str
    rule: str
    what: str
    instead: str
    excerpt: str = ""
    carets: str = ""
    start: int | None = None
    end: int | None = None


class Said(Struct, frozen=True):
    """The same in both languages."""

    korean: str
    english: str


class Explained(Struct, frozen=True):
    """A rule's explanation in both languages."""

    korean: Page
    english: Page


class Outlined(Struct, frozen=True):
    """A rule of the text that is right: its name, its lines, that of it that is its own, and what it says in a line.

    Rules that are made of a table's rows have their lines in common, and each a row.
    """

    name: str
    first: int
    last: int
    own: int
    says: Said


class Checked(Struct, frozen=True, kw_only=True):
    """What was found: the first of the problems and how many `more` there are, and the counts of `flowalert check`.

    `errors` counts those of all files, `own_errors` those of the text. `outlined` are the rules of the text that are
    right, the first of them; `explained` is the one at the caret, None where that is in no rule that is right.
    """

    problems: tuple[Remark, ...]
    more: int
    errors: int
    warnings: int
    own_errors: int
    rules: int
    files: int
    outlined: tuple[Outlined, ...] = ()
    explained: Explained | None = None

    @property
    def elsewhere(self) -> frozenset[tuple[str, str]]:
        """The errors that are shown of other files, as file and words: lines move, and words stay."""
        others = (each for each in self.problems if each.start is None and each.level == "error")
        return frozenset((each.file, each.what) for each in others)


def check(order: Checking) -> Checked:
    """Check a text as `flowalert check` would with it in its file; it blocks, for as long as rules take to load."""
    texts: dict[str, str] = {}
    unread: list[Problem] = []
    for file in dict.fromkeys((*order.files, order.file)):
        text = order.text if file == order.file else read_text(Path(file))
        if isinstance(text, Problem):
            unread.append(text)
        else:
            texts[file] = text
    loaded = load_rules(texts.items(), order.channels)
    problems = (*unread, *loaded.problems)
    own = [each for each in problems if each.file == order.file]
    # Those of the text come first where they are too many: they are what whoever types is to mend.
    others = [each for each in problems if each.file != order.file]
    chosen = {id(each) for each in [*own, *others][:_MOST_REMARKS]}
    shown = [each for each in problems if id(each) in chosen]
    errors = sum(each.level is Level.ERROR for each in problems)
    outlined, explained = _explain(order, [rule for rule in loaded.rulebook.rules if file_of(rule) == order.file])
    return Checked(
        problems=tuple(_remark(shown, texts, order.file)),
        more=len(problems) - len(shown),
        errors=errors,
        warnings=len(problems) - errors,
        own_errors=sum(each.level is Level.ERROR for each in own),
        rules=len(loaded.rulebook.rules) + len(loaded.rulebook.disabled),
        files=len(texts) + len(unread),
        outlined=outlined,
        explained=explained,
    )


def say(rule: Rule) -> Said:
    """Say a rule in a line, in both languages."""
    return Said(sum_up(rule, Tongue.KOREAN), sum_up(rule, Tongue.ENGLISH))


def explain_rule(rule: Rule, channels: Sequence[str] | None) -> Explained:
    """Explain a rule in both languages; `channels` are all that there are, where they are known."""
    told = None if channels is None else route(rule.notify, channels)
    return Explained(explain(rule, Tongue.KOREAN, told), explain(rule, Tongue.ENGLISH, told))


def line_of(rule: Rule) -> int:
    """Return the line of its file, counted from 1, in which a rule's definition begins."""
    return int(rule.where.rpartition(":")[2])


def file_of(rule: Rule) -> str:
    """Return the name of the file that a rule is in."""
    return rule.where.rpartition(":")[0]


def _explain(order: Checking, rules: Sequence[Rule]) -> tuple[tuple[Outlined, ...], Explained | None]:
    """Return the rules of the text in short, and the one at the caret in full."""
    extents = outline(Document(order.file, order.text)) if rules else []
    here = next((each for each in extents if order.line in each), None)
    ours = [] if here is None else [rule for rule in rules if line_of(rule) in here]
    # Of rules that are rows of one table, the row's.
    at_caret = next((rule for rule in reversed(ours) if line_of(rule) <= order.line), ours[0] if ours else None)
    outlined = []
    for rule in rules[:_MOST_RULES]:
        extent = _find_extent(extents, line_of(rule))
        outlined.append(Outlined(rule.name, extent.first, extent.last, line_of(rule), say(rule)))
    return tuple(outlined), None if at_caret is None else explain_rule(at_caret, order.channels)


def _find_extent(extents: Sequence[Extent], line: int) -> Extent:
    return next((each for each in extents if line in each), Extent(line, line))


def _remark(problems: Sequence[Problem], texts: dict[str, str], own: str) -> Iterator[Remark]:
    sources = {file: Source(file, texts.get(file, "")) for file in {each.file for each in problems}}
    for each in problems:
        line = sources[each.file].line(each.line - 1)
        excerpt, carets = make_excerpt(line, each.column, each.length) if line.strip() else ("", "")
        start = end = None
        if each.file == own:
            start, end = _find_span(sources[own], each)
        yield Remark(
            file=each.file,
            line=each.line,
            column=each.column,
            length=each.length,
            level=each.level.value,
            rule=each.rule,
            what=each.what,
            instead=each.instead,
            excerpt=excerpt,
            carets=carets,
            start=start,
            end=end,
        )


def _find_span(source: Source, problem: Problem) -> tuple[int, int]:
    begin = source.begin_of(problem.line - 1) + problem.column - 1
    start = _count_units(source.text[:begin])
    return start, start + _count_units(source.text[begin : begin + problem.length])


def _count_units(text: str) -> int:
    """Return the length of a text in UTF-16, by which browsers count."""
    return len(text) + sum(character > "\uffff" for character in text)
