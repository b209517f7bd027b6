"""A named set of targets."""

from msgspec import Struct

from flowalert.delivery.target import Target
from flowalert.engine.notice import Address
from flowalert.language.tongue import Tongue


class Channel(Struct, frozen=True):
    """A name that rules notify, the targets that then are told, and the language in which they are."""

    name: str
    targets: tuple[Target, ...]
    language: Tongue = Tongue.KOREAN

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What of the targets may be written down."""
        return tuple(target.address for target in self.targets)
