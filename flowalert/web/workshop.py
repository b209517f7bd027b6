"""The files that the rules are in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import trio

from flowalert.settings import list_files
from flowalert.web.bench import Bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where rules are read and, if the settings allow it, written.

    `config` is the settings file, None where there is none and rules stay as they are; `patterns` name the rule files
    from its folder, and `channels` are those that a rule may notify: both as of the service's start, and its plan knows
    what a reload has made of them. `store` has the journal on which a rule is tried, at the `bench`. Whoever writes a
    file holds `writing`.
    """

    config: Path | None
    patterns: tuple[str, ...]
    store: Path
    channels: tuple[str, ...]
    bench: Bench = field(default_factory=Bench, compare=False)
    writing: trio.Lock = field(default_factory=trio.Lock, compare=False)

    def list_files(self, patterns: tuple[str, ...] = ()) -> Mapping[str, Path]:
        """Return the rule files by the names that problems give them.

        `patterns` are those that a reload has brought; without any, those of the start. It blocks.
        """
        if self.config is None:
            return {}
        return {str(file): file for file in list_files(self.config.parent, patterns or self.patterns)}
