"""One rule at one scope: when its alert opens, waits, fires, recovers and resolves, and who is to hear of it."""

import hashlib
from collections import Counter
from typing import Any

from flowalert.engine.transition import Hold, Kind, Reason, Scope, Severity, Transition, transition_id
from flowalert.language.condition import Mode
from flowalert.language.tree import Binary, Call, Node, spell
from flowalert.market.series import Series
from flowalert.rules.rulebook import Rule
from tests.engine.naive_past import Judgements, Past
from tests.engine.naive_rule import conditions, ends_at, find_peak, is_active, is_expired, tree_of
from tests.engine.naive_value import Own, calculate, value

MINUTES = 60
FLAPS_WITHIN = 10 * MINUTES


class Life:
    """What there is to know of one rule at one scope in one session; `judge`, `look` and `end` change it."""

    def __init__(
        self,
        index: int,
        rule: Rule,
        scope: Scope,
        pasts: dict[Series, Past],
        fires: Counter[str],
        first_session: int,
        made: list[Transition],
    ) -> None:
        self.index, self.rule, self.scope = index, rule, scope
        self.pasts, self.fires, self.first_session, self.made = pasts, fires, first_session, made
        self.own = Own(scope.venue, scope.sector, scope.investor)
        named = self.own.series_of(*conditions(rule))
        self.members = tuple(sorted(named or self.own.itself()))
        others = self.own.series_of(*rule.expressions) - set(self.members)
        self.line = Judgements(self.members, tuple(sorted(others)), pasts)
        self.truth: bool | None = None
        self.phase = "idle"
        # Of the present episode.
        self.alert = ""
        self.opened_at = self.began = self.n = self.counted = 0
        self.due: int | None = None
        self.told = False
        self.late_due: int | None = None
        self.repeat_due: int | None = None
        self.late_reason = Reason.COOLDOWN_OVER
        self.severity = rule.severity
        # Of all the session's.
        self.told_at: int | None = None
        self.told_severity = rule.severity
        self.told_sign = 0
        self.held_back = 0
        self.tellings: list[int] = []
        self.told_openings: list[int] = []
        self.last_opening = 0
        self.flapping = False

    # What holds.

    def now(self, node: Node) -> Any:
        return value(node, self.line, len(self.line.made) - 1, self.own)

    def is_expired(self, at: int) -> bool:
        return is_expired(self.rule, at, self.fires[self.rule.name], self.first_session)

    def is_resolvable(self) -> bool | None:
        """Whether the condition is false and that of the resolve is true."""
        clause = self.rule.resolve_when
        answers = [self.now(tree_of(self.rule)), True if clause is None else self.now(clause.node)]
        if answers[0] is True or answers[1] is False:
            return False
        return None if None in answers else True

    def level(self) -> Severity:
        true = [each.severity for each in self.rule.levels if self.now(each.clause.node) is True]
        return max([self.rule.severity, *true])

    def sign(self) -> int:
        number = self.now(self.rule.condition.subject)
        return 0 if not number else 1 if number > 0 else -1

    # The three things that can happen to it.

    def judge(self, at: int) -> None:
        """Judge the condition on what is known now, and do what follows."""
        if self.line.made and self.due is not None and self.line.is_interrupted():
            self.due += at - self.line.made[-1].at
        self.line.add(at)
        ends = self.active_ends()
        active = is_active(self.rule, at) and (ends is None or at < ends)
        answer = self.now(tree_of(self.rule)) if active else False
        came_true = answer is True and self.truth is not True
        self.truth = self.truth if answer is None else answer
        if not active:
            self.end(Reason.INACTIVE, at)
        elif self.rule.mode is Mode.EVENT:
            if answer and not self.is_expired(at):
                self.happen(at)
        elif self.phase == "idle":
            if came_true and not self.is_expired(at):
                self.open(at)
        elif self.phase == "pending":
            if answer is False or self.is_expired(at):
                self.phase = "idle"
            elif answer:
                self.counted += 1
                self.fire_if_held(at, Reason.HELD_FOR)
        else:
            self.go_on(answer, at)

    def look(self, at: int, before: int) -> None:
        """Do what a timer asks for that has run out before an exchange time."""
        ends = self.active_ends()
        if not is_active(self.rule, at) or (ends is not None and ends < before):
            self.truth = False
            self.end(Reason.INACTIVE, at)
            return
        due = self.own_timer()
        if due is None or due >= before or self.now(tree_of(self.rule)) is None:
            return
        if self.phase == "firing":
            self.tell_again(at)
        elif self.phase == "pending" and not self.is_expired(at):
            self.fire(at, Reason.HELD_FOR)
        elif self.phase == "pending" or self.is_resolvable():
            self.end(Reason.CONDITION, at)

    def end(self, reason: Reason, at: int) -> None:
        """Resolve what fires; what only waits ends without a word."""
        if self.phase in ("firing", "recovering"):
            self.emit(Kind.RESOLVED, reason, at, told=self.told)
            self.told_at = at if self.told else self.told_at
        self.phase, self.due, self.late_due = "idle", None, None

    # What follows from a judgement.

    def happen(self, at: int) -> None:
        self.begin(at)
        self.severity = self.level()
        hold = self.limit_or_cooldown(at)
        self.fires[self.rule.name] += 1
        self.tell_or_hold(Kind.FIRED, Reason.CONDITION, at, hold)

    def open(self, at: int) -> None:
        self.begin(at)
        self.phase, self.counted = "pending", 1
        self.due = at + self.rule.for_seconds if self.rule.for_seconds else None
        self.fire_if_held(at, Reason.CONDITION)

    def fire_if_held(self, at: int, reason: Reason) -> None:
        if at >= self.due if self.due is not None else self.counted >= self.rule.for_updates:
            self.fire(at, reason)

    def fire(self, at: int, reason: Reason) -> None:
        self.phase, self.due = "firing", None
        self.severity = self.level()
        self.flapping = self.is_flapping(at)
        self.last_opening = at
        hold = Hold.FLAPPING if self.flapping else self.limit_or_cooldown(at)
        if hold is None:
            before = self.told_openings[-3:]
            if len(before) == 3 and at - before[0] <= FLAPS_WITHIN:
                self.flapping, reason = True, Reason.FLAPPING
            self.told_openings.append(at)
        self.fires[self.rule.name] += 1
        if hold is Hold.COOLDOWN:
            self.late_due, self.late_reason = (self.told_at or 0) + self.rule.cooldown, Reason.COOLDOWN_OVER
        if hold is Hold.FLAPPING:
            self.late_due, self.late_reason = at + FLAPS_WITHIN, Reason.CALM
        self.tell_or_hold(Kind.FIRING, reason, at, hold)
        self.told = hold is None

    def go_on(self, answer: bool | None, at: int) -> None:
        resolvable = self.is_resolvable()
        if self.phase == "recovering":
            assert self.due is not None
            if resolvable and at >= self.due:
                self.end(Reason.CONDITION, at)
            if resolvable is not False:
                return
            self.phase, self.due = "firing", None
        elif resolvable and self.rule.keep_firing_for:
            self.phase, self.due = "recovering", at + self.rule.keep_firing_for
            return
        elif resolvable:
            self.end(Reason.CONDITION, at)
            return
        if self.level() > self.severity:
            self.rise(at)
            return
        due = self.own_timer()
        if answer is not None and due is not None and at >= due:
            self.tell_again(at)

    def rise(self, at: int) -> None:
        self.severity = self.level()
        hold = Hold.FLAPPING if self.is_flapping(at) else Hold.LIMIT if self.is_limited(at) else None
        if hold is None:
            self.tell_held()
        self.tell_or_hold(Kind.FIRING, Reason.SEVERITY_ROSE, at, hold)

    def timer(self) -> int | None:
        """When it is to be looked at without an update of its own, or None."""
        ends, due = self.active_ends(), self.own_timer()
        return due if ends is None else ends if due is None else min(due, ends)

    def active_ends(self) -> int | None:
        """When the stretch of its active time ends in which it opened; another one does not go on with it."""
        return None if self.phase == "idle" else ends_at(self.rule, self.opened_at)

    def own_timer(self) -> int | None:
        """The same, but for the end of its active time, which nothing puts off."""
        if self.line.was_lost():
            return None
        if self.phase in ("pending", "recovering"):
            return None if self.line.is_interrupted() else self.due
        if self.phase == "firing":
            return self.repeat_due if self.told else self.late_due
        return None

    def tell_again(self, at: int) -> None:
        """Tell late of what was held back and still fires, or tell again of what was told.

        Nothing is made only to be held back by the limit: it waits until the limit lets it through.
        """
        limit = self.rule.limit
        if limit is not None and self.is_limited(at):
            later = None if limit.seconds is None else sorted(self.tellings)[-limit.count] + limit.seconds
            self.repeat_due, self.late_due = (later, None) if self.told else (None, later)
            return
        reason = Reason.REPEATED if self.told else self.late_reason
        self.flapping = self.flapping and reason is not Reason.CALM
        self.tell_held()
        self.tell_or_hold(Kind.FIRING, reason, at, None)

    # Who hears of it.

    def tell_held(self) -> None:
        """From here on it is told of; if its firing was held back, that is no longer one of those that were."""
        self.held_back -= not self.told
        self.told, self.late_due = True, None

    def limit_or_cooldown(self, at: int) -> Hold | None:
        if self.is_limited(at):
            return Hold.LIMIT
        cooling = self.told_at is not None and at < self.told_at + self.rule.cooldown
        if cooling and self.severity <= self.told_severity and self.sign() * self.told_sign >= 0:
            return Hold.COOLDOWN
        return None

    def is_limited(self, at: int) -> bool:
        limit = self.rule.limit
        if limit is None:
            return False
        return sum(1 for told in self.tellings if limit.seconds is None or told > at - limit.seconds) >= limit.count

    def is_flapping(self, at: int) -> bool:
        return self.flapping and at - self.last_opening < FLAPS_WITHIN

    def tell_or_hold(self, kind: Kind, reason: Reason, at: int, hold: Hold | None) -> None:
        if hold is not None:
            self.held_back += 1
            self.emit(kind, reason, at, told=False, hold=hold)
            return
        held_back, self.held_back = self.held_back, 0
        self.told_at = at
        self.repeat_due = at + self.rule.repeat if self.rule.repeat else None
        self.told_severity, self.told_sign = self.severity, self.sign()
        self.tellings.append(at)
        self.emit(kind, reason, at, told=True, held_back=held_back)

    # What is told.

    def begin(self, at: int) -> None:
        self.opened_at, self.began, self.n = at, len(self.line.made) - 1, 0
        self.told, self.late_due = False, None
        identity = f"{self.rule.name}\n{self.scope}\n{self.opening(at)}".encode()
        self.alert = hashlib.blake2b(identity, digest_size=10).hexdigest()

    def opening(self, at: int) -> str:
        """What opened it: the nth update of its series at that time, or their one judgement of the slot."""
        nth = sum(each.at == at for each in self.line.made) - 1
        return f"{'+'.join(map(str, self.members))} {at} {nth}"

    def emit(
        self, kind: Kind, reason: Reason, at: int, *, told: bool, hold: Hold | None = None, held_back: int = 0
    ) -> None:
        subject = self.rule.condition.subject
        since = [value(subject, self.line, n, self.own) for n in range(self.began, len(self.line.made))]
        self.n += 1
        self.made.append(
            Transition(
                id=transition_id(self.alert, kind, self.n),
                alert=self.alert,
                rule=self.rule.name,
                scope=self.scope,
                kind=kind,
                reason=reason,
                severity=self.severity,
                n=self.n,
                at=at,
                opened_at=self.opened_at,
                told=told,
                hold=hold,
                held_back=held_back,
                value=since[-1],
                peak=find_peak(self.rule, since),
                values={spell(node): self.show(node) for node in self.rule.expressions},
            )
        )

    def show(self, node: Node) -> Any:
        """What a text tells: of series that the conditions do not name, as they are at this moment.

        What looks back on several series has its readings from the judgements, and knows no moment between.
        """
        named = self.own.series_of(node)
        if named <= set(self.members):
            return self.now(node)
        if len(named) > 1:
            match node:
                case Binary(operator, left, right):
                    return calculate(operator, self.show(left), self.show(right))
                case Call("abs", (of,)):
                    number = self.show(of)
                    return None if number is None else abs(number)
                case _:
                    return self.now(node)
        (series,) = named
        past = self.line.pasts.get(series)
        return None if past is None else value(node, past, len(past.updates) - 1, self.own)
