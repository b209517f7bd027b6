"""One rule: what it says, how it stands, and what it did today."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import trio
from msgspec import Struct

from flowalert.delivery.routing import route
from flowalert.engine.hand import add_hands
from flowalert.engine.why import Comparison, Gate, Why
from flowalert.market.instant import to_wall
from flowalert.market.name import suggest
from flowalert.rules.document import Document
from flowalert.rules.outline import Extent, find_text, outline
from flowalert.rules.place import Source
from flowalert.rules.rulebook import Rule
from flowalert.store import Alert, Standing
from flowalert.web.mistake import RequestRefused
from flowalert.web.name import NamedScope, name_scope
from flowalert.web.room.rules.fault import Fault, ask_standings, call_doctor
from flowalert.web.room.rules.wording import say
from flowalert.web.route import AnyView, View
from flowalert.web.rule_file import find_file, read_book
from flowalert.web.site import Site
from flowalert.workbench.check import Explained, Said, explain_rule, file_of, line_of

_MOST_SCOPES = 12
_MOST_ALERTS = 50


class RuleQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rule."""

    name: str


class RuleScope(Struct, frozen=True, kw_only=True):
    """How a rule stands at one scope, as Why has it; moments are exchange time."""

    scope: NamedScope
    phase: str
    answer: bool | None
    updated_at: int | None
    comparisons: Sequence[Comparison]
    gates: Sequence[Gate]
    alert: str | None
    opened_at: int | None
    severity: str | None


class RuleAlert(Struct, frozen=True, kw_only=True):
    """An alert of the rule that changed today."""

    id: str
    scope: NamedScope
    state: str
    severity: str
    told: bool
    opened_at: dt.datetime
    changed_at: dt.datetime
    value: float | int | None
    peak: float | int | None


class RulePage(Struct, frozen=True, kw_only=True):
    """A rule, whole. `text` is what its file says of it now, empty where that has moved since it was loaded.

    Of its scopes those where most is going on are shown, and `more_scopes` are not; of its alerts the newest.
    """

    name: str
    summary: str
    severity: str
    mode: str
    file: str
    line: int
    text: str
    channels: Sequence[str]
    says: Said
    explained: Explained
    today: Standing
    faults: Sequence[Fault]
    scopes: Sequence[RuleScope]
    more_scopes: int
    alerts: Sequence[RuleAlert]


def find_rule(site: Site, name: str) -> Rule:
    """Return a rule by its name; raises RequestRefused (404)."""
    rule = site.rulebook.by_name.get(name)
    if rule is not None:
        return rule
    if name in site.rulebook.disabled:
        raise RequestRefused(404, f"the rule {name} is switched off", instead="take out its enabled: false")
    near = suggest(name, site.rulebook.by_name)
    raise RequestRefused(404, f"no rule has the name {name[:100]!r}", instead=f"did you mean {near}?" if near else "")


async def look_at_rule(site: Site, asked: RuleQuestion) -> RulePage:
    """Return a rule, whole."""
    rule = find_rule(site, asked.name)
    doctor, standings = await call_doctor(site), await ask_standings(site)
    today = standings.get(rule.name, Standing())
    alerts = await site.clerk.todays_alerts(rule.name, limit=_MOST_ALERTS)
    text = await trio.to_thread.run_sync(_find_text, site, rule)
    standing, scopes = site.engine.find_standing(rule.name, _MOST_SCOPES)
    return RulePage(
        name=rule.name,
        summary=rule.summary,
        severity=rule.severity.name.lower(),
        mode=rule.mode.value,
        file=file_of(rule),
        line=line_of(rule),
        text=text,
        channels=route(rule.notify, site.channels),
        says=say(rule),
        explained=explain_rule(rule, tuple(site.channels)),
        today=today,
        faults=list(doctor.find_faults(rule, today)),
        scopes=[_make_scope(each) for each in await _ask_people(site, rule, standing)],
        more_scopes=scopes - len(standing),
        alerts=[_make_alert(each) for each in alerts],
    )


async def _ask_people(site: Site, rule: Rule, answers: Sequence[Why]) -> list[Why]:
    """Return the answers with what people have silenced and acknowledged."""
    now = site.now()
    silences = await site.clerk.silences(now=now)
    acks = await site.clerk.acks(alerts=[each.alert for each in answers if each.alert is not None])
    return [add_hands(each, rule, silences, acks, now) for each in answers]


def _find_text(site: Site, rule: Rule) -> str:
    try:
        book = read_book(find_file(site, file_of(rule)))
    except RequestRefused:
        return ""
    text = find_text(Source(file_of(rule), book.text), _list_extents(book.text), line_of(rule))
    # One with parameters has its name in parts.
    return text if rule.name in text or "$" in text else ""


@lru_cache(maxsize=8)
def _list_extents(text: str) -> tuple[Extent, ...]:
    # Of a file with thousands of rules it takes a good part of a second, which the engine would notice each time.
    return tuple(outline(Document("", text)))


def _make_scope(why: Why) -> RuleScope:
    return RuleScope(
        scope=name_scope(why.scope),
        phase=why.phase.value,
        answer=why.answer,
        updated_at=why.updated_at,
        comparisons=why.comparisons,
        gates=why.gates,
        alert=why.alert,
        opened_at=why.opened_at,
        severity=None if why.severity is None else why.severity.name.lower(),
    )


def _make_alert(alert: Alert) -> RuleAlert:
    last = alert.last
    return RuleAlert(
        id=alert.id,
        scope=name_scope(last.scope),
        state=alert.state.value,
        severity=last.severity.name.lower(),
        told=last.told,
        opened_at=to_wall(last.opened_at),
        changed_at=to_wall(last.at),
        value=last.value,
        peak=last.peak,
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="rule",
        path="/rules/{name}",
        summary="One rule: what it says, how it stands, and what it did today.",
        question=RuleQuestion,
        answer=RulePage,
        look=look_at_rule,
        template="rules/rule.html",
    ),
)
