"""A condition as a list of sentences, and which of its comparisons are over in one update."""

from collections.abc import Iterator
from dataclasses import dataclass

from flowalert.language.condition import is_momentary
from flowalert.language.tree import Call, Compare, Logic, Node, Not, walk_names
from flowalert.language.wording import Speaker


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an explanation, and the lines that belong under it."""

    text: str
    parts: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The comparisons of a condition as they were written, each once.

    Those `momentary` are about one update alone, those `lasting` are not, and those about the `time` of day say when.
    """

    momentary: tuple[Node, ...]
    lasting: tuple[Node, ...]
    time: tuple[Node, ...]


def explain_condition(node: Node, speaker: Speaker) -> Item:
    """Say a checked condition: one line for a comparison, and for what is joined a line with its parts under it."""
    match node:
        case Logic(operator, parts):
            korean, english = (
                ("다음을 모두 만족", "all of these") if operator == "and" else ("다음 중 하나라도", "any of these")
            )
            return Item(
                speaker.tongue.choose(korean, english), tuple(explain_condition(each, speaker) for each in parts)
            )
        case Not(part):
            return Item(speaker.tongue.choose("다음이 아님", "not this"), (explain_condition(part, speaker),))
        case _:
            return Item(speaker.say(node))


def sort_comparisons(node: Node) -> Comparisons:
    """Return the comparisons of a checked condition by what they are about."""
    found = tuple(dict.fromkeys(_walk_comparisons(node)))
    time = tuple(each for each in found if all(name.name == "time" for name in walk_names(each)))
    others = [each for each in found if each not in time]
    return Comparisons(
        momentary=tuple(each for each in others if is_momentary(each)),
        lasting=tuple(each for each in others if not is_momentary(each)),
        time=time,
    )


def _walk_comparisons(node: Node) -> Iterator[Node]:
    match node:
        case Logic(_, parts):
            for part in parts:
                yield from _walk_comparisons(part)
        case Not(part):
            yield from _walk_comparisons(part)
        case Compare() | Call():
            yield node
        case _:
            raise AssertionError(f"the checker lets no {type(node).__name__} be a condition")
