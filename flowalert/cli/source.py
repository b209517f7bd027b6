"""The settings of a service that runs, read again."""

import os
from collections.abc import Hashable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flowalert.service import Fresh, Source
from flowalert.settings import Settings, SettingsRefused, list_files, read_settings

if TYPE_CHECKING:
    from flowalert.rules.problem import Problem


def make_source(config: Path, settings: Settings) -> Source:
    """Return where the service's settings come from; they are those that it was started with."""
    return Source(
        read=lambda: _read(config, settings),
        look=(lambda: _look(config, settings.rule_patterns)) if settings.reload_on_change else None,
    )


def _read(config: Path, before: Settings) -> "Fresh | tuple[Problem, ...]":
    try:
        fresh = read_settings(config, os.environ)
    except SettingsRefused as refused:
        return refused.problems
    return Fresh(
        rulebook=fresh.loaded.rulebook,
        channels=fresh.channels,
        inhibitions=fresh.inhibitions,
        fixed=tuple(_list_fixed(before, fresh)),
        rule_patterns=fresh.rule_patterns,
    )


def _list_fixed(before: Settings, fresh: Settings) -> Iterator[str]:
    """Yield the settings that have changed and that a running service cannot change."""
    # A context says nothing of the certificates that it holds.
    if replace(before.feed, ssl_context=None) != replace(fresh.feed, ssl_context=None):
        yield "feed"
    for name in ("store", "keep", "record", "web", "log"):
        if getattr(before, name) != getattr(fresh, name):
            yield name


def _look(config: Path, patterns: tuple[str, ...]) -> Hashable:
    """Return what is another once a file is written, appears or goes."""
    return tuple(_stamp(file) for file in (config, *list_files(config.parent, patterns)))


def _stamp(file: Path) -> Hashable:
    try:
        found = file.stat()
    except FileNotFoundError:
        return (str(file), None)
    return (str(file), found.st_mtime_ns, found.st_size, found.st_ino)
