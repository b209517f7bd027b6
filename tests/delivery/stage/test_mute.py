"""What silences and other alerts keep from being told."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from flowalert.delivery.stage.mute import Inhibition, Mutes, drop_muted, subject_of
from flowalert.engine.clause import Subject
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.silence import Silence
from flowalert.engine.transition import Kind, Scope, Severity
from flowalert.market.venue import Venue
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

HOUR = timedelta(hours=1)
SILENCE = Silence(
    id=3,
    matcher=parse_matcher("rule=sellers"),
    created_at=NOW,
    starts_at=NOW,
    ends_at=NOW + HOUR,
    by="kim",
    reason="",
)
CRASH = Subject(
    alert="s" * 16,
    rule="crash",
    venue=Venue.KRX,
    sector="001",
    investor=None,
    severity=Severity.CRITICAL,
    labels=(("team", "desk"),),
)


def inhibition(*equal: str, source: str = "rule=crash") -> Inhibition:
    return Inhibition(parse_matcher(source), parse_matcher("severity<critical"), equal)


def test_a_silence_suppresses_with_its_number_and_reason() -> None:
    """And with its occurrence, so that the alert is told when that is over."""
    (step,) = drop_muted([waiting(1), waiting(2)], Mutes(silences=[SILENCE]), NOW).steps
    assert (step.ids, step.reason, step.mute) == ((1, 2), "silence 3", "silence 3@2026-11-23T09:51:00")
    given = replace(SILENCE, reason="system test")
    (step,) = drop_muted([waiting(1)], Mutes(silences=[given]), NOW).steps
    assert step.reason == "silence 3: system test"


@pytest.mark.parametrize("moment", [NOW - timedelta(milliseconds=1), NOW + HOUR])
def test_a_silence_mutes_in_its_time_alone(moment: object) -> None:
    """Not before it begins, and no longer at its end."""
    assert isinstance(moment, type(NOW))
    assert drop_muted([waiting(1)], Mutes(silences=[SILENCE]), moment).kept


def test_a_resolve_is_muted_by_nothing() -> None:
    """Who was told of the firing is told of its end."""
    mutes = Mutes(silences=[SILENCE], inhibitions=[inhibition()], firing=[CRASH])
    assert drop_muted([waiting(1, kind=Kind.RESOLVED)], mutes, NOW).kept


@pytest.mark.parametrize(
    ("equal", "scope", "labels", "muted"),
    [
        ((), Scope(Venue.KRX, "301", "0008"), (), True),
        (("sector",), Scope(Venue.KRX, "001", "0008"), (), True),
        (("sector",), Scope(Venue.KRX, "301", "0008"), (), False),
        (("venue",), Scope(Venue.KRX, "301", "0008"), (), True),
        (("venue",), Scope(Venue.NXT, "301", "0008"), (), False),
        (("rule",), Scope(Venue.KRX, "001", "0008"), (), False),
        # What both leave open is the same.
        (("investor",), Scope(Venue.KRX, "001"), (), True),
        (("investor",), Scope(Venue.KRX, "001", "0008"), (), False),
        (("team",), Scope(Venue.KRX, "001"), (("team", "desk"),), True),
        (("team",), Scope(Venue.KRX, "001"), (("team", "night"),), False),
        (("team",), Scope(Venue.KRX, "001"), (), False),
        (("floor",), Scope(Venue.KRX, "001"), (), True),
        (("sector", "team"), Scope(Venue.KRX, "001"), (("team", "night"),), False),
    ],
)
def test_an_alert_inhibits_those_that_agree_with_it(
    equal: tuple[str, ...], scope: Scope, labels: tuple[tuple[str, str], ...], muted: bool
) -> None:
    """In all of `equal`, each a part of its subject or a label; what neither has is the same."""
    mutes = Mutes(inhibitions=[inhibition(*equal)], firing=[CRASH])
    sieved = drop_muted([waiting(1, scope=scope, labels=labels)], mutes, NOW)
    assert bool(sieved.steps) == muted
    for step in sieved.steps:
        assert (step.reason, step.mute) == ("inhibited by crash", f"inhibition crash {CRASH.alert}")


def test_an_inhibition_needs_its_source_to_fire_and_its_target_to_match() -> None:
    """What is critical is no target here, and what does not fire no source."""
    assert drop_muted([waiting(1)], Mutes(inhibitions=[inhibition()]), NOW).kept
    grave = waiting(1, severity=Severity.CRITICAL)
    assert drop_muted([grave], Mutes(inhibitions=[inhibition()], firing=[CRASH]), NOW).kept


def test_nothing_inhibits_itself() -> None:
    """Or it could never be told; another alert of the same rule does."""
    mutes = Mutes(inhibitions=[inhibition(source="rule=sellers")], firing=[subject_of(waiting(1))])
    assert drop_muted([waiting(1)], mutes, NOW).kept
    assert drop_muted([waiting(2)], mutes, NOW).steps
