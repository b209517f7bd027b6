"""The JSON Schema of rule files, by which an editor completes, explains and underlines.

It says less than `flowalert check`: of conditions and texts only that they are some. An editor reads `001` as a number
and `true` as a truth, and both must pass; so must a parameter, `$sector`, wherever a rule may have one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from flowalert.language.condition import Mode
from flowalert.market.investor import INVESTORS
from flowalert.market.phase import PHASES
from flowalert.market.sector import SEGMENTS
from flowalert.market.venue import Venue
from flowalert.rules.severity import Severity

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SPAN = r"^\s*[0-9]+(_[0-9]+)*(\.[0-9]+)?\s*({units})\s*$"
_SECONDS = "s|sec|초|m|min|분|h|hour|hours|시간"
_CLOCK = r"([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?"
_PARAMETER: Schema = {"type": "string", "pattern": r"\$"}
_NOTHING: Schema = {"type": "null"}


def make_schema() -> Schema:
    """Return the schema of a rule file."""
    keys = _list_keys()
    shared = {key: {"$ref": f"#/$defs/{key}"} for key in keys}
    own = {"name": _NAME, "summary": _SUMMARY, "when": _WHEN}
    return {
        "$schema": DIALECT,
        "$id": "urn:flowalert:rules",
        "title": "flowalert rules",
        "description": "A file of rules that say when to tell whom of who is buying and who is selling.",
        "type": "object",
        "properties": {
            "defaults": {
                "description": "What every rule of this file has unless it says otherwise.",
                "type": "object",
                "properties": shared,
                "additionalProperties": False,
            },
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
        },
        "required": ["rules"],
        "additionalProperties": False,
        "$defs": {
            "rule": {
                "type": "object",
                "properties": {**own, **shared, "params": _params()},
                "required": ["name", "when"],
                "additionalProperties": False,
            },
            "sector": _name(_SECTOR_NAMES, "[0-9]{1,3}"),
            "investor": _name(_INVESTOR_NAMES, "[0-9]{1,4}"),
            **keys,
        },
    }


_SECTOR_NAMES = [name for each in SEGMENTS for name in (each.slug, each.korean)]
_INVESTOR_NAMES = [name for each in INVESTORS for name in (each.slug, each.korean, *each.also)]

_NAME: Schema = {
    "description": "The alerts' identity, the same in no other rule: renaming a rule makes it another.",
    "type": ["string", "integer"],
    "examples": ["foreigners-dump-kospi"],
}
_SUMMARY: Schema = {
    "description": "A few words for people: the title of its messages, if it has no title of its own.",
    "type": "string",
    "default": "",
    "examples": ["외국인 코스피 대량 순매도"],
}
_WHEN: Schema = {
    "description": "The condition. Other series have a prefix: foreign.msval, futures.foreign.delta(msvol, 5m).",
    "type": "string",
    "minLength": 1,
    "examples": ["delta(msval) <= -300억", "delta(msval, 5m) <= -500억 and msval < 0", "crosses_below(msval, 0)"],
}


def _list_keys() -> dict[str, Schema]:
    """Return the schema of each key that a file's defaults may have, too."""
    return {
        "venue": _choice("Where the trading is done.", [each.value for each in Venue], "krx"),
        "sectors": _names(
            "What is traded: names or codes, or all. Needed where the condition leaves the sector open.",
            "sector",
            ["kospi", "kosdaq"],
        ),
        "investors": _names(
            "Who trades: names or codes, or all. Needed where the condition leaves the investor open.",
            "investor",
            ["foreign"],
        ),
        "mode": _choice(
            "Whether it happens (event) or lasts (state); left out, it follows from the condition.",
            [each.value for each in Mode],
        ),
        "for": _text(
            "How long a state must last before anybody is told.",
            _SPAN.format(units=f"{_SECONDS}|updates?"),
            ["2m", "3 updates"],
        ),
        "resolve_when": _text("What must hold, beside the condition no longer, for the alert to resolve.", r"\S", [
            "delta(msval, 5m) > -100억",
        ]),
        "keep_firing_for": _duration("How long a state that is over may come back before it is told to be over."),
        "cooldown": _duration("Tell at most once in so long; what is held back is counted in the next."),
        "repeat": _duration("Tell again, each time after so long, while it still fires; 30s or more."),
        "severity": _choice("How much it matters.", _list_severities(), "warning"),
        "levels": _levels(),
        "active": _active(),
        "expires": _text(
            "When the rule is over for good: after a date, after so many fires, or after one session.",
            r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2}|[1-9][0-9]*\s*fires?|session)\s*$",
            ["2026-12-31", "3 fires", "session"],
        ),
        "limit": _text(
            "How many firings of one alert are told in a session, or in a time.",
            rf"^\s*[1-9][0-9]*\s*/\s*(session|[0-9]+\s*({_SECONDS}))\s*$",
            ["5/session", "5/1h"],
        ),
        "labels": {
            "description": "Words of your own, passed on with each alert.",
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "default": {},
            "examples": [{"team": "derivatives"}],
        },
        "notify": {
            "description": "The channels of the settings that are told; left out, the channel default or all of them.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "default": [],
            "examples": [["desk"]],
        },
        "title": _text("The message's title, with {{ expression | format }} in it.", "", [
            "{{ sector }} {{ investor }} {{ delta(msval) | won }}",
        ]),
        "message": _text("The message's text, with {{ expression | format }} in it.", "", [
            "{{ at }} 순매수 {{ delta(msval) | won }}, 오늘 {{ msval | won }}",
        ]),
        "enabled": _switch("Whether the rule is on; one that is off is checked all the same.", default=True),
    }  # fmt: skip


