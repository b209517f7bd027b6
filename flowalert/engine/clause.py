"""One thing that a matcher asks of an alert: `sector=kospi`, `severity<critical`."""

import enum
from fnmatch import fnmatchcase

from msgspec import Struct

from flowalert.engine.transition import Scope, Transition
from flowalert.language.code import COMPARE
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_investor, say_sector
from flowalert.market.investor import BY_CODE, investor_of
from flowalert.market.sector import is_listed, sector_of
from flowalert.market.venue import Venue
from flowalert.rules.severity import Severity

LABEL_PREFIX = "label."
EQUAL, UNEQUAL = "=", "!="
ORDERED = ("<", "<=", ">", ">=")
# What a value must not have unless it stands in quotation marks.
RESERVED = frozenset("=!<>~,|\"'\\")


class Subject(Struct, frozen=True, kw_only=True):
    """What a matcher is asked about: an alert, as it stands. Codes, not names; None for what its scope leaves open."""

    alert: str
    rule: str
    venue: Venue
    sector: str | None
    investor: str | None
    severity: Severity
    labels: tuple[tuple[str, str], ...] = ()


def make_subject(
    alert: str, rule: str, scope: Scope, severity: Severity, labels: tuple[tuple[str, str], ...]
) -> Subject:
    """Return what an alert of a rule with these labels is about, at a scope and of a severity."""
    return Subject(
        alert=alert,
        rule=rule,
        venue=scope.venue,
        sector=scope.sector,
        investor=scope.investor,
        severity=severity,
        labels=labels,
    )


def subject_of(last: Transition, labels: tuple[tuple[str, str], ...]) -> Subject:
    """Return what an alert is about, as its last transition left it; `labels` are its rule's."""
    return make_subject(last.alert, last.rule, last.scope, last.severity, labels)


class Key(enum.Enum):
    """What of an alert is asked about."""

    RULE = "rule"
    SECTOR = "sector"
    INVESTOR = "investor"
    VENUE = "venue"
    SEVERITY = "severity"
    ALERT = "alert"
    LABEL = "label"


# In Korean and English; a label is called by its own name.
KEY_NAMES = {
    Key.RULE: ("규칙", "rule"),
    Key.SECTOR: ("업종", "sector"),
    Key.INVESTOR: ("투자자", "investor"),
    Key.VENUE: ("시장", "venue"),
    Key.SEVERITY: ("심각도", "severity"),
    Key.ALERT: ("알림", "alert"),
}


class Clause(Struct, frozen=True):
    """A key, a comparison, and the values to compare with, of which one is enough; `label` is the name of a label.

    Sectors, investors and venues are codes, severities slugs, rules patterns like `foreigners-*`, and alerts the
    beginnings of ids. A comparison of order has one value, and is of severities alone.
    """

    key: Key
    operator: str
    values: tuple[str, ...]
    label: str = ""

    def __str__(self) -> str:
        key = f"{LABEL_PREFIX}{self.label}" if self.key is Key.LABEL else self.key.value
        return f"{key}{self.operator}{'|'.join(_quote(_spell(self.key, each)) for each in self.values)}"

    def holds(self, subject: Subject) -> bool:
        """Tell whether it is so of an alert. What an alert has not is equal to nothing."""
        if self.operator in ORDERED:
            return COMPARE[self.operator](subject.severity, Severity[self.values[0].upper()])
        return self._is_one(subject) is (self.operator == EQUAL)

    def _is_one(self, subject: Subject) -> bool:
        match self.key:
            case Key.RULE:
                return any(fnmatchcase(subject.rule, each) for each in self.values)
            case Key.SECTOR:
                return subject.sector in self.values
            case Key.INVESTOR:
                return subject.investor in self.values
            case Key.VENUE:
                return subject.venue.value in self.values
            case Key.SEVERITY:
                return subject.severity.slug in self.values
            case Key.ALERT:
                return subject.alert.startswith(self.values)
            case Key.LABEL:
                return any(name == self.label and value in self.values for name, value in subject.labels)


def say_clause(clause: Clause, tongue: Tongue) -> str:
    """Say what a clause asks: `업종 코스피`, `심각도 긴급 미만`; `sector KOSPI`, `severity below critical`."""
    key = clause.label or tongue.choose(*KEY_NAMES[clause.key])
    value = tongue.choose(" 또는 ", " or ").join(_say_value(clause.key, each, tongue) for each in clause.values)
    korean, english = _COMPARISONS[clause.operator]
    return f"{key} {tongue.choose(korean, english).format(value)}"


_COMPARISONS = {
    EQUAL: ("{}", "{}"),
    UNEQUAL: ("{} 제외", "other than {}"),
    "<": ("{} 미만", "below {}"),
    "<=": ("{} 이하", "{} or below"),
    ">": ("{} 초과", "above {}"),
    ">=": ("{} 이상", "{} or above"),
}


def _say_value(key: Key, value: str, tongue: Tongue) -> str:
    match key:
        case Key.SECTOR:
            return say_sector(value, tongue)
        case Key.INVESTOR:
            return say_investor(value, tongue)
        case Key.VENUE:
            return tongue.choose(Venue(value).korean, value)
        case Key.SEVERITY:
            return tongue.choose(Severity[value.upper()].korean, value)
        case _:
            return value


def _spell(key: Key, value: str) -> str:
    """Return the slug of a code that has one: the code itself is all that names one which no list has."""
    if key is Key.SECTOR and is_listed(value):
        return sector_of(value).slug
    if key is Key.INVESTOR and value in BY_CODE:
        return investor_of(value).slug
    return value


def _quote(value: str) -> str:
    if value and value == value.strip() and not RESERVED & set(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
