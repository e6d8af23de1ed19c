"""A study's tables on disk: one writer at a time, readers that never wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.errors import StoreError
from howfar.schema.tables import TABLES
from howfar.store.durable import room_needed, sync_folder
from howfar.store.locks import has_readers, reader_pin, writer_lock
from howfar.store.manifest import (
    MANIFEST,
    READ_AFRESH,
    Manifest,
    Segment,
    generation_of,
    read_manifest,
    write_manifest,
)
from howfar.store.migrations import completed
from howfar.store.segments import SegmentSet, file_sha256
from howfar.store.tombstones import last_tombstones


class TableStore:
    """The folder ``tables`` of a study.

    A lock of the operating system guards writing; reading goes by the committed manifest and
    waits for nobody.
    """

    def __init__(self, study: Path) -> None:
        """Open the store of a study folder; nothing is created until something is written."""
        self.folder = study / "tables"
        self._writing = False

    def manifest(self) -> Manifest:
        """The committed state at this moment."""
        return read_manifest(self.folder)

    @contextmanager
    def reading(self) -> Iterator[Manifest]:
        """The committed state, whose segments stay in place as long as the context lasts."""
        with reader_pin(self.folder):
            yield self.manifest()

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """Hold the writer's lock; yields the state that the writer starts from.

        Raises StoreError at once where another process is writing.
        """
        with writer_lock(self.folder):
            manifest = self.manifest()
            with self._held():
                yield manifest

    @contextmanager
    def rebuilding(self) -> Iterator[Manifest]:
        """Hold the writer's lock; yields an empty state of a new generation.

        Until its commit the old state stays as it is, damaged or of another version though it
        may be; afterwards it is removed, as soon as no reader needs it.
        """
        with writer_lock(self.folder):
            try:
                old = self.manifest()
            except StoreError:
                old = Manifest(
                    generation=max(self._generations(), default=0),
                    tombstones=last_tombstones(self.folder),
                )
            with self._held():
                yield Manifest(
                    generation=old.generation + 1,
                    key_fingerprint=old.key_fingerprint,
                    # What was forgotten stays forgotten in the new tables.
                    tombstones=old.tombstones,
                    to_purge=old.to_purge,
                )

    def commit(self, manifest: Manifest) -> None:
        """Make a new state visible, by one rename; its segments are durable already.

        Raises RuntimeError outside of ``writing`` and ``rebuilding``.
        """
        if not self._writing:
            raise RuntimeError("a commit needs the writer's lock")
        sync_folder(self.folder)
        write_manifest(self.folder, manifest)

    def segments(self, manifest: Manifest) -> SegmentSet:
        """Writers for the next input."""
        return SegmentSet(self.folder, manifest.generation, manifest.next_input)

    def paths(self, table: str, manifest: Manifest) -> list[Path]:
        """Committed segment files of a table, in input order.

        Raises StoreError where one is missing or has another length.
        """
        segments = manifest.segments(table)
        for segment in segments:
            self._check_presence(segment)
        return [self.folder / s.file for s in segments]

    def read(self, table: str, manifest: Manifest | None = None) -> pa.Table:
        """A whole table in memory; for the small ones (coverage, rejects)."""
        paths = self.paths(table, manifest or self.manifest())
        schema = TABLES[table].arrow()
        if not paths:
            return schema.empty_table()
        return pa.concat_tables(completed(pq.ParquetFile(p).read(), schema) for p in paths)

    def strays(self) -> list[Path]:
        """Segments on the disk that the committed state does not name."""
        known = self.manifest().all_segments()
        files = sorted(self.folder.glob("*/*.parquet"))
        return [p for p in files if p.relative_to(self.folder).as_posix() not in known]

    def _check_presence(self, segment: Segment) -> None:
        path = self.folder / segment.file
        if not path.is_file():
            raise _broken("is missing", path, "the file that the manifest names")
        size = path.stat().st_size
        if size != segment.bytes:
            raise _broken(f"has {size} bytes", path, f"{segment.bytes} bytes")

    def _generations(self) -> list[int]:
        files = (p.relative_to(self.folder).as_posix() for p in self.folder.glob("*/*.parquet"))
        return [g for file in files if (g := generation_of(file)) is not None]

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The time under the lock: left-overs are swept before and after."""
        with room_needed(self.folder):
            self._sweep()
            self._writing = True
            try:
                yield
            finally:
                self._writing = False
                self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed or failed writer left, and segments that were replaced.

        A reader may still need replaced segments: then the next writer removes them. Where the
        manifest cannot be read nothing is removed.
        """
        try:
            stray = self.strays()
        except StoreError:
            return
        (self.folder / (MANIFEST + ".tmp")).unlink(missing_ok=True)
        if stray and not has_readers(self.folder):
            for path in stray:
                path.unlink()


def verify(store: TableStore) -> list[StoreError]:
    """Everything that is wrong with a study's tables; empty where all hashes are as committed.

    Reads every segment once; what it finds is listed, not raised, so that all is told at once.
    """
    try:
        with store.reading() as manifest:
            found = []
            for segment in manifest.all_segments().values():
                path = store.folder / segment.file
                if not path.is_file():
                    found.append(_broken("is missing", path, "the file that the manifest names"))
                elif (digest := file_sha256(path)) != segment.sha256:
                    found.append(
                        _broken(f"has SHA-256 {digest[:12]}...", path, f"{segment.sha256[:12]}...")
                    )
            return found
    except StoreError as error:
        return [error]


def _broken(what: str, path: Path, expected: str) -> StoreError:
    return StoreError(f"the segment {what}", where=str(path), expected=expected, next=READ_AFRESH)
