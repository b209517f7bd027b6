"""Text to tree, by the grammar file; what does not parse says where, and what to write."""

import re
from functools import cache
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from flowalert.language.literal import resolve_clock
from flowalert.language.mistake import Mistake
from flowalert.language.tree import (
    Binary,
    Call,
    Compare,
    Literal,
    Logic,
    Name,
    Node,
    Not,
    Number,
    Of,
    Span,
    Text,
    children,
)

# Both bound what a hostile text can cost: the parser is linear, and the walkers of the tree recurse.
LONGEST = 4_000
DEEPEST = 40


def parse_condition(text: str) -> Node:
    """Return the tree of a condition; raises Mistake with the place in `text`."""
    tree: Node = _parse(text, "condition")
    return tree


def parse_placeholder(text: str) -> tuple[Node, str | None, Span]:
    """Return the expression, the format's name or None, and that name's place; raises Mistake."""
    placeholder: tuple[Node, str | None, Span] = _parse(text, "placeholder")
    return placeholder


def _parse(text: str, start: str) -> Any:
    if len(text) > LONGEST:
        raise Mistake(
            f"the text is longer than {LONGEST:,} characters",
            (LONGEST, len(text)),
            "split it into several rules",
        )
    _check_depth(text)
    try:
        return _grammar().parse(text, start=start)
    except VisitError as error:
        raise error.orig_exc from None
    except UnexpectedInput as error:
        raise _explain(error, text, start) from None


@cache
def _grammar() -> Lark:
    # The transformer works while the parser reduces, so that no deep tree is ever walked by recursion.
    return Lark.open_from_package(
        __package__,
        "grammar.lark",
        parser="lalr",
        start=["condition", "placeholder"],
        maybe_placeholders=True,
        transformer=_Builder(),
    )


def _check_depth(text: str) -> None:
    depth = 0
    for offset, character in enumerate(text):
        if character == "(":
            depth += 1
            if depth > DEEPEST:
                raise Mistake(
                    f"parentheses are nested deeper than {DEEPEST}",
                    (offset, offset + 1),
                    "split the condition",
                )
        elif character == ")":
            depth -= 1


def _span(first: Token, last: Token | None = None) -> Span:
    start, end = first.start_pos, (last or first).end_pos
    if start is None or end is None:
        raise AssertionError("the parser gives every token its place")
    return start, end


class _Builder(Transformer[Token, Any]):
    """Builds the nodes of `tree`; a method a rule of the grammar, by the rule's name."""

    def condition(self, children: list[Any]) -> Node:
        return _shallow(children[0])

    def placeholder(self, children: list[Any]) -> tuple[Node, str | None, Span]:
        expression, form = children
        if form is None:
            return _shallow(expression), None, (0, 0)
        return _shallow(expression), str(form), _span(form)

    def disjunction(self, parts: list[Node]) -> Node:
        return Logic("or", tuple(parts), _around(*parts))

    def conjunction(self, parts: list[Node]) -> Node:
        return Logic("and", tuple(parts), _around(*parts))

    def negated(self, children: list[Node]) -> Node:
        return Not(children[0], children[0].span)

    def comparison(self, children: list[Any]) -> Node:
        if len(children) > 3:
            raise Mistake(
                "a chain of comparisons is not understood",
                _span(children[3]),
                "write both and join them, like -300억 <= msval and msval <= 300억",
            )
        left, operator, right = children
        return Compare(str(operator), left, right, _around(left, right))

    def binary(self, children: list[Any]) -> Node:
        left, operator, right = children
        return Binary(str(operator), left, right, _around(left, right))

    def minus(self, children: list[Any]) -> Node:
        sign, operand = children
        start = _span(sign)[0]
        if isinstance(operand, Literal) and not operand.digits.startswith("-"):
            return Literal("-" + operand.digits, operand.unit, (start, operand.span[1]))
        return Binary("-", Literal("0", "", (start, start + 1)), operand, (start, operand.span[1]))

    def literal(self, children: list[Any]) -> Node:
        number, unit = children
        return Literal(str(number), str(unit or ""), _span(number, unit))

    def clock(self, children: list[Token]) -> Number:
        return resolve_clock(str(children[0]), _span(children[0]))

    def text(self, children: list[Token]) -> Node:
        return Text(str(children[0])[1:-1], _span(children[0]))

    def name(self, children: list[Token]) -> Node:
        return Name(str(children[0]), span=_span(children[0]))

    def of(self, children: list[Any]) -> Node:
        prefix, named = children
        return Of(str(prefix), named, (_span(prefix)[0], named.span[1]))

    def call(self, children: list[Any]) -> Node:
        function, *arguments = children
        given = tuple(each for each in arguments if each is not None)
        start, end = _span(function)
        return Call(str(function), given, (start, max(end, *(each.span[1] for each in given), end)))

    def group(self, children: list[Node]) -> Node:
        return children[0]


