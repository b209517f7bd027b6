"""What a reload changes, in the words of who wrote the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from msgspec.structs import replace as replace_struct

from flowalert.delivery import Channel
from flowalert.rules.rulebook import Rule, Rulebook


@dataclass(frozen=True, kw_only=True)
class Change:
    """The names of what came, went, and is another than before."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare_rules(before: Rulebook, after: Rulebook) -> Change:
    """Return how two rulebooks differ; where in its file a rule stands does not matter."""
    return _compare(
        {name: _strip(rule) for name, rule in before.by_name.items()},
        {name: _strip(rule) for name, rule in after.by_name.items()},
    )


def compare_channels(before: Mapping[str, Channel], after: Mapping[str, Channel]) -> Change:
    """Return how two sets of channels differ; targets are the same where their URLs are."""
    return _compare(
        {name: _describe(channel) for name, channel in before.items()},
        {name: _describe(channel) for name, channel in after.items()},
    )


def _compare(before: Mapping[str, object], after: Mapping[str, object]) -> Change:
    return Change(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name, each in after.items() if name in before and before[name] != each),
    )


def _strip(rule: Rule) -> Rule:
    return replace(rule, where="")


def _describe(channel: Channel) -> tuple[object, ...]:
    return channel.addresses, replace_struct(channel, targets=())
