"""A named set of targets, with what it wants to be told, when and how."""

from datetime import timedelta

from msgspec import Struct

from flowalert.delivery.quiet import Quiet
from flowalert.delivery.sender import Sender
from flowalert.engine.notice import Address
from flowalert.engine.transition import Severity
from flowalert.language.template import Template
from flowalert.language.tongue import Tongue


class Rate(Struct, frozen=True):
    """At most `count` messages at once, and as many again in so many `seconds`: a token bucket."""

    count: int
    seconds: int

    def __str__(self) -> str:
        per, unit = next(each for each in ((3600, "h"), (60, "m"), (1, "s")) if self.seconds % each[0] == 0)
        return f"{self.count}/{self.seconds // per}{unit}"


class Escalation(Struct, frozen=True):
    """Which channel is told of what nobody has acknowledged `after` so long, from which severity on."""

    to: str
    after: timedelta
    min_severity: Severity = Severity.CRITICAL


class Texts(Struct, frozen=True):
    """A channel's own texts: around each message, and the row of an alert in a digest."""

    header: Template | None = None
    footer: Template | None = None
    line: Template | None = None


class Channel(Struct, frozen=True):
    """A name that rules notify, the targets that then are told, and how they are.

    What `groups` waits `group_wait` for others of its kind, and a message waits until `group_interval` after the one
    before; what is critical waits for neither. Past `expires_after` a notice is late, and told with others as such.
    Times are wall time. `fallback` names the channel that is told what this one could not be.
    """

    name: str
    targets: tuple[Sender, ...]
    language: Tongue = Tongue.KOREAN
    min_severity: Severity = Severity.INFO
    groups: bool = True
    group_wait: timedelta = timedelta(milliseconds=300)
    group_interval: timedelta = timedelta(seconds=1)
    quiet: Quiet | None = None
    rate: Rate | None = None
    expires_after: timedelta = timedelta(minutes=10)
    fallback: str | None = None
    escalation: Escalation | None = None
    texts: Texts = Texts()
    charts: bool = False

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What of the targets may be written down."""
        return tuple(target.address for target in self.targets)
