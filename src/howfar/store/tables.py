"""A study's tables on disk: one writer at a time, readers that never wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from howfar.errors import StoreError
from howfar.schema.tables import TABLES
from howfar.store.manifest import Input, Manifest, read_manifest, sync_folder, write_manifest
from howfar.store.segments import SegmentSet


class TableStore:
    """The folder ``tables`` of a study.

    A lock of the operating system guards writing (it goes with the process that held it, so that
    a crash leaves none behind); reading goes by the committed manifest and takes no lock.
    """

    def __init__(self, study: Path) -> None:
        """Open the store of a study folder; nothing is created until something is written."""
        self.folder = study / "tables"

    def manifest(self) -> Manifest:
        """The committed state."""
        return read_manifest(self.folder)

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """Hold the writer's lock; yields the state that the writer starts from.

        Raises StoreError at once where another process is writing.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise StoreError(
                "another howfar is writing to this study",
                where=str(self.folder),
                next="wait until it has finished, then run the command again",
            ) from error
        try:
            manifest = self.manifest()
            self._sweep(manifest)
            yield manifest
        finally:
            lock.release()

    def commit(self, manifest: Manifest, added: Input, key_fingerprint: str) -> Manifest:
        """Make one more input visible; the new committed state."""
        for table in added.segments:
            sync_folder(self.folder / table)
        new = Manifest((*manifest.inputs, added), key_fingerprint=key_fingerprint)
        write_manifest(self.folder, new)
        return new

    def segments(self, manifest: Manifest) -> SegmentSet:
        """Writers for the next input."""
        return SegmentSet(self.folder, self.next_input(manifest))

    @staticmethod
    def next_input(manifest: Manifest) -> int:
        """Running number of the next input, from 1."""
        return max((i.input for i in manifest.inputs), default=0) + 1

    def paths(self, table: str, manifest: Manifest) -> list[Path]:
        """Committed segment files of a table, in input order."""
        return [self.folder / s.file for s in manifest.segments(table)]

    def read(self, table: str, manifest: Manifest | None = None) -> pa.Table:
        """A whole table in memory; for the small ones (coverage, rejects)."""
        paths = self.paths(table, manifest or self.manifest())
        schema = TABLES[table].arrow()
        if not paths:
            return schema.empty_table()
        return pa.concat_tables(pq.read_table(p, schema=schema) for p in paths)

    def _sweep(self, manifest: Manifest) -> None:
        """Remove segments that a killed writer left without committing them."""
        known = {s.file for i in manifest.inputs for s in i.segments.values()}
        for path in self.folder.glob("*/*.parquet"):
            if path.relative_to(self.folder).as_posix() not in known:
                path.unlink()
