"""The reference of delivery, each table, message and command of it held against the code."""

import datetime as dt
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec.structs import replace

from flowalert.cli import main
from flowalert.cli.report import delivery as report
from flowalert.cli.report.policy import say_length
from flowalert.delivery import Channel, Inhibition, Occurrence
from flowalert.delivery.announcement import make_notices
from flowalert.delivery.answer import read_failure
from flowalert.delivery.attempt import UNDER_WAY, Policy, finish
from flowalert.delivery.channel import Rate
from flowalert.delivery.composition import AROUND, Moment, compose
from flowalert.delivery.markup import choose_dialect
from flowalert.delivery.outcome import Outcome, Retry, Sent, Unknown
from flowalert.delivery.page import Page
from flowalert.delivery.quiet import Quiet, parse_hours
from flowalert.delivery.rendering import OF_A_LINE
from flowalert.delivery.sparkline import draw_sparkline, say_trend
from flowalert.delivery.stage.answered import drop_answered
from flowalert.delivery.stage.hours import hold_in_quiet
from flowalert.delivery.stage.mute import Mutes, subject_of
from flowalert.delivery.stage.rate import hold_by_rate
from flowalert.delivery.sweep import TARGET_GONE
from flowalert.delivery.worker import STOPPED
from flowalert.engine.clause import KEY_NAMES, Subject
from flowalert.engine.engine import Engine
from flowalert.engine.matcher import parse_matcher
from flowalert.engine.notice import ROUTED, Cause, Delivery, DeliveryState, Occasion
from flowalert.engine.queue import Lane, Waiting
from flowalert.engine.silence import Silence
from flowalert.engine.transition import Kind, Scope, Severity, Transition
from flowalert.engine.trend import Trends, find_figure
from flowalert.language.tongue import Tongue
from flowalert.market.entry import Update
from flowalert.market.instant import to_wall
from flowalert.market.venue import Venue
from flowalert.rules.rulebook import Rule
from flowalert.settings import Settings, read_settings
from flowalert.settings.model import ChannelModel, EscalationModel, InhibitionModel
from flowalert.store import Line
from flowalert.store.queue import CUT_OFF
from flowalert.store.second_try import BY_HAND
from tests.document import Block, list_blocks, list_rows, list_words, load, load_trial
from tests.store.sample import DESK, notice, transition

DOCUMENT = Path(__file__).parent.parent / "docs" / "delivery.md"
README = Path(__file__).parent.parent / "README.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
FEED = (
    'feed: {domain: "ws://127.0.0.1:9/", token_url: "http://127.0.0.1:9/", appkey: a, appsecret: b}\n'
    "rules: [rules.yaml]\n"
)


def _name(block: Block) -> str:
    return f"line-{block.line}"


def _read(folder: Path, channels: str) -> Settings:
    (folder / "rules.yaml").write_text("rules: [{name: a, sectors: kospi, when: foreign.msval > 0}]", encoding="utf-8")
    (folder / "flowalert.yaml").write_text(FEED + channels, encoding="utf-8")
    return read_settings(folder / "flowalert.yaml", {})


@pytest.mark.parametrize("block", list_blocks(DOCUMENT, "settings"), ids=_name)
def test_settings_of_the_document_load(tmp_path: Path, block: Block) -> None:
    """Without a warning."""
    assert _read(tmp_path, block.text).warnings == ()


@pytest.mark.parametrize("block", list_blocks(DOCUMENT, "told"), ids=_name)
def test_a_message_of_the_document_is_what_is_sent(tmp_path: Path, block: Block) -> None:
    """To the letter, 0.8 s after the last of its alerts was published, as a service without markup has it."""
    assert _write(tmp_path, block.given) == block.given["says"].rstrip()


def _write(folder: Path, given: dict[str, Any]) -> str:
    texts = "".join(f"    {key}: {value!r}\n" for key, value in given["channel"].items())
    settings = _read(folder, f'channels:\n  desk:\n    targets: ["json://127.0.0.1:9/"]\n{texts}')
    channel = settings.channels["desk"]
    defaults = {"sectors": ["kospi", "kosdaq"], "investors": ["foreign", "individual"]}
    rulebook = load([{**defaults, **rule} for rule in given["rules"]])
    (trial,) = load_trial([{"name": "market", "expect": [], "market": given["market"]}], rulebook)
    engine, trends = Engine(rulebook), Trends()
    made: list[Transition] = []
    for entry in trial.entries:
        if isinstance(entry, Update):
            trends.take(entry)
        made += engine.handle(entry)
    sent = to_wall(made[-1].at) + dt.timedelta(seconds=0.8)
    occurrences = [_occur(each, rulebook.by_name[each.rule], trends) for each in made]
    notices = make_notices(occurrences, {"desk": channel}, sent)
    deliveries = [
        Delivery(
            id=number,
            notice=notice,
            target=channel.addresses[0],
            state=DeliveryState.PENDING,
            created_at=sent,
            next_at=sent,
        )
        for number, notice in enumerate(notices)
    ]
    deliveries.sort(key=lambda each: -each.notice.severity)
    message = compose(deliveries, channel, Moment(sent, sent))
    body = Page(message, choose_dialect(["json"], "text")).write()
    return f"{message.title}\n{body}".rstrip()


