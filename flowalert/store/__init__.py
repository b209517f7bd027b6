"""The journal, the alerts and the deliveries, in one SQLite file."""

from flowalert.store.alert import Alert, AlertState
from flowalert.store.ledger import Ledger, Line, Names, Selection
from flowalert.store.refusal import StoreRefused
from flowalert.store.second_try import NotPutBack, PutBack
from flowalert.store.session import Session
from flowalert.store.store import Clerk, Reader, Store, open_clerk, open_reader, open_store
from flowalert.store.summary import Summary

__all__ = [
    "Alert",
    "AlertState",
    "Clerk",
    "Ledger",
    "Line",
    "Names",
    "NotPutBack",
    "PutBack",
    "Reader",
    "Selection",
    "Session",
    "Store",
    "StoreRefused",
    "Summary",
    "open_clerk",
    "open_reader",
    "open_store",
]
