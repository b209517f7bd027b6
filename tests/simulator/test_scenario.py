from pathlib import Path

import pytest

from flowalert.market.venue import Venue
from flowalert.simulator.fault import Fault, FaultKind, Garbling
from flowalert.simulator.scenario import Scenario, ScheduledFault, parse_time, read_scenario
from flowalert.simulator.session import second_at

EXAMPLE = Path(__file__).parents[2] / "examples" / "scenario.yaml"


def read(text: str) -> Scenario:
    scenario = read_scenario(text, "s.yaml")
    assert isinstance(scenario, Scenario), scenario
    return scenario


def problems_of(text: str) -> list[str]:
    problems = read_scenario(text, "s.yaml")
    assert not isinstance(problems, Scenario)
    return [str(problem) for problem in problems]


def flow(**fields: str) -> str:
    """Write one flow, with the given fields in the place of the usual ones."""
    usual = {"at": "10:15", "sector": "kospi", "investor": "foreign", "net": "-3000억", "over": "10m"} | fields
    return "events:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in usual.items()) + "\n"


def test_example_is_good() -> None:
    """The example that is shipped can be read, and has both flows and faults."""
    scenario = read_scenario(EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE))
    assert isinstance(scenario, Scenario)
    assert {each.sector for each in scenario.flows} == {"001", "900"}
    assert [each.fault.kind for each in scenario.faults] == [FaultKind.CLOSE, FaultKind.GARBLE]


def test_flow_is_read() -> None:
    """A flow has its time, sector, amount and length; foreigners are both kinds of them, and all others absorb."""
    (made,) = read(flow()).flows
    assert (made.venue, made.sector, made.begins, made.lasts, made.net) == (
        Venue.KRX,
        "001",
        second_at(10, 15),
        600,
        -3000,
    )
    assert [index for index, weight in enumerate(made.by) if weight] == [9, 10]
    assert [index for index, weight in enumerate(made.against) if weight] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 11]


@pytest.mark.parametrize(("sector", "investor"), [("코스피", "외국인"), ("001", "0017"), ("KOSPI", "foreigners")])
def test_names_may_be_any(sector: str, investor: str) -> None:
    """Slugs, Korean names and codes say the same; a code does not lose its zeros."""
    assert read(flow(sector=sector, investor=investor)) == read(flow())


@pytest.mark.parametrize(
    ("net", "eok"),
    [
        ("-3000억", -3000),
        ("1.5조", 15000),
        ("-1,200", -1200),
        ("+300eok", 300),
        ("0.5jo", 5000),
        ("2조원", 20000),
        ("3000억원", 3000),
        ("-5백억", -500),
        ("300_000_000_000 won", 3000),
    ],
)
def test_amounts(net: str, eok: int) -> None:
    """Amounts are written as in a rule, or bare, for 억."""
    assert read(flow(net=net)).flows[0].net == eok


@pytest.mark.parametrize("over", ["10m", "600s", "10분", "10 min", "600초"])
def test_durations(over: str) -> None:
    """Durations are written as in a rule."""
    assert read(flow(over=over)).flows[0].lasts == 600
    assert read(f"events: [{{at: 10:20, fault: stall, for: {over}}}]").faults[0].fault.lasts == 600


def test_alias_repeats_an_event() -> None:
    """A part with an anchor can be said again, and what is wrong with it is told once."""
    text = "events:\n  - &sale {at: 10:15, sector: kospi, investor: foreign, net: -3000억}\n  - *sale\n"
    once, again = read(text).flows
    assert once == again
    assert problems_of(text.replace("kospi", "kopsi")) == [
        "s.yaml:2:31: no sector is called 'kopsi'; did you mean 'kospi'?"
    ]


def test_byte_order_mark_is_no_part_of_the_text() -> None:
    """A file that an editor begins with one is read, and its columns are counted without it."""
    assert read("\ufeff" + flow()) == read(flow())


def test_absorber_can_be_named() -> None:
    """Who is named takes the whole other side."""
    against = read(flow(against="개인")).flows[0].against
    assert [index for index, weight in enumerate(against) if weight] == [8]


def test_times_need_no_quotes() -> None:
    """`10:15` is a time, with quotes and without: YAML 1.1 would make it the number 615."""
    assert read(flow(at='"10:15"')) == read(flow(at="10:15"))
    assert read(flow(at="10:15:30")).flows[0].begins == second_at(10, 15, 30)


