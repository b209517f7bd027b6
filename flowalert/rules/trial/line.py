"""A line of a test's market, `futures foreign msvol: 0 -10 -40`: whose figures they are, and what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from flowalert.language.meaning import QUANTITY, WON
from flowalert.language.mistake import Mistake
from flowalert.market.entry import Update
from flowalert.market.investor import find_investor
from flowalert.market.name import suggest
from flowalert.market.sector import Sector, find_sector, sector_of
from flowalert.market.series import Series, series
from flowalert.market.venue import Venue
from flowalert.rules.about import INVESTOR_NAMES, SECTOR_NAMES
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Listing, Table
from flowalert.rules.place import Scalar
from flowalert.rules.trial.notation import Cell, Unit, read_cells

# The wire's own figures, in the order of an update.
FIELDS = tuple(name for name in Update.__struct_fields__ if name not in ("series", "at", "tjjtime"))
_WON = frozenset({"msval", "msvalue", "mdvalue", "p_msval"})


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one series: a cell a slot, each with the scalar that it is written in; `key` is the line's name."""

    series: Series
    field: str
    cells: tuple[Cell, ...]
    scalars: tuple[Scalar, ...]
    key: Scalar

    @property
    def name(self) -> str:
        return self.key.text or ""

    def cell(self, slot: int) -> Cell | None:
        """Return what stands there for a slot; None where the line has ended."""
        return self.cells[slot] if slot < len(self.cells) else None

    def complain(self, notepad: Notepad, slot: int, what: str, instead: str) -> None:
        """Note an error of a slot's cell, or of the line's name where it has none."""
        page = notepad.page
        if slot < len(self.cells):
            problem = page.problem_inside(self.scalars[slot], *self.cells[slot].span, what, instead)
        else:
            problem = page.problem_inside(self.key, 0, len(self.name), what, instead)
        notepad.problems.append(problem)


def read_lines(notepad: Notepad, venue: Venue, sector: str | None, most: int) -> tuple[Line, ...]:
    """Return the lines of a test's market; what is wrong is noted.

    `sector` is the code of the lines that name none, `most` how many slots there can be.
    """
    page = notepad.page
    table = page.find(("market",))
    if not isinstance(table, Table):
        return ()
    lines: list[Line] = []
    seen: dict[tuple[Series, str], str] = {}
    for name, tree in table.values.items():
        key = table.keys[name]
        try:
            named, field = _read_name(name, venue, sector)
        except Mistake as mistake:
            notepad.problems.append(page.problem_inside(key, mistake.start, mistake.end, mistake.what, mistake.instead))
            continue
        if (named, field) in seen:
            what = f"this is the line {seen[named, field]!r} again"
            notepad.problems.append(page.problem_of_key(("market", name), what, "write it once"))
            continue
        seen[named, field] = name
        parts = tree.items if isinstance(tree, Listing) else [tree]
        scalars = [each for each in parts if isinstance(each, Scalar) and each.text is not None]
        lines.append(Line(named, field, *_read_cells(notepad, scalars, find_unit(named, field), most), key))
    return tuple(lines)


def _read_name(name: str, venue: Venue, sector: str | None) -> tuple[Series, str]:
    whole = (0, len(name))
    *words, field = name.replace(".", " ").split() or [""]
    if field not in FIELDS:
        near = suggest(field, FIELDS)
        raise Mistake(
            f"{field!r} is no figure of the exchange",
            (max(0, name.rfind(field)), len(name)) if field else whole,
            f"did you mean {near}?" if near else f"end with one of {' '.join(FIELDS)}",
        )
    if not words:
        raise Mistake("the line names no investor", whole, f"write whose {field} it is, like foreign {field}")
    for split in range(len(words)):
        before, after = " ".join(words[:split]), " ".join(words[split:])
        investor = find_investor(after)
        found = find_sector(before) if before else sector_of(sector) if sector is not None else None
        if investor is not None and found is not None:
            return series(venue, found.code, investor.code), field
    raise _explain_name(words, name, sector)


def _explain_name(words: list[str], name: str, sector: str | None) -> Mistake:
    whole = (0, len(name))
    if len(words) == 1 and find_investor(words[0]) is not None and sector is None:
        return Mistake("the line names no sector", whole, f"write kospi {name}, or sector: kospi for the whole test")
    investor = find_investor(words[-1])
    unknown, kind = (words[-1], "investor") if investor is None else (" ".join(words[:-1]), "sector")
    start = name.rfind(unknown)
    span = (start, start + len(unknown)) if start >= 0 else whole
    near = suggest(unknown, INVESTOR_NAMES if kind == "investor" else SECTOR_NAMES)
    return Mistake(
        f"unknown {kind} {unknown!r}",
        span,
        f"did you mean {near}?" if near else "write sector, investor and figure, like kospi foreign msval",
    )


def find_named_sector(name: str) -> Sector:
    """Return the sector of a name; raises Mistake with a suggestion for what is none."""
    found = find_sector(name)
    if found is None:
        near = suggest(name, SECTOR_NAMES)
        raise Mistake(
            f"unknown sector {name!r}",
            (0, len(name)),
            f"did you mean {near}?" if near else "write a name like kospi, 코스닥 or futures, or a code",
        )
    return found


def find_unit(named: Series, field: str) -> Unit:
    """Return what one of the wire's figures of a series counts."""
    return Unit(WON if field in _WON else QUANTITY, sector_of(named.sector).counted)


def _read_cells(
    notepad: Notepad, scalars: Sequence[Scalar], unit: Unit, most: int
) -> tuple[tuple[Cell, ...], tuple[Scalar, ...]]:
    cells: list[Cell] = []
    owners: list[Scalar] = []
    for scalar in scalars:
        before = next((each for cell in reversed(cells) for each in reversed(cell.figures) if each is not None), None)
        try:
            for cell in read_cells(scalar.text or "", unit, most - len(cells), before):
                cells.append(cell)
                owners.append(scalar)
        except Mistake as mistake:
            problem = notepad.page.problem_inside(scalar, mistake.start, mistake.end, mistake.what, mistake.instead)
            notepad.problems.append(problem)
            break
    return tuple(cells), tuple(owners)
