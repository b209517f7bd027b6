"""Which alerts nobody is told of: the silences, a new one, and the early end of one."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import trio.lowlevel
from msgspec import Struct, field

from flowalert.engine.clause import subject_of
from flowalert.engine.matcher import Matcher, parse_matcher, say_matcher
from flowalert.engine.recurrence import Times, say_times
from flowalert.engine.silence import Silence, SilenceState, changes_at, in_force_since, state_at
from flowalert.engine.wish import Misread, Stretch, ever_comes, read_stretch, read_times, warn_of_rules
from flowalert.language.mistake import Mistake as TextMistake
from flowalert.language.tongue import Tongue
from flowalert.market.venue import Venue, find_venue
from flowalert.store import Alert, NotEnded, NotOne
from flowalert.web.access.actor import Actor
from flowalert.web.mistake import Mistake, RequestRefused
from flowalert.web.name import NamedScope, name_scope
from flowalert.web.room.asking import Many, Number, read_words, refuse_mistake
from flowalert.web.route import AnyDeed, AnyView, Deed, View
from flowalert.web.site import Site

_PAGE = 50
# Of more alerts than these the first are named, and the others counted.
_NAMED = 20
# A matcher looks at so many alerts in about a millisecond.
_AT_ONCE = 300
_LONGEST_REASON = 2_000
_NO_LENGTH = "say how long, with one of for, until and every (which may have an until)"


class Covered(Struct, frozen=True):
    """An alert that is open, and that a silence covers."""

    id: str
    rule: str
    scope: NamedScope


class SilenceRow(Struct, frozen=True, kw_only=True):
    """One silence. `state` is in force, to come, recurring (between two of its times) or ended; moments are wall time.

    `says_korean`, `says_english` and the times say in words what the matcher and the hours are. `covers` are alerts
    that are open now, the first 20 of `covered`.
    """

    id: int
    state: str
    matcher: str
    says_korean: str
    says_english: str
    times_korean: str
    times_english: str
    created_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    ended_at: dt.datetime | None
    in_force_since: dt.datetime | None
    changes_at: dt.datetime | None
    by: str
    reason: str
    covers: Sequence[Covered]
    covered: int


class Draft(Struct, frozen=True, kw_only=True):
    """A silence that is not made yet: what it would cover, or the mistake that keeps it from being made.

    `where` of the mistake is the field, and for a text the columns in it, from 1; `before`, `marked` and `after` are
    the parts of that text.
    """

    silence: SilenceRow | None = None
    open: int = 0
    warnings: Sequence[str] = ()
    mistake: Mistake | None = None
    before: str = ""
    marked: str = ""
    after: str = ""


class Silences(Struct, frozen=True, kw_only=True):
    """The silences that are in force or to come, the one made last first, and a page of those that have ended.

    `older` is the `before` of the next page of those, None where there is none; `draft` is of the silence that the
    question describes, where it does.
    """

    place: str
    silences: Sequence[SilenceRow]
    ended: Sequence[SilenceRow]
    older: int | None
    draft: Draft | None


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A silence to be made: a matcher like `sector=kospi,severity<critical`, and one of for, until and every.

    `for` is like 30m or 1h, `until` and `from` like 15:30 or 2026-11-23 15:30 in Seoul, `every` hours like
    09:00-09:10 or a phase like closing_auction; with it `weekdays` is like mon-fri, and `venue` says whose phases.
    """

    matcher: str = ""
    length: str = field(name="for", default="")
    until: str = ""
    every: Many = ()
    begin: str = field(name="from", default="")
    weekdays: str = ""
    venue: str = ""
    reason: str = ""


class SilencesQuestion(Wish, frozen=True, forbid_unknown_fields=True):
    """A silence to be tried out, where there is a matcher, and from where on the ended ones are listed."""

    before: Number | None = None


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """Which silence is to end."""

    silence: Number


async def look_at_silences(site: Site, asked: SilencesQuestion) -> Silences:
    """Return the silences, and what one that is described would cover."""
    place, now = site.news.place, site.now()
    alerts = await site.clerk.open_alerts()
    standing = await site.clerk.silences(now=now)
    ended, older = await site.clerk.ended_silences(now, before=asked.before, limit=_PAGE)
    return Silences(
        place=place,
        silences=await _describe_all(standing[::-1], alerts, now),
        ended=await _describe_all(ended, (), now),
        older=older,
        draft=await _try_out(site, asked, alerts, now) if asked.matcher.strip() else None,
    )


async def look_at_draft(site: Site, asked: Wish) -> Draft:
    """Return what a silence would cover, or its mistake; nothing changes."""
    return await _try_out(site, asked, await site.clerk.open_alerts(), site.now())


async def silence(site: Site, actor: Actor, asked: Wish) -> SilenceRow:
    """Make a silence. A running service minds it within seconds."""
    now = site.now()
    try:
        plan = await _plan(site, asked, now)
    except Misread as misread:
        raise refuse_mistake(misread.part, misread.mistake) from None
    reason = asked.reason.strip()
    if not reason:
        raise RequestRefused(400, "the reason is empty", where="reason", instead="say why, for whoever wonders later")
    return await make_silence(site, actor, plan, reason, now)


async def end_silence(site: Site, actor: Actor, asked: Ending) -> SilenceRow:
    """End a silence now, or before it begins."""
    now = site.now()
    done = await site.clerk.end_silences([asked.silence], by=actor.name, now=now)
    match done:
        case NotEnded(objections):
            exists = "has ended" in objections[0]
            raise RequestRefused(409 if exists else 404, "; ".join(objections))
        case (ended,):
            return await _describe(ended, (), now)
    raise AssertionError("one silence was asked for")


