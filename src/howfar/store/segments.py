"""Segments: Parquet files written once, in batches, with the same bytes for the same rows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.schema.tables import TABLES, conform
from howfar.store.durable import sync_file, sync_folder
from howfar.store.manifest import Segment, segment_file

_LINE = "line"
"""Lines rise by one, mostly: their differences take a fraction of the room and of the time."""

_DICTIONARY = 4 * 1024 * 1024
"""Bytes. The ids of a batch fit: each stands there several times, once a metric. With Parquet's
own limit they do not, and the table of counts takes more than twice the room, and a third more
time."""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, in one pass of bounded memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class SegmentWriter:
    """Writes the rows of one table of one input; nothing is visible until the commit names it."""

    def __init__(self, tables: Path, table: str, generation: int, number: int) -> None:
        """Open the segment of input ``number``; left-overs of a killed run are overwritten."""
        self.schema = TABLES[table]
        self.file = segment_file(table, generation, number)
        self.path = tables / self.file
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = 0
        schema = self.schema.arrow()
        texts = {field.name for field in schema if not pa.types.is_primitive(field.type)}
        self._writer = pq.ParquetWriter(
            self.path,
            schema,
            compression="zstd",
            store_schema=True,
            dictionary_pagesize_limit=_DICTIONARY,
            use_dictionary=[_leaf(field) for field in schema if field.name != _LINE],
            column_encoding={_LINE: "DELTA_BINARY_PACKED"} if _LINE in schema.names else None,
            # No query leaves out a part of a file by the first and the last of its texts.
            write_statistics=[name for name in schema.names if name not in texts],
        )

    def write(self, rows: pa.Table) -> None:
        """Append rows, conformed to the table's schema."""
        self._writer.write_table(conform(rows, self.schema))
        self.rows += len(rows)

    def abandon(self) -> None:
        """Let go of the file; the next sweep removes it."""
        try:
            self._writer.close()
        except OSError:
            # On a full disk its end cannot be written either, nor when it is collected.
            self._writer.is_open = False

    def close(self) -> Segment:
        """Finish the file and make it and its name durable."""
        self._writer.close()
        sync_file(self.path)
        sync_folder(self.path.parent)
        return Segment(self.file, self.rows, self.path.stat().st_size, file_sha256(self.path))


def _leaf(field: pa.Field) -> str:
    """The name of a column in a Parquet file, where a list is a group of groups."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else str(field.name)


class SegmentSet:
    """The segments of one input, one writer a table, opened on first use."""

    def __init__(self, tables: Path, generation: int, number: int) -> None:
        """Prepare to write the segments of input ``number``."""
        self._tables = tables
        self._generation = generation
        self._number = number
        self._writers: dict[str, SegmentWriter] = {}

    def __enter__(self) -> SegmentSet:
        """Use as a context: a failure lets go of what was written."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the files of an input that failed."""
        if kind is not None:
            for writer in self._writers.values():
                writer.abandon()

    def write(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table's segment; a table that gets no rows gets no segment."""
        if not len(rows):
            return
        if table not in self._writers:
            self._writers[table] = SegmentWriter(
                self._tables, table, self._generation, self._number
            )
        self._writers[table].write(rows)

    def close(self) -> dict[str, Segment]:
        """Finish all segments, in the order of their tables' names."""
        return {name: writer.close() for name, writer in sorted(self._writers.items())}
