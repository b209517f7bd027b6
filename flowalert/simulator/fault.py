"""What can go wrong between the exchange and a client, on demand or by chance."""

import enum
import json
from collections import deque
from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct

from flowalert.market.name import suggest


class FaultKind(enum.Enum):
    """What goes wrong. The first four befall data frames, the others the connection."""

    DROP = "drop"  # the frame is lost
    REPEAT = "repeat"  # the frame comes twice
    REORDER = "reorder"  # the frame comes after the next one
    GARBLE = "garble"  # the frame comes damaged
    STALL = "stall"  # no more frames, but the socket stays open and pings are answered
    CLOSE = "close"  # the server sends a close frame
    RESET = "reset"  # the TCP connection is reset
    BLACK_HOLE = "black_hole"  # not one byte comes any more, and no word that it is so
    EXPIRE = "expire"  # the token is not good any more

    @property
    def befalls_frames(self) -> bool:
        return self in _OF_FRAMES


_OF_FRAMES = frozenset({FaultKind.DROP, FaultKind.REPEAT, FaultKind.REORDER, FaultKind.GARBLE})


class Garbling(enum.Enum):
    """How a frame is damaged."""

    SHIFT = "shift"  # one byte slips in, as in the vendor's example with a `tjjcode` of `I000`
    BROKEN_JSON = "broken_json"
    BROKEN_UTF8 = "broken_utf8"  # sent as a binary frame: a text frame would be refused before it is read


class Fault(Struct, frozen=True):
    """One fault to happen now.

    `client` is the number of a connection, from 1 in the order of connecting; None for all that are
    connected. `count` is how many of the next data frames it befalls. `lasts` is how long a stall is, in
    seconds of exchange time; None until the connection ends, as a black hole always does. `how` is
    for garbling; None leaves it to chance.
    """

    kind: FaultKind
    client: int | None = None
    count: int = 1
    lasts: float | None = None
    how: Garbling | None = None


Chances = Mapping[FaultKind, float]
"""How likely each fault is, from 0 to 1: for each data frame, or for each slot of a connection."""


def find_kind(name: str) -> FaultKind:
    """Return the kind of a name; raises ValueError that says what is known instead."""
    try:
        return FaultKind(name.replace("-", "_"))
    except ValueError:
        known = [kind.value for kind in FaultKind]
        near = suggest(name, known)
        hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
        raise ValueError(f"no fault is called {name!r}; {hint}") from None


def parse_chance(text: str) -> tuple[FaultKind, float]:
    """Read `drop=0.01`; raises ValueError that says what is wrong."""
    name, equals, number = text.partition("=")
    kind = find_kind(name.strip())
    if not equals:
        raise ValueError(f"{text!r} has no probability; write it as {name}=0.01")
    try:
        chance = float(number)
    except ValueError:
        raise ValueError(f"{number!r} is no number; write the probability as {name}=0.01") from None
    if not 0 <= chance <= 1:
        raise ValueError(f"a probability lies between 0 and 1, and {number} does not")
    return kind, chance


class Mangler:
    """What befalls one client's data frames.

    `arm` and `pass_on` change it: the first adds to what is due, the second takes from it and may
    keep one frame back until the next one has gone.
    """

    def __init__(self, chances: Chances, rng: Random) -> None:
        self._chances = [(kind, chance) for kind, chance in chances.items() if kind.befalls_frames and chance]
        self._rng = rng
        self._due: deque[Fault] = deque()
        self._held: str | None = None

    def arm(self, fault: Fault) -> None:
        """Let a fault befall the next `count` frames, after those that are due already."""
        self._due.extend([fault] * fault.count)

    def pass_on(self, frame: str) -> Sequence[str | bytes]:
        """Return what is sent in the place of a frame: nothing, it, or others."""
        if not self._due and not self._chances and self._held is None:
            return (frame,)
        fault = self._due.popleft() if self._due else self._draw()
        sent = self._befall(frame, fault) if fault else (frame,)
        if self._held is not None and sent:
            held, self._held = self._held, None
            return (*sent, held)
        if fault is not None and fault.kind is FaultKind.REORDER:
            self._held = frame
        return sent

    def _draw(self) -> Fault | None:
        for kind, chance in self._chances:
            if self._rng.random() < chance:
                return Fault(kind)
        return None

    def _befall(self, frame: str, fault: Fault) -> Sequence[str | bytes]:
        if fault.kind is FaultKind.REPEAT:
            return (frame, frame)
        if fault.kind is FaultKind.GARBLE:
            return (garble(frame, fault.how or self._rng.choice(list(Garbling)), self._rng),)
        # Two frames in a row that are both to come later: the second goes first, and that is the order changed.
        if fault.kind is FaultKind.REORDER and self._held is not None:
            return (frame,)
        return ()


def garble(frame: str, how: Garbling, rng: Random) -> str | bytes:
    """Return a data frame damaged in one of the ways of this gateway."""
    if how is Garbling.SHIFT:
        return _shift(frame)
    if how is Garbling.BROKEN_JSON:
        return frame[: rng.randrange(1, len(frame))]
    raw = frame.encode()
    # Within the quotes of a value, so that it is the text that is broken and not the JSON around it.
    place = raw.rindex(b'"')
    return raw[:place] + b"\xbf\xec" + raw[place:]


def _shift(frame: str) -> str:
    """Slip a byte in before `tjjcode`: from there on each field begins with the last byte of the one before."""
    content = json.loads(frame)
    slipped = ""
    for field, text in content["body"].items():
        if field == "tjjcode":
            slipped = "I"
        if slipped:
            content["body"][field] = slipped + text[:-1]
            slipped = text[-1]
    return json.dumps(content, separators=(",", ":"))
