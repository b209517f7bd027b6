"""Deliveries put back by a person, to be sent once more."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import apsw
from msgspec import Struct

from flowalert.engine.notice import DeliveryState
from flowalert.market.moment import to_ms
from flowalert.store.audit import Action, note_deed
from flowalert.store.ledger import Line, Selection, read_lines

BY_HAND = "retried by hand"


class PutBack(Struct, frozen=True):
    """The deliveries that were put back, as they were before that."""

    lines: tuple[Line, ...]


class NotPutBack(Struct, frozen=True):
    """Why nothing was put back: each delivery that cannot be, by its id, in words."""

    objections: tuple[str, ...]


def put_back(
    connection: apsw.Connection, selection: Selection, now: datetime, *, by: str, force: bool = False
) -> PutBack | NotPutBack:
    """Make all deliveries of a selection wait for their target again, due at once; or none, if one of them cannot.

    What was sent is put back by `force` alone, and counts as possibly out from then on. One that waits for its next
    try is due at once. Until it is sent its reason says so, and what it was before.
    """
    lines = read_lines(connection, selection)
    found = {line.delivery.id for line in lines}
    objections = (
        *(f"there is no delivery {id_}" for id_ in selection.ids if id_ not in found),
        *_object(lines, force=force),
    )
    if objections:
        return NotPutBack(objections)
    for line in lines:
        before = line.delivery
        connection.execute(
            "UPDATE deliveries SET state = ?, reason = ?, uncertain = ?, next_at = ?, urgent = 1, lease_until = NULL,"
            " settled_at = NULL WHERE id = ?",
            (
                DeliveryState.PENDING.value,
                f"{BY_HAND}; was {before.state.value}: {before.reason}",
                # Or a second send that fails would let the alert's resolve believe that nobody was told.
                before.uncertain + (before.state is DeliveryState.SENT),
                to_ms(now),
                before.id,
            ),
        )
        # Whoever asks for it by hand knows that the target is there again.
        connection.execute(
            "UPDATE lanes SET blocked_until = NULL, asked_until = NULL WHERE target = ? AND channel = ?",
            (before.target.key, before.notice.channel),
        )
    if lines:
        numbers = [line.delivery.id for line in lines]
        subject = ", ".join(map(str, numbers))
        note_deed(connection, Action.RETRIED, subject, who=by, now=now, detail={"ids": numbers, "forced": force})
    return PutBack(lines)


def _object(lines: Iterable[Line], *, force: bool) -> Iterator[str]:
    for delivery in (line.delivery for line in lines):
        if delivery.state is DeliveryState.PENDING:
            yield f"delivery {delivery.id} has not been tried yet; it goes out when its turn comes"
        elif delivery.state is DeliveryState.SENDING:
            yield f"delivery {delivery.id} is under way; look again when it has ended"
        elif delivery.state is DeliveryState.SENT and not force:
            yield f"delivery {delivery.id} was sent; --force sends it a second time"
