"""Rules' tests, run: what passes, what fails, and what a failure says."""

import pytest

from flowalert.delivery.rendering import render
from flowalert.engine.transition import Hold, Reason
from flowalert.engine.trial import Failure, Verdict, run_trial
from flowalert.market.instant import clock
from flowalert.rules.document import Document
from flowalert.rules.loader import load_rules
from flowalert.rules.trial import load_trials
from flowalert.rules.trial.expectation import HOLDS, REASONS

ABOUT = "sectors: [kospi], investors: [foreign]"
DUMP = f"{{name: dump, {ABOUT}, when: delta(msval) <= -100억, cooldown: 5m, summary: 대량 매도}}"
LASTING = "{name: lasting, sectors: [kospi, kosdaq], investors: [foreign], when: msval <= -100억, for: 1m}"


def judge(rule: str, market: str, *expect: str, more: str = "") -> Verdict:
    """Run a test of one rule; each of `expect` is an expectation without its braces."""
    rulebook = load_rules([("rules.yaml", f"rules:\n  - {rule}\n")])
    assert rulebook.problems == ()
    expectations = "".join(f"\n      - {{{each}}}" for each in expect) or " []"
    text = (
        f"rules: rules.yaml\ntests:\n  - name: a test\n    sector: kospi\n    market: {{{market}}}\n    {more}\n"
        f"    expect:{expectations}\n"
    )
    loaded = load_trials(Document("tests.yaml", text), rulebook.rulebook)
    assert loaded.problems == ()
    return run_trial(loaded.trials[0], rulebook.rulebook, render)


def the_failure(verdict: Verdict) -> Failure:
    (failure,) = verdict.failures
    return failure


def tell(failure: Failure) -> list[str]:
    """Write a failure's rows as `value: -400억 / -450억`, with a mark before what differs."""
    return [f"{'' if each.agrees else '≠ '}{each.label}: {each.expected} / {each.seen}" for each in failure.rows]


def test_what_was_expected_and_came_passes() -> None:
    """Fired, held back, and told again with the count of what was held back; text and all."""
    verdict = judge(
        DUMP,
        "foreign msval: 0 -50 -450 (-120)x2 =x8 -1000",
        "fires: dump, at: 09:01:30, scope: kospi foreign, severity: warning, value: -400억, contains: [매도, -400억]",
        "held: dump, at: 09:02:00, value: -120",
        "held: dump, at: 09:02:30",
        "fires: dump, at: 09:07:00, value: -310, held_back: 2, title: '⚠ [주의] 대량 매도'",
        "quiet: dump, from: 09:03:00, until: 09:06:30",
    )
    assert verdict.passed, verdict.failures


def test_the_life_of_a_state_can_be_followed() -> None:
    """Pending, open, told to be over: each at its time, and how it stands at the end."""
    verdict = judge(
        LASTING,
        "foreign msval: 0 -200 = -300 = -5 =",
        "closed: lasting, at: 09:00:30",
        "pending: lasting, at: 09:01:00",
        "fires: lasting, at: 09:02:00, reason: held for, opened_at: 09:01",
        "open: lasting, at: 09:02:30, scope: 코스피/외국인",
        "resolves: lasting, at: 09:03:00, peak: -300억, reason: condition",
        "closed: lasting",
    )
    assert verdict.passed, verdict.failures


def test_what_has_no_scope_is_any_scope() -> None:
    """And each expectation claims one telling of its own."""
    market = "kospi foreign msval: 0 -200x3, kosdaq foreign msval: 0 -200x3"
    fires = "fires: lasting, at: 09:02:00"
    assert judge(LASTING, market, fires, fires).passed
    assert judge(LASTING, market, f"{fires}, scope: kosdaq", fires).passed
    assert judge(LASTING, market, fires, f"{fires}, scope: kospi").passed
    assert the_failure(judge(LASTING, market, fires)).what == "nobody expected it"
    assert the_failure(judge(LASTING, market, fires, fires, fires)).what == "it did not come"


def test_a_telling_that_nobody_expected_is_a_failure_that_says_how_to_expect_it() -> None:
    """At the place of the expectations, with its text, and the expectation to paste: which then passes."""
    market = "foreign msval: 0 -450"
    failure = the_failure(judge(DUMP, market))
    assert (failure.line, failure.column) == (7, 5)
    assert failure.subject == "fires dump at 09:01:00"
    assert failure.what == "nobody expected it"
    assert failure.rows[0].seen.startswith("⚠ [주의] 대량 매도 ⏎ 코스피 외국인")
    assert failure.paste == "- fires: dump\n  at: 09:01:00\n  scope: kospi foreign\n  value: -450억"
    assert judge(DUMP, market, failure.paste.removeprefix("- ").replace("\n  ", ", ")).passed