def _occur(made: Transition, rule: Rule, trends: Trends) -> Occurrence:
    figure = find_figure(rule, made.scope)
    assert figure is not None
    line = trends.line(figure.series, figure.field)
    said = {tongue: say_trend(figure, line, made.scope, tongue) or "" for tongue in Tongue}
    return Occurrence(made, rule, trends=tuple(said.items()))


@pytest.mark.parametrize("block", list_blocks(DOCUMENT, "trend"), ids=_name)
def test_a_line_of_the_document_is_what_is_drawn(block: Block) -> None:
    """Each of its days."""
    for values, drawn in block.given.items():
        line = [None if each == "?" else float(each) for each in values.split()]
        assert draw_sparkline(line) == drawn


@pytest.mark.parametrize(
    ("columns", "model", "needed"),
    [
        (("setting", "what it says", "left out"), ChannelModel, {"targets": ["x"]}),
        (("in `escalate`", "what it says", "left out"), EscalationModel, {"to": "x", "after": 0}),
        (("in `inhibit`", "what it says", "left out"), InhibitionModel, {"source": "x", "target": "x"}),
    ],
)
def test_every_setting_is_in_its_table_with_its_default(
    columns: tuple[str, ...], model: type[ChannelModel], needed: dict[str, Any]
) -> None:
    """And nothing else; one without a default has to be given, and `none` is nothing."""
    rows = list_rows(DOCUMENT, *columns)
    assert [list_words(row[0]) for row in rows] == [[name] for name in model.model_fields]
    for (name, field), row in zip(model.model_fields.items(), rows, strict=True):
        shown = list_words(row[2])
        if shown:
            assert getattr(model(**{**needed, name: shown[0]}), name) == field.get_default()
        else:
            assert (row[2] == "none") is not field.is_required()
            assert field.is_required() or not field.get_default()


@pytest.mark.parametrize("row", list_rows(DOCUMENT, "written", "quiet"))
def test_hours_of_the_document_are_hours(row: list[str]) -> None:
    """Each that it shows."""
    assert [parse_hours(each) for each in list_words(row[0])]


def test_every_word_of_the_texts_is_in_its_table() -> None:
    """And nothing else."""
    around = [word for row in list_rows(DOCUMENT, "word", "in `header` and `footer`") for word in list_words(row[0])]
    assert around == list(AROUND)
    in_line = [word for row in list_rows(DOCUMENT, "word", "in `line`") for word in list_words(row[0])]
    assert sorted(in_line) == sorted(OF_A_LINE)


def test_every_key_of_a_matcher_is_in_the_table() -> None:
    """In English and in Korean, and nothing else."""
    rows = [list_words(row[0]) for row in list_rows(DOCUMENT, "key", "values")]
    assert rows == [[english, korean] for korean, english in KEY_NAMES.values()]


def _find_reasons() -> dict[str, set[str]]:
    """Return what the stages, an attempt, the store and the list say, by the state in which it stands."""
    kim = "민수"
    silence = _silence()
    subject = subject_of(_waiting())
    quiet = Quiet(parse_hours("22:00-07:00"))
    night = NIGHT
    lane = Lane(target="t", channel="desk", tokens_at=night)
    rate = Rate(20, 600)
    resolve = _waiting(kind=Kind.RESOLVED, untold="suppressed, silence 3: 점검")
    escalated = _waiting(occasion=Occasion.ESCALATED, fires=False)
    firing = Subject(
        alert="other",
        rule="foreigners-crash",
        venue=Venue.KRX,
        sector="001",
        investor="0017",
        severity=Severity.CRITICAL,
    )
    inhibition = Inhibition(parse_matcher("rule=foreigners-crash"), parse_matcher("rule=sellers"))
    dropped = [
        Mutes(silences=[silence]).find(subject, night),
        Mutes(inhibitions=[inhibition], firing=[firing]).find(subject, night),
    ]
    answered = drop_answered([resolve, escalated], {}, night).steps
    acknowledged = drop_answered([_waiting(reminder=True)], {"a": kim}, night).steps
    held = [*hold_in_quiet([_waiting()], quiet, night).steps, *hold_by_rate([_waiting()], lane, rate, night).steps]
    line = _line(_waiting())
    waits = [
        replace(line, blocked_until=night).waits_for,
        _line(_waiting(), Cause(Occasion.ESCALATED, "desk")).waits_for,
    ]
    return {
        "pending": {*(step.reason for step in held), *waits, f"{BY_HAND}; was dead: HTTP 400 Bad Request"},
        "sending": {UNDER_WAY},
        "sent": {
            _end(Sent()),
            _end(Sent(), 3),
            _end(Sent("shortened from 5,120 to 4,090 characters")),
        },
        "retrying": {
            _end(_answer(503)),
            _end(Unknown("timed out; it may have gone out")),
            CUT_OFF,
            STOPPED,
        },
        "dead": {_end(_answer(400)), _end(Retry("connection refused"), attempts=29, age=dt.timedelta(days=1))},
        "suppressed": {
            *(each.reason for each in dropped if each is not None),
            *(step.reason for step in (*answered, *acknowledged)),
            TARGET_GONE,
        },
    }


