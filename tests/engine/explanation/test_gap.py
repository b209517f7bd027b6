"""What missed updates do to an expression: what is said of it, beside what the engine makes of it."""

import itertools

import pytest

from flowalert.engine.engine import Engine
from flowalert.engine.explanation import explain
from flowalert.language.tongue import Tongue
from flowalert.market.entry import Update
from flowalert.rules.loader import load_rules
from flowalert.rules.rulebook import Rulebook
from tests.engine.market import FOREIGN, NINE, SLOT

# Slots of which some are missed, from 20 to 22, and enough before and after them.
SLOTS = [number for number in range(60) if number not in (20, 21, 22)]
FIRST_AFTER = 23


def read(expression: str) -> Rulebook:
    """Return a rule that fires exactly where the expression is known."""
    when = f"{expression} < 1 or {expression} >= 1"
    text = f"rules: [{{name: a, sectors: kospi, investors: foreign, mode: event, when: '{when}'}}]"
    loaded = load_rules([("a.yaml", text)])
    assert loaded.errors == ()
    return loaded.rulebook


def list_unknown(rulebook: Rulebook) -> list[int]:
    """Return the slots after the gap at which the rule's expression is unknown, counted from the first one after it."""
    engine = Engine(rulebook)
    standing = list(itertools.accumulate(7 * number * number % 13 + 1 for number in range(60)))
    unknown = []
    for number in SLOTS:
        value = standing[number]
        change = value - (standing[number - 1] if number else 0)
        update = Update(FOREIGN, NINE + number * SLOT, value, value, value, value, value, value, change, change)
        if not engine.handle(update) and number >= FIRST_AFTER:
            unknown.append(number - FIRST_AFTER)
    return unknown


@pytest.mark.parametrize(
    ("call", "effect", "unknown"),
    [
        ("delta(msval)", "unharmed, for the exchange itself publishes it", []),
        ("delta(msvol)", "unharmed, for the exchange itself publishes it", []),
        ("delta(msvalue)", "unknown at that update", [0]),
        ("prev(msval)", "unknown at that update", [0]),
        ("streak(msval > 0)", "counts from 1 again", []),
        # Three slots were missed: the value that stood 150 s ago is not known at the updates that look into them.
        ("delta(msval, 150s)", "unknown where they were missed around the moment that it looks back to", [2, 3, 4]),
        ("delta(msval, 5 updates)", "begins anew", [0, 1, 2, 3, 4]),
        ("delta(msval, session)", "goes by what was seen", []),
        # The reading after the gap is the last of those that can spoil a window, as long as it is not its oldest.
        ("sum(msval, 150s)", "unknown until they lie before the window", [0, 1, 2, 3, 4]),
        ("sum(msval, 5 updates)", "unknown until they lie before the window", [0, 1, 2, 3]),
        ("sum(msval, session)", "goes by what was seen", []),
        ("count(msval > 9, 150s)", "unknown until they lie before the window", [0, 1, 2, 3, 4]),
        ("count(msval > 9, 5 updates)", "unknown until they lie before the window", [0, 1, 2, 3]),
        ("count(msval > 9, session)", "goes by what was seen", []),
        ("ema(msval, 150s)", "goes by what was seen", []),
        ("ema(msval, 5 updates)", "begins anew", [0, 1, 2, 3]),
        *(
            (f"{name}(msval, {window})", effect, unknown)
            for name in ("avg", "stdev", "highest", "lowest", "zscore", "slope")
            for window, effect, unknown in (
                ("300s", "goes by what was seen", []),
                ("5 updates", "unknown until they lie before the window", [0, 1, 2, 3]),
                ("session", "goes by what was seen", []),
            )
        ),
    ],
)
def test_missed_updates_do_what_is_said_of_them(call: str, effect: str, unknown: list[int]) -> None:
    """To each function over each kind of window."""
    rulebook = read(call)
    page = explain(rulebook.rules[0], Tongue.ENGLISH)
    (section,) = [each for each in page.sections if each.key == "gaps"]
    assert section.items[0].text.endswith(f": {effect}")
    assert list_unknown(rulebook) == unknown
