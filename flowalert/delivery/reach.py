"""Who is told of what: rules, channels and targets by each other."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from flowalert.delivery.channel import Channel
from flowalert.delivery.routing import route
from flowalert.engine.notice import Address
from flowalert.rules.rulebook import Rule, Rulebook


class ChannelReach(Struct, frozen=True, kw_only=True):
    """The rules that a channel is told of, by name.

    `partly` are those of `rules` that matter enough to it at some of their levels alone, and `beneath` those that
    would come here and never do. Other channels bring it more: `stands_in_for` those whose fallback it is, and
    `backs_up` those that escalate to it.
    """

    rules: tuple[str, ...]
    partly: tuple[str, ...]
    beneath: tuple[str, ...]
    stands_in_for: tuple[str, ...]
    backs_up: tuple[str, ...]

    @property
    def is_idle(self) -> bool:
        """Whether nothing but the built-in alert can ever come here."""
        return not (self.rules or self.stands_in_for or self.backs_up)


class TargetReach(Struct, frozen=True, kw_only=True):
    """A target, its channels with its number from 1 in each, and the rules that reach it, each by which of them."""

    address: Address
    places: tuple[tuple[str, int], ...]
    rules: Mapping[str, tuple[str, ...]]

    @property
    def twice(self) -> tuple[str, ...]:
        """The rules of which it is told more than once, since several of its channels are."""
        return tuple(rule for rule, channels in self.rules.items() if len(channels) > 1)


class Reach(Struct, frozen=True, kw_only=True):
    """What reaches each channel and each target; rules that nobody is told of, and those that are switched off."""

    channels: Mapping[str, ChannelReach]
    targets: tuple[TargetReach, ...]
    unheard: tuple[str, ...]
    disabled: tuple[str, ...]


def find_reach(rulebook: Rulebook, channels: Mapping[str, Channel]) -> Reach:
    """Return who is told of what; every channel is named, also where no rule reaches it."""
    routed: dict[str, list[Rule]] = {name: [] for name in channels}
    for rule in rulebook.rules:
        for name in route(rule.notify, channels):
            routed[name].append(rule)
    reached = {name: _find_channel(channel, channels, routed[name]) for name, channel in channels.items()}
    heard = {rule for name, each in reached.items() if channels[name].targets for rule in each.rules}
    return Reach(
        channels=reached,
        targets=tuple(_find_targets(channels, reached)),
        unheard=tuple(rule.name for rule in rulebook.rules if rule.name not in heard),
        disabled=rulebook.disabled,
    )


def _find_channel(channel: Channel, channels: Mapping[str, Channel], routed: Sequence[Rule]) -> ChannelReach:
    highest = {rule.name: max([rule.severity, *(level.severity for level in rule.levels)]) for rule in routed}
    return ChannelReach(
        rules=tuple(name for name, severity in highest.items() if severity >= channel.min_severity),
        partly=tuple(rule.name for rule in routed if rule.severity < channel.min_severity <= highest[rule.name]),
        beneath=tuple(name for name, severity in highest.items() if severity < channel.min_severity),
        stands_in_for=tuple(name for name, other in channels.items() if other.fallback == channel.name),
        backs_up=tuple(name for name, other in channels.items() if _escalates_to(other, channel)),
    )


def _escalates_to(channel: Channel, other: Channel) -> bool:
    return channel.escalation is not None and channel.escalation.to == other.name


def _find_targets(channels: Mapping[str, Channel], reached: Mapping[str, ChannelReach]) -> Iterator[TargetReach]:
    places: dict[Address, list[tuple[str, int]]] = {}
    for channel in channels.values():
        for number, target in enumerate(channel.targets, start=1):
            places.setdefault(target.address, []).append((channel.name, number))
    for address, found in places.items():
        rules: dict[str, list[str]] = {}
        for name, _ in found:
            for rule in reached[name].rules:
                rules.setdefault(rule, []).append(name)
        yield TargetReach(
            address=address, places=tuple(found), rules={rule: tuple(names) for rule, names in rules.items()}
        )
