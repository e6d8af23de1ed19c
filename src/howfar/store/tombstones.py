"""The tombstones of a study on disk: one small file, named by the manifest."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.errors import StoreError
from howfar.store.durable import sync_file, sync_folder
from howfar.store.manifest import READ_AFRESH, TOMBSTONES, Segment, segment_file
from howfar.store.segments import file_sha256

_SCHEMA = pa.schema([("tombstone", pa.string())])


def read_tombstones(tables: Path, segment: Segment | None) -> pa.Array:
    """Tombstones (N,), sorted; StoreError where they are missing or damaged.

    Without them something forgotten would come back: nothing may be read then.
    """
    if segment is None:
        return pa.array([], pa.string())
    path = tables / segment.file
    if not path.is_file() or file_sha256(path) != segment.sha256:
        raise StoreError(
            "the list of what was forgotten is missing or damaged",
            where=str(path),
            expected="the file that the manifest names",
            next=READ_AFRESH.split(",")[0] + ": else what was forgotten would come back",
        )
    return pq.ParquetFile(path).read()["tombstone"].combine_chunks()


def write_tombstones(tables: Path, generation: int, stones: pa.Array) -> Segment:
    """Write tombstones (N,), sorted, of a new generation; durable before the manifest names it."""
    file = segment_file(TOMBSTONES, generation, 0)
    path = tables / file
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table([stones], schema=_SCHEMA), path, compression="zstd")
    sync_file(path)
    sync_folder(path.parent)
    return Segment(file, len(stones), path.stat().st_size, file_sha256(path))


def last_tombstones(tables: Path) -> Segment | None:
    """The newest whole file of tombstones, for tables whose manifest cannot be read any more."""
    found = sorted((tables / TOMBSTONES).glob("*.parquet"), key=lambda p: int(p.stem.split("-")[0]))
    for path in reversed(found):
        try:
            rows = pq.ParquetFile(path).metadata.num_rows
        except pa.ArrowInvalid:  # cut off by a crash before the manifest ever named it
            continue
        file = path.relative_to(tables).as_posix()
        return Segment(file, rows, path.stat().st_size, file_sha256(path))
    return None
