"""What a channel is told about a transition, and how far each telling of it has come."""

import enum
from datetime import datetime

from msgspec import Struct

from flowalert.engine.transition import Kind, Severity


class Format(enum.Enum):
    """How a notice's body is written."""

    TEXT = "text"
    MARKDOWN = "markdown"


class Address(Struct, frozen=True):
    """All that may be written down of a target: its URL holds secrets.

    `key` is a digest of the URL, the same at every start; `label` is for people: `slack`, or
    `json 127.0.0.1:8080`.
    """

    key: str
    label: str


class Notice(Struct, frozen=True, kw_only=True):
    """What one channel is told about one transition: the finished text, and the targets to bring it to.

    The targets of a resolve are not used: it goes to those that were told of the firing, and the store
    knows those.
    """

    transition: str
    alert: str
    kind: Kind
    severity: Severity
    channel: str
    targets: tuple[Address, ...]
    title: str
    body: str
    format: Format = Format.TEXT


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
