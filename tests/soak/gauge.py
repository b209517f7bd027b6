"""What a service under test and who tests it tell each other without a word: what time it is, and what the one holds.

A file in memory that both have open: no socket, no task and no thread of the service is there for it.
"""

import mmap
from pathlib import Path

_WORD = 8
_SIZE = 5 * _WORD


class Gauge:
    """Five numbers that two processes share.

    The test changes `exchange_at`, what time it is at the exchange (see `market.instant`), and `ahead`, by how many
    seconds people's clock is ahead of the machine's, and `asked`, how often it asked for `blocks`. The service changes
    `tasks`, how many of trio's live, and `blocks`, how many pieces of memory Python's objects have when there is no
    garbage among them: below zero until it has answered.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, which `make_gauge` made."""
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SIZE)

    def _read(self, index: int) -> int:
        return int.from_bytes(self._shared[index * _WORD : (index + 1) * _WORD], "little", signed=True)

    def _write(self, index: int, value: int) -> None:
        self._shared[index * _WORD : (index + 1) * _WORD] = value.to_bytes(_WORD, "little", signed=True)

    @property
    def exchange_at(self) -> int:
        return self._read(0)

    @exchange_at.setter
    def exchange_at(self, value: int) -> None:
        self._write(0, value)

    @property
    def ahead(self) -> int:
        return self._read(1)

    @ahead.setter
    def ahead(self, value: int) -> None:
        self._write(1, value)

    @property
    def tasks(self) -> int:
        return self._read(2)

    @tasks.setter
    def tasks(self, value: int) -> None:
        self._write(2, value)

    @property
    def blocks(self) -> int:
        return self._read(3)

    @blocks.setter
    def blocks(self, value: int) -> None:
        self._write(3, value)

    @property
    def asked(self) -> int:
        return self._read(4)

    @asked.setter
    def asked(self, value: int) -> None:
        self._write(4, value)


def make_gauge(path: Path) -> Gauge:
    """Make the file, all of it zero, and open it."""
    path.write_bytes(bytes(_SIZE))
    return Gauge(path)
