"""What is legal in a rule and yet hardly meant.

A warning that is wrong now and then is soon read by nobody, so there are only those that are sure of their ground.
"""

from collections.abc import Callable, Hashable, Iterator

from flowalert.language.condition import Clause, Condition, Form, References, condition_of
from flowalert.language.tree import Node, walk_names
from flowalert.market.instant import clock
from flowalert.market.investor import BY_CODE as KNOWN_INVESTORS, SUM_OF_ROWS
from flowalert.market.sector import Counted, is_listed
from flowalert.market.venue import Venue
from flowalert.rules.about import COUNTED_TWICE, common_unit, unlisted_investor, unlisted_sector
from flowalert.rules.extent import can_hold, day_of, join, oppose
from flowalert.rules.finding import Finding
from flowalert.rules.magnitude import list_slips
from flowalert.rules.notepad import Notepad
from flowalert.rules.page import Path
from flowalert.rules.rulebook import Rule
from flowalert.rules.shelf import Shelf
from flowalert.rules.stretch import intersect

_WEEKEND = frozenset({5, 6})


def warn_of_rule(notepad: Notepad, rule: Rule, shelf: Shelf) -> None:
    """Note what is suspect about a rule that is right."""
    _Suspicion(notepad, rule, shelf).warn()


def list_traits(rule: Rule) -> Hashable:
    """Return all that a rule does, its name aside; two rules of the same traits tell the same twice."""
    clauses = [(each.severity, each.clause.text) for each in rule.levels]
    texts = [None if each is None else each.text for each in (rule.resolve_when, rule.title, rule.message)]
    return (
        *(rule.condition.text, rule.sectors, rule.investors, rule.summary, rule.venue, rule.mode, rule.severity),
        *(rule.for_seconds, rule.for_updates, rule.keep_firing_for, rule.cooldown, rule.repeat, rule.limit),
        *(rule.active, rule.expires, rule.labels, rule.notify, *clauses, *texts),
    )


class _Suspicion:
    """Looks at one rule; nothing in here changes but the notepad."""

    def __init__(self, notepad: Notepad, rule: Rule, shelf: Shelf) -> None:
        self._notepad = notepad
        self._rule = rule
        self._shelf = shelf
        self._counted = common_unit(rule.sectors)

    def warn(self) -> None:
        rule = self._rule
        condition, venue = rule.condition, rule.venue
        for finding in self._once(("when", condition.text), lambda: self._judge(condition, venue)):
            self._note(("when",), finding)
        for level in rule.levels:
            self._warn_of_clause(("levels", level.severity.name.lower()), level.clause)
        if rule.resolve_when is not None:
            self._warn_of_clause(("resolve_when",), rule.resolve_when)
            self._warn_of_resolving(rule.resolve_when)
        self._warn_of_levels()
        self._warn_of_times()

    def _once(self, key: tuple[object, ...], judge: Callable[[], Iterator[Finding]]) -> tuple[Finding, ...]:
        return self._shelf.once(("suspicion", *key, self._rule.venue, self._counted), lambda: tuple(judge()))

    def _note(self, path: Path, finding: Finding) -> None:
        if finding.span is None:
            self._notepad.warn(path, finding.what, finding.instead)
        else:
            self._notepad.warn_inside(path, *finding.span, finding.what, finding.instead)

    def _judge(self, condition: Condition, venue: Venue) -> Iterator[Finding]:
        tree = self._shelf.read_tree(condition.text, self._counted)
        yield from _judge_words(condition.references, tree, self._counted)
        if not can_hold(condition.form, venue):
            yield Finding("this is never true", f"look at its comparisons{_say_day(tree, venue)}")
        elif not can_hold(oppose(condition.form), venue):
            yield Finding("this is always true", f"look at its comparisons{_say_day(tree, venue)}")

    def _warn_of_clause(self, path: Path, clause: Clause) -> None:
        for finding in self._once(("clause", clause.text), lambda: self._judge_clause(clause)):
            self._note(path, finding)

    def _judge_clause(self, clause: Clause) -> Iterator[Finding]:
        yield from _judge_words(clause.references, clause.node, self._counted)
        if not can_hold(self._form(clause), self._rule.venue):
            yield Finding("this is never true", "look at its comparisons")

    def _form(self, clause: Clause) -> Form:
        key = ("form", clause.text, self._counted)
        return self._shelf.once(key, lambda: condition_of(clause.node, clause.text, self._counted).form)

    def _excludes(self, *forms: Form) -> bool:
        """Tell whether conditions are never true together."""
        return not can_hold(join(*forms), self._rule.venue)

    def _warn_of_resolving(self, clause: Clause) -> None:
        resolving, condition = self._form(clause), self._rule.condition.form
        if self._excludes(oppose(condition), resolving) and not self._excludes(resolving):
            self._notepad.warn(
                "resolve_when",
                "this holds only while the condition does, so the alert never resolves by it",
                "write what holds when it is over, like msval > 0 for when: msval < 0",
            )

    def _warn_of_levels(self) -> None:
        rule = self._rule
        condition = rule.condition.form
        # An alert may fire on while its condition no longer holds.
        is_tight = rule.resolve_when is None and not rule.keep_firing_for
        for number, level in enumerate(rule.levels):
            name, form = level.severity.name.lower(), self._form(level.clause)
            path = ("levels", name)
            if self._excludes(condition, oppose(form)):
                what = "this level holds whenever the condition does"
                self._notepad.warn(path, what, f"set it further away, or write severity: {name}")
            elif is_tight and self._excludes(condition, form) and not self._excludes(form):
                what = "this level is never reached: the condition rules it out"
                self._notepad.warn(path, what, "look at its comparisons")
            for higher in rule.levels[number + 1 :]:
                above = higher.severity.name.lower()
                if self._excludes(condition, form, oppose(self._form(higher.clause))):
                    what = f"whenever this level holds, {above} does too"
                    self._notepad.warn(path, what, f"set {above} further away, or take this out")

    def _warn_of_times(self) -> None:
        rule = self._rule
        begins, ends = day_of(rule.venue)
        for key, seconds in (("for", rule.for_seconds), ("repeat", rule.repeat)):
            if seconds > ends - begins:
                what = f"this is longer than a session of {rule.venue.value}, at whose end every alert ends"
                self._notepad.warn(key, what, "write less than a day's hours")
        if rule.active is None:
            return
        if rule.active.hours and not intersect(rule.active.hours, [(int(begins), int(ends))]):
            day = f"its day is from {clock(int(begins))} to {clock(int(ends))}"
            self._notepad.warn("active", f"no update of {rule.venue.value} comes at these times", day)
        if rule.active.weekdays <= _WEEKEND:
            self._notepad.warn("active", "no session is held on these days", "name a day from mon to fri")


def _say_day(tree: Node, venue: Venue) -> str:
    if not any(name.name == "time" for name in walk_names(tree)):
        return ""
    begins, ends = day_of(venue)
    return f"; the day of {venue.value} is from {clock(int(begins))} to {clock(int(ends))}"


def _judge_words(references: References, tree: Node, counted: Counted | None) -> Iterator[Finding]:
    """Find codes that are no good, and amounts that cannot be."""
    for sector in dict.fromkeys(sector for sector, _ in references):
        if sector is not None and not is_listed(sector):
            yield Finding(*unlisted_sector(sector))
    for investor in dict.fromkeys(investor for _, investor in references):
        if investor == SUM_OF_ROWS:
            yield Finding(*COUNTED_TWICE)
        elif investor is not None and investor not in KNOWN_INVESTORS:
            yield Finding(*unlisted_investor(investor))
    yield from list_slips(tree, counted)
