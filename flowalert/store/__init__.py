"""The journal, the alerts and the deliveries, in one SQLite file."""

from flowalert.store.alert import Alert, AlertState
from flowalert.store.refusal import StoreRefused
from flowalert.store.session import Session
from flowalert.store.store import Reader, Store, open_reader, open_store
from flowalert.store.summary import Summary

__all__ = [
    "Alert",
    "AlertState",
    "Reader",
    "Session",
    "Store",
    "StoreRefused",
    "Summary",
    "open_reader",
    "open_store",
]
