"""The rules that flowalert comes with: that they are sound, tested, and tell what `docs/rules.md` says."""

import datetime as dt
import importlib.resources
import re
from pathlib import Path

import pytest

from flowalert.cli.trial.source import gather
from flowalert.delivery.rendering import render
from flowalert.engine.hindsight.backtest import Backtest
from flowalert.engine.trial import run_trial
from flowalert.market.instant import DAY, midnight
from flowalert.rehearsal import Rehearsal, rehearse
from flowalert.rules.document import Document
from flowalert.rules.loader import Loaded, load_rules
from flowalert.rules.model import RuleModel
from flowalert.rules.page import Table, to_plain
from flowalert.rules.rulebook import Rule
from flowalert.rules.trial.expectation import Verb
from flowalert.simulator.scenario import Scenario, read_scenario
from tests.document import list_rows, list_words

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "rules").glob("*.yaml"))
TOUR = ROOT / "docs" / "rules.md"

# As `docs/rules.md` has it, and the first of its sessions.
BEGINS = dt.date(2026, 11, 2)
SESSIONS = (dt.date(2026, 11, 2), dt.date(2026, 11, 3))
# A Thursday, on which weekly options expire.
MOVING_DAY = dt.date(2026, 11, 5)

# It tells of an exchange that repeats itself, and the simulated one does not.
GUARD = "figures-stand-still"


def _load(*files: Path) -> Loaded:
    return load_rules([(file.name, file.read_text(encoding="utf-8")) for file in files])


RULEBOOK = _load(*FILES).rulebook
RULES = [rule.name for rule in RULEBOOK.rules]


def test_the_rules_load_without_a_word() -> None:
    """Neither an error nor a warning, and there are as many as were promised."""
    assert _load(*FILES).problems == ()
    assert len(RULES) >= 12


@pytest.mark.parametrize("file", sorted((ROOT / "examples" / "rules").glob("*.yaml")), ids=lambda file: str(file.name))
def test_the_examples_load_without_a_word(file: Path) -> None:
    """Each file by itself."""
    loaded = _load(file)
    assert loaded.problems == ()
    assert loaded.rulebook.rules


def test_one_example_has_every_key() -> None:
    """`desk.yaml` says that it does, and the README that it is the place to look."""
    tree = Document("desk.yaml", (ROOT / "examples" / "rules" / "desk.yaml").read_text(encoding="utf-8")).tree
    assert isinstance(tree, Table)
    plain = to_plain(tree)
    keys = {key for rule in plain["rules"] for key in rule}
    assert keys == {field.alias or name for name, field in RuleModel.model_fields.items()} | {"params"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_each_rule_has_a_comment_above_it(file: Path) -> None:
    """It says what the rule is for."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("  - name:"):
            assert lines[number - 1].startswith("  # "), line


def test_all_tests_of_the_rules_pass() -> None:
    """Those that `flowalert test` runs."""
    gathered = gather([ROOT / "rules"])
    assert gathered.problems == ()
    for source in gathered.files:
        for trial in source.trials:
            verdict = run_trial(trial, source.rulebook, render)
            assert verdict.failures == (), trial.name


def test_each_rule_is_tested_to_tell_and_to_keep_quiet() -> None:
    """Two tests at least, one of which expects it to fire; one with texts of its own has them checked."""
    trials = [trial for source in gather([ROOT / "rules"]).files for trial in source.trials]
    for rule in RULEBOOK.rules:
        about = [trial for trial in trials if rule.name in trial.rules]
        expected = [each for trial in about for each in trial.expectations if each.rule == rule.name]
        assert len(about) >= 2, rule.name
        assert any(each.verb is Verb.FIRES for each in expected), rule.name
        assert not _has_texts(rule) or any(each.title or each.message or each.contains for each in expected), rule.name


def _has_texts(rule: Rule) -> bool:
    return rule.title is not None or rule.message is not None


@pytest.fixture(scope="module")
def backtest() -> Backtest:
    """Run the rules over the tour's first two sessions, and over one in which the market moves."""
    backtest = Backtest(RULEBOOK, near_misses=False)
    sectors = tuple(sector for _, sector in RULEBOOK.places)
    flows = _read_moves().flows
    for rehearsal in (
        Rehearsal(sectors=sectors, begins=BEGINS, days=len(SESSIONS), seed=1),
        Rehearsal(sectors=sectors, begins=MOVING_DAY, seed=1, flows=flows),
    ):
        for chunk in rehearse(rehearsal):
            backtest.run(chunk.entries)
    backtest.finish()
    return backtest


def _read_moves() -> Scenario:
    text = (importlib.resources.files("flowalert.cli") / "demo.yaml").read_text(encoding="utf-8")
    scenario = read_scenario(text, "demo.yaml")
    assert isinstance(scenario, Scenario)
    return scenario


@pytest.mark.parametrize("name", RULES)
def test_a_rule_tells_at_times_and_not_too_often(backtest: Backtest, name: str) -> None:
    """At least once in three days of which one is lively, and never more than twenty times in an ordinary one."""
    told = [backtest.tally.on(name, midnight(date) // DAY).told for date in (*SESSIONS, MOVING_DAY)]
    assert (sum(told) > 0) is (name != GUARD)
    assert max(told[: len(SESSIONS)]) <= 20


def test_the_tour_names_the_sessions_that_are_run_here() -> None:
    """Its table has a column for each of them."""
    _, *columns = _list_header()
    assert columns[:2] == [f"{date:%m-%d}" for date in SESSIONS]


@pytest.mark.parametrize(("number", "date"), list(enumerate(SESSIONS)))
def test_the_tours_figures_are_what_the_rules_tell(backtest: Backtest, number: int, date: dt.date) -> None:
    """For each rule, in the sessions that are run here: to the last telling."""
    written = {list_words(row[0])[0]: int(row[1 + number]) for row in _list_table()}
    assert written == {name: backtest.tally.on(name, midnight(date) // DAY).told for name in RULES}


def test_the_tours_rates_are_those_that_a_person_can_read() -> None:
    """Over the month each rule tells between once in three sessions and fifteen times in one."""
    rates = {list_words(row[0])[0]: float(row[3]) for row in _list_table()}
    assert rates.pop(GUARD) == 0
    assert all(0.3 <= rate <= 15 for rate in rates.values()), rates


def test_the_tour_speaks_of_every_rule() -> None:
    """In its text, where those of one table of parameters have one name."""
    text = TOUR.read_text(encoding="utf-8")
    headings = re.findall(r"^\*\*`([^`]+)`\*\*", text, re.MULTILINE)
    written = [re.sub(r"\\\$\w+", r"[a-z]+", re.escape(each)) for each in headings]
    for name in RULES:
        assert sum(re.fullmatch(each, name) is not None for each in written) >= 1, name


def _list_header() -> list[str]:
    (line,) = [line for line in TOUR.read_text(encoding="utf-8").splitlines() if line.startswith("| rule |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def _list_table() -> list[list[str]]:
    return list_rows(TOUR, *_list_header())
