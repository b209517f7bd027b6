"""A named set of targets."""

from msgspec import Struct

from flowalert.delivery.target import Target
from flowalert.engine.notice import Address


class Channel(Struct, frozen=True):
    """A name that rules notify, and the targets that then are told."""

    name: str
    targets: tuple[Target, ...]

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What of the targets may be written down."""
        return tuple(target.address for target in self.targets)
