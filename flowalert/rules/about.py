"""What a rule is about: its sectors and investors, by name or code."""

from collections.abc import Sequence

from flowalert.market.investor import BY_CODE, INVESTORS, SUM_OF_ROWS, find_investor
from flowalert.market.sector import SECTORS, SEGMENTS, Counted, find_sector, is_listed, sector_of
from flowalert.rules.notepad import Notepad
from flowalert.rules.rulebook import Investors

EVERYTHING = "all"

SECTOR_NAMES = tuple(name for each in SECTORS for name in (each.slug, each.korean))
INVESTOR_NAMES = tuple(name for each in INVESTORS for name in (each.slug, each.korean, *each.also))

# What is suspect, and what to do about it.
COUNTED_TWICE = (
    f"{SUM_OF_ROWS} adds up every row, and so counts the parts of 외국인 and 기관계 twice",
    "name the investors that are meant",
)


def unlisted_sector(code: str) -> tuple[str, str]:
    """Say that no list has a sector's code, and what comes of it."""
    return (
        f"the sector code {code} is in no list that flowalert knows",
        "it is asked for all the same; the exchange may stay silent",
    )


def unlisted_investor(code: str) -> tuple[str, str]:
    """Say that no list has an investor's code, and what comes of it."""
    return (
        f"the investor code {code} is in no list that flowalert knows",
        "it is waited for all the same; the exchange may never send it",
    )


def read_sectors(notepad: Notepad, names: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of sectors, each once; `all` is every segment."""
    codes: list[str] = []
    for number, name in enumerate(names):
        if name == EVERYTHING:
            codes += [each.code for each in SEGMENTS]
            continue
        found = find_sector(name)
        if found is None:
            instead = "write a name like kospi, 코스닥 or futures, a code, or all"
            notepad.complain_unknown(("sectors", number), "sector", name, SECTOR_NAMES, instead)
            continue
        if not is_listed(found.code):
            notepad.warn(("sectors", number), *unlisted_sector(found.code))
        if found.code in codes:
            notepad.warn(("sectors", number), f"{name} stands here for the second time", "take it out")
        codes.append(found.code)
    return tuple(dict.fromkeys(codes))


def read_investors(notepad: Notepad, names: Sequence[str]) -> Investors:
    """Return the codes of investors, each once; None for `all`, which new codes belong to as well."""
    codes: list[str] = []
    for number, name in enumerate(names):
        found = find_investor(name)
        if found is not None:
            if found.code in codes:
                notepad.warn(("investors", number), f"{name} stands here for the second time", "take it out")
            if found.code == SUM_OF_ROWS:
                notepad.warn(("investors", number), *COUNTED_TWICE)
            elif found.code not in BY_CODE:
                notepad.warn(("investors", number), *unlisted_investor(found.code))
            codes.append(found.code)
        elif name != EVERYTHING:
            instead = "write a name like foreign, 개인 or 기관, a code, or all"
            notepad.complain_unknown(("investors", number), "investor", name, INVESTOR_NAMES, instead)
    if EVERYTHING not in names:
        return tuple(dict.fromkeys(codes))
    if len(names) > 1:
        notepad.complain("investors", "all stands beside others", "write all alone, or the others alone")
    return None


def common_unit(sectors: Sequence[str]) -> Counted | None:
    """Return what all of the sectors count, None where they differ; without any it is shares."""
    kinds = {sector_of(code).counted for code in sectors}
    return kinds.pop() if len(kinds) == 1 else None if kinds else Counted.SHARES
