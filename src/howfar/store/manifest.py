"""The manifest: which segments make up the tables now. Replaced whole, by one atomic rename."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from howfar.errors import StoreError
from howfar.schema.tables import SCHEMA_VERSION, TABLES
from howfar.store.durable import write_atomically
from howfar.store.migrations import migrate

MANIFEST = "manifest.json"
TOMBSTONES = "tombstones"
READ_AFRESH = "restore tables/ from a backup, or read the exports again: howfar read --fresh"
_FILE = re.compile(r"([a-z_]+)/([0-9]+)-([0-9]{6,})\.parquet")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One Parquet file of one table, written once. file: path below the folder of the tables."""

    file: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Input:
    """One ingested file: what it was, how it was read, and the segments that it gave.

    settings: hash of all that decided how the file was read, so that a change is noticed.
    """

    input: int
    source: str
    path: str
    sha256: str
    format: str
    reader_version: int
    settings: str
    records: int
    read: int
    rejected: int
    segments: Mapping[str, Segment]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The committed state of a study's tables.

    generation: raised each time the tables are rebuilt from the raw files; part of every
    segment's name, so that a rebuild never touches a file of the state that it replaces.
    tombstones: what was forgotten, honoured whenever files are read; null where nothing was.
    to_purge: SHA-256 of the raw files that hold something forgotten, which the user must purge.
    """

    inputs: tuple[Input, ...] = ()
    schema_version: int = SCHEMA_VERSION
    generation: int = 1
    key_fingerprint: str = ""
    tombstones: Segment | None = None
    to_purge: tuple[str, ...] = ()

    def segments(self, table: str) -> list[Segment]:
        """Segments of a table in the order of their inputs."""
        return [i.segments[table] for i in self.inputs if table in i.segments]

    def all_segments(self) -> dict[str, Segment]:
        """Every segment by its file."""
        found = {s.file: s for i in self.inputs for s in i.segments.values()}
        return found | ({self.tombstones.file: self.tombstones} if self.tombstones else {})

    def find(self, sha256: str, source: str) -> Input | None:
        """The input that a file of this content gave in this source."""
        return next((i for i in self.inputs if (i.sha256, i.source) == (sha256, source)), None)

    @property
    def next_input(self) -> int:
        """Running number of the next input, from 1."""
        return max((i.input for i in self.inputs), default=0) + 1

    def plus(self, added: Input, key_fingerprint: str) -> Manifest:
        """The state with one more input."""
        return replace(self, inputs=(*self.inputs, added), key_fingerprint=key_fingerprint)

    def purging(self, *hashes: str) -> Manifest:
        """The state in which these raw files too are known to hold something forgotten."""
        return replace(self, to_purge=tuple(sorted({*self.to_purge, *hashes})))

    def to_bytes(self) -> bytes:
        """The content of the manifest's file: the same state gives the same bytes."""
        raw = asdict(
            replace(
                self,
                inputs=tuple(replace(i, segments=dict(i.segments)) for i in self.inputs),
            )
        )
        # A study in which nothing was forgotten says nothing of it.
        raw = {k: v for k, v in raw.items() if k not in ("tombstones", "to_purge") or v}
        return json.dumps(raw, indent=1, ensure_ascii=False, sort_keys=True).encode()


def segment_file(table: str, generation: int, number: int) -> str:
    """Name of a segment below the folder of the tables."""
    return f"{table}/{generation}-{number:06d}.parquet"


def generation_of(file: str) -> int | None:
    """Generation in a segment's name; null where it is no segment's name."""
    match = _FILE.fullmatch(file)
    return int(match[2]) if match else None


def read_manifest(tables: Path) -> Manifest:
    """The committed manifest; an empty one where nothing was ever committed.

    Raises StoreError where it is damaged, or was written by another version of the tables and no
    migration leads from there.
    """
    path = tables / MANIFEST
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest()
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "it is no JSON") from error
    if not isinstance(raw, dict) or type(raw.get("schema_version")) is not int:
        raise _damaged(path, "it names no schema version")
    if raw["schema_version"] != SCHEMA_VERSION:
        raw = migrate(raw, path, READ_AFRESH)
    try:
        return _parse(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, str(error)) from error


def write_manifest(tables: Path, manifest: Manifest) -> None:
    """Make a new state visible: temporary file, fsync, rename, fsync of the folder."""
    write_atomically(tables / MANIFEST, manifest.to_bytes())


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the manifest is damaged: {why}",
        where=str(path),
        expected="a manifest as howfar writes it",
        next=READ_AFRESH,
    )


def _parse(raw: dict[str, Any]) -> Manifest:
    """A manifest from JSON; KeyError, TypeError or ValueError where a part is not as declared."""
    inputs = tuple(
        _typed(Input, {**i, "segments": _segments(i["segments"])}) for i in raw["inputs"]
    )
    if len({i.input for i in inputs}) != len(inputs):
        raise ValueError("two inputs have one number")
    files = [s.file for i in inputs for s in i.segments.values()]
    if len(set(files)) != len(files):
        raise ValueError("one segment belongs to two inputs")
    stones = raw.get("tombstones")
    kept = None if stones is None else _segments({TOMBSTONES: stones})[TOMBSTONES]
    purge = tuple(raw.get("to_purge", ()))
    if not all(isinstance(sha256, str) and _SHA256.fullmatch(sha256) for sha256 in purge):
        raise ValueError("to_purge holds something else than hashes")
    manifest: Manifest = _typed(
        Manifest, {**raw, "inputs": inputs, "tombstones": kept, "to_purge": purge}
    )
    return manifest


def _segments(raw: dict[str, Any]) -> Mapping[str, Segment]:
    found = {}
    for table, part in raw.items():
        segment: Segment = _typed(Segment, part)
        name = _FILE.fullmatch(segment.file)
        # A study folder may come from someone else: no name may lead out of the tables.
        if table not in {*TABLES, TOMBSTONES} or name is None or name[1] != table:
            raise ValueError(f"{segment.file!r} is no segment of {table!r}")
        if not _SHA256.fullmatch(segment.sha256) or min(segment.rows, segment.bytes) < 0:
            raise ValueError(f"the entry of {segment.file} is not as declared")
        found[table] = segment
    return MappingProxyType(found)


def _typed(kind: type[Any], raw: dict[str, Any]) -> Any:
    """A dataclass from a mapping that must hold exactly its fields, each of its plain type."""
    expected = {f.name: {"int": int, "str": str}.get(str(f.type)) for f in fields(kind)}
    if set(raw) != set(expected):
        odd = sorted(set(raw) ^ set(expected))
        raise ValueError(f"{kind.__name__.lower()} entry: unexpected or missing {odd[0]!r}")
    for name, plain in expected.items():
        if plain is not None and type(raw[name]) is not plain:
            raise TypeError(f"{name} is {type(raw[name]).__name__}, not {plain.__name__}")
    return kind(**raw)
