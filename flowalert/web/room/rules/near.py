"""How close a rule came today without firing: a backtest of the day, in a process of its own."""

from collections.abc import Sequence

import trio
from msgspec import Struct

from flowalert.web.bench import TRIED_FOR
from flowalert.web.mistake import RequestRefused
from flowalert.web.room.rules.outcome import OutcomeMiss, make_outcome
from flowalert.web.room.rules.rule import RuleQuestion, find_rule
from flowalert.web.route import AnyView, View
from flowalert.web.rule_file import find_file, list_channels, read_book
from flowalert.web.site import Site
from flowalert.workbench.check import file_of
from flowalert.workbench.trial import NotTried, Trying


class NearMisses(Struct, frozen=True, kw_only=True):
    """The closest near misses of a rule today, the closest first; `first_at` is None where nothing came yet.

    `is_blind` says that the rule did not see the whole session.
    """

    name: str
    first_at: int | None
    last_at: int | None
    is_blind: bool
    near_misses: Sequence[OutcomeMiss]


async def look_at_near_misses(site: Site, asked: RuleQuestion) -> NearMisses:
    """Return how close a rule came today, as its file has it now."""
    rule = find_rule(site, asked.name)
    file = file_of(rule)
    book = await trio.to_thread.run_sync(lambda: read_book(find_file(site, file)))
    tried = await site.workshop.bench.try_out(
        Trying(
            file=file,
            text=book.text,
            store=str(site.workshop.store),
            seconds=TRIED_FOR,
            channels=list_channels(site),
            only=(rule.name,),
        ),
        key=(file, book.digest, rule.name),
    )
    if isinstance(tried, NotTried):
        raise RequestRefused(422, f"{rule.name} cannot be tried: {tried.why}")
    outcome = make_outcome(tried)
    return NearMisses(
        name=rule.name,
        first_at=outcome.first_at,
        last_at=outcome.last_at,
        is_blind=any(each.is_blind for each in outcome.rules),
        near_misses=outcome.near_misses,
    )


VIEWS: tuple[AnyView, ...] = (
    View(
        name="near misses",
        path="/rules/{name}/near-misses",
        summary="How close a rule came today without firing; it takes seconds.",
        question=RuleQuestion,
        answer=NearMisses,
        look=look_at_near_misses,
        template="rules/near_misses.html",
        takes_long=True,
    ),
)
