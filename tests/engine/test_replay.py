"""The journal is the truth: the same entries give the same transitions, to the byte."""

from typing import Any

import msgspec

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.market.entry import Entry, FeedBack, FeedLost, SessionClosed, SlotClosed, Update
from flowalert.market.series import Series, parse_series
from flowalert.rules.rulebook import Rulebook
from tests.engine.market import INDIVIDUAL, Market, read_rules

RULES = (
    "when: delta(msval) >= 100; cooldown: 5m",
    "when: msval >= 100; for: 60s; message: {{ delta(msval, 5m) }}",
    "when: crosses(msval, 0)",
    "when: abs(msval) >= 50; cooldown: 5m; investors: all",
)


def live() -> Market:
    """A short day with everything in it."""
    market = Market(*RULES)
    market.slots(0, 150, 150, -20)
    market.slots(60, of=INDIVIDUAL)
    market.slots(None, 200)
    market.lose("krx/001")
    market.close_slot(20)
    market.find("krx/001")
    market.miss(3, 90)
    market.update(300)
    market.slots(300, 310, 320, 460)
    market.close_slot(1)
    market.slots(10, of=INDIVIDUAL)
    market.close_session(market.at + 3600)
    return market


def replay(entries: list[Entry], rulebook: Rulebook) -> list[Transition]:
    engine = Engine(rulebook)
    return [transition for entry in entries for transition in engine.handle(entry)]


def encode(thing: object) -> bytes:
    return msgspec.json.encode(thing, enc_hook=str)


def test_the_day_has_something_of_everything() -> None:
    """Or the tests below would compare nothing."""
    market = live()
    assert {each.kind for each in market.transitions} == set(Kind)
    assert {each.told for each in market.transitions} == {True, False}
    assert any(each.held_back for each in market.transitions)
    assert {each.reason for each in market.transitions} >= {
        Reason.CONDITION, Reason.HELD_FOR, Reason.COOLDOWN_OVER, Reason.SESSION_CLOSED,
    }  # fmt: skip


def test_a_replay_tells_the_same_to_the_byte() -> None:
    """In a new engine, with the rules loaded anew."""
    market = live()
    again = replay(market.entries, read_rules(*RULES))
    assert again == market.transitions
    assert encode(again) == encode(market.transitions)


def test_entries_that_went_through_json_tell_the_same() -> None:
    """What a recording holds is all that the engine needs."""

    def read_series(_: type, text: Any) -> Series:
        return parse_series(text)

    market = live()
    kinds: dict[str, type[Entry]] = {
        each.__name__: each for each in (Update, SlotClosed, FeedLost, FeedBack, SessionClosed)
    }
    written = [(type(entry).__name__, encode(entry)) for entry in market.entries]
    entries = [msgspec.json.decode(line, type=kinds[kind], dec_hook=read_series) for kind, line in written]
    assert entries == market.entries
    assert replay(entries, read_rules(*RULES)) == market.transitions


def test_no_two_transitions_share_an_identity() -> None:
    """Nor two alerts of one rule and scope an opening."""
    market = live()
    assert len({each.id for each in market.transitions}) == len(market.transitions)
    opened = {(each.alert, each.rule, str(each.scope), each.opened_at) for each in market.transitions}
    assert len(opened) == len({each.alert for each in market.transitions})


def test_an_identity_does_not_depend_on_the_other_rules() -> None:
    """Rules that come and go beside it leave a rule's transitions as they were."""
    market = live()
    for number, rule in enumerate(RULES):
        alone = replay(market.entries, read_rules(*(["when: msval >= 999"] * number), rule))
        name = f"rule-{number}"
        assert [each for each in alone if each.rule == name] == [
            each for each in market.transitions if each.rule == name
        ]


def test_transitions_of_an_episode_are_numbered() -> None:
    """From 1, and the number is in the identity."""
    market = Market("when: msval >= 1; cooldown: 60s")
    market.slots(1, 0, 1, 1, 1, 0)
    assert [(each.n, each.id) for each in market.transitions] == [
        (each.n, f"{each.alert}-{each.n}-{each.kind.value}") for each in market.transitions
    ]
    assert [each.n for each in market.transitions] == [1, 2, 1, 2, 3]


def test_what_is_open_can_be_announced_without_changing_anything() -> None:
    """A new rule's alert is told once, as open since then, outside the numbers of the fold."""
    market = Market("when: msval >= 1")
    market.slots(1, 5, 3)
    (watch,) = market.engine.list_open()
    told = market.engine.announce(watch)
    assert (told.n, told.kind, told.reason) == (0, Kind.FIRING, Reason.RULE_NEW)
    assert (told.opened_at, told.at, told.value, told.peak) == (market.at - 60, market.at, 3, 5)
    assert told.alert == market.transitions[0].alert
    assert told.id != market.transitions[0].id
    assert market.engine.announce(watch) == told
    assert market.slots(0) == ["01:30 resolved"]
    assert market.transitions[-1].n == 2