def test_of_many_tellings_that_nobody_expected_most_are_counted() -> None:
    """The first of a rule are shown, and how many more there are."""
    rule = f"{{name: often, {ABOUT}, when: delta(msval) < 0}}"
    failures = judge(rule, "foreign msval: 0 (-1)x40").failures
    assert [each.subject for each in failures][-1] == "fires often at 09:03:00"
    assert {each.what for each in failures} == {"nobody expected it, nor 35 more of this rule"}


def test_what_came_otherwise_is_shown_side_by_side() -> None:
    """Each thing that was expected, with what was seen; what agrees is there too."""
    failure = the_failure(
        judge(
            DUMP,
            "foreign msval: 0 -450",
            "fires: dump, at: 09:01:00, severity: critical, value: -400억, contains: 매도",
        )
    )
    assert (failure.line, failure.column) == (8, 10)
    assert failure.what == "it came otherwise"
    rows = tell(failure)
    assert rows[:2] == ["≠ severity: critical / warning", "≠ value: -400억 / -450억"]
    assert rows[2].startswith("contains: 매도 / ⚠ [주의] 대량 매도")


def test_what_came_at_another_time() -> None:
    """The nearest telling of the same kind is set beside it, and is not unexpected as well."""
    failure = the_failure(judge(DUMP, "foreign msval: 0 = -450 =", "fires: dump, at: 09:02:00, value: -450"))
    assert failure.what == "it came at another time"
    assert tell(failure) == ["≠ at: 09:02:00 / 09:01:30", "value: -450 / -450억"]
    failure = the_failure(judge(DUMP, "foreign msval: 0 -450 =x20", "fires: dump, at: 09:05:00"))
    assert failure.surroundings is not None
    shown = [clock(at) for at, _ in failure.surroundings.rows]
    assert (shown[0], shown[-1]) == ("09:00:30", "09:06:00")


def test_what_did_not_come_says_what_did() -> None:
    """Nothing at all, or other things of the rule."""
    failure = the_failure(judge(DUMP, "foreign msval: 0 -99", "fires: dump, at: 09:01:00"))
    assert failure.what == "it did not come"
    assert tell(failure) == ["≠ told: at 09:01:00 / never, nor anything else of this rule"]
    failure = judge(
        LASTING, "foreign msval: 0 -200x3 0", "resolves: lasting, at: 09:02:00", "fires: lasting, at: 09:02:00"
    ).failures[0]
    assert tell(failure)[0] == "≠ at: 09:02:00 / 09:02:30"


def test_what_was_held_back_is_said_to_be() -> None:
    """A firing that nobody was told of is no firing for a test, and the failure says why."""
    verdict = judge(DUMP, "foreign msval: 0 -150 -300", "fires: dump, at: 09:01:00", "fires: dump, at: 09:01:30")
    assert the_failure(verdict).what == "it fired, and nobody was told: held back (cooldown)"


def test_what_was_not_quiet_is_one_failure() -> None:
    """However often it told, within the times that the expectation has."""
    market = "foreign msval: 0 -200x3 0 -200x3"
    tellings = ("fires: lasting, at: 09:02:00", "resolves: lasting, at: 09:02:30")
    failure = the_failure(judge(LASTING, market, "quiet: lasting"))
    assert failure.what == "it was not quiet"
    assert tell(failure) == ["≠ told: nothing / fires at 09:02:00 for 코스피 외국인, the first of 3"]
    assert judge(LASTING, market, "quiet: lasting, scope: kosdaq", *tellings, "fires: lasting, at: 09:04:00").passed
    failure = the_failure(judge(LASTING, market, "quiet: lasting", *tellings, "fires: lasting, at: 09:04:00"))
    assert failure.what == "it was not quiet"
    failure = the_failure(judge(LASTING, market, *tellings, "quiet: lasting, from: 09:03"))
    assert "fires at 09:04:00" in tell(failure)[0]
    assert judge(LASTING, market, *tellings, "quiet: lasting, until: 09:01:30", "fires: lasting, at: 09:04:00").passed


def test_how_a_rule_stands_is_compared() -> None:
    """At a time, after all of its slot, or at the end."""
    failure = the_failure(judge(LASTING, "foreign msval: 0 -200 =", "open: lasting"))
    assert (failure.subject, failure.what) == ("open lasting", "it stood otherwise")
    assert tell(failure) == ["≠ it is: open / pending (코스피 외국인)"]
    failure = the_failure(judge(LASTING, "foreign msval: 0 -200", "pending: lasting, at: 09:00:30"))
    assert tell(failure) == ["≠ it is: pending / closed"]


