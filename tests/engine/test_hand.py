"""What people did, beside the gates of a rule."""

import datetime as dt

from flowalert.engine.ack import Ack
from flowalert.engine.hand import add_hands
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.recurrence import Times, parse_times
from flowalert.engine.silence import Silence
from flowalert.engine.why import Gate, GateName, Why
from flowalert.market.instant import KST, from_wall, to_wall
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule
from tests.engine.market import Market, read_rules

HOUR = dt.timedelta(hours=1)


def stand(text: str, value: int) -> tuple[Rule, Why]:
    """Return a rule, and how it stands after one value."""
    rulebook = read_rules(text)
    market = Market(rulebook=rulebook)
    market.slots(value)
    (rule,) = rulebook.rules
    (found,) = market.engine.why(rule.name)
    return rule, found


def silence(matcher: str, now: dt.datetime, times: Times = ()) -> Silence:
    return Silence(
        id=3,
        matcher=parse_matcher(matcher),
        created_at=now - HOUR,
        starts_at=now - HOUR,
        ends_at=now + HOUR,
        by="kim",
        reason="기관 리밸런싱",
        times=times,
    )


def gates(why: Why, rule: Rule, now: dt.datetime, *silences: Silence, ack: Ack | None = None) -> list[Gate]:
    acks = {} if ack is None else {ack.alert: ack}
    found = add_hands(why, rule, silences, acks, now)
    assert found.gates[: len(why.gates)] == why.gates
    return list(found.gates[len(why.gates) :])


def test_a_silence_in_force_is_a_shut_gate() -> None:
    """With its number, whose it is, why, and until when; one that matches another alert leaves it open."""
    rule, why = stand("when: msval > 3", 5)
    now = to_wall(why.at)
    assert gates(why, rule, now, silence(f"rule={why.rule}", now)) == [
        Gate(
            name=GateName.SILENCE,
            is_open=False,
            words="silence 3 by kim: 기관 리밸런싱",
            until=from_wall(now + HOUR),
        )
    ]
    (other,) = gates(why, rule, now, silence("rule=another", now))
    assert (other.is_open, other.words, other.until) == (True, "none applies", None)


def test_a_silence_is_asked_for_the_moment() -> None:
    """One that has ended by then, or that comes back later in the day, leaves the gate open."""
    rule, why = stand("when: msval > 3", 5)
    now = to_wall(why.at)
    over = gates(why, rule, now + 2 * HOUR, silence(f"rule={why.rule}", now))
    later = gates(why, rule, now, silence(f"rule={why.rule}", now, parse_times("23:00-23:10", Venue.KRX)))
    assert now.astimezone(KST).hour == 9
    assert [each.is_open for each in (*over, *later)] == [True, True]


def test_an_acknowledged_alert_is_no_longer_reminded_of() -> None:
    """Who has taken it on is said, with what they said."""
    rule, why = stand("when: msval > 3", 5)
    assert why.alert is not None
    _, ack = gates(why, rule, to_wall(why.at), ack=Ack(why.alert, "lee", to_wall(why.at), "보고 있음"))
    assert ack.name is GateName.ACK
    assert (ack.is_open, ack.words) == (
        False,
        "acknowledged by lee (보고 있음): no reminder and no escalation is told",
    )


def test_what_has_not_opened_is_silenced_all_the_same() -> None:
    """By its rule, scope and severity: it would not be told."""
    rule, why = stand("when: msval > 3; severity: info", 0)
    now = to_wall(why.at)
    assert why.alert is None
    assert [each.is_open for each in gates(why, rule, now, silence("severity<warning", now))] == [False]
