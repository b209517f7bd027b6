"""From when on an expression is known, in a session that is published without a miss."""

from flowalert.language.function import CROSSINGS
from flowalert.language.meaning import Sort
from flowalert.language.tree import Call, Logic, Name, Node, Not, Number, children

# The exchange says itself how these have changed.
_PUBLISHED = frozenset({"msval", "msvol"})
# Of a single reading there is no slope, and no spread to measure by.
_NEED_TWO = frozenset({"slope", "zscore"})


def find_warm_up(node: Node, slot: int, *, wanted: bool = True) -> int:
    """Return the seconds from a session's first publication until a checked expression is known, or a condition true.

    One publication comes each `slot` seconds. Of an `or` one part is enough; `wanted` is False for what stands under a
    `not`.
    """
    match node:
        case Logic(operator, parts):
            waits = [find_warm_up(part, slot, wanted=wanted) for part in parts]
            return max(waits) if (operator == "and") is wanted else min(waits)
        case Not(part):
            return find_warm_up(part, slot, wanted=not wanted)
        case Call():
            return _find_of_call(node, slot)
        case _:
            return _find_of_parts(node, slot)


def _find_of_parts(node: Node, slot: int) -> int:
    return max((find_warm_up(each, slot) for each in children(node)), default=0)


def _find_of_call(call: Call, slot: int) -> int:
    inner = _find_of_parts(call, slot)
    match call:
        case Call("delta", (Name(name),)) if name in _PUBLISHED:
            return inner
        case Call("delta" | "prev", (_,)):
            return inner + slot
        case Call(function, _) if function in CROSSINGS:
            # The first update only arms.
            return inner + slot
        case Call(function, (_, Number(length, meaning))):
            match meaning.sort:
                case Sort.DURATION:
                    return _find_of_duration(function, -(-int(length) // slot) * slot, inner, slot)
                case Sort.UPDATES:
                    return inner + (int(length) - (function != "delta")) * slot
                case _:
                    return inner + slot * (function in _NEED_TWO)
        case _:
            return inner


def _find_of_duration(function: str, length: int, inner: int, slot: int) -> int:
    """Return the warm-up of a window of `length` seconds, whole slots, over what is known after `inner` seconds."""
    if function == "delta":
        return inner + length
    if function == "ema":
        # What was unknown at first is skipped.
        return max(inner, length)
    # The reading that is exactly as old as the window is no longer in it.
    return max(inner + length - slot, length)
