"""What a condition that does not hold waits for."""

from collections.abc import Iterator, Sequence

from flowalert.language.condition import Crossing, Form, Junction, Threshold


def find_waits(form: Form, truths: Sequence[bool | None]) -> list[int]:
    """Return the numbers of thresholds of which one must become true before the condition can.

    `truths` has what each comparison is at present, from left to right. Of a conjunction the first part that is not
    true is enough, for it cannot hold without; a disjunction waits for all of its parts. A crossing is waited for
    always, without being asked. Empty for a condition that holds.
    """
    return _find(form, iter(range(len(truths))), truths) or []


def _find(form: Form, numbers: Iterator[int], truths: Sequence[bool | None]) -> list[int] | None:
    """Return what `form` waits for, or None where it holds; takes the numbers of its comparisons off `numbers`."""
    match form:
        case Threshold():
            number = next(numbers)
            return None if truths[number] else [number]
        case Crossing():
            return None if truths[next(numbers)] else []
        case Junction(every, parts):
            waits = [_find(part, numbers, truths) for part in parts]
            missing = [each for each in waits if each is not None]
            if every:
                return missing[0] if missing else None
            return None if len(missing) < len(waits) else [number for each in missing for number in each]