def test_fault_is_read() -> None:
    """Faults have their own fields."""
    text = """
events:
  - {at: 10:20, fault: garble, count: 3, how: shift, client: 2, day: 1}
  - {at: 10:21, fault: stall, for: 2m}
"""
    assert read(text).faults == (
        ScheduledFault(second_at(10, 20), Fault(FaultKind.GARBLE, client=2, count=3, how=Garbling.SHIFT), day=1),
        ScheduledFault(second_at(10, 21), Fault(FaultKind.STALL, lasts=120.0)),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (flow(sector="kopsi"), "s.yaml:3:13: no sector is called 'kopsi'; did you mean 'kospi'?"),
        (flow(investor="9999"), "s.yaml:4:15: 9999 is a sum and does not trade; name who does"),
        (flow(investor="forein"), "s.yaml:4:15: no investor is called 'forein'; did you mean 'foreign'?"),
        (flow(investor="0042"), "s.yaml:4:15: no investor is called '0042'; write a slug"),
        (flow(net="lots"), "s.yaml:5:10: 'lots' is no amount; write it as -3000억 or 1.5조"),
        (flow(net="0.5억"), "s.yaml:5:10: '0.5억' is not a whole number of 억"),
        (flow(net="0"), "s.yaml:5:10: '0' is out of range"),
        (flow(net="-3000옥"), "s.yaml:5:11: unknown unit '옥'; write it as -3000억 or 1.5조"),
        (flow(net="'-3000옥'"), "s.yaml:5:12: unknown unit '옥'; write it as -3000억 or 1.5조"),
        (flow(net="5천주"), "s.yaml:5:10: '5천주' is a quantity, and a net is won; write it as -3000억 or 1.5조"),
        (flow(net="40계약"), "s.yaml:5:10: '40계약' is a quantity, and a net is won; write it as"),
        (flow(net="5m"), "s.yaml:5:10: '5m' is a duration, and a net is won; write it as"),
        (flow(net="30%"), "s.yaml:5:10: '30%' is a ratio, and a net is won; write it as"),
        (flow(net="9e9"), "s.yaml:5:10: '9e9' is no amount; write it as"),
        (flow(net="[1]"), "s.yaml:5:10: found a list; write one value"),
        (flow(net=""), "s.yaml:5:9: found nothing; write one value"),
        (flow(over="0.5s"), "s.yaml:6:11: '0.5s' is no whole number of seconds above zero; write it as 10m, 90s"),
        (flow(over="1h30m"), "s.yaml:6:11: '1h30m' is no duration; write it as 10m, 90s or 1.5h"),
        (flow(over="3 updates"), "s.yaml:6:11: '3 updates' is a count of updates; write it as 10m, 90s or 1.5h"),
        (flow(over="soon"), "s.yaml:6:11: 'soon' is no duration; write it as 10m, 90s or 1.5h"),
        (flow(at="25:00"), "s.yaml:2:9: '25:00' is no time; write HH:MM or HH:MM:SS"),
        (flow(at="15:29"), "s.yaml:2:9: the flow is not within the hours of krx; let it begin and end between 09:00"),
        (flow(venue="unified"), "s.yaml:7:12: unified is krx and nxt together; name one of them"),
        (flow(venue="nxt", sector="futures"), "s.yaml:3:13: 선물 is not traded at nxt"),
        (flow(against="0009"), "s.yaml:7:14: nobody trades against themselves"),
        (flow(day="0"), "s.yaml:7:10: '0' is no count"),
        (flow(invester="x"), "s.yaml:7:5: unknown key 'invester'; did you mean 'investor'?"),
        ("events:\n  - {at: 10:15, fault: clos}", "s.yaml:2:24: no fault is called 'clos'; did you mean 'close'?"),
        ("events:\n  - {fault: close}", "s.yaml:2:5: 'at' is missing"),
        ("events:\n  - {at: 10:15, sector: kospi}", "s.yaml:2:5: 'investor' is missing"),
        ("events:\n  - {at: 1:00, at: 2:00, fault: drop}", "s.yaml:2:16: the key 'at' stands here again"),
        ("events:\n  - {at: 10:15, fault: close, count: 2}", "s.yaml:2:38: 'count' says nothing about close"),
        ("events:\n  - {at: 10:15, fault: garble, how: much}", "s.yaml:2:37: no way to garble is called 'much'"),
        ("events: 3", "s.yaml:1:9: found the value '3'; write a list, each item after a dash"),
        ("event: []", "s.yaml:1:1: unknown key 'event'; did you mean 'events'?"),
        ("events:\n  - [1, 2", "s.yaml:3:1: this is no YAML: did not find expected"),
        ("", "s.yaml:1:1: the file is empty"),
        ("events: [&a x, *a]", "s.yaml:1:10: found the value 'x'; write `key: value` with at, sector"),
        ("events: *a", "s.yaml:1:9: *a stands for nothing; define it before, as &a"),
        (
            "events: !!python/object:os.system []",
            "s.yaml:1:9: the tag tag:yaml.org,2002:python/object:os.system is not",
        ),
        ("events: " + "[" * 300_000, "s.yaml:1:38: nested deeper than 30 levels"),
        ("a: \x00", "s.yaml:1:4: the character '\\x00' is none of YAML's"),
    ],
)
def test_problem_names_its_place(text: str, expected: str) -> None:
    """What is wrong is said with file, line and column, what was found, and what to write instead."""
    (problem,) = problems_of(text)
    assert problem.startswith(expected)


def test_all_problems_are_told() -> None:
    """One wrong event does not hide the next."""
    text = "events:\n  - {at: 10:15, fault: x}\n  - {at: noon, fault: close}\n  - {at: 9:30, fault: close}\n"
    assert [problem.split(": ")[0] for problem in problems_of(text)] == ["s.yaml:2:24", "s.yaml:3:10"]


def test_problems_are_in_the_order_of_the_file() -> None:
    """A key that is there twice stands among the events' own problems."""
    text = "events:\n  - {at: noon, fault: close}\n  - {at: 9:30, at: 9:31, fault: x}\n"
    assert [problem.split(": ")[0] for problem in problems_of(text)] == ["s.yaml:2:10", "s.yaml:3:16", "s.yaml:3:33"]


@pytest.mark.parametrize(("text", "second"), [("9:30", 34200), ("09:30", 34200), ("23:59:59", 86399)])
def test_times(text: str, second: int) -> None:
    """A time of the day is read to the second."""
    assert parse_time(text) == second
