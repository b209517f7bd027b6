"""Rules in words, remembered: a list of them is asked for again and again."""

from functools import lru_cache

from flowalert.rules.rulebook import Rule
from flowalert.workbench import check
from flowalert.workbench.check import Said


@lru_cache(maxsize=2_000)
def say(rule: Rule) -> Said:
    """Say a rule in a line, in both languages."""
    return check.say(rule)
