"""Who is told of what: rules and channels by each other."""

from collections.abc import Mapping

from msgspec import Struct

from flowalert.delivery.channel import Channel
from flowalert.delivery.routing import route
from flowalert.rules.rulebook import Rulebook


class Reach(Struct, frozen=True):
    """The names of the rules that each channel is told of, of the rules that nobody is, and of those switched off."""

    rules: Mapping[str, tuple[str, ...]]
    unheard: tuple[str, ...]
    disabled: tuple[str, ...]


def find_reach(rulebook: Rulebook, channels: Mapping[str, Channel]) -> Reach:
    """Return who is told of what; every channel is named, also where no rule reaches it."""
    reached: dict[str, list[str]] = {name: [] for name in channels}
    unheard: list[str] = []
    for rule in rulebook.rules:
        names = [name for name in route(rule.notify, channels) if channels[name].targets]
        for name in names:
            reached[name].append(rule.name)
        if not names:
            unheard.append(rule.name)
    return Reach({name: tuple(rules) for name, rules in reached.items()}, tuple(unheard), rulebook.disabled)