class Plan(NamedTuple):
    """A silence as it is to be made."""

    matcher: Matcher
    stretch: Stretch
    times: Times


async def make_silence(site: Site, actor: Actor, plan: Plan, reason: str, now: dt.datetime) -> SilenceRow:
    """Write a silence into the store; return it with what it covers."""
    if len(reason) > _LONGEST_REASON:
        raise RequestRefused(400, f"the reason is longer than {_LONGEST_REASON:,} characters", where="reason")
    made = await site.clerk.add_silence(
        plan.matcher,
        starts_at=plan.stretch.begin,
        ends_at=plan.stretch.end,
        times=plan.times,
        by=actor.name,
        reason=reason,
        now=now,
    )
    return await _describe(made, await site.clerk.open_alerts(), now)


async def _try_out(site: Site, asked: Wish, alerts: Sequence[Alert], now: dt.datetime) -> Draft:
    try:
        plan = await _plan(site, asked, now)
    except Misread as misread:
        text, mistake = misread.text, misread.mistake
        end = max(mistake.end, mistake.start + 1)
        return Draft(
            mistake=refuse_mistake(misread.part, mistake).mistake,
            before=text[: mistake.start],
            marked=text[mistake.start : end],
            after=text[end:],
        )
    except RequestRefused as refused:
        return Draft(mistake=refused.mistake)
    planned = Silence(
        id=0,
        matcher=plan.matcher,
        created_at=now,
        starts_at=plan.stretch.begin,
        ends_at=plan.stretch.end,
        by="",
        reason=asked.reason.strip(),
        times=plan.times,
    )
    known = {*site.rulebook.by_name, *(await site.clerk.names()).rules}
    row = await _describe(planned, alerts, now)
    return Draft(silence=row, open=len(alerts), warnings=list(warn_of_rules(plan.matcher, known)))


async def _plan(site: Site, asked: Wish, now: dt.datetime) -> Plan:
    """Return what a wish comes to; raises Misread and RequestRefused."""
    begin, until, length, weekdays = (
        text.strip() or None for text in (asked.begin, asked.until, asked.length, asked.weekdays)
    )
    every = read_words("every", asked.every)
    try:
        matcher = parse_matcher(asked.matcher)
    except TextMistake as mistake:
        raise Misread("matcher", asked.matcher, mistake) from None
    if (length is not None) + (until is not None and not every) + bool(every) != 1:
        raise RequestRefused(400, _NO_LENGTH, where="for")
    if weekdays is not None and not every:
        raise RequestRefused(400, "weekdays are for every", where="weekdays")
    venue = find_venue(asked.venue) if asked.venue.strip() else Venue.KRX
    if venue is None:
        raise RequestRefused(
            400, f"{asked.venue[:40]!r} is no venue", where="venue", instead="write krx, nxt or unified"
        )
    stretch = read_stretch(begin, until, length, now)
    times = read_times(every, weekdays, venue)
    found = await site.clerk.complete(matcher)
    if isinstance(found, NotOne):
        raise RequestRefused(400, found.words, where="matcher")
    if not ever_comes(found, stretch, times, now):
        raise RequestRefused(
            400, "it would never be in force", where="every", instead="look at every, weekdays and until together"
        )
    return Plan(found, stretch, times)


async def _describe_all(silences: Iterable[Silence], alerts: Sequence[Alert], now: dt.datetime) -> list[SilenceRow]:
    return [await _describe(each, alerts, now) for each in silences]


async def _describe(silence: Silence, alerts: Sequence[Alert], now: dt.datetime) -> SilenceRow:
    covered: list[Alert] = []
    if state_at(silence, now) is not SilenceState.ENDED:
        for begin in range(0, len(alerts), _AT_ONCE):
            part = alerts[begin : begin + _AT_ONCE]
            covered += [alert for alert in part if silence.matcher.matches(subject_of(alert.last, alert.labels))]
            await trio.lowlevel.checkpoint()
    return SilenceRow(
        id=silence.id,
        state=state_at(silence, now).value,
        matcher=str(silence.matcher),
        says_korean=say_matcher(silence.matcher, Tongue.KOREAN),
        says_english=say_matcher(silence.matcher, Tongue.ENGLISH),
        times_korean=say_times(silence.times, Tongue.KOREAN),
        times_english=say_times(silence.times, Tongue.ENGLISH),
        created_at=silence.created_at,
        starts_at=silence.starts_at,
        ends_at=silence.ends_at,
        ended_at=silence.ended_at,
        in_force_since=in_force_since(silence, now),
        changes_at=changes_at(silence, now),
        by=silence.by,
        reason=silence.reason,
        covers=[Covered(alert.id, alert.last.rule, name_scope(alert.last.scope)) for alert in covered[:_NAMED]],
        covered=len(covered),
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="silences",
        path="/silences",
        summary="The silences, and what one that is described would cover.",
        question=SilencesQuestion,
        answer=Silences,
        look=look_at_silences,
        template="silences.html",
    ),
    View(
        name="silence draft",
        path="/silences/draft",
        summary="What a silence would cover, or its mistake; nothing changes.",
        question=Wish,
        answer=Draft,
        look=look_at_draft,
    ),
)
DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="silence",
        path="/silences",
        summary="Make a silence.",
        question=Wish,
        answer=SilenceRow,
        do=silence,
        after="/silences",
    ),
    Deed(
        name="end silence",
        path="/silences/{silence}/end",
        summary="End a silence now, or before it begins.",
        question=Ending,
        answer=SilenceRow,
        do=end_silence,
        after="/silences",
    ),
)
