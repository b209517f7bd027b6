"""The journal, the alerts, the deliveries and what people do about them, in one SQLite file."""

from flowalert.store.ack import NotAcknowledged
from flowalert.store.alert import Alert, AlertState
from flowalert.store.attic import Attic
from flowalert.store.audit import Action, Deed
from flowalert.store.backlog import Backlog
from flowalert.store.beginning import NotOne
from flowalert.store.copy import Copy, copy_store
from flowalert.store.diary import Inquiry, Leaf
from flowalert.store.export import Export
from flowalert.store.ledger import Ledger, Line, Names, Selection
from flowalert.store.lock import Holder, find_holder
from flowalert.store.refusal import StoreFailed, StoreRefused
from flowalert.store.register import Choice, Telling
from flowalert.store.retention import Cursor, Keep, Surplus
from flowalert.store.second_try import NotPutBack, PutBack
from flowalert.store.session import Session
from flowalert.store.sheet import Sheet
from flowalert.store.silence import NotEnded
from flowalert.store.standing import Standing
from flowalert.store.store import Clerk, Reader, Store, open_clerk, open_reader, open_store
from flowalert.store.summary import Summary

__all__ = [
    "Action",
    "Alert",
    "AlertState",
    "Attic",
    "Backlog",
    "Choice",
    "Clerk",
    "Copy",
    "Cursor",
    "Deed",
    "Export",
    "Holder",
    "Inquiry",
    "Keep",
    "Leaf",
    "Ledger",
    "Line",
    "Names",
    "NotAcknowledged",
    "NotEnded",
    "NotOne",
    "NotPutBack",
    "PutBack",
    "Reader",
    "Selection",
    "Session",
    "Sheet",
    "Standing",
    "Store",
    "StoreFailed",
    "StoreRefused",
    "Summary",
    "Surplus",
    "Telling",
    "copy_store",
    "find_holder",
    "open_clerk",
    "open_reader",
    "open_store",
]
