"""A tree with sense: every name known, every unit resolved, like compared with like alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowalert.language.function import FUNCTIONS, Function, check_pair
from flowalert.language.literal import LARGEST, resolve_literal
from flowalert.language.meaning import (
    BARE,
    CLOCK,
    NET_QUANTITY,
    NET_WON,
    QUANTITY,
    RATIO,
    TEXT,
    TRUTH,
    WON,
    Meaning,
    Sort,
)
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
    Span,
    Text,
    spell,
)
from flowalert.market.name import suggest
from flowalert.market.sector import Counted

FIELDS: Mapping[str, Meaning] = {
    "msvol": NET_QUANTITY,
    "msval": NET_WON,
    "msvolume": QUANTITY,
    "mdvolume": QUANTITY,
    "msvalue": WON,
    "mdvalue": WON,
    "p_msvol": NET_QUANTITY,
    "p_msval": NET_WON,
    "time": CLOCK,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked expression and what it stands for."""

    node: Node
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks expressions for one rule.

    `counted` is what the rule's sectors count, None where they count both shares and contracts. `words` are
    names beyond the fields: those of an alert, which its texts may use; None in a condition.
    """

    counted: Counted | None
    words: Mapping[str, Meaning] | None = field(default=None)

    def check(self, node: Node) -> Checked:
        """Return the tree with constants resolved and folded, and its meaning; raises Mistake."""
        match node:
            case Literal(digits, unit, span):
                number = resolve_literal(digits, unit, self.counted, span)
                return Checked(number, number.meaning)
            case Number(_, meaning):
                return Checked(node, meaning)
            case Text():
                if self.words is None:
                    raise Mistake("a condition has no use for a text", node.span, "write a number or a field")
                return Checked(node, TEXT)
            case Name(name, span):
                return Checked(node, self._name(name, span))
            case Call():
                return self._call(node)
            case Binary():
                return self._binary(node)
            case Compare():
                return self._compare(node)
            case Logic(operator, parts, span):
                return Checked(Logic(operator, tuple(self._truth(each, operator) for each in parts), span), TRUTH)
            case Not(part, span):
                return Checked(Not(self._truth(part, "not"), span), TRUTH)

    def check_truth(self, node: Node) -> Node:
        """Check what must be a condition."""
        checked = self.check(node)
        if checked.meaning.sort is not Sort.TRUTH:
            raise Mistake(
                f"{spell(checked.node)} is {checked.meaning.words}, not a condition",
                node.span,
                _compared(checked),
            )
        return checked.node

    def _truth(self, node: Node, operator: str) -> Node:
        checked = self.check(node)
        if checked.meaning.sort is not Sort.TRUTH:
            raise Mistake(
                f"'{operator}' joins conditions, and this is {checked.meaning.words}",
                node.span,
                "compare it with something, like msval > 0",
            )
        return checked.node

    def _name(self, name: str, span: Span) -> Meaning:
        meaning = FIELDS.get(name) or (self.words or {}).get(name)
        if meaning is not None:
            return meaning
        if name in FUNCTIONS:
            raise Mistake(f"{name} is a function", span, f"write {FUNCTIONS[name].usage}")
        known = [*FIELDS, *(self.words or {})]
        near = suggest(name, [*known, *FUNCTIONS])
        raise Mistake(f"unknown name {name!r}", span, f"did you mean {near}?" if near else f"known: {' '.join(known)}")

    def _function(self, call: Call) -> Function:
        function = FUNCTIONS.get(call.function)
        span = (call.span[0], call.span[0] + len(call.function))
        if function is None:
            near = suggest(call.function, [*FUNCTIONS, *FIELDS])
            raise Mistake(
                f"unknown function {call.function!r}",
                span,
                f"did you mean {near}?" if near else f"known: {' '.join(FUNCTIONS)}",
            )
        if function.in_texts_alone and self.words is None:
            raise Mistake(f"{call.function} is for texts", span, "join conditions with and, or, not")
        if not function.least <= len(call.arguments) <= function.most:
            raise Mistake(
                f"{call.function} does not take {len(call.arguments)} arguments",
                call.span,
                f"write {function.usage}",
            )
        return function

    def _call(self, call: Call) -> Checked:
        function = self._function(call)
        arguments = tuple(self.check(each) for each in call.arguments)
        meaning = function.check(call.function, arguments)
        first = arguments[0].node
        if isinstance(first, Number) and call.function != "abs":
            raise Mistake(f"{call.function} of a constant never changes", first.span, "give it a field, like msval")
        if isinstance(first, Number):
            return Checked(Number(abs(first.value), first.meaning, call.span), first.meaning)
        return Checked(Call(call.function, tuple(each.node for each in arguments), call.span), meaning)

    def _binary(self, node: Binary) -> Checked:
        left, right = self.check(node.left), self.check(node.right)
        for side in (left, right):
            if side.meaning.sort is not Sort.NUMBER:
                raise Mistake(
                    f"'{node.operator}' works on numbers, and this is {side.meaning.words}",
                    side.node.span,
                    "write a number or a field like msval",
                )
        if node.operator in "+-":
            check_pair(node.operator, left.meaning, right.meaning, node.span)
        meaning = _result(node.operator, left.meaning, right.meaning)
        if isinstance(left.node, Number) and isinstance(right.node, Number):
            folded = _fold(node, left.node.value, right.node.value)
            return Checked(Number(folded, meaning, node.span), meaning)
        if node.operator == "/" and isinstance(right.node, Number) and right.node.value == 0:
            raise Mistake("division by zero", right.node.span, "divide by something else")
        return Checked(Binary(node.operator, left.node, right.node, node.span), meaning)

    def _compare(self, node: Compare) -> Checked:
        left, right = self.check(node.left), self.check(node.right)
        for side in (left, right):
            if side.meaning.sort not in (Sort.NUMBER, Sort.CLOCK):
                # A duration meets a number here when somebody compares a field with 5m.
                raise Mistake(
                    f"'{node.operator}' compares numbers, and this is {side.meaning.words}",
                    side.node.span,
                    "write a number or a field like msval",
                )
        check_pair(node.operator, left.meaning, right.meaning, node.span)
        if isinstance(left.node, Number) and isinstance(right.node, Number):
            raise Mistake("this compares two constants", node.span, "put a field on one side, like msval")
        return Checked(Compare(node.operator, left.node, right.node, node.span), TRUTH)


def _compared(checked: Checked) -> str:
    if isinstance(checked.node, Number):
        return "put a field on one side, like msval > 0"
    level = "14:50" if checked.meaning.sort is Sort.CLOCK else "0"
    return f"compare it, like {spell(checked.node)} > {level}"


def _result(operator: str, left: Meaning, right: Meaning) -> Meaning:
    if operator in "+-":
        known = right if left.bare else left
        net = left.net or right.net or operator == "-"
        return Meaning(Sort.NUMBER, known.won, known.quantity, bare=left.bare and right.bare, net=net)
    if left.bare and right.bare:
        return BARE
    sign = 1 if operator == "*" else -1
    won, quantity = left.won + sign * right.won, left.quantity + sign * right.quantity
    if not won and not quantity:
        return RATIO
    return Meaning(Sort.NUMBER, won, quantity, net=left.net or right.net)


def _fold(node: Binary, left: float, right: float) -> int | float:
    match node.operator:
        case "+":
            value = left + right
        case "-":
            value = left - right
        case "*":
            value = left * right
        case _:
            if right == 0:
                raise Mistake("division by zero", node.right.span, "divide by something else")
            value = left / right
    if abs(value) > LARGEST:
        raise Mistake("the number is larger than any amount of the market", node.span, "look at its unit")
    return int(value) if value == int(value) else value
