"""What a channel is told about a transition, and how far each telling of it has come."""

import enum
from datetime import datetime

from msgspec import Struct

from flowalert.engine.transition import Kind, Severity


class Address(Struct, frozen=True):
    """All that may be written down of a target: its URL holds secrets.

    `key` is a digest of the URL, the same at every start; `label` is for people: `slack`, or
    `json 127.0.0.1:8080`.
    """

    key: str
    label: str


class Occasion(enum.Enum):
    """What made a channel be told about a transition."""

    ROUTED = "routed"  # the rule names the channel
    UNMUTED = "unmuted"  # a silence or an inhibition ended, and the alert still fires
    FALLBACK = "fallback"  # another channel could not be reached
    ESCALATED = "escalated"  # nobody acknowledged what another channel was told


class Cause(Struct, frozen=True):
    """Why a channel is told; `of` names the other channel, or what muted the alert."""

    occasion: Occasion = Occasion.ROUTED
    of: str = ""

    def __str__(self) -> str:
        return f"{self.occasion.value}:{self.of}" if self.of else self.occasion.value


def read_cause(text: str) -> Cause:
    """Return the cause that `str` wrote."""
    occasion, _, of = text.partition(":")
    return Cause(Occasion(occasion), of)


ROUTED = Cause()


class Wording(Struct, frozen=True, kw_only=True):
    """The finished text of a notice, in one language; channels that say it alike share it.

    `row` is its row in a digest, cell by cell, and `trend` a line about the day so far, empty where there is none.
    Where the body is the rule's `own`, nothing is added to it. Of how old the news is, all is kept but the sending:
    `at` is exchange time, `published` tells whether the exchange published then what decided, and `received_at` and
    `decided_at` are moments of the exchange's clock, None where they are not known.
    """

    title: str
    body: str
    row: tuple[str, ...] = ()
    trend: str = ""
    own: bool = False
    at: int = 0
    published: bool = False
    received_at: datetime | None = None
    decided_at: datetime | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """What one channel is told about one transition for one cause: its wording, and the targets to bring it to.

    The targets of a resolve are not used: it goes to those that were told of the firing, and the store
    knows those. An `urgent` notice waits for no other; a `reminder` tells what was told before, and is of no use to
    who has acknowledged it. It is not to go out before `not_before`, wall time, where that is given.
    """

    transition: str
    alert: str
    kind: Kind
    severity: Severity
    channel: str
    targets: tuple[Address, ...]
    wording: Wording
    cause: Cause = ROUTED
    urgent: bool = False
    reminder: bool = False
    not_before: datetime | None = None

    @property
    def title(self) -> str:
        return self.wording.title

    @property
    def body(self) -> str:
        return self.wording.body


class DeliveryState(enum.Enum):
    """Where a delivery stands; the last three are final."""

    PENDING = "pending"  # not tried yet
    SENDING = "sending"  # under way, or cut off under way: the lease says which
    RETRYING = "retrying"  # tried, to be tried again
    SENT = "sent"
    DEAD = "dead"  # refused for good, or given up
    SUPPRESSED = "suppressed"  # decided against, without an attempt that could have reached anybody

    @property
    def settled(self) -> bool:
        return self in _SETTLED


_SETTLED = frozenset({DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED})


class Delivery(Struct, frozen=True, kw_only=True):
    """One notice to one target, with its state and the reason for it.

    Moments are wall time. `attempts` counts the sends that were begun, `uncertain` those of them that may
    have gone out although nobody confirmed it: each is a possible duplicate of the one that succeeds later.
    `next_at` is when it may next be tried; `lease_until` is until when a send may still be under way.
    """

    id: int
    notice: Notice
    target: Address
    state: DeliveryState
    created_at: datetime
    next_at: datetime
    reason: str = ""
    attempts: int = 0
    uncertain: int = 0
    lease_until: datetime | None = None
    settled_at: datetime | None = None
