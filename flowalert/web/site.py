"""What the pages are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flowalert.delivery import Channel
from flowalert.engine.engine import Engine
from flowalert.operation.status import Outlook
from flowalert.rules.rulebook import Rulebook
from flowalert.service import Service
from flowalert.settings import WebSettings
from flowalert.store import Clerk
from flowalert.web.access.desk import Desk
from flowalert.web.interest import Interests
from flowalert.web.live.meter import Meter
from flowalert.web.live.news import News
from flowalert.web.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that a page may ask or change.

    The store is read and changed by a connection of the pages' own, so that no commit waits for them but by SQLite's
    lock. The service is asked what it alone knows.
    """

    service: Service
    clerk: Clerk
    settings: WebSettings
    news: News
    meter: Meter
    desk: Desk
    workshop: Workshop
    interests: Interests = field(default_factory=Interests)

    @property
    def engine(self) -> Engine:
        """The engine as it is now: another one after each reload, so that nobody may keep it."""
        return self.service.engine

    @property
    def rulebook(self) -> Rulebook:
        return self.service.plan.rulebook

    @property
    def channels(self) -> Mapping[str, Channel]:
        return self.service.plan.channels

    def now(self) -> datetime:
        """Return the moment of the wall clock, that of people."""
        return self.service.plan.now()

    def market_now(self) -> datetime:
        """Return the moment of the exchange's clock."""
        return self.service.plan.market_now()

    async def look(self) -> Outlook:
        """Return how the service stands."""
        return await self.service.look()
