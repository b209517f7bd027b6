"""Nothing comes from the exchange: one alert speaks for all, and every other keeps its last state."""

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Kind, Reason, Scope, Severity
from flowalert.engine.why import GateName
from flowalert.market.entry import FeedSilent, SessionClosed
from flowalert.market.instant import DAY
from flowalert.market.series import series
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rulebook
from tests.engine.market import FOREIGN, KOSDAQ_FOREIGN, NINE, Market, read_rules
from tests.engine.test_why import gate, why

SILENT = "00:00 firing, nothing comes from the exchange, critical"


def test_one_alert_speaks_for_all_rules_and_venues() -> None:
    """However many there are; it is critical, about no sector, and says why."""
    market = Market(*[f"when: msval >= {n}; venue: {'nxt' if n % 2 else 'krx'}; sectors: all" for n in range(1, 9)])
    market.slot((FOREIGN, 5), (KOSDAQ_FOREIGN, 5))
    market.transitions.clear()
    assert market.fall_silent() == [SILENT]
    (told,) = market.transitions
    assert (told.rule, told.scope, told.severity) == ("feed-silent", Scope(Venue.KRX), Severity.CRITICAL)
    assert (told.cause, told.told, told.value, told.values) == ("the line is cut", True, None, {})
    assert market.fall_silent() == [], "it is told once, whatever else is said meanwhile"


def test_it_resolves_with_the_first_update_and_says_for_how_long() -> None:
    """The exchange time that nobody saw; a rule's own alert stays as it was."""
    market = Market("when: msval >= 1")
    market.slots(5)
    market.fall_silent()
    assert [watch.rule.name for watch in market.engine.list_open()] == ["rule-0"]
    assert market.be_heard(750) == ["12:30 resolved, updates come again, critical"]
    resolved = market.transitions[-1]
    assert (resolved.at - resolved.opened_at, resolved.n, resolved.cause) == (750, 2, "the line is cut")
    assert market.be_heard(780) == []
    assert [watch.rule.name for watch in market.engine.list_open()] == ["rule-0"]


def test_what_is_heard_can_be_older_than_what_was_seen() -> None:
    """A late update ends it as well, and no silence lasts less than no time."""
    market = Market("when: msval >= 1")
    market.slots(0)
    market.fall_silent()
    market.be_heard(-30)
    assert market.transitions[-1].at == market.at


def test_it_ends_with_the_session_of_the_last_venue() -> None:
    """Where another venue's is open, updates are due."""
    market = Market("when: msval >= 1", "when: msval >= 1; venue: nxt")
    market.slot((FOREIGN, 0), (series(Venue.NXT, "001", "0017"), 0))
    market.fall_silent()
    assert market.close_session() == []
    assert market.enter(SessionClosed(Venue.NXT, market.at + 60)) == ["01:00 resolved, session closed, critical"]


def test_it_ends_with_a_session_that_nothing_ever_came_of() -> None:
    """Of a day on which the exchange was never reached there is only its end; that of an older day is not it."""
    market = Market("when: msval >= 1")
    market.slots(0)
    market.close_session()
    market.begin_day()
    market.fall_silent()
    assert market.close_session(market.at - DAY) == []
    assert market.close_session(market.at + 60) == ["00:30 resolved, session closed, critical"]


def test_each_silence_is_an_alert_of_its_own() -> None:
    """Also two that begin at the same exchange time, since nothing newer came between them."""
    market = Market("when: msval >= 1")
    market.slots(0)
    for _ in range(2):
        market.fall_silent()
        market.be_heard()
    market.slots(0)
    market.fall_silent()
    assert [each.kind for each in market.transitions] == [Kind.FIRING, Kind.RESOLVED] * 2 + [Kind.FIRING]
    assert len({each.alert for each in market.transitions}) == 3
    assert len({each.id for each in market.transitions}) == 5


def test_a_change_of_rules_does_not_make_another_of_it() -> None:
    """Its identity has nothing of them, though the venue that it shows has."""
    market = Market("when: msval >= 1")
    market.slots(0)
    market.fall_silent()
    other = Engine(read_rules("when: msval <= 1; venue: nxt"))
    made = [each for entry in market.entries for each in other.handle(entry)]
    assert [each.id for each in made] == [each.id for each in market.transitions]
    assert made[0].scope == Scope(Venue.NXT)


def test_a_silence_ends_nobodys_session_and_moves_nobodys_time() -> None:
    """Timers run in exchange time, and of that a silence knows nothing."""
    market = Market("when: msval >= 1; for: 30s")
    market.slots(5)
    market.enter(FeedSilent(market.at + 600, "never heard"))
    market.be_heard(600)
    assert [each.rule for each in market.transitions] == ["feed-silent"] * 2
    assert market.slots(5) == ["00:30 firing, held for its time"]


def test_why_says_that_the_feed_is_silent() -> None:
    """The gate of the data is shut, and says since when and what that means."""
    market = Market("when: msval >= 1")
    market.slots(5)
    market.fall_silent()
    data = gate(why(market), GateName.DATA)
    assert (data.is_open, data.words) == (False, "the feed is silent since 09:00:00, the last state is kept")
    market.be_heard(30)
    assert gate(why(market), GateName.DATA).words == "up to date"


def test_without_rules_it_is_the_same() -> None:
    """An engine needs none for it."""
    engine = Engine(Rulebook())
    (made,) = engine.handle(FeedSilent(NINE, "x"))
    assert (made.reason, engine.outage.opening) == (Reason.FEED_SILENT, made)
