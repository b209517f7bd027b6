"""Where one line may be cut: between what a reader sees as one."""

import re
import unicodedata

ELLIPSIS = "…"

# Half a number is another number, and an amount without its unit another amount. Bounded: what is longer than a
# message could otherwise not be cut at all.
_NUMBER = re.compile(r"[+\-−]?\d[\d.,:]{0,30}[^\W\d_]{0,4}%?")

_JOINER = "\u200d"
_MARKS = frozenset({"Mn", "Mc", "Me"})


def find_cuts(line: str) -> list[int]:
    """Return the places, counted in code points and in order, before which a line may end; 0 is the first."""
    inside = {at for atom in _NUMBER.finditer(line) for at in range(atom.start() + 1, atom.end())}
    cuts = [0]
    flags = 0
    for at in range(1, len(line)):
        before, after = line[at - 1], line[at]
        flags = flags + 1 if _is_flag_half(before) else 0
        if at in inside or _joins(before, after) or (flags % 2 and _is_flag_half(after)):
            continue
        cuts.append(at)
    return cuts


def _joins(before: str, after: str) -> bool:
    """Say whether two code points belong to one character. Source: Unicode's UAX 29, grapheme clusters."""
    return (
        unicodedata.category(after) in _MARKS
        or after in {_JOINER, "\u200c"}
        or before == _JOINER
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # tones of skin
        or "\U000e0020" <= after <= "\U000e007f"  # tags, which spell the flags of regions
        or "\u1160" <= after <= "\u11ff"  # vowels and finals of Hangul written in parts
        or "\ud7b0" <= after <= "\ud7fb"
        or ("\u1100" <= before <= "\u115f" and "\u1100" <= after <= "\u115f")
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
