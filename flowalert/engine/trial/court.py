"""A rule's test, run: its market through the engine, and what came of it beside what was expected."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from flowalert.engine.transition import Kind, Scope, Transition
from flowalert.engine.trial.observation import observe, verb_of
from flowalert.engine.trial.pairing import pair
from flowalert.engine.trial.probe import Judgement, list_judgements, look_around
from flowalert.engine.trial.row import compare, spell_expectation
from flowalert.engine.trial.verdict import Failure, Row, Surroundings, Verdict
from flowalert.market.instant import clock
from flowalert.rules.rulebook import Rule, Rulebook
from flowalert.rules.trial import Trial
from flowalert.rules.trial.expectation import STANDINGS, Expectation, Verb

# Title and body of what is told of a transition.
Render: TypeAlias = Callable[[Transition, Rule | None], tuple[str, str]]

# Of one rule, more that nobody expected is only counted.
_MOST_REPORTED = 5


def run_trial(trial: Trial, rulebook: Rulebook, render: Render) -> Verdict:
    """Run a test on the rules of its file; `render` writes what is told."""
    rules = tuple(rule for rule in rulebook.rules if rule.name in trial.rules)
    return _Court(trial, Rulebook(rules), render).judge()


class _Court:
    """Holds what was seen against what was expected.

    What changes: `_left`, the transitions that no expectation has claimed yet, with each that is claimed; and
    `_judgements`, those of the rules that failed, by name, with each that is looked at.
    """

    def __init__(self, trial: Trial, rulebook: Rulebook, render: Render) -> None:
        self._trial = trial
        self._rulebook = rulebook
        self._render = render
        times = {each.at for each in trial.expectations if each.verb in STANDINGS and each.at is not None}
        self._seen = observe(trial, rulebook, times)
        self._left = list(self._seen.transitions)
        self._judgements: dict[str, tuple[Judgement, ...]] = {}

    def judge(self) -> Verdict:
        expectations = self._trial.expectations
        # Those that are met to the letter are settled first, so that each of the others meets what is left to it.
        unmet = self._settle([each for each in expectations if each.verb not in (*STANDINGS, Verb.QUIET)])
        failures = [failure for each in expectations if each.verb is Verb.QUIET for failure in self._judge_quiet(each)]
        failures += [
            failure for each in expectations if each.verb in STANDINGS for failure in self._judge_standing(each)
        ]
        failures += [self._explain(each) for each in unmet]
        failures += self._report()
        return Verdict(self._trial, tuple(sorted(failures, key=lambda each: (each.line, each.column))))

    def _settle(self, expectations: Sequence[Expectation]) -> list[Expectation]:
        """Claim what meets an expectation to the letter; return the expectations that nothing does."""
        left = list(self._left)
        pairs = pair([[left.index(each) for each in self._list_met(expectation)] for expectation in expectations])
        claimed = set(pairs.values())
        self._left = [each for number, each in enumerate(left) if number not in claimed]
        return [each for number, each in enumerate(expectations) if number not in pairs]

    def _list_met(self, expectation: Expectation) -> list[Transition]:
        return [
            each
            for each in self._candidates(expectation)
            if each.at == expectation.at and all(row.agrees for row in self._compare(expectation, each))
        ]

    def _candidates(self, expectation: Expectation) -> Iterator[Transition]:
        return (
            each
            for each in self._left
            if each.rule == expectation.rule
            and verb_of(each) is expectation.verb
            and (each.told or expectation.verb is Verb.HELD)
            and _agree(each.scope, expectation)
        )

    def _compare(self, expectation: Expectation, transition: Transition) -> tuple[Row, ...]:
        rule = self._rulebook.by_name[expectation.rule]
        return compare(expectation, transition, rule, self._render(transition, rule))

    def _explain(self, expectation: Expectation) -> Failure:
        """Say what came instead of what was expected, and claim it."""
        rule = self._rulebook.by_name[expectation.rule]
        at = expectation.at or 0
        candidates = [(each, self._compare(expectation, each)) for each in self._candidates(expectation)]
        here = [(each, rows) for each, rows in candidates if each.at == at]
        if here:
            transition, rows = max(here, key=lambda each: sum(row.agrees for row in each[1]))
            self._left.remove(transition)
            return self._fail(expectation, "it came otherwise", rows, transition)
        held = self._find_held(expectation)
        if held is not None:
            rows = compare(expectation, held, rule, self._render(held, rule))
            return self._fail(expectation, _say_held(held), rows, held)
        if candidates:
            transition, rows = min(candidates, key=lambda each: abs(each[0].at - at))
            self._left.remove(transition)
            row = Row("at", clock(at), clock(transition.at), agrees=False)
            return self._fail(expectation, "it came at another time", (row, *rows), transition)
        row = Row("told", f"at {clock(at)}", self._list_others(expectation), agrees=False)
        return self._fail(expectation, "it did not come", (row,))

    def _find_held(self, expectation: Expectation) -> Transition | None:
        """Return what would have met an expectation if anybody had been told of it."""
        if expectation.verb is Verb.HELD:
            return None
        untold = (each for each in self._left if each.rule == expectation.rule and not each.told)
        return next(
            (
                each
                for each in untold
                if each.at == expectation.at
                and (each.kind is Kind.RESOLVED) is (expectation.verb is Verb.RESOLVES)
                and _agree(each.scope, expectation)
            ),
            None,
        )

    def _list_others(self, expectation: Expectation) -> str:
        others = [
            f"{verb_of(each).value} at {clock(each.at)}"
            for each in self._seen.transitions
            if each.rule == expectation.rule and _agree(each.scope, expectation)
        ]
        if not others:
            return "never, nor anything else of this rule"
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        return f"never; this rule {', '.join(others[:5])}{more}"

    def _judge_quiet(self, expectation: Expectation) -> Iterator[Failure]:
        heard = [
            each
            for each in self._seen.transitions
            if each.told
            and each.rule == expectation.rule
            and _agree(each.scope, expectation)
            and (expectation.since is None or each.at >= expectation.since)
            and (expectation.until is None or each.at <= expectation.until)
        ]
        if not heard:
            return
        first = heard[0]
        more = f", the first of {len(heard)}" if len(heard) > 1 else ""
        said = f"{verb_of(first).value} at {clock(first.at)} for {first.scope.korean}{more}"
        # It is this expectation's failure, and not that of a telling that nobody expected, too.
        self._left = [each for each in self._left if each not in heard]
        rows = (Row("told", "nothing", said, agrees=False),)
        yield self._fail(expectation, "it was not quiet", rows, first)

    def _judge_standing(self, expectation: Expectation) -> Iterator[Failure]:
        standings = [
            each
            for each in self._seen.standings[expectation.at]
            if each.rule == expectation.rule and _agree(each.scope, expectation)
        ]
        wanted = expectation.verb
        if wanted is Verb.CLOSED:
            met = not standings
        elif wanted is Verb.OPEN:
            # One that is about to resolve has not.
            met = any(each.verb in (Verb.OPEN, Verb.RECOVERING) for each in standings)
        else:
            met = any(each.verb is wanted for each in standings)
        if not met:
            seen = ", ".join(f"{each.verb.value} ({each.scope.korean})" for each in standings) or Verb.CLOSED.value
            row = Row("it is", wanted.value, seen, agrees=False)
            yield self._fail(expectation, "it stood otherwise", (row,))

    @property
    def _end(self) -> int:
        return self._trial.entries[-1].at if self._trial.entries else 0

    def _fail(
        self, expectation: Expectation, what: str, rows: Sequence[Row], seen: Transition | None = None
    ) -> Failure:
        """Return the failure of an expectation; `seen` is what came instead, or should not have come."""
        seen_at = None if seen is None else seen.at
        moments = (each for each in (expectation.at, seen_at, self._end) if each is not None)
        scope = expectation if seen is None else seen.scope
        rule = self._rulebook.by_name[expectation.rule]
        return Failure(
            line=expectation.line,
            column=expectation.column,
            subject=expectation.subject,
            what=what,
            rows=tuple(rows),
            surroundings=self._look_around(rule, next(moments), scope, seen_at),
        )

    def _report(self) -> Iterator[Failure]:
        """Yield a failure for what was told and no expectation claimed."""
        unexpected: dict[str, list[Transition]] = {}
        for each in self._left:
            if each.told:
                unexpected.setdefault(each.rule, []).append(each)
        for name, transitions in unexpected.items():
            more = len(transitions) - _MOST_REPORTED
            for transition in transitions[:_MOST_REPORTED]:
                yield self._report_one(self._rulebook.by_name[name], transition, more)

    def _report_one(self, rule: Rule, transition: Transition, more: int) -> Failure:
        line, column = self._trial.expect
        title, body = self._render(transition, rule)
        verb = verb_of(transition)
        return Failure(
            line=line,
            column=column,
            subject=f"{verb.value} {rule.name} at {clock(transition.at)}",
            what=f"nobody expected it, nor {more} more of this rule" if more > 0 else "nobody expected it",
            rows=(Row("told", "nothing", " ⏎ ".join([title, *body.splitlines()]), agrees=False),),
            surroundings=self._look_around(rule, transition.at, transition.scope),
            paste=spell_expectation(verb, transition, rule),
        )

    def _look_around(
        self, rule: Rule, at: int, scope: Scope | Expectation, seen_at: int | None = None
    ) -> Surroundings | None:
        if rule.name not in self._judgements:
            self._judgements[rule.name] = list_judgements(self._trial, rule)
        judgements = [each for each in self._judgements[rule.name] if _agree(each.scope, scope)]
        return look_around(self._trial, rule, at, judgements, (scope.sector, scope.investor), seen_at)


def _say_held(transition: Transition) -> str:
    if transition.kind is Kind.RESOLVED:
        return "it resolved, and nobody was told, as nobody was of its firing"
    by = f": held back ({transition.hold.value})" if transition.hold is not None else ""
    return f"it fired, and nobody was told{by}"


def _agree(scope: Scope, wanted: Scope | Expectation) -> bool:
    """Tell whether a scope is the wanted one; what that leaves out may be anything."""
    return wanted.sector in (None, scope.sector) and wanted.investor in (None, scope.investor)
