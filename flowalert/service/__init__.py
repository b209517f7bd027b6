"""The one place where the parts are put together: feed, engine, store and delivery, from start to stop."""

from flowalert.service.observer import Observer, Observers
from flowalert.service.plan import Account, Fresh, Plan, Requests, Source
from flowalert.service.run import run_service
from flowalert.service.service import Service

__all__ = [
    "Account",
    "Fresh",
    "Observer",
    "Observers",
    "Plan",
    "Requests",
    "Service",
    "Source",
    "run_service",
]
