"""What people have done that keeps an alert from being told: silences and acknowledgements, as gates."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from flowalert.engine.ack import Ack
from flowalert.engine.clause import make_subject
from flowalert.engine.silence import Silence, changes_at, find_silence
from flowalert.engine.why import Gate, GateName, Why
from flowalert.market.instant import from_wall
from flowalert.rules.rulebook import Rule


def add_hands(why: Why, rule: Rule, silences: Iterable[Silence], acks: Mapping[str, Ack], now: datetime) -> Why:
    """Return the answer with the gates that people have to do with, as of a moment of the wall clock.

    Of an alert that is not open a silence of its rule and scope is looked for, at the rule's own severity.
    """
    return replace(why, gates=(*why.gates, *_list_gates(why, rule, silences, acks, now)))


def _list_gates(
    why: Why, rule: Rule, silences: Iterable[Silence], acks: Mapping[str, Ack], now: datetime
) -> Iterator[Gate]:
    subject = make_subject(why.alert or "", why.rule, why.scope, why.severity or rule.severity, rule.labels)
    yield _look_at(find_silence(silences, subject, now), now)
    ack = None if why.alert is None else acks.get(why.alert)
    if ack is not None:
        said = f" ({ack.comment})" if ack.comment else ""
        words = f"acknowledged by {ack.by}{said}: no reminder and no escalation is told"
        yield Gate(name=GateName.ACK, is_open=False, words=words)


def _look_at(silence: Silence | None, now: datetime) -> Gate:
    if silence is None:
        return Gate(name=GateName.SILENCE, is_open=True, words="none applies")
    ends_at = changes_at(silence, now)
    return Gate(
        name=GateName.SILENCE,
        is_open=False,
        words=f"silence {silence.id} by {silence.by}: {silence.reason}",
        until=None if ends_at is None else from_wall(ends_at),
    )
