"""Raw files into the study's tables: each file read once, protected, committed whole."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import HowfarError, InputError, StudyError
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.readers.discovery import reader_for
from howfar.readers.protect import Origin, Protector, with_authors
from howfar.readers.settings import expected_span, settings_hash
from howfar.schema.reader import ReadContext, Reader, Tally
from howfar.schema.tables import COVERAGE, TIME
from howfar.store.manifest import Input, Manifest
from howfar.store.segments import SegmentSet, file_sha256
from howfar.store.tables import TableStore
from howfar.study.codes import zone
from howfar.study.file import Study
from howfar.study.files import source_files as files_of
from howfar.study.registry import Registry
from howfar.study.sources import Source
from howfar.study.window import instant

BATCH_ROWS = 50_000
"""Records that are in memory at a time."""

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
    notes: Mapping[str, int] = field(default_factory=dict)
    """Records kept with a remark, by its code (schema.reader.NOTES)."""


def source_files(
    study: Study, folder: Path, datasets: Callable[[str], Path]
) -> list[tuple[Source, Path]]:
    """Every file of every source, in the order of the study file and of the names.

    datasets: gives the folder of a public data set. Raises StudyError where a source has no file.
    """
    return [
        (source, path)
        for source in study.sources
        for path in files_of(study, folder, source.name, datasets)
    ]


def ingest(
    study: Study,
    registry: Registry,
    store: TableStore,
    files: list[tuple[Source, Path]],
    key: bytes,
    progress: Progress | None = None,
    *,
    fresh: bool = False,
    batch_rows: int = BATCH_ROWS,
) -> list[Outcome]:
    """Read what is not in the store yet; each file becomes visible as a whole or not at all.

    The same content twice changes nothing. Interrupted, the files committed so far stay; run
    again, the rest follows, and the tables are those of an undisturbed run.

    fresh: read all files again into a new generation of the tables, which replaces the old one
    at the very end and at once; interrupted, the old tables stay.

    Raises StudyError where what decides how a file is read has changed since it was read, or
    where the tables hold a source that the study no longer names: their rows would be wrong.
    """
    pseudonyms = Pseudonymiser(key)
    protector = Protector(pseudonyms, registry)
    outcomes = []
    with store.rebuilding() if fresh else store.writing() as manifest:
        _check_key(manifest, pseudonyms, store)
        _check_sources(manifest, study)
        for left, (source, path) in zip(range(len(files) - 1, -1, -1), files, strict=True):
            before = path.stat()
            digest = file_sha256(path)
            reader = reader_for(path, source.format)
            settings = settings_hash(study, source, registry, reader)
            same = manifest.find(digest, source.name)
            if same is not None:
                _check_settings(same, settings, path)
                outcomes.append(
                    Outcome(
                        path.name,
                        source.name,
                        same.format,
                        same.records,
                        same.read,
                        same.rejected,
                        known=True,
                    )
                )
                continue
            with store.segments(manifest) as segments:
                added, outcome = _read_file(
                    study,
                    source,
                    path,
                    digest,
                    settings,
                    manifest.next_input,
                    reader,
                    protector,
                    segments,
                    batch_rows,
                    _step(progress, path.name, left),
                )
                _check_unchanged(path, before)
            manifest = manifest.plus(added, fingerprint(pseudonyms))
            if not fresh:
                store.commit(manifest)
            outcomes.append(outcome)
        if fresh:
            store.commit(manifest)
    return outcomes


def _step(progress: Progress | None, file: str, left: int) -> Callable[[int], None]:
    def step(records: int) -> None:
        if progress is not None:
            progress(file, records, left)

    return step


def read_context(study: Study, source: Source, batch_rows: int = BATCH_ROWS) -> ReadContext:
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
        batch_rows=batch_rows,
    )


def _read_file(
    study: Study,
    source: Source,
    path: Path,
    digest: str,
    settings: str,
    number: int,
    reader: Reader,
    protector: Protector,
    segments: SegmentSet,
    batch_rows: int,
    progress: Callable[[int], None],
) -> tuple[Input, Outcome]:
    context = read_context(study, source, batch_rows)
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
        _check_lines(batch.posts, reader, path)
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
    start, end = expected_span(study, source)
    unknown = tuple(sorted(tally.unknown_columns))
    row = {
        "source": source.name,
        "input": number,
        "file": path.name,
        "sha256": digest,
        "format": reader.declaration.id,
        "capture": source.capture,
        "query": source.query,
        "cap": source.cap,
        "use": source.use,
        "expected_start": start,
        "expected_end": end,
        "records": tally.records,
        "read": read,
        "rejected": rejected,
        "first_post": first,
        "last_post": last,
        "unknown_columns": list(unknown),
    }
    segments.write("coverage", pa.Table.from_pylist([row], schema=COVERAGE.arrow()))
    added = Input(
        number,
        source.name,
        str(path),
        digest,
        reader.declaration.id,
        reader.declaration.version,
        settings,
        tally.records,
        read,
        rejected,
        segments.close(),
    )
    return added, Outcome(
        path.name,
        source.name,
        reader.declaration.id,
        tally.records,
        read,
        rejected,
        False,
        unknown,
        dict(sorted(tally.notes.items())),
    )


def _check_lines(posts: pa.Table, reader: Reader, path: Path) -> None:
    """HowfarError where a reader gives a post twice for one line.

    File and line decide which of several appearances of a post counts: they must tell them apart.
    """
    keys = posts.select(["line", "platform", "post_id"])
    if len(keys.group_by(keys.column_names).aggregate([])) != len(keys):
        raise HowfarError(
            f"reader {reader.declaration.id} gave one post twice for one line",
            where=path.name,
            next="report this file's format to the howfar developers",
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
    if manifest.key_fingerprint not in ("", fingerprint(pseudonyms)):
        raise InputError(
            "the study's tables were written under another key",
            where=str(store.folder),
            expected=f"the key with fingerprint {manifest.key_fingerprint}",
            next="import the key that the study was made with: howfar keys import",
        )


def _check_sources(manifest: Manifest, study: Study) -> None:
    named = {source.name for source in study.sources}
    gone = sorted({i.source for i in manifest.inputs} - named)
    if gone:
        raise StudyError(
            f"the tables hold posts of source {gone[0]!r}, which the study no longer names",
            where="study.toml: [[sources]]",
            expected="every source that was read",
            next="howfar read --fresh, or put the source back",
        )


def _check_settings(known: Input, settings: str, path: Path) -> None:
    if known.settings != settings:
        raise StudyError(
            "how this file is to be read has changed since it was read",
            where=f"source {known.source!r}, {path.name}",
            expected="the reader, the source's settings, the window and the channels' accounts "
            "as they were then",
            next="howfar read --fresh (reads all files again; the old tables stay until it is "
            "done), or undo the change",
        )


def _check_unchanged(path: Path, before: os.stat_result) -> None:
    now = path.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise InputError(
            "the file changed while it was read",
            where=path.name,
            expected="a finished export",
            next="wait until the export is complete, then read again",
        )
