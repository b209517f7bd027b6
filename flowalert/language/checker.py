"""A tree with sense: every name known, every unit resolved, like compared with like alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flowalert.language.function import FUNCTIONS, Function, check_pair
from flowalert.language.literal import LARGEST, resolve_literal
from flowalert.language.meaning import (
    BARE,
    CLOCK,
    NET_QUANTITY,
    NET_WON,
    QUANTITY,
    RATIO,
    SESSION,
    SESSION_WORD,
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
    Of,
    Span,
    Text,
    spell,
)
from flowalert.market.investor import INVESTORS, find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import SECTORS, Counted, find_sector, sector_of

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
    names beyond the fields: those of an alert, which its texts may use; None in a condition. `sector` and `investor`
    are the codes that a prefix gives to the names behind it.
    """

    counted: Counted | None
    words: Mapping[str, Meaning] | None = field(default=None)
    sector: str | None = None
    investor: str | None = None

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
            case Name():
                return self._name(node)
            case Of():
                return self._of(node)
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

    def _name(self, node: Name) -> Checked:
        name, span = node.name, node.span
        meaning = FIELDS.get(name)
        if meaning is not None:
            if meaning is CLOCK:
                return Checked(Name(name, span=span), CLOCK)
            if meaning.quantity:
                meaning = replace(meaning, counted=sector_of(node.sector).counted if node.sector else self.counted)
            return Checked(Name(name, node.sector or self.sector, node.investor or self.investor, span), meaning)
        if self.words is not None and name in self.words:
            return Checked(Name(name, span=span), self.words[name])
        if name in FUNCTIONS:
            raise Mistake(f"{name} is a function", span, f"write {FUNCTIONS[name].usage}")
        if name == SESSION_WORD:
            raise Mistake("session is a window", span, "write it as one, like highest(msval, session)")
        if find_investor(name) or find_sector(name):
            raise Mistake(f"{name} alone is no figure", span, f"say which, like {name}.msval")
        known = [*FIELDS, *(self.words or {})]
        near = suggest(name, [*known, *FUNCTIONS])
        raise Mistake(f"unknown name {name!r}", span, f"did you mean {near}?" if near else f"known: {' '.join(known)}")

    def _of(self, node: Of) -> Checked:
        parts = node.path.removesuffix(".").split(".")
        if len(parts) > 2:
            raise Mistake(
                f"{node.path} has {len(parts)} parts",
                node.span,
                "write sector.investor.field, like futures.foreign.msvol",
            )
        sector, investor = self.sector, self.investor
        end = node.span[0]
        for part in parts:
            span, end = (end, end + len(part)), end + len(part) + 1
            found_sector, found_investor = find_sector(part), find_investor(part)
            if found_sector is not None and (len(parts) == 2 or found_investor is None) and part is parts[0]:
                sector = found_sector.code
            elif found_investor is not None and part is parts[-1]:
                investor = found_investor.code
            else:
                raise _unknown_part(part, span, first=part is parts[0], alone=len(parts) == 1)
        if isinstance(node.inner, Name) and node.inner.name in {"time", *(self.words or ())}:
            raise Mistake(f"{node.inner.name} is the same for everybody", node.span, f"write {node.inner.name} alone")
        counted = self.counted if sector == self.sector else sector_of(sector or "").counted
        return replace(self, counted=counted, sector=sector, investor=investor).check(node.inner)

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
                f"{call.function} does not take {_count(len(call.arguments), 'argument')}",
                call.span,
                f"write {function.usage}",
            )
        return function

    def _call(self, call: Call) -> Checked:
        function = self._function(call)
        arguments = self._arguments(call, function)
        meaning = function.check(call.function, arguments)
        first = arguments[0].node
        if isinstance(first, Number) and call.function != "abs":
            raise Mistake(f"{call.function} of a constant never changes", first.span, "give it a field, like msval")
        if isinstance(first, Number):
            return Checked(Number(abs(first.value), first.meaning, call.span), first.meaning)
        return Checked(Call(call.function, tuple(each.node for each in arguments), call.span), meaning)

    def _arguments(self, call: Call, function: Function) -> tuple[Checked, ...]:
        if function.compares:
            return self._pair(*call.arguments)
        first, *others = call.arguments
        if function.windowed and others and isinstance(others[0], Name) and others[0].name == SESSION_WORD:
            return self.check(first), Checked(Number(0, SESSION, others[0].span), SESSION)
        return tuple(self.check(each) for each in call.arguments)

    def _pair(self, left: Node, right: Node) -> tuple[Checked, Checked]:
        """Check two sides that meet; what an amount without a noun counts is what the other side does."""
        if isinstance(left, Literal) and not isinstance(right, Literal):
            other = self.check(right)
            return self._beside(other).check(left), other
        first = self.check(left)
        return first, self._beside(first).check(right) if isinstance(right, Literal) else self.check(right)

    def _beside(self, other: Checked) -> "Checker":
        meaning = other.meaning
        return replace(self, counted=meaning.counted) if (meaning.won, meaning.quantity) == (0, 1) else self

    def _binary(self, node: Binary) -> Checked:
        left, right = (
            self._pair(node.left, node.right)
            if node.operator in "+-"
            else (
                self.check(node.left),
                self.check(node.right),
            )
        )
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
        left, right = self._pair(node.left, node.right)
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


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _unknown_part(part: str, span: Span, *, first: bool, alone: bool) -> Mistake:
    sectors = [each for sector in SECTORS for each in (sector.slug, sector.korean)]
    investors = [each for investor in INVESTORS for each in (investor.slug, investor.korean, *investor.also)]
    if alone:
        what, known, example = "sector or investor", [*investors, *sectors], "foreign.msval or futures.foreign.msvol"
    elif first:
        what, known, example = "sector", sectors, "futures.foreign.msvol"
    else:
        what, known, example = "investor", investors, "futures.foreign.msvol"
    near = suggest(part, known)
    return Mistake(f"unknown {what} {part!r}", span, f"did you mean {near}?" if near else f"write it like {example}")


def _compared(checked: Checked) -> str:
    if isinstance(checked.node, Number):
        return "put a field on one side, like msval > 0"
    level = "14:50" if checked.meaning.sort is Sort.CLOCK else "0"
    return f"compare it, like {spell(checked.node)} > {level}"


def _result(operator: str, left: Meaning, right: Meaning) -> Meaning:
    if operator in "+-":
        known = right if left.bare else left
        net = left.net or right.net or operator == "-"
        bare = left.bare and right.bare
        return Meaning(Sort.NUMBER, known.won, known.quantity, bare=bare, net=net, counted=known.counted)
    if left.bare and right.bare:
        return BARE
    sign = 1 if operator == "*" else -1
    won, quantity = left.won + sign * right.won, left.quantity + sign * right.quantity
    if not won and not quantity:
        return RATIO
    counted = (left.counted or right.counted) if (won, quantity) == (0, 1) else None
    return Meaning(Sort.NUMBER, won, quantity, net=left.net or right.net, counted=counted)


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
