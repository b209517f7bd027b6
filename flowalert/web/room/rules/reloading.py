"""Having the service read its settings and rules again, and waiting for what becomes of it."""

import enum
from collections.abc import Sequence

import trio
from msgspec import Struct

from flowalert.store import Action, Deed as Done
from flowalert.web.access.actor import Actor
from flowalert.web.mistake import RequestRefused
from flowalert.web.route import AnyDeed, Deed, NoQuestion
from flowalert.web.site import Site

# Thousands of rules fold a day in some seconds.
_WAITED_FOR = 60.0
_LOOK_EVERY = 0.05
_MOST_PROBLEMS = 100


class State(enum.Enum):
    """What became of a reload."""

    RELOADED = "reloaded"
    REFUSED = "refused"  # what was in force before stays in force
    UNANSWERED = "unanswered"  # it goes on, and the service's log will say
    IMPOSSIBLE = "impossible"  # this service cannot change its rules


class Reloaded(Struct, frozen=True):
    """What became of a reload, and what was wrong, the first of it; `more` problems are not shown."""

    state: State
    problems: Sequence[str] = ()
    more: int = 0


async def reload_rules(site: Site, actor: Actor, _: NoQuestion) -> Reloaded:
    """Reload as `flowalert reload` does; raises RequestRefused (409) where that is impossible."""
    reloaded = await ask_for_reload(site, f"{actor.name} asked for it on the pages")
    if reloaded.state is State.IMPOSSIBLE:
        raise RequestRefused(409, "this service has no settings to read again", instead="start it with flowalert run")
    return reloaded


async def ask_for_reload(site: Site, why: str) -> Reloaded:
    """Ask the service to reload, and return what became of that."""
    source = site.service.plan.source
    if source is None:
        return Reloaded(State.IMPOSSIBLE)
    before = await site.clerk.audit(limit=1)
    last = before[-1].id if before else 0
    source.requests.ask(why)
    done: Done | None = None
    with trio.move_on_after(_WAITED_FOR):
        while (done := await _find_answer(site, last, why)) is None:  # noqa: ASYNC110 - the store rings no bell
            await trio.sleep(_LOOK_EVERY)
    if done is None:
        return Reloaded(State.UNANSWERED)
    problems = done.detail["problems"]
    state = State.REFUSED if problems else State.RELOADED
    return Reloaded(state, problems[:_MOST_PROBLEMS], len(problems[_MOST_PROBLEMS:]))


async def _find_answer(site: Site, after: int, why: str) -> Done | None:
    """Return what was written down of the reload that was asked for; None where that is yet to come.

    One that was under way already may have read the files before. Where somebody else asked as well, the second one is
    done for both.
    """
    deeds = await site.clerk.audit(limit=20)
    found = [each for each in deeds if each.id > after and each.action in {Action.RELOADED, Action.REFUSED}]
    own = next((each for each in found if each.detail["why"] == why), None)
    return own or (found[1] if len(found) > 1 else None)


DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="reload",
        path="/reload",
        summary="Have the service read its settings and rules again: all of them, or none.",
        question=NoQuestion,
        answer=Reloaded,
        do=reload_rules,
        template="rules/reloaded.html",
    ),
)
