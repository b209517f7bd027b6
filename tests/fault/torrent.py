"""`python -m tests.fault.torrent`: an exchange in a process of its own that sends frames as fast as C can.

It serves one client: answers what is asked, and once all places are registered, and the file `--after` is there if one
is named, sends `--slots` of frames, `--rate` frames a second or as fast as the client takes them. Every frame is
another update: all series of a slot, then the next. On standard output a line of JSON each: its port; when the first
frame left; when the last one did. Then it stays.
"""

import argparse
import base64
import hashlib
import json
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowalert.market.investor import INVESTORS
from flowalert.market.sector import SECTORS
from tests.feed.exchange import OK

# Source: RFC 6455.
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE, _PING, _PONG = 8, 9, 10

PLACES = tuple(sector.code for sector in SECTORS[:40])
FOLLOWED = tuple(investor.code for investor in INVESTORS)
SERIES = len(PLACES) * len(FOLLOWED)
FIRST_SLOT = 30  # seconds after midnight
_BASE = 1_000_000  # figures of one length
_VALUE = "vvvvvvv"  # stands for the slot's figure, so that its frames are made by replacing it in one go
_TIME = "tttttttt"


def wrap(payload: bytes, opcode: int = 1) -> bytes:
    """Return a whole message of a server, as it stands on the wire."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 126)) + size.to_bytes(2)
    else:
        head = bytes((0x80 | opcode, 127)) + size.to_bytes(8)
    return head + payload


def last_value(slots: int) -> int:
    """Return the `msval` of the last slot."""
    return _BASE + slots


def _make_slots(slots: int) -> Iterator[bytes]:
    """Yield the bytes of each slot; every figure follows from the slot before."""
    whole = b"".join(_make_frame(place, investor) for place in PLACES for investor in FOLLOWED)
    for number in range(1, slots + 1):
        second = FIRST_SLOT * number
        tjjtime = f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}00".encode()
        yield whole.replace(_VALUE.encode(), b"%7d" % (_BASE + number)).replace(_TIME.encode(), tjjtime)


def _make_frame(place: str, investor: str) -> bytes:
    body = {
        "p_msval": "1",
        "tjjtime": _TIME,
        "p_msvol": "1",
        "mdvalue": "54037",
        "msvolume": "236487",
        "upcode": place,
        "tjjcode": investor,
        "msvalue": "53764",
        "mdvolume": "241626",
        "msvol": _VALUE,
        "msval": _VALUE,
    }
    return wrap(json.dumps({"header": {"tr_cd": "BM_", "tr_key": place}, "body": body}).encode())


@dataclass
class Client:
    """The one client; `serve` changes what it has registered, and what of its bytes is no whole message yet."""

    socket: socket.socket
    registered: int = 0
    unread: bytes = b""

    def greet(self) -> None:
        """Read the request to upgrade, and grant it."""
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            text += self.socket.recv(4096)
        fields = dict(line.split(b": ", 1) for line in text.split(b"\r\n")[1:] if line)
        key = next(value for name, value in fields.items() if name.lower() == b"sec-websocket-key")
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())  # noqa: S324 - as the protocol has it
        self.socket.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    def serve(self, within: float) -> bool:
        """Answer what comes for so many seconds at most; return whether the client is still there."""
        if not select.select([self.socket], [], [], within)[0]:
            return True
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            data = b""
        self.unread += data
        return bool(data) and all(self._answer(opcode, payload) for opcode, payload in self._take_messages())

    def _take_messages(self) -> Sequence[tuple[int, bytes]]:
        found = []
        while len(self.unread) >= 2:
            size, start = self.unread[1] & 0x7F, 2
            if size == 126:
                size, start = int.from_bytes(self.unread[2:4]), 4
            end = start + 4 + size
            if len(self.unread) < end:
                break
            mask, masked = self.unread[start : start + 4], self.unread[start + 4 : end]
            found.append((self.unread[0] & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked))))
            self.unread = self.unread[end:]
        return found

    def _answer(self, opcode: int, payload: bytes) -> bool:
        if opcode == _PING:
            self.socket.sendall(wrap(payload, _PONG))
        elif opcode == 1:
            asked = json.loads(payload)
            head = {"tr_type": asked["header"]["tr_type"], "tr_cd": asked["body"]["tr_cd"]}
            self.socket.sendall(wrap(json.dumps({"header": head | OK, "body": None}).encode()))
            self.registered += head["tr_type"] == "3" and head["tr_cd"] == "BM_"
        return opcode != _CLOSE


def main() -> None:
    """Serve one client as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--after", type=Path)
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _say(port=listener.getsockname()[1])
        client = Client(listener.accept()[0])
        client.greet()
        while client.registered < len(PLACES):
            client.serve(1)
        # What is registered last is answered before the flood begins.
        client.serve(0.2)
        while options.after is not None and not options.after.exists():
            client.serve(0.05)
        begun = time.time()
        _say(begun=begun)
        for number, text in enumerate(_make_slots(options.slots)):
            client.serve(max(0.0, begun + number * SERIES / options.rate - time.time()))
            client.socket.sendall(text)
        _say(ended=time.time())
        while client.serve(1):
            pass


def _say(**what: float) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - for the process that started it


if __name__ == "__main__":
    main()
