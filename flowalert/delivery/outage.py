"""What is told of the built-in alert `feed-silent`: that nothing comes from the exchange, and that it does again."""

from collections.abc import Iterator

from flowalert.delivery.mark import mark_alert
from flowalert.delivery.phrase import say_reason, say_severity, say_state
from flowalert.engine.transition import Kind, Reason, Transition
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_duration
from flowalert.market.instant import clock


def render_outage(transition: Transition, tongue: Tongue) -> tuple[str, str]:
    """Return title and body: since when, why, and what that means; or for how long it was."""
    if transition.kind is Kind.RESOLVED:
        over = say_state(Kind.RESOLVED, tongue).capitalize()
        title = f"{over}: {_say_outcome(transition, tongue)}"
        return mark_alert(title, transition.kind, transition.severity), "\n".join(_say_end(transition, tongue))
    title = f"[{say_severity(transition.severity, tongue)}] {say_reason(Reason.FEED_SILENT, tongue)}"
    return mark_alert(title, transition.kind, transition.severity), "\n".join(_say_beginning(transition, tongue))


def _say_outcome(transition: Transition, tongue: Tongue) -> str:
    if transition.reason is Reason.FEED_HEARD:
        return tongue.choose("거래소에서 다시 들어옵니다", "updates come from the exchange again")
    return tongue.choose(
        "장이 끝날 때까지 거래소에서 아무것도 오지 않았습니다", "nothing came from the exchange until the session's end"
    )


def _say_beginning(transition: Transition, tongue: Tongue) -> Iterator[str]:
    since = clock(transition.opened_at)
    yield tongue.choose(f"{since}부터 들어오는 것이 없습니다", f"nothing since {since}")
    yield tongue.choose(f"원인: {transition.cause}", f"cause: {transition.cause}")
    yield tongue.choose(
        "지금까지의 알림은 마지막 상태로 남고, 다시 들어올 때까지 새 알림은 나오지 않습니다",
        "every alert keeps its last state, and until updates come again there can be no new one",
    )


def _say_end(transition: Transition, tongue: Tongue) -> Iterator[str]:
    since, at = clock(transition.opened_at), clock(transition.at)
    lasted = say_duration(transition.at - transition.opened_at, tongue)
    yield tongue.choose(f"{since}부터 {at}까지 {lasted} 동안", f"for {lasted}, from {since} to {at}")
    yield tongue.choose(
        "그 사이에 일어난 일은 보지 못했고, 그에 대한 알림도 나오지 않습니다",
        "what happened in between was not seen, and no alert of it can come",
    )
