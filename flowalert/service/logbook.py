"""What a service does, line by line in its log, and how often since it began."""

from collections import defaultdict
from collections.abc import Collection

import structlog
import trio

from flowalert.delivery import Report
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Kind, Transition
from flowalert.feed.desk import Refusal
from flowalert.feed.refrain import Refrain

log = structlog.get_logger()

# What needs nobody's attention.
_EXPECTED = frozenset({DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.SUPPRESSED})


class Logbook:
    """Writes down alerts, deliveries and refusals.

    What changes: `told` and `held_back` count transitions but for those to resolved, `sent` and `dead` deliveries.
    """

    def __init__(self) -> None:
        self.told = 0
        self.held_back = 0
        self.sent = 0
        self.dead = 0
        # Of a target that is down for a day each attempt would be a line.
        self._refrains: defaultdict[tuple[str, str], Refrain] = defaultdict(Refrain)

    def note_transition(self, transition: Transition) -> None:
        """Write down what became of an alert."""
        if transition.kind is not Kind.RESOLVED:
            self.told += transition.told
            self.held_back += not transition.told
        # What a cooldown or a limit holds back can be said of every series every half a minute.
        say = log.info if transition.told else log.debug
        say(
            "alert",
            kind=transition.kind.value,
            rule=transition.rule,
            scope=str(transition.scope),
            value=transition.value,
            severity=transition.severity.name.lower(),
            told=transition.told,
            reason=transition.reason.value,
        )

    def note_delivery(self, report: Report) -> None:
        """Write down what became of deliveries."""
        self.sent += report.count * (report.state is DeliveryState.SENT)
        self.dead += report.count * (report.state is DeliveryState.DEAD)
        say = log.info if report.state in _EXPECTED else log.warning
        lane = (report.channel, report.target.key)
        times: int | None = 1
        if report.state is DeliveryState.RETRYING:
            times = self._refrains[lane].find_due(report.reason, trio.current_time())
            say = log.debug if times is None else say
        elif report.state is DeliveryState.SENT:
            self._refrains.pop(lane, None)
        say(
            "delivery",
            state=report.state.value,
            channel=report.channel,
            target=report.target.label,
            count=report.count,
            reason=report.reason,
            attempts=report.attempts,
            times=times or 1,
        )

    def note_refusal(self, refusal: Refusal, rules: Collection[str]) -> None:
        """Write down that the exchange refuses a place, with the rules that want it."""
        log.error(
            "the exchange refuses a sector",
            place=refusal.place,
            code=refusal.rsp_cd,
            words=refusal.rsp_msg,
            rules=", ".join(rules),
            remedy=refusal.remedy,
        )