def _list_severities() -> list[str]:
    return [each.name.lower() for each in Severity]


def _choice(description: str, choices: Iterable[str], default: str | None = None) -> Schema:
    """Describe a key with few values; without a default it may be empty."""
    wanted: list[Schema] = [{"enum": list(choices)}, _PARAMETER]
    if default is None:
        return {"description": description, "anyOf": [*wanted, _NOTHING]}
    return {"description": description, "anyOf": wanted, "default": default}


def _name(known: Iterable[str], code: str) -> Schema:
    # Names are found in capitals too; of these an editor need not remind anybody.
    capitals = "|".join(each.upper() for each in known if each.isascii())
    spelled = {"type": "string", "pattern": rf"^({code}|{capitals}|[^\x00-\x7f].*)$"}
    number = {"type": "integer", "minimum": 0}
    return {"anyOf": [{"enum": list(dict.fromkeys(["all", *known]))}, spelled, number, _PARAMETER]}


def _names(description: str, kind: str, example: list[str]) -> Schema:
    name = {"$ref": f"#/$defs/{kind}"}
    return {
        "description": description,
        "anyOf": [name, {"type": "array", "items": name}, _NOTHING],
        "examples": [example, example[0]],
    }


def _text(description: str, pattern: str, examples: list[str]) -> Schema:
    text = {"type": "string", "pattern": pattern} if pattern else {"type": "string"}
    wanted = [text, _PARAMETER, _NOTHING] if pattern else [text, _NOTHING]
    return {"description": description, "anyOf": wanted, "examples": examples}


def _duration(description: str) -> Schema:
    return _text(description, _SPAN.format(units=_SECONDS), ["90s", "5m", "1h"])


def _switch(description: str, *, default: bool) -> Schema:
    words = {"type": "string", "pattern": r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"}
    return {"description": description, "anyOf": [{"type": "boolean"}, words, _PARAMETER], "default": default}


def _levels() -> Schema:
    clause = {"type": "string", "minLength": 1}
    return {
        "description": "Higher severities, each with what must hold beside the condition for it.",
        "type": "object",
        "properties": dict.fromkeys(_list_severities()[1:], clause),
        "additionalProperties": False,
        "default": {},
        "examples": [{"critical": "delta(msval) <= -1000억"}],
    }


def _active() -> Schema:
    stretch = {"type": "string", "pattern": rf"^\s*{_CLOCK}\s*[-~–]\s*{_CLOCK}\s*$"}
    phase = {"enum": [name for each in PHASES for name in (each.slug, each.korean)]}
    days = (
        "(mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|[월화수목금토일](요일)?)"
    )
    weekday = {"type": "string", "pattern": rf"^{days}(-{days})?$"}
    times = {"anyOf": [stretch, phase, _PARAMETER]}
    table = {
        "type": "object",
        "properties": {
            "hours": _one_or_more("Hours of the day.", [stretch], ["09:10-15:20"]),
            "phases": _one_or_more("Phases of the venue's day.", [phase], ["regular"]),
            "weekdays": _one_or_more("Days of the week.", [weekday], ["mon-fri", "월-금"]),
            "holidays": _switch("Whether it may fire on days without trading, too.", default=True),
        },
        "additionalProperties": False,
    }
    return {
        "description": "When it may fire: hours or phases, or a table that says more; left out, always.",
        "anyOf": [times, {"type": "array", "items": times, "minItems": 1}, table, _NOTHING],
        "examples": ["regular", "09:00-15:20", {"hours": "09:10-15:20", "weekdays": "mon-fri", "holidays": False}],
    }


def _one_or_more(description: str, kinds: list[Schema], example: list[str]) -> Schema:
    item: Schema = {"anyOf": [*kinds, _PARAMETER]}
    return {
        "description": description,
        "anyOf": [item, {"type": "array", "items": item, "minItems": 1}, _NOTHING],
        "examples": [example],
    }


def _params() -> Schema:
    cell: Mapping[str, Any] = {"type": ["string", "number", "boolean"]}
    column: Schema = {"type": "string", "pattern": r"^[^\s$]+$"}
    rows = {
        "description": "A table for each rule.",
        "type": "array",
        "items": {"type": "object", "additionalProperties": cell, "minProperties": 1},
        "minItems": 1,
    }
    compact = {
        "description": "The names once, and a list of as many values for each rule.",
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": column, "minItems": 1},
            "rows": {"type": "array", "items": {"type": "array", "items": cell}, "minItems": 1},
        },
        "required": ["columns", "rows"],
        "additionalProperties": False,
    }
    combined = {
        "description": "Lists of which every combination makes a rule.",
        "type": "object",
        "propertyNames": {"not": {"enum": ["columns", "rows"]}},
        "additionalProperties": {"anyOf": [cell, {"type": "array", "items": cell, "minItems": 1}]},
        "minProperties": 1,
    }
    return {
        "description": "Makes a rule for each row; $name in any text of the rule, its name too, is that row's value.",
        "anyOf": [rows, compact, combined],
        "examples": [
            [{"sector": "kospi", "amount": "-300억"}, {"sector": "kosdaq", "amount": "-100억"}],
            {"columns": ["sector", "amount"], "rows": [["kospi", "-300억"], ["kosdaq", "-100억"]]},
            {"sector": ["kospi", "kosdaq"], "amount": ["-300억", "-500억"]},
        ],
    }
