"""One rule, from its model to what the engine takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flowalert.language.condition import Clause, Condition, Mode, join_references, read_clause
from flowalert.language.literal import parse_span
from flowalert.language.meaning import Sort
from flowalert.language.template import Template, read_template
from flowalert.market.calendar import SLOT
from flowalert.market.sector import Counted
from flowalert.market.venue import Venue
from flowalert.rules.about import common_unit, read_investors, read_sectors
from flowalert.rules.bound import parse_duration, parse_expiry, parse_limit
from flowalert.rules.model import RuleModel
from flowalert.rules.notepad import Notepad
from flowalert.rules.rulebook import Level, Rule
from flowalert.rules.schedule import read_active
from flowalert.rules.severity import Severity
from flowalert.rules.shelf import Shelf

T = TypeVar("T")

SEVERITIES = {each.name.lower(): each for each in Severity}
VENUES = {each.value: each for each in Venue}
MODES = {each.value: each for each in Mode}

# What is of no use to an event, and why.
_OF_A_STATE = {
    "for": "an event lasts no time, so nothing holds for long",
    "resolve_when": "an event is over at once, so there is nothing to resolve",
    "keep_firing_for": "an event is over at once, so nothing keeps firing",
    "repeat": "an event is over at once, so nothing is still firing",
}


def read_rule(
    notepad: Notepad, model: RuleModel, shelf: Shelf, channels: Sequence[str] | None, where: str
) -> Rule | None:
    """Return the rule; what is wrong is noted, and None returned where nothing can be made of it.

    `channels` are those that `notify` may name, where known; `where` is `file:line` of its definition.
    """
    return _Reader(notepad, model, shelf, channels, where).read()


class _Reader:
    """Reads one rule; nothing in here changes but the notepad."""

    def __init__(
        self, notepad: Notepad, model: RuleModel, shelf: Shelf, channels: Sequence[str] | None, where: str
    ) -> None:
        self._notepad = notepad
        self._model = model
        self._shelf = shelf
        self._channels = channels
        self._where = where

    def read(self) -> Rule | None:
        model = self._model
        self._check_name(model.name)
        self._check_notify()
        venue = self._choose("venue", model.venue, VENUES)
        severity = self._choose("severity", model.severity, SEVERITIES)
        mode = self._choose("mode", model.mode, MODES) if model.mode else None
        sectors = read_sectors(self._notepad, model.sectors or ())
        investors = read_investors(self._notepad, model.investors or ())
        counted = common_unit(sectors)
        condition = self._read_condition(counted)
        levels = self._read_levels(severity, counted)
        resolve_when = self._read_clause("resolve_when", model.resolve_when, counted)
        active = read_active(self._notepad, model.active, venue) if model.active is not None and venue else None
        for_seconds, for_updates = self._read_for()
        keep_firing_for = self._read_duration("keep_firing_for", model.keep_firing_for, "what it is kept for")
        cooldown = self._read_duration("cooldown", model.cooldown, "a cooldown")
        repeat = self._read_repeat()
        limit = self._read("limit", model.limit, parse_limit)
        expires = self._read("expires", model.expires, parse_expiry)
        if condition is None or venue is None or severity is None:
            return None
        mode = mode or condition.mode
        lasts = mode is Mode.STATE
        if not lasts:
            self._refuse_of_a_state(condition)
            resolve_when = None
        opens = _find_open(condition, levels, resolve_when)
        return Rule(
            name=model.name,
            condition=condition,
            sectors=self._need("sectors", model.sectors, sectors, (), opens=opens[0]),
            investors=self._need("investors", model.investors, investors, (), opens=opens[1]),
            summary=model.summary,
            venue=venue,
            mode=mode,
            for_seconds=for_seconds if lasts else 0,
            for_updates=for_updates if lasts else 0,
            resolve_when=resolve_when,
            keep_firing_for=keep_firing_for if lasts else 0,
            cooldown=cooldown,
            repeat=repeat if lasts else 0,
            active=active,
            expires=expires,
            limit=limit,
            levels=levels,
            severity=severity,
            labels=tuple(sorted(model.labels.items())),
            notify=tuple(dict.fromkeys(model.notify)),
            title=self._read_template("title", model.title, counted, condition, opens),
            message=self._read_template("message", model.message, counted, condition, opens),
            where=self._where,
        )

    def _check_name(self, name: str) -> None:
        if not name or name != name.strip() or not name.isprintable() or "/" in name or "\\" in name:
            self._notepad.complain(
                "name", f"{name!r} is no name for a rule", "write words joined by hyphens, like foreigners-sell"
            )

    def _check_notify(self) -> None:
        channels = self._channels
        for number, name in enumerate(self._model.notify):
            if channels is not None and name not in channels:
                instead = f"channels are {' '.join(channels) or 'none'}"
                self._notepad.complain_unknown(("notify", number), "channel", name, channels, instead)

    def _choose(self, key: str, value: str, choices: Mapping[str, T]) -> T | None:
        if value not in choices:
            self._notepad.complain_unknown(key, key, value, choices, f"write one of {' '.join(choices)}")
        return choices.get(value)

    def _need(self, key: str, given: Sequence[str] | None, read: T, none: T, *, opens: bool) -> T:
        """Return what was read of the sectors or the investors, if the conditions leave them open; else none."""
        noun = key.removesuffix("s")
        if opens and not given and key not in self._notepad.misshapen:
            example = {"sectors": "[kospi, kosdaq]", "investors": "[foreign, 개인]"}[key]
            self._notepad.complain(key, f"the rule names no {key}", f"add {key}:, like {example} or all")
        if not opens and given and key not in self._notepad.inherited:
            self._notepad.complain(
                key,
                f"{key} has no use here: the condition names its {noun} itself",
                f"take {key} out, or the {noun} out of the condition",
            )
        return read if opens else none

    def _read(self, key: str, text: str | None, parse: Callable[[str], T]) -> T | None:
        if text is None:
            return None
        return self._notepad.read(key, text, lambda text: self._shelf.once((key, text), lambda: parse(text)))

    def _read_condition(self, counted: Counted | None) -> Condition | None:
        return self._notepad.read("when", self._model.when, lambda text: self._shelf.read_condition(text, counted))

    def _read_clause(self, path: str | tuple[str, str], text: str | None, counted: Counted | None) -> Clause | None:
        if text is None:
            return None
        shelf = self._shelf
        return self._notepad.read(
            path, text, lambda text: shelf.once(("clause", text, counted), lambda: read_clause(text, counted))
        )

    def _read_levels(self, severity: Severity | None, counted: Counted | None) -> tuple[Level, ...]:
        levels: list[Level] = []
        for name, text in self._model.levels.items():
            path = ("levels", name)
            clause = self._read_clause(path, text, counted)
            level = SEVERITIES.get(name)
            if level is None:
                choices = [each.name.lower() for each in Severity if severity is None or each > severity]
                self._notepad.complain_unknown_key(path, "severity", name, choices)
            elif severity is not None and level <= severity:
                # Defaults speak of all the rules of a file, and some of these are higher by themselves.
                if "levels" not in self._notepad.inherited:
                    self._notepad.complain(
                        path,
                        f"the level {name} is not above the rule's own severity, {severity.name.lower()}",
                        "take it out, or set a lower severity:",
                    )
            elif clause is not None:
                levels.append(Level(level, clause))
        return tuple(sorted(levels, key=lambda each: each.severity))

    def _read_template(
        self, key: str, text: str | None, counted: Counted | None, condition: Condition, opens: tuple[bool, bool]
    ) -> Template | None:
        if text is None:
            return None
        sector, investor = opens
        subject = condition.meaning
        return self._notepad.read(
            key,
            text,
            lambda text: self._shelf.once(
                ("template", text, counted, subject, opens),
                lambda: read_template(text, counted, subject, opens_sector=sector, opens_investor=investor),
            ),
        )

    def _read_for(self) -> tuple[int, int]:
        span = self._read("for", self._model.for_, parse_span)
        if span is None:
            return 0, 0
        return (int(span.value), 0) if span.meaning.sort is Sort.DURATION else (0, int(span.value))

    def _read_duration(self, key: str, text: str | None, what: str) -> int:
        return self._read(key, text, lambda text: parse_duration(text, what)) or 0

    def _read_repeat(self) -> int:
        repeat = self._read_duration("repeat", self._model.repeat, "the time to a repeat")
        if 0 < repeat < SLOT:
            self._notepad.complain(
                "repeat",
                f"nothing new is known after {self._model.repeat}: the exchange publishes every {SLOT} s",
                "write 30s or more",
            )
        return repeat

    def _refuse_of_a_state(self, condition: Condition) -> None:
        """Note what is of no use to an event; defaults speak of a file's states alone."""
        given = self._model.model_fields_set
        for key, what in _OF_A_STATE.items():
            field = "for_" if key == "for" else key
            if field in given and getattr(self._model, field) is not None and key not in self._notepad.inherited:
                another = (
                    "write a condition that lasts, like delta(msval, 5m) <= -300억"
                    if condition.mode is Mode.EVENT
                    else "write mode: state"
                )
                self._notepad.complain(key, what, f"take {key} out, or {another}")


def _find_open(condition: Condition, levels: Sequence[Level], resolve_when: Clause | None) -> tuple[bool, bool]:
    """Tell whether the conditions of a rule leave the sector, and whether they leave the investor to it."""
    clauses = [*(each.clause for each in levels), *([] if resolve_when is None else [resolve_when])]
    references = join_references(condition.references, *(each.references for each in clauses))
    return any(sector is None for sector, _ in references), any(investor is None for _, investor in references)
