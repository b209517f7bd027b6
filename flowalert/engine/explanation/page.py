"""A rule's explanation as a whole: its sections, in the order in which a reader asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flowalert.engine.explanation.judging import explain_gaps, explain_judging, explain_mode, explain_warm_up
from flowalert.engine.explanation.life import explain_life, explain_severity, explain_term
from flowalert.engine.explanation.reader import Reader
from flowalert.engine.explanation.subject import explain_scope, explain_subject, name_subject
from flowalert.engine.explanation.telling import explain_channels, explain_telling, explain_texts
from flowalert.language.condition import Mode
from flowalert.language.explanation import Item
from flowalert.language.tongue import Tongue
from flowalert.rules.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Section:
    """One question about a rule, and the answer. `key` names the question whatever the language."""

    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's explanation. `condition` is its text as it was written, `where` is `file:line`."""

    rule: str
    summary: str
    where: str
    condition: str
    sections: tuple[Section, ...]


_Explain: TypeAlias = Callable[[Reader], tuple[Item, ...]]


def _explain_condition(reader: Reader) -> tuple[Item, ...]:
    return (reader.explain(reader.rule.condition.tree),)


_SECTIONS: tuple[tuple[str, str, str, _Explain], ...] = (
    ("watches", "보는 것", "Watches", explain_subject),
    ("condition", "조건", "Condition", _explain_condition),
    ("mode", "방식", "Mode", explain_mode),
    ("judged", "판단하는 때", "Judged", explain_judging),
    ("warm_up", "준비", "Warm-up", explain_warm_up),
    ("gaps", "놓친 갱신", "Missed updates", explain_gaps),
    ("scope", "경보의 단위", "Alerts", explain_scope),
    ("life", "경보의 일생", "Life of an alert", explain_life),
    ("severity", "심각도", "Severity", explain_severity),
    ("term", "감시 시간과 기한", "Active and expires", explain_term),
    ("telling", "알림", "Telling", explain_telling),
    ("channels", "받는 곳", "Who is told", explain_channels),
    ("texts", "문구", "Texts", explain_texts),
)


def explain(rule: Rule, tongue: Tongue, channels: Sequence[str] | None = None) -> Page:
    """Explain a rule; `channels` are those that its alerts go to, where the settings are known."""
    reader = Reader(rule, tongue, None if channels is None else tuple(channels))
    found = ((key, tongue.choose(korean, english), make(reader)) for key, korean, english, make in _SECTIONS)
    sections = tuple(Section(key, title, items) for key, title, items in found if items)
    return Page(rule.name, rule.summary, rule.where, " ".join(rule.condition.text.split()), sections)


def sum_up(rule: Rule, tongue: Tongue) -> str:
    """Say a rule in a line: `코스피 외국인: 순매수 5분 변화가 -300억 이하, 1분 동안`."""
    reader = Reader(rule, tongue)
    said = [reader.say_alone(rule.condition.tree)]
    if rule.for_seconds:
        length = reader.say_duration(rule.for_seconds)
        said.append(tongue.choose(f"{length} 동안", f"for {length}"))
    elif rule.for_updates:
        said.append(tongue.choose(f"{rule.for_updates}회 연속", f"for {rule.for_updates} updates"))
    elif rule.mode is Mode.EVENT:
        said.append(tongue.choose("그때마다", "each time"))
    about = name_subject(reader)
    return f"{about}: {', '.join(said)}" if about else ", ".join(said)
