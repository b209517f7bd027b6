"""The one place where the parts are put together: feed, engine, store and delivery, from start to stop."""

from flowalert.service.plan import Account, Fresh, NoObserver, Observer, Plan, Requests, Source
from flowalert.service.run import run_service
from flowalert.service.service import Service

__all__ = ["Account", "Fresh", "NoObserver", "Observer", "Plan", "Requests", "Service", "Source", "run_service"]
