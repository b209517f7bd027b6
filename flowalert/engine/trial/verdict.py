"""What came of a rule's test, in words and tables for people to read."""

from dataclasses import dataclass

from flowalert.rules.trial import Trial


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was expected, beside what was seen; `agrees` tells whether the two are the same."""

    label: str
    expected: str
    seen: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The market and the rule's condition around a moment.

    Each of `rows` has the slot's exchange time and a text for each of `columns`; `at` is the moment.
    """

    at: int
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One expectation that was not met, or one telling that nobody expected.

    `subject` names it, `what` says what was wrong with it. `line` and `column`, from 1, are where it is written in the
    test's file. `paste` is the expectation that would have been met, in YAML, where there is one.
    """

    line: int
    column: int
    subject: str
    what: str
    rows: tuple[Row, ...] = ()
    surroundings: Surroundings | None = None
    paste: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test and its failures; passed if there are none."""

    trial: Trial
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        return not self.failures
