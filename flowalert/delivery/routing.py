"""Which channels a rule's alerts go to."""

from collections.abc import Collection, Sequence

DEFAULT = "default"


def route(notify: Sequence[str], channels: Collection[str]) -> tuple[str, ...]:
    """Return the names of the channels to tell, each once.

    A rule that names none goes to the channel `default` if there is one, else to all, in the settings' order.
    Raises KeyError for a name that is no channel: whoever loads rules and settings has checked them.
    """
    if not notify:
        return (DEFAULT,) if DEFAULT in channels else tuple(channels)
    for name in notify:
        if name not in channels:
            raise KeyError(name)
    return tuple(dict.fromkeys(notify))
