"""The simulated exchange: its days, what it publishes to whom, and the faults that befall it."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from random import Random

import structlog
import trio

from flowalert.market.calendar import SLOT
from flowalert.market.instant import midnight
from flowalert.market.venue import Venue
from flowalert.simulator.client import Client
from flowalert.simulator.clock import Clock
from flowalert.simulator.count import Count
from flowalert.simulator.fault import Fault, FaultKind
from flowalert.simulator.market import Market
from flowalert.simulator.request import STATUS, Key, encode_echo
from flowalert.simulator.row import encode_status
from flowalert.simulator.session import PHASES, Phase, day_ends, day_opens
from flowalert.simulator.setting import SimulatorSettings
from flowalert.simulator.token import TokenBook

_log = structlog.get_logger()

# A slot's rows come within its first seconds, a few at a time, and with less than a second between two of them: after
# a second's silence a client takes a slot for whole.
_BURSTS = 5
_BURST_EVERY = 0.5
_STATUS_KEY = Key(STATUS, "0")

Pages = dict[Key, list[str]]
Agenda = list[tuple[float, Callable[[], object]]]


class Exchange:
    """Days that follow one another, and the clients that watch.

    `run` moves the day on; `admit` and `dismiss` change who watches; `inject` brings faults about.
    """

    def __init__(self, settings: SimulatorSettings, date: dt.date, tokens: TokenBook, count: Count) -> None:
        self.clients: dict[int, Client] = {}
        self._settings = settings
        self._tokens = tokens
        self._count = count
        self._date = date
        self._day = 1
        self._second = day_opens(frozenset()) if settings.start is None else settings.start
        self._clock = Clock(midnight(date) + self._second, settings.speed)

    def now(self) -> int:
        """Return the exchange time (see `market.instant`)."""
        return self._clock.now()

    def admit(self, client: Client) -> None:
        self.clients[client.number] = client

    def dismiss(self, client: Client) -> None:
        del self.clients[client.number]

    def inject(self, fault: Fault) -> int:
        """Let a fault happen now; return how many clients it befell.

        `expire` ends the token that the client used, or every token issued so far. Sockets stay open until the next
        request, which is answered by closing.
        """
        clients = [each for each in self.clients.values() if fault.client in (None, each.number)]
        _log.info("fault", kind=fault.kind.value, clients=[each.number for each in clients])
        if fault.kind is FaultKind.EXPIRE:
            self._count.faults[fault.kind] += 1
            if fault.client is None:
                self._tokens.expire()
            for token in {each.token for each in clients if each.token is not None}:
                self._tokens.expire(token)
        else:
            for client in clients:
                client.suffer(fault)
        return len(clients)

    async def run(self) -> None:
        """Publish day after day, until cancelled.

        The nights are left out, and so are the hours in which nothing would be published that somebody registered.
        """
        while True:
            _log.info("day begins", date=self._date.isoformat(), day=self._day)
            await self._run_day()
            self._date += dt.timedelta(days=1)
            self._day += 1
            self._second = day_opens(self._watched())
            self._clock.jump(midnight(self._date) + self._second)

    async def _run_day(self) -> None:
        flows = self._settings.scenario.flows
        market = Market(self._settings.seed, self._date, flows=flows, day=self._day)
        slot = self._second - self._second % SLOT
        while slot <= day_ends(self._watched()):
            await self._run_slot(market, slot)
            slot += SLOT

    async def _run_slot(self, market: Market, slot: int) -> None:
        opens_at = midnight(self._date)
        await self._clock.sleep_until(opens_at + max(slot, self._second))
        pages = await self._print_pages(market, slot)
        self._draw_faults()
        agenda: Agenda = [
            *((phase.second, partial(self._announce, phase)) for phase in PHASES),
            *(
                (each.second, partial(self.inject, each.fault))
                for each in self._settings.scenario.faults
                if each.day in (None, self._day)
            ),
            *((slot + burst * _BURST_EVERY, partial(self._send, pages, burst)) for burst in range(_BURSTS)),
        ]
        due = [each for each in agenda if max(slot, self._second) <= each[0] < slot + SLOT]
        for second, act in sorted(due, key=lambda each: each[0]):
            await self._clock.sleep_until(opens_at + second)
            act()
        self._count.slots += 1

    async def _print_pages(self, market: Market, slot: int) -> Pages:
        """Return the slot's frames of every key that somebody registered: each is made once, for all."""
        pages: Pages = {}
        for key in sorted(set().union(*(client.keys for client in self.clients.values())), key=_by_name):
            place = key.place()
            if place is not None:
                pages[key] = market.frames(*place, slot)
                # A sector asked for late in the day deals through all of it first: others have a turn between.
                await trio.lowlevel.checkpoint()
        return pages

    def _send(self, pages: Pages, burst: int) -> None:
        for client in list(self.clients.values()):
            if burst == 0 and self._settings.text_pings:
                client.reply(encode_echo())
            # In the order of the pages, not of the set of keys: the same seed is to send the same frames.
            due = (frames for key, frames in pages.items() if key in client.keys)
            client.offer([frame for frames in due for frame in frames[burst::_BURSTS]])

    def _announce(self, phase: Phase) -> None:
        frame = encode_status(phase.jangubun, phase.jstatus)
        for client in list(self.clients.values()):
            if _STATUS_KEY in client.keys:
                client.offer((frame,))

    def _draw_faults(self) -> None:
        for client in list(self.clients.values()):
            for kind, chance in self._settings.chances.items():
                if not kind.befalls_frames and client.rng.random() < chance:
                    self.inject(Fault(kind, client=client.number))

    def _watched(self) -> frozenset[Venue]:
        places = (key.place() for client in self.clients.values() for key in client.keys)
        return frozenset(place[0] for place in places if place is not None)


def _by_name(key: Key) -> tuple[str, str]:
    return key.tr_cd, key.tr_key


def seed_client(seed: int, number: int) -> Random:
    """Return the chance that a client's faults are drawn from."""
    return Random(f"{seed} client {number}")  # noqa: S311 - a seed, not a secret
