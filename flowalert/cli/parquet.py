"""Entries as a Parquet file. Importing this needs pyarrow, which is an extra."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped] # it has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped] # the same

from flowalert.cli.table import COLUMNS, FIGURES, NAMES, Row, Table, to_row
from flowalert.feed.row import Chunk

# Rows in a row group: enough to compress, few enough to hold.
_GROUP = 100_000


@contextmanager
def open_parquet(path: Path) -> Iterator[Table]:
    """Write a Parquet file in row groups, zstd inside. Raises OSError."""
    word = pa.dictionary(pa.int32(), pa.string())
    kinds = {
        "received_at": pa.timestamp("ms", "Asia/Seoul"),
        "at": pa.timestamp("s", "Asia/Seoul"),
        **dict.fromkeys(NAMES, word),
        **dict.fromkeys(FIGURES, pa.int64()),
        "tjjtime": word,
        "reason": pa.string(),
        "places": pa.string(),
    }
    schema = pa.schema([(name, kinds[name]) for name in COLUMNS])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        table = _Parquet(schema, writer.write_table)
        yield table
        table.flush()


class _Parquet:
    """Gathers rows for a row group; `write` and `flush` change what waits."""

    def __init__(self, schema: pa.Schema, write_table: Callable[[pa.Table], None]) -> None:
        self._schema = schema
        self._write_table = write_table
        self._rows: list[Row] = []

    def write(self, chunk: Chunk) -> None:
        self._rows += map(to_row, chunk.received_at, chunk.entries)
        if len(self._rows) >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what waits as a row group."""
        if not self._rows:
            return
        columns: Sequence[Sequence[Any]] = list(zip(*self._rows, strict=True))
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()