NIGHT = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)


def _silence() -> Silence:
    return Silence(
        id=3,
        matcher=parse_matcher("rule=sellers"),
        created_at=NIGHT,
        starts_at=NIGHT,
        ends_at=None,
        by="민수",
        reason="점검",
    )


def _waiting(**given: Any) -> Waiting:
    about: dict[str, Any] = {
        "id": 1,
        "alert": "a",
        "rule": "sellers",
        "scope": Scope(Venue.KRX, "001", "0017"),
        "kind": Kind.FIRING,
        "severity": Severity.WARNING,
        "state": DeliveryState.PENDING,
        "created_at": NIGHT,
        "next_at": NIGHT,
    }
    return Waiting(**{**about, **given})


def _line(waiting: Waiting, cause: Cause = ROUTED) -> Line:
    told = transition()
    made = Delivery(
        id=1,
        notice=replace(notice(told, DESK), cause=cause),
        target=DESK,
        state=waiting.state,
        created_at=NIGHT,
        next_at=NIGHT,
    )
    return Line(made, told)


def _answer(code: int) -> Outcome:
    return read_failure([f"Failed to send notification: error={code}."])


def _end(outcome: Outcome, count: int = 1, *, attempts: int = 0, age: dt.timedelta = dt.timedelta()) -> str:
    batch = [_waiting(id=number, attempts=attempts, created_at=NIGHT - age) for number in range(count)]
    _, steps = finish(Lane(target="t", channel="desk"), batch, outcome, NIGHT, Policy(), 0)
    return steps[0].reason


def test_every_reason_is_in_the_table() -> None:
    """As the stages, the attempts and the store write it, under the state in which it stands; and nothing else."""
    shown: dict[str, set[str]] = {}
    for state, reason, _ in list_rows(DOCUMENT, "state", "reason", "what it means"):
        shown.setdefault(state, set()).update(list_words(reason))
    assert shown == _find_reasons()
    assert set(shown) == {state.value for state in DeliveryState}


def test_every_cause_is_in_the_table() -> None:
    """As the list shows it."""
    causes = [
        Cause(Occasion.FALLBACK, "desk"),
        Cause(Occasion.ESCALATED, "desk"),
        Cause(Occasion.UNMUTED, "silence 3@2026-11-23T09:00:00"),
        Cause(Occasion.UNMUTED, "inhibition foreigners-crash 0123456789abcdef"),
    ]
    assert {cause.occasion for cause in causes} | {Occasion.ROUTED} == set(Occasion)
    rows = list_rows(DOCUMENT, "says", "because")
    assert [list_words(row[0]) for row in rows] == [[report.say_cause(cause)] for cause in causes]


def test_the_figures_of_a_failure_are_the_policys() -> None:
    """How long a send may take, the pauses between two, and when it is given up."""
    policy = Policy()
    (pauses, within) = (f"{row[0]} {row[1]}" for row in list_rows(DOCUMENT, "what happens", "what is done")[::3])
    shown = [say_length(each) for each in (policy.retry_after, policy.retry_at_most, policy.give_up_after)]
    assert shown == ["2s", "5m", "1d"]
    assert "after 2 s, 4 s, 8 s … 5 m" in pauses
    assert "for 24 h" in pauses
    assert f"within {policy.send_within.total_seconds():g} s" in within
    assert Channel("", ()).expires_after == dt.timedelta(minutes=10)


_COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith("flowalert ")
]


@pytest.mark.parametrize("line", _COMMANDS)
def test_a_command_of_the_document_can_be_given(line: str) -> None:
    """With these options and arguments; a matcher in it is one."""
    _, name, *arguments = shlex.split(line)
    command = main.get_command(click.Context(main), name)
    assert command is not None
    context = command.make_context(name, arguments)
    if "matcher" in context.params:
        assert parse_matcher(context.params["matcher"]).clauses


@pytest.mark.parametrize("document", [DOCUMENT, README], ids=lambda path: str(path.name))
def test_every_command_that_a_document_names_exists(document: Path) -> None:
    """And has the options that stand behind it."""
    for cell in re.findall(r"`flowalert ([^`]+)`", document.read_text(encoding="utf-8")):
        name, *words = cell.split()
        command = main.get_command(click.Context(main), name.rstrip(","))
        assert command is not None, cell
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, cell


def test_every_command_is_in_the_table_of_the_readme() -> None:
    """So that a newcomer finds it."""
    named = {word for row in list_rows(README, "command", "what it does") for word in list_words(row[0])}
    listed = {word.removeprefix("flowalert ").split()[0] for word in named}
    assert listed == set(main.list_commands(click.Context(main)))
