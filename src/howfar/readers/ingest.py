"""Raw files into the study's tables: each file read once, protected, committed whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import HowfarError, InputError, StudyError
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.readers.discovery import reader_for
from howfar.readers.protect import Origin, Protector, with_authors
from howfar.schema.reader import ReadContext, Reader, Tally
from howfar.schema.tables import COVERAGE, TIME
from howfar.store.manifest import Input, Manifest
from howfar.store.segments import SegmentSet, file_sha256
from howfar.store.tables import TableStore
from howfar.study.codes import zone
from howfar.study.file import Study
from howfar.study.registry import Registry
from howfar.study.sources import Source
from howfar.study.window import instant

Progress = Callable[[str, int, int], None]
"""Called with (file name, records so far, files left)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file."""

    file: str
    source: str
    format: str
    records: int
    read: int
    rejected: int
    known: bool
    unknown_columns: tuple[str, ...] = ()


def source_files(study: Study, folder: Path, datasets: Callable[[str], Path]) -> list[
    tuple[Source, Path]
]:
    """Every file of every source, in the order of the study file and of the names.

    datasets: gives the folder of a public data set. Raises StudyError where a source has no file.
    """
    found: list[tuple[Source, Path]] = []
    for source in study.sources:
        base = datasets(source.dataset) if source.dataset else folder
        paths = sorted(_matches(base, source.path))
        if not paths:
            raise StudyError(
                f"source {source.name!r} has no file",
                where=str(base / source.path),
                expected="at least one file at this path",
                next="correct path in study.toml, or put the export there",
            )
        found.extend((source, path) for path in paths)
    return found


def _matches(base: Path, pattern: str) -> Iterator[Path]:
    path = Path(pattern)
    if path.is_absolute():
        base, pattern = Path(path.anchor), path.relative_to(path.anchor).as_posix()
    if any(c in pattern for c in "*?["):
        yield from (p for p in base.glob(pattern) if p.is_file())
    elif (base / pattern).is_file():
        yield base / pattern


def ingest(
    study: Study,
    registry: Registry,
    store: TableStore,
    files: list[tuple[Source, Path]],
    key: bytes,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Read what is not in the store yet; each file becomes visible as a whole or not at all.

    The same content twice changes nothing. Interrupted, the files committed so far stay; run
    again, the rest follows, and the tables are those of an undisturbed run.
    """
    pseudonyms = Pseudonymiser(key)
    protector = Protector(pseudonyms, registry)
    outcomes = []
    with store.writing() as manifest:
        _check_key(manifest, pseudonyms, store)
        for left, (source, path) in zip(range(len(files) - 1, -1, -1), files, strict=True):
            digest = file_sha256(path)
            same = next(
                (i for i in manifest.inputs if (i.sha256, i.source) == (digest, source.name)), None
            )
            if same is not None:
                outcomes.append(
                    Outcome(path.name, source.name, same.format, same.records, same.read,
                            same.rejected, known=True)
                )
                continue
            reader = reader_for(path, source.format)
            with store.segments(manifest) as segments:
                number = store.next_input(manifest)
                added, outcome = _read_file(
                    study, source, path, digest, number, reader, protector, segments,
                    lambda n, path=path, left=left: progress and progress(path.name, n, left),
                )
                manifest = store.commit(manifest, added, fingerprint(pseudonyms))
            outcomes.append(outcome)
    return outcomes


def read_context(study: Study, source: Source) -> ReadContext:
    """What the study file says of a source, in the terms of the readers."""
    tz = zone(source.timezone) if source.timezone else None
    observed = source.observed_at
    return ReadContext(
        source=source.name,
        timezone=tz,
        observed_at=instant(observed, tz or study.zone) if observed is not None else None,
        mapping=source.mapping,
        date_format=source.date_format,
        platform=source.mapping.get("platform"),
    )


def _read_file(
    study: Study,
    source: Source,
    path: Path,
    digest: str,
    number: int,
    reader: Reader,
    protector: Protector,
    segments: SegmentSet,
    progress: Callable[[int], None],
) -> tuple[Input, Outcome]:
    context = read_context(study, source)
    _check_needs(reader, source, context)
    origin = Origin(
        source.name,
        number,
        path.name,
        source.channel,
        source.exposure,
        pa.scalar(context.observed_at, TIME),
        context.observed_at is not None,
    )
    tally = Tally()
    read = rejected = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    for batch in reader.read(path, context, tally):
        batch = with_authors(batch, source.channel)
        tables = protector.tables(batch, origin)
        for name, rows in tables.items():
            segments.write(name, rows)
        read += len(batch.posts)
        rejected += len(batch.rejects)
        if len(batch.posts):
            ends = pc.min_max(batch.posts["created_at"]).as_py()
            first = min(filter(None, (first, ends["min"])), default=None)
            last = max(filter(None, (last, ends["max"])), default=None)
        progress(tally.records)
    if read + rejected != tally.records:
        raise HowfarError(
            f"reader {reader.declaration.id} lost records: {tally.records} in the file, "
            f"{read} read, {rejected} rejected",
            where=path.name,
            next="report this file's format to the howfar developers",
        )
    start, end = (
        source.window.bounds(study.zone)
        if source.window
        else (study.window.start_utc, study.window.end_utc)
    )
    unknown = tuple(sorted(tally.unknown_columns))
    row = {
        "source": source.name, "input": number, "file": path.name, "sha256": digest,
        "format": reader.declaration.id, "capture": source.capture, "query": source.query,
        "cap": source.cap, "use": source.use, "expected_start": start, "expected_end": end,
        "records": tally.records, "read": read, "rejected": rejected, "first_post": first,
        "last_post": last, "unknown_columns": list(unknown),
    }
    segments.write("coverage", pa.Table.from_pylist([row], schema=COVERAGE.arrow()))
    added = Input(
        number, source.name, str(path), digest, reader.declaration.id, reader.declaration.version,
        tally.records, read, rejected, segments.close(),
    )
    return added, Outcome(
        path.name, source.name, reader.declaration.id, tally.records, read, rejected, False, unknown
    )


def _check_needs(reader: Reader, source: Source, context: ReadContext) -> None:
    """StudyError where the format lacks what the study does not declare either."""
    given = {
        "timezone": context.timezone is not None,
        "observed_at": context.observed_at is not None,
        "channel": source.channel is not None,
        "mapping": bool(source.mapping),
        "platform": context.platform is not None,
    }
    missing = [need for need in reader.declaration.needs if not given[need]]
    if missing:
        raise StudyError(
            f"source {source.name!r} must declare {' and '.join(missing)}",
            where=f"study.toml: [[sources]] {source.name}",
            expected=f"{reader.declaration.title} does not say it: {reader.declaration.lacks}",
            next=f"add {missing[0]} = ... to this source in study.toml",
        )


def fingerprint(pseudonyms: Pseudonymiser) -> str:
    """Tells keys apart without telling the key."""
    return pseudonyms.post("howfar", "fingerprint")


def _check_key(manifest: Manifest, pseudonyms: Pseudonymiser, store: TableStore) -> None:
    if manifest.inputs and manifest.key_fingerprint != fingerprint(pseudonyms):
        raise InputError(
            "the study's tables were written under another key",
            where=str(store.folder),
            expected=f"the key with fingerprint {manifest.key_fingerprint}",
            next="import the key that the study was made with: howfar keys import",
        )
