"""The journal, the alerts, the deliveries and what people do about them, in one SQLite file."""

from flowalert.store.ack import NotAcknowledged
from flowalert.store.alert import Alert, AlertState
from flowalert.store.audit import Action, Deed
from flowalert.store.backlog import Backlog
from flowalert.store.ledger import Ledger, Line, Names, Selection
from flowalert.store.lock import Holder, find_holder
from flowalert.store.refusal import StoreRefused
from flowalert.store.second_try import NotPutBack, PutBack
from flowalert.store.session import Session
from flowalert.store.silence import NotEnded
from flowalert.store.store import Clerk, Reader, Store, open_clerk, open_reader, open_store
from flowalert.store.summary import Summary

__all__ = [
    "Action",
    "Alert",
    "AlertState",
    "Backlog",
    "Clerk",
    "Deed",
    "Holder",
    "Ledger",
    "Line",
    "Names",
    "NotAcknowledged",
    "NotEnded",
    "NotPutBack",
    "PutBack",
    "Reader",
    "Selection",
    "Session",
    "Store",
    "StoreRefused",
    "Summary",
    "find_holder",
    "open_clerk",
    "open_reader",
    "open_store",
]
