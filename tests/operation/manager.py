"""A service manager's ear: a real datagram socket that keeps what it is told."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Manager:
    """Keeps the datagrams in order; a thread adds to them, the test reads."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.told: list[dict[str, str]] = []

    def values(self, key: str) -> list[str]:
        """Return what was said under a key, in order."""
        return [each[key] for each in list(self.told) if key in each]


@contextmanager
def open_manager(folder: Path, *, abstract: bool = False) -> Iterator[Manager]:
    """Listen in a folder, or in the abstract namespace, until the block ends."""
    address = f"@flowalert-{os.getpid()}-{secrets.token_hex(4)}" if abstract else str(folder / "notify.sock")
    manager = Manager(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{address[1:]}" if abstract else address)

        def listen() -> None:
            while data := ear.recv(65536):
                manager.told.append(dict(line.partition("=")[::2] for line in data.decode().split("\n")))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield manager
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ear.getsockname())
            thread.join()