def _around(*nodes: Node) -> Span:
    return nodes[0].span[0], nodes[-1].span[1]


def _shallow(node: Node) -> Node:
    """Refuse a tree too deep to be walked; chains of `-` and `not` nest without a parenthesis."""
    level: list[Node] = [node]
    for _ in range(DEEPEST * 4):
        level = [child for each in level for child in children(each)]
        if not level:
            return node
    raise Mistake("the expression is nested too deeply", node.span, "split the condition")


# What other languages and keyboards write, the longer first.
_INSTEAD = {
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
    "=": "write == to compare",
    "&": "write and",
    "|": "write or",
    "!": "write not, or != to compare",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "＜": "write <",
    "＞": "write >",
    "＝": "write ==",
    "（": "write (",
    "）": "write )",
    "–": "write the plain -",
    "−": "write the plain -",
    "％": "write the plain %",
}
# Before this, and after a number, where the lexer took it for a unit.
_LOUD = re.compile(r"(?<!\w)(AND|OR|NOT)\s*\Z")
# Before a dot this is a prefix that stands alone.
_PREFIXED = re.compile(r"[^\W\d]\w*\.*\Z")


def _explain(error: UnexpectedInput, text: str, start: str) -> Mistake:
    match error:
        case UnexpectedCharacters():
            at = cast("int", error.pos_in_stream)  # typed as None, and set for each
            found = text[at]
            if found in "'\"" and found not in text[at + 1 :]:
                return Mistake(
                    f"the text that begins with {found} does not end", (at, at + 1), f"close it with {found}"
                )
            return Mistake(
                f"{found!r} is not understood here", (at, at + 1), _advise(text, at, at + 1) or _expected(error.allowed)
            )
        case UnexpectedToken(token=Token(type="$END")) | UnexpectedEOF():
            end = len(text.rstrip())
            if not end:
                return Mistake(f"the {start} is empty", (0, 1), _EXAMPLE[start])
            return Mistake("the text ends too soon", (end, end + 1), _expected(error.expected))
        case UnexpectedToken():
            token = error.token
            first, end = _span(token)
            if token.type == "COMMA" and text[first + 1 : first + 2].isdigit():
                return Mistake("',' does not group digits here", (first, end), "write 1_000 for a thousand")
            if token.type == "RPAR" and text.count("(", 0, first) <= text.count(")", 0, first):
                return Mistake("')' closes nothing", (first, end), "take it out, or open it before")
            return Mistake(
                f"{str(token)!r} is not understood here",
                (first, end),
                _advise(text, first, end) or _expected(error.expected),
            )
        case _:
            return Mistake("the text is not understood", (0, len(text)))


_EXAMPLE = {
    "condition": "write one, like delta(msval) <= -300억",
    "placeholder": "write an expression, like {{ msval | won }}",
}


def _advise(text: str, first: int, end: int) -> str:
    for wrong, instead in _INSTEAD.items():
        # The lexer may have taken one half of it for an operator of its own.
        halved = len(wrong) > 1 and (text.startswith(wrong, first) or text.endswith(wrong, 0, end))
        if halved or text[first:end] == wrong:
            return instead
    if text[first:end] == "." and _PREFIXED.search(text, 0, first):
        return "write a prefix right before a name, like foreign.msval or futures.foreign.msvol"
    loud = _LOUD.search(text, 0, end) or _LOUD.search(text, 0, first)
    return f"write {loud[1].lower()}" if loud else ""


_WORDS = {
    "NAME": "a name", "NUMBER": "a number", "LPAR": "'('", "RPAR": "')'", "COMPARE": "a comparison", "COMMA": "','",
    "AND": "'and'", "OR": "'or'", "PLUS": "'+'", "MINUS": "'-'", "TIMES": "'*'", "OVER": "'/'", "VBAR": "'|'",
}  # fmt: skip


def _expected(tokens: Any) -> str:
    words = [word for token, word in _WORDS.items() if token in (tokens or ())]
    if {"a name", "a number"} <= set(words):
        words = ["a name", "a number", "'('"]
    elif "a comparison" in words:
        words = ["a comparison", "'and'", "'or'"]
    *others, last = words or [""]
    return f"expected {', '.join(others)} or {last}" if others else f"expected {last}" if last else ""
