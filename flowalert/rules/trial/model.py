"""What a file of tests may hold, as pydantic models: the shape alone; names, times and figures are read later.

The descriptions are those of the JSON Schema. A YAML reader of an editor's makes numbers of figures; ours does not.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from flowalert.rules.model import Strict, Texts


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_SCALAR = ["string", "number"]
MOST = 10_000

Figure = Annotated[str, BeforeValidator(_as_text), Field(json_schema_extra={"type": _SCALAR})]
# A line of figures may be a YAML list of them.
Figures = Annotated[
    Figure | list[Figure], Field(description="one figure a slot: 0 -100 (-50)x10 _ = ? !-900 -100/-120")
]


class EventModel(Strict):
    """What happens beside the updates; after the slot of its time."""

    at: str | None = Field(default=None, description="exchange time; a closed session has the calendar's when left out")
    feed: str | None = Field(default=None, description="lost or back")
    sectors: Texts = Field(default=[], description="the sectors whose feed is lost or back; all when left out")
    session: str | None = Field(default=None, description="closed")
    slot: str | None = Field(default=None, description="open: nobody says that the slot at this time is whole")


class ExpectationModel(Strict):
    """What a rule must tell, or keep to itself: one of the first ten keys, and what is to be known about it."""

    fires: str | None = Field(
        default=None, description="this rule is told to fire, as an event or as a state that opens"
    )
    repeats: str | None = Field(default=None, description="this rule is told again, since it still fires")
    rises: str | None = Field(default=None, description="this rule's alert is told to have become more severe")
    resolves: str | None = Field(default=None, description="this rule's alert is told to be over")
    held: str | None = Field(default=None, description="this rule fires, and nobody is told")
    quiet: str | None = Field(default=None, description="this rule tells nothing")
    pending: str | None = Field(default=None, description="this rule's condition is true, but not yet for its time")
    open: str | None = Field(default=None, description="this rule's alert is firing, told or not")
    recovering: str | None = Field(default=None, description="this rule's alert is about to resolve")
    closed: str | None = Field(default=None, description="this rule has no alert, and none is pending")
    at: str | None = Field(default=None, description="exchange time of a slot or an event; the end for a state")
    from_: str | None = Field(default=None, alias="from", description="of quiet: the first time")
    until: str | None = Field(default=None, description="of quiet: the last time")
    scope: Texts = Field(default=[], description="kospi foreign: sector, investor, or both")
    severity: str | None = Field(default=None, description="info, warning or critical")
    value: Figure | None = Field(default=None, description="the figure that the condition is first about, as -350억")
    peak: Figure | None = Field(default=None, description="the furthest that it went while the alert was open")
    opened_at: str | None = Field(default=None, description="exchange time at which the condition became true")
    held_back: Figure | None = Field(default=None, description="how many before it nobody was told of")
    reason: str | None = Field(default=None, description="why: condition, held_for, cooldown_over, session_closed …")
    hold: str | None = Field(default=None, description="of held: by what: cooldown, limit or flapping")
    title: str | None = Field(default=None, description="the whole title")
    message: str | None = Field(default=None, description="the whole text below the title")
    contains: Texts = Field(default=[], description="texts that the title or the message has in it")


class TrialDefaults(Strict):
    """What every test of a file has unless it says otherwise."""

    only: Texts = Field(
        default=[], max_length=MOST, description="the rules under test; all of the files' when left out"
    )
    date: str = Field(default="2026-11-23", description="the session's date")
    start: str = Field(default="09:00:30", description="exchange time of the first slot")
    slot: str = Field(default="30s", description="the time from one slot to the next")
    venue: str | None = Field(default=None, description="krx, nxt or unified; that of the rules when left out")
    sector: str | None = Field(default=None, description="the sector of the lines that name none")


class TrialModel(TrialDefaults):
    """One test."""

    name: str = Field(description="what the test holds, in a sentence")
    market: dict[str, Figures] = Field(description="a line for each figure: `foreign msval`, `futures.외국인.msvol`")
    events: list[EventModel] = Field(default=[], max_length=MOST, description="what happens beside the updates")
    expect: list[ExpectationModel] = Field(max_length=MOST, description="what must be told; nothing else may be")


class TrialFile(Strict):
    """One file of tests."""

    rules: Texts = Field(min_length=1, description="the files of the rules under test, relative to this one")
    defaults: TrialDefaults = TrialDefaults()
    tests: list[TrialModel] = Field(min_length=1)
