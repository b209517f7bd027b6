"""Stands beside a service: hears what happens from its start on, and serves the pages once it runs."""

from collections.abc import Callable

import structlog
import trio

from flowalert.market.entry import Update
from flowalert.service import Observer, Observers, Service
from flowalert.settings import WebSettings
from flowalert.store import open_clerk, open_reader
from flowalert.web.access.desk import Desk
from flowalert.web.live.curve import Curves
from flowalert.web.live.meter import Meter
from flowalert.web.live.news import News
from flowalert.web.server import serve_web
from flowalert.web.site import Site
from flowalert.web.workshop import Workshop

log = structlog.get_logger()


class WebHost:
    """Serves the pages of one service. `observer` is to watch it from before its start."""

    def __init__(
        self, settings: WebSettings, workshop: Workshop, served: Callable[[str], None] = lambda _: None
    ) -> None:
        """Make ready; `served` is told the URL once somebody can look at it."""
        self._served = served
        self._settings = settings
        self._workshop = workshop
        self.news = News(Curves())
        self._meter = Meter()

    @property
    def observer(self) -> Observer:
        """What hears of everything that the service does."""
        return Observers(self.news, self._meter)

    async def serve(self, service: Service, stop: trio.Event) -> None:
        """Serve the pages of a running service until `stop` is set; nothing that goes wrong with them is raised."""
        try:
            await self._serve(service, stop)
        except* Exception:
            # The store, for one, can refuse them: alerts must go out all the same.
            log.exception("pages failed")

    async def _serve(self, service: Service, stop: trio.Event) -> None:
        async with open_clerk(self._workshop.store) as clerk, trio.open_nursery() as nursery:
            site = Site(
                service=service,
                clerk=clerk,
                settings=self._settings,
                news=self.news,
                meter=self._meter,
                desk=Desk(self._settings, service.plan.now),
                workshop=self._workshop,
            )
            nursery.start_soon(self.news.run)
            nursery.start_soon(self._read_day)
            await serve_web(site, stop, self._served)
            nursery.cancel_scope.cancel()

    async def _read_day(self) -> None:
        """Take the day in that was there before this start."""
        async with open_reader(self._workshop.store) as reader:
            with self.news.before() as curves:
                async for entries in reader.read_open_session():
                    for entry in entries:
                        if isinstance(entry, Update):
                            curves.take(entry)
                    await trio.lowlevel.checkpoint()
