"""The manifest: which segments make up the tables now. Replaced whole, by one atomic rename."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from howfar.errors import StoreError
from howfar.schema.tables import SCHEMA_VERSION

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Segment:
    """One Parquet file of one table, written once."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Input:
    """One ingested file: what it was, how it was read, and the segments that it gave."""

    input: int
    source: str
    path: str
    sha256: str
    format: str
    reader_version: int
    records: int
    read: int
    rejected: int
    segments: dict[str, Segment]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The committed state of a study's tables."""

    inputs: tuple[Input, ...] = ()
    schema_version: int = SCHEMA_VERSION
    key_fingerprint: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def segments(self, table: str) -> list[Segment]:
        """Segments of a table in the order of their inputs."""
        return [i.segments[table] for i in self.inputs if table in i.segments]


def read_manifest(tables: Path) -> Manifest:
    """The committed manifest; an empty one where nothing was ever committed.

    Raises StoreError where it is damaged or was written by another version of the tables.
    """
    path = tables / MANIFEST
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest()
    except ValueError as error:
        raise StoreError(
            "the manifest is damaged",
            where=str(path),
            expected="JSON as howfar writes it",
            next="restore the study from a backup, or remove tables/ and read the exports again",
        ) from error
    if raw.get("schema_version") != SCHEMA_VERSION:
        raise StoreError(
            f"the tables have version {raw.get('schema_version')}",
            where=str(path),
            expected=f"version {SCHEMA_VERSION}",
            next="use the howfar version that wrote them, or remove tables/ and read again",
        )
    inputs = tuple(
        Input(**{**i, "segments": {t: Segment(**s) for t, s in i["segments"].items()}})
        for i in raw["inputs"]
    )
    return Manifest(
        inputs, raw["schema_version"], raw.get("key_fingerprint", ""), raw.get("extra", {})
    )


def write_manifest(tables: Path, manifest: Manifest) -> None:
    """Make a new state visible: temporary file, fsync, rename, fsync of the folder."""
    content = json.dumps(asdict(manifest), indent=1, ensure_ascii=False, sort_keys=True)
    write_atomically(tables / MANIFEST, content.encode())


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file so that a reader, or a crash, sees the old or the new one, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable (a no-op where the system has no such call)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
