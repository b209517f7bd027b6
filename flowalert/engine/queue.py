"""What waits for a target, and what becomes of it: the words in which delivery and the store speak of a queue."""

from datetime import datetime

from msgspec import Struct

from flowalert.engine.clause import Subject
from flowalert.engine.notice import DeliveryState, Occasion
from flowalert.engine.transition import Kind, Scope, Severity, Transition


class Lane(Struct, frozen=True, kw_only=True):
    """One target's part in one channel, and what is remembered of the messages that went there.

    `last_at` is when the last one was begun; `tokens` are those left of the rate at `tokens_at`; `failures` counts
    those that failed since one was taken. Until `blocked_until` nothing is tried again, and until `asked_until`, which
    the target's service asked for, nothing at all. Moments are wall time.
    """

    target: str
    channel: str
    last_at: datetime | None = None
    tokens: float = 0.0
    tokens_at: datetime | None = None
    failures: int = 0
    blocked_until: datetime | None = None
    asked_until: datetime | None = None


class Glance(Struct, frozen=True, kw_only=True):
    """How much waits in a lane, without what it is.

    `oldest_at` is when the oldest was made that may go out by now, None where none may; `urgent` tells whether one of
    them is urgent and untried. `next_at` is when the first of the others may go out, None where there are none.
    """

    lane: Lane
    oldest_at: datetime | None
    urgent: bool
    next_at: datetime | None


class Waiting(Struct, frozen=True, kw_only=True):
    """One delivery in a lane that is not settled, with what decides about it.

    `fires` tells whether its alert is an event or still open. Of a resolve whose target was not told of the firing,
    `firing` is the delivery of it that still waits in this lane, or `untold` says why there is none.
    """

    id: int
    alert: str
    rule: str
    scope: Scope
    labels: tuple[tuple[str, str], ...] = ()
    kind: Kind
    severity: Severity
    occasion: Occasion = Occasion.ROUTED
    state: DeliveryState
    reason: str = ""
    attempts: int = 0
    uncertain: int = 0
    urgent: bool = False
    reminder: bool = False
    fires: bool = True
    created_at: datetime
    next_at: datetime
    untold: str = ""
    firing: int = 0


class Step(Struct, frozen=True, kw_only=True):
    """One change that several deliveries of a lane have in common.

    `attempts` and `uncertain` are added to what they have. `mute` names what muted the alert, for a suppression by
    which it is not over.
    """

    ids: tuple[int, ...]
    state: DeliveryState
    reason: str
    next_at: datetime | None = None
    lease_until: datetime | None = None
    settled_at: datetime | None = None
    attempts: int = 0
    uncertain: int = 0
    mute: str = ""


class Muted(Struct, frozen=True, kw_only=True):
    """An alert that fires and of which targets of a channel were not told because of `mute`.

    `last` is its last transition that was to be told.
    """

    subject: Subject
    channel: str
    targets: tuple[str, ...]
    mute: str
    last: Transition


class Version(Struct, frozen=True):
    """`hands` is another whenever somebody may have silenced or acknowledged something, `alerts` when one changed."""

    hands: int
    alerts: int
