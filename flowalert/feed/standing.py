"""How the feed stands at a moment."""

from msgspec import Struct


class Standing(Struct, frozen=True, kw_only=True):
    """How many places are `wanted` and how many of them `registered`; `refused` names those that the exchange refuses.

    `lost_for` is since how many seconds a connection that served is gone, None where all are there. `is_silent` is
    whether it is told that nothing comes from anywhere; `cause` is the last known trouble, in words.
    """

    wanted: int
    registered: int
    refused: tuple[str, ...]
    lost_for: float | None
    is_silent: bool
    cause: str