def test_the_market_around_a_failure() -> None:
    """The slots around it, as they were written, with the condition and what it compares at each."""
    market = "foreign msval: 0 -50 !-450 -470/-480 _ = =, 개인 msval: 0x7"
    failure = the_failure(judge(DUMP, market, "fires: dump, at: 09:02:00"))
    around = failure.surroundings
    assert around is not None
    assert around.columns == ("foreign msval", "delta(msval)", "when")
    assert [cells for _, cells in around.rows] == [
        ("0", "0억", "false"),
        ("-50", "-50억", "false"),
        ("!-450", "0억", "false"),
        ("-470/-480", "-30억", "false"),
        ("_", "", "unknown"),
        ("-480", "0억", "false"),
    ]
    assert [at for at, _ in around.rows][3] == around.at


def test_the_condition_is_shown_through_every_gate() -> None:
    """What is pending, cooling down, held back or outside its hours has a condition all the same."""
    rule = (
        f"{{name: gated, {ABOUT}, when: msval <= -100억, for: 1m, cooldown: 5m, resolve_when: msval > 0, repeat: 1m, "
        "keep_firing_for: 1m, active: 10:00-11:00, expires: 1 fire, limit: 1/session, levels: {critical: msval < -999}}"
    )
    failure = the_failure(judge(rule, "foreign msval: 0 -200x2 -50 -300", "fires: gated, at: 09:01:30"))
    assert failure.surroundings is not None
    assert [cells[-1] for _, cells in failure.surroundings.rows] == ["false", "true", "true", "false", "true"]


def test_a_lost_feed_and_a_closed_session() -> None:
    """Events of a test are entries like any other: a loss freezes what is pending, the close resolves what is open."""
    verdict = judge(
        LASTING,
        "foreign msval: 0 -200 _ _ _ = =x2",
        "pending: lasting, at: 09:03:00",
        "fires: lasting, at: 09:04:00",
        "resolves: lasting, at: 18:10, reason: session closed",
        more="events: [{at: 09:01:00, feed: lost}, {at: 09:02:30, feed: back}, {session: closed}]",
    )
    assert verdict.passed, verdict.failures


def test_severity_repeats_and_recovery() -> None:
    """A rise and a repetition are tellings of their own kind, and what is about to resolve is still open."""
    rule = (
        f"{{name: long, {ABOUT}, when: msval <= -100억, levels: {{critical: msval <= -300억}}, repeat: 2m, "
        "resolve_when: msval > -50억, keep_firing_for: 1m}"
    )
    verdict = judge(
        rule,
        "foreign msval: 0 -150 = -350 =x4 -80 -40 = = = 0",
        "fires: long, at: 09:01:00, severity: warning",
        "rises: long, at: 09:02:00, severity: critical",
        "repeats: long, at: 09:04:00, reason: repeated",
        "open: long, at: 09:05:30",
        "recovering: long, at: 09:05:30",
        "resolves: long, at: 09:06:00, peak: -350",
    )
    assert verdict.passed, verdict.failures


def test_a_rule_over_several_series() -> None:
    """Its scope is what its condition leaves open; its lines are all there, each figure in its own unit."""
    rule = (
        "{name: both, sectors: [kospi, kosdaq], cooldown: 10m, "
        "when: foreign.delta(msval) <= -100억 and futures.개인.delta(msvol) >= 40계약}"
    )
    market = "foreign msval: 0 -50 -450, 선물 개인 msvol: 0 20 100, 기관 msval: 0 0 0"
    assert judge(rule, market, "fires: both, at: 09:01:30, scope: kospi, value: -400억").passed
    failure = the_failure(judge(rule, market))
    assert failure.paste == "- fires: both\n  at: 09:01:30\n  scope: kospi\n  value: -400억"
    around = failure.surroundings
    assert around is not None
    assert around.columns[:2] == ("foreign msval", "선물 개인 msvol")
    assert around.rows[-1][1] == ("-450", "100", "-400억", "80계약", "true")


@pytest.mark.parametrize(
    ("written", "passes"),
    [("-133.3", True), ("-133.33", True), ("-133.34", False), ("-133", False), ("-133.3333333", True)],
)
def test_a_figure_is_compared_to_the_decimals_that_are_written(written: str, *, passes: bool) -> None:
    """-400 / 3 is -133.333…; a whole number is compared as one."""
    rule = f"{{name: third, {ABOUT}, when: delta(msval) / 3 <= -100, mode: event}}"
    expect = f"fires: third, at: 09:01:00, value: {written}"
    assert judge(rule, "foreign msval: 0 -400", expect).passed is passes


def test_the_reasons_and_holds_of_a_test_are_the_engines() -> None:
    """But for those of a changed rulebook and of a silent feed, which a test has none of."""
    changed = {Reason.RULE_GONE, Reason.RULE_NEW, Reason.FEED_SILENT, Reason.FEED_HEARD}
    assert set(REASONS) == {each.name.lower() for each in Reason if each not in changed}
    assert set(HOLDS) == {each.value for each in Hold}
