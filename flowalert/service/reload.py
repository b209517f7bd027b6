"""Taking new settings over while a service runs: all of them, or none and nothing changes.

The new rules fold the open session's journal in a thread, as a restart would, while the old ones go on. Only when they
have caught up is the engine exchanged, between two entries: so what stays keeps its state, timers included.
"""

import gc
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
import trio

from flowalert.engine.engine import Engine
from flowalert.engine.transition import Kind, Transition
from flowalert.market.entry import Entry
from flowalert.rules.problem import Problem
from flowalert.service.change import Change, compare_channels, compare_rules
from flowalert.service.plan import Fresh, Source
from flowalert.service.service import Service

log = structlog.get_logger()

# A file that is being written changes again before the next look.
_LOOK_EVERY = 1.0
# What has come meanwhile is folded in a thread until so little is left that nobody waits for the rest.
_LITTLE = 200
# Old rules are swept up in a silence between two publications, or after so many seconds.
_IDLE, _IDLE_AT_MOST = 3.0, 60.0
_SHORT = 0.0001


class Reloading:
    """Reloads a service when it is asked to; it keeps nothing, and `run` changes the service."""

    def __init__(self, service: Service, source: Source) -> None:
        self._service = service
        self._source = source

    async def run(self) -> None:
        """Reload whenever somebody asks or, if that is wanted, when a file has changed, until cancelled."""
        async with trio.open_nursery() as nursery:
            if self._source.look is not None:
                nursery.start_soon(self._watch, self._source.look)
            while True:
                why = await self._source.requests.wait()
                self._source.begun()
                try:
                    await self._reload(why)
                finally:
                    self._source.ended()
                await self._sweep()

    async def _watch(self, look: Callable[[], Hashable]) -> None:
        known = seen = await trio.to_thread.run_sync(look)
        while True:
            await trio.sleep(_LOOK_EVERY)
            before, seen = seen, await trio.to_thread.run_sync(look)
            if seen == before and seen != known:
                known = seen
                self._source.requests.ask("a file has changed")

    async def _reload(self, why: str) -> None:
        log.info("reloading", why=why)
        with _gently():
            fresh = await trio.to_thread.run_sync(self._source.read)
            if not isinstance(fresh, Fresh):
                self._refuse(fresh)
                await self._service.note_reload(why, fresh)
                return
            await self._adopt(fresh, why)

    def _refuse(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            place = f"{problem.file}:{problem.line}:{problem.column}"
            log.error("reload refused", place=place, what=problem.what, instead=problem.instead)
        log.error("the settings of before stay in force", problems=len(problems))

    async def _adopt(self, fresh: Fresh, why: str) -> None:
        service = self._service
        rules = await trio.to_thread.run_sync(compare_rules, service.plan.rulebook, fresh.rulebook)
        channels = compare_channels(service.plan.channels, fresh.channels)
        if fresh.fixed:
            log.warning("only a restart changes this", settings=", ".join(fresh.fixed))
        settled: list[Transition] = []
        if rules:
            settled = await self._exchange(fresh)
        if channels or tuple(service.plan.inhibitions) != tuple(fresh.inhibitions):
            service.deliver_anew(fresh.channels, fresh.inhibitions)
        service.note_patterns(fresh.rule_patterns)
        opened = sum(each.kind is not Kind.RESOLVED for each in settled)
        log.info(
            "reloaded",
            rules=len(fresh.rulebook.rules),
            **_list("rules", rules),
            **_list("channels", channels),
            alerts_added=opened,
            alerts_gone=len(settled) - opened,
        )
        await service.note_reload(why, ())

    async def _exchange(self, fresh: Fresh) -> list[Transition]:
        """Let an engine with the new rules catch up, and put it in the place of the old; return what that settled."""
        service = self._service
        async with service.begin_refold() as (pasts, chunks):
            engine = await trio.to_thread.run_sync(Engine, fresh.rulebook, pasts)
            folded: list[Transition] = []
            async for chunk in chunks:
                folded += await trio.to_thread.run_sync(_fold, engine, chunk)
            while len(missed := service.tail.take()) > _LITTLE:
                folded += await trio.to_thread.run_sync(_fold, engine, missed)
            folded += _fold(engine, missed)
            return await service.exchange(engine, fresh.rulebook, folded)

    async def _sweep(self) -> None:
        """Collect what is left of the old rules, when nobody waits."""
        with trio.move_on_after(_IDLE_AT_MOST):
            await self._service.wait_for_silence(_IDLE)
        # They were frozen at the start, with all else that stays.
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _fold(engine: Engine, entries: Iterable[Entry]) -> list[Transition]:
    return [transition for entry in entries for transition in engine.handle(entry)]


def _list(of: str, change: Change) -> Mapping[str, str]:
    parts = {"added": change.added, "removed": change.removed, "changed": change.changed}
    return {f"{of}_{word}": _name(names) for word, names in parts.items() if names}


def _name(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20:,} more"


@contextmanager
def _gently() -> Iterator[None]:
    """Let a thread that makes thousands of rules hold up nobody.

    The collector does not go through the new rules again and again. And each of the many times that a commit lets go of
    the interpreter's lock, it has it back after a tenth of a millisecond instead of five.
    """
    collects, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(_SHORT)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collects:
            gc.enable()
