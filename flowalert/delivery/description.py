"""What is told of a transition whose rule has no text of its own."""

from collections.abc import Iterator

from msgspec import Struct

from flowalert.delivery.amount import say_amount
from flowalert.delivery.mark import mark_alert, mark_direction
from flowalert.delivery.phrase import say_reason, say_scope, say_severity, say_state
from flowalert.engine.transition import Kind, Transition
from flowalert.language.meaning import BARE
from flowalert.language.tongue import Tongue
from flowalert.language.wording import Speaker, say_duration
from flowalert.market.instant import clock
from flowalert.market.sector import Counted, sector_of
from flowalert.rules.rulebook import Rule


class Description(Struct, frozen=True):
    """A transition in one language; `rule` is None where it is gone, and with it the units of its figures."""

    transition: Transition
    rule: Rule | None
    tongue: Tongue

    @property
    def counted(self) -> Counted | None:
        """What quantities count in the sector that the alert is about."""
        sector = self.transition.scope.sector
        return None if sector is None else sector_of(sector).counted

    @property
    def resolved(self) -> bool:
        return self.transition.kind is Kind.RESOLVED

    def title(self) -> str:
        """Return the severity and the rule: `⚠ [주의] 외국인 코스피 대량 순매도`."""
        transition = self.transition
        name = (self.rule.summary if self.rule else "") or transition.rule
        title = self.introduce(f"[{say_severity(transition.severity, self.tongue)}] {name}")
        return mark_alert(title, transition.kind, transition.severity)

    def introduce(self, title: str) -> str:
        """Put before a title that it is over, if it is: `해제: …`."""
        if not self.resolved:
            return title
        return f"{say_state(Kind.RESOLVED, self.tongue).capitalize()}: {title}"

    def body(self) -> str:
        """Return who, what and how much, and what else there is to say. A line each."""
        return "\n".join(self._lines())

    def row(self, title: str | None) -> tuple[str, ...]:
        """Return the alert as a row of a table: how grave, who, how much, what, when; `title` is the rule's own."""
        transition = self.transition
        mark = mark_alert("", transition.kind, transition.severity).strip()
        what = title or (self.rule.summary if self.rule else "") or transition.rule
        figure = mark_direction(self._say_figure(transition.value))
        if title is None:
            what = self.introduce(what)
        return mark, say_scope(transition.scope, self.tongue), figure, what, clock(transition.at)

    def sum_up(self) -> str:
        """Return what a resolve says beside the present value: how long, how far, and why if by no condition."""
        transition = self.transition
        lasted = say_duration(transition.at - transition.opened_at, self.tongue)
        peak = self._say_figure(transition.peak)
        parts = [
            self.tongue.choose(f"{lasted} 동안", f"after {lasted}"),
            self.tongue.choose(f"최대 {peak}", f"peak {peak}"),
            say_reason(transition.reason, self.tongue),
        ]
        return " · ".join(part for part in parts if part is not None)

    def close(self) -> str:
        """Return the line that makes a resolve's own of a text that was written for the firing."""
        at = clock(self.transition.at)
        return f"{self.tongue.choose(f'{at} 해제', f'resolved {at}')} · {self.sum_up()}"

    def _lines(self) -> Iterator[str]:
        transition, tongue = self.transition, self.tongue
        yield self._say_value()
        if self.resolved:
            yield self.sum_up()
        elif self.rule is not None:
            yield self.rule.condition.text.strip()
        lasted = transition.at - transition.opened_at
        if lasted > 0 and not self.resolved:
            since, long = clock(transition.opened_at), say_duration(lasted, tongue)
            yield tongue.choose(f"{since}부터 {long} 동안", f"for {long}, since {since}")
        reason = None if self.resolved else say_reason(transition.reason, tongue)
        if reason is not None:
            yield reason
        if transition.held_back:
            count = transition.held_back
            yield tongue.choose(f"그 사이 알리지 않은 것 {count}번", f"held back in between: {count:,}")

    def _say_value(self) -> str:
        """Say who, what and how much: `코스피 외국인 순매수 5분 변화 🔵 -1,234억`."""
        scope, figure = say_scope(self.transition.scope, self.tongue), self._say_figure(self.transition.value)
        if self.rule is None:
            return self.tongue.choose(f"{scope} {figure}", f"{scope}: {figure}")
        subject = Speaker(self.tongue).say(self.rule.condition.subject)
        marked = mark_direction(figure)
        # A headline has no article.
        return self.tongue.choose(f"{scope} {subject} {marked}", f"{scope}: {subject.removeprefix('the ')} {marked}")

    def _say_figure(self, value: float | None) -> str:
        return say_amount(value, self.rule.condition.meaning if self.rule else BARE, self.counted, self.tongue)
