"""The list of the rules."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import trio
from msgspec import Meta, Struct

from flowalert.delivery.routing import route
from flowalert.rules.rulebook import Rule
from flowalert.store import Standing
from flowalert.web.room.rules.fault import Doctor, Fault, Reload, ask_standings, call_doctor
from flowalert.web.room.rules.wording import say
from flowalert.web.route import AnyView, View
from flowalert.web.rule_file import list_files
from flowalert.web.site import Site
from flowalert.workbench.check import Said, file_of, line_of

_ON_A_PAGE = 100
_AT_A_TIME = 500


class RulesQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rules: those with all the words of `q` in what is written of them; and which page of them, from 1."""

    q: Annotated[str, Meta(max_length=200)] = ""
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1


class RuleRow(Struct, frozen=True, kw_only=True):
    """A rule as it stands in the list."""

    name: str
    summary: str
    says: Said
    severity: str
    file: str
    line: int
    channels: Sequence[str]
    today: Standing
    faults: Sequence[Fault]


class Rules(Struct, frozen=True, kw_only=True):
    """A page of the rules that were looked for, in the order of their files: `found` of all `enabled` ones.

    `disabled` names those that are switched off. `files` are those that the editor opens. `reloads` tells whether the
    rules can change at all, and `reload` how that went the last time.
    """

    rules: Sequence[RuleRow]
    enabled: int
    found: int
    page: int
    pages: int
    disabled: Sequence[str]
    files: Sequence[str]
    reloads: bool
    reload: Reload | None


async def look_at_rules(site: Site, asked: RulesQuestion) -> Rules:
    """Return the rules."""
    doctor, standings = await call_doctor(site), await ask_standings(site)
    files = await trio.to_thread.run_sync(list_files, site)
    rulebook = site.rulebook
    words = asked.q.casefold().split()
    found = await _find(rulebook.rules, words)
    first = (asked.page - 1) * _ON_A_PAGE
    rows = []
    for rule in found[first : first + _ON_A_PAGE]:
        rows.append(_make_row(site, rule, standings, doctor))
        # What it takes to say a hundred rules is too much at a time.
        await trio.lowlevel.checkpoint()
    return Rules(
        rules=rows,
        enabled=len(rulebook.rules),
        found=len(found),
        page=asked.page,
        pages=max(1, -(-len(found) // _ON_A_PAGE)),
        disabled=[name for name in rulebook.disabled if all(word in name.casefold() for word in words)],
        files=list(files),
        reloads=site.service.plan.source is not None,
        reload=doctor.reload,
    )


async def _find(rules: Sequence[Rule], words: Sequence[str]) -> Sequence[Rule]:
    """Return the rules that have all of the words, some at a time: there may be many thousands."""
    if not words:
        return rules
    found: list[Rule] = []
    for first in range(0, len(rules), _AT_A_TIME):
        found += (rule for rule in rules[first : first + _AT_A_TIME] if _has_words(rule, words))
        await trio.lowlevel.checkpoint()
    return found


def _has_words(rule: Rule, words: Sequence[str]) -> bool:
    labels = " ".join(f"{name}={value}" for name, value in rule.labels)
    text = f"{rule.name} {rule.summary} {rule.condition.text} {rule.where} {rule.severity.name} {labels}".casefold()
    return all(word in text for word in words)


def _make_row(site: Site, rule: Rule, standings: Mapping[str, Standing], doctor: Doctor) -> RuleRow:
    today = standings.get(rule.name, Standing())
    return RuleRow(
        name=rule.name,
        summary=rule.summary,
        says=say(rule),
        severity=rule.severity.name.lower(),
        file=file_of(rule),
        line=line_of(rule),
        channels=route(rule.notify, site.channels),
        today=today,
        faults=list(doctor.find_faults(rule, today)),
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="rules",
        path="/rules",
        summary="The rules, each with what it did today.",
        question=RulesQuestion,
        answer=Rules,
        look=look_at_rules,
        template="rules/list.html",
    ),
)
