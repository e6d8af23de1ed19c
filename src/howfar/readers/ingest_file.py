"""One file into segments of the tables: read, protected, accounted for to the last record."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import HowfarError, InputError, StudyError
from howfar.privacy.tombstones import leave_out
from howfar.readers.discovery import readers, sure_guess
from howfar.readers.documents import FileDocument
from howfar.readers.protect import Origin, Protector, with_authors
from howfar.readers.protect_others import other_tables
from howfar.readers.reading import read_document
from howfar.readers.settings import expected_span
from howfar.schema.reader import RawBatch, ReadContext, Reader, Tally
from howfar.schema.tables import COVERAGE, TIME
from howfar.store.manifest import Input
from howfar.store.segments import SegmentSet
from howfar.study.codes import zone
from howfar.study.file import Study
from howfar.study.sources import Source
from howfar.study.window import instant


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document of a source, and the hash that stands for its content."""

    study: Study
    source: Source
    document: FileDocument
    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file, or to one member of an archive.

    path: as the study names it. format: empty where no reader could read it; it then counts as
    one record, rejected. why: what the format was recognised by. known: it was read before.
    unknown: fields that the reader does not know, with their numbers of records.
    notes: records kept with a remark, by its code (schema.reader.NOTES). problem: why the file
    could not be read at all, with its reason code.
    """

    path: str
    file: str
    source: str
    format: str
    why: str
    records: int
    read: int
    rejected: int
    known: bool
    unknown_columns: tuple[str, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    reason: str = ""
    input: int | None = None


def document_digest(digest: str, document: FileDocument) -> str:
    """SHA-256 of a file; of a member or sheet, of the file's hash and its place in it."""
    if document.part is None:
        return digest
    return hashlib.sha256(f"{digest}#{document.part}".encode()).hexdigest()


def reader_of(document: FileDocument, format: str) -> Reader:
    """The reader that a source names, or that is sure of the document. InputError for none."""
    if (refusal := document.refusal) is not None:
        raise InputError(
            f"the member is not read: {refusal.detail}",
            where=document.name,
            next="unpack the archive and read the file itself",
            reason=refusal.reason,
        )
    if format != "auto" and format in readers():
        return readers()[format]
    return sure_guess(document, format)[0]


def known(same: Input, document: FileDocument) -> Outcome:
    """The outcome of a file that was read before."""
    return Outcome(
        str(document.path),
        document.name,
        same.source,
        same.format,
        "",
        same.records,
        same.read,
        same.rejected,
        known=True,
        input=same.input,
    )


def refused_outcome(source: Source, document: FileDocument, error: InputError) -> Outcome:
    """The outcome of a file that cannot be read: one record, rejected."""
    return Outcome(
        str(document.path),
        document.name,
        source.name,
        "",
        "",
        1,
        0,
        1,
        known=False,
        problem=str(error),
        reason=error.reason,
    )


def read_context(study: Study, source: Source, batch_rows: int = 50_000) -> ReadContext:
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


@dataclass(slots=True)
class _Account:
    """What came out of a file so far."""

    reasons: Counter[str] = field(default_factory=Counter)
    read: int = 0
    rejected: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None

    def add(self, batch: RawBatch) -> None:
        self.read += batch.kept
        self.rejected += len(batch.rejects)
        self.reasons.update(reject.reason for reject in batch.rejects)
        if len(batch.posts):
            ends = pc.min_max(batch.posts["created_at"]).as_py()
            self.first = min(filter(None, (self.first, ends["min"])), default=None)
            self.last = max(filter(None, (self.last, ends["max"])), default=None)


def read_file(
    file: SourceFile,
    settings: str,
    number: int,
    reader: Reader,
    protector: Protector,
    segments: SegmentSet,
    batch_rows: int,
    progress: Callable[[int], None],
) -> tuple[Input, Outcome]:
    """Read a document into segments, which nobody sees until they are committed.

    Raises HowfarError where the reader lost a record, InputError where the file cannot be read.
    """
    study, source, document = file.study, file.source, file.document
    context = read_context(study, source, batch_rows)
    _check_needs(reader, source, context)
    origin = Origin(
        source.name,
        number,
        document.name,
        source.channel,
        source.exposure,
        pa.scalar(context.observed_at, TIME),
        context.observed_at is not None,
    )
    tally, account = Tally(), _Account()
    for batch in read_document(reader, document, context, tally):
        batch = with_authors(batch, source.channel)
        _check_lines(batch.posts, reader, document.name)
        made = [protector.tables(batch, origin), other_tables(batch.others, origin, protector)]
        if protector.forgotten is not None:
            left = [leave_out(each, protector.forgotten, protector.pseudonyms) for each in made]
            made = [tables for tables, _ in left]
            tally.note("forgotten", sum(rows for _, rows in left))
        for tables in made:
            for name, rows in tables.items():
                segments.write(name, rows)
        account.add(batch)
        progress(tally.records)
    if account.read + account.rejected != tally.records:
        raise HowfarError(
            f"reader {reader.declaration.id} lost records: {tally.records} in the file, "
            f"{account.read} read, {account.rejected} rejected",
            where=document.name,
            next="report this file's format to the howfar developers",
        )
    start, end = expected_span(study, source)
    unknown = tuple(sorted(tally.unknown_columns))
    row = {
        "source": source.name,
        "input": number,
        "file": document.name,
        "sha256": file.digest,
        "format": reader.declaration.id,
        "capture": source.capture,
        "query": source.query,
        "cap": source.cap,
        "use": source.use,
        "expected_start": start,
        "expected_end": end,
        "records": tally.records,
        "read": account.read,
        "rejected": account.rejected,
        "first_post": account.first,
        "last_post": account.last,
        "unknown_columns": list(unknown),
        "supplies": _supplies(reader, source),
        "unknown": _counted(tally.unknown_columns),
        "reasons": _counted(account.reasons),
        "notes": _counted(tally.notes),
    }
    segments.write("coverage", pa.Table.from_pylist([row], schema=COVERAGE.arrow()))
    added = Input(
        number,
        source.name,
        str(document.path),
        file.digest,
        reader.declaration.id,
        reader.declaration.version,
        settings,
        tally.records,
        account.read,
        account.rejected,
        segments.close(),
    )
    return added, Outcome(
        str(document.path),
        document.name,
        source.name,
        reader.declaration.id,
        _why(reader, document, source),
        tally.records,
        account.read,
        account.rejected,
        False,
        unknown,
        dict(sorted(tally.notes.items())),
        dict(sorted(tally.unknown_columns.items())),
        input=number,
    )


def _supplies(reader: Reader, source: Source) -> list[str]:
    """Columns that the export can tell; of a plain table those that the study maps."""
    if "mapping" in reader.declaration.needs:
        told = {f"posts.{name}" for name in source.mapping}
        if "availability" in source.mapping:
            told |= {f"posts.{state}" for state in ("removed", "withheld", "labelled")}
        return sorted(told)
    return sorted(reader.declaration.supplies)


def _counted(found: Mapping[str, int]) -> list[str]:
    return [f"{name}={records}" for name, records in sorted(found.items())]


def _why(reader: Reader, document: FileDocument, source: Source) -> str:
    seen = sure_guess(document, reader.declaration.id)[1].why
    return seen if source.format == "auto" else f"as the study says; {seen}"


def _check_lines(posts: pa.Table, reader: Reader, name: str) -> None:
    """HowfarError where a reader gives a post twice for one line.

    File and line decide which of several appearances of a post counts: they must tell them apart.
    """
    if not len(posts) or (np.diff(posts["line"].to_numpy()) > 0).all():
        return  # As a rule each post has a line of its own.
    keys = posts.select(["line", "platform", "post_id"])
    if len(keys.group_by(keys.column_names).aggregate([])) != len(keys):
        raise HowfarError(
            f"reader {reader.declaration.id} gave one post twice for one line",
            where=name,
            next="report this file's format to the howfar developers",
        )


_ADDED = {"platform": 'mapping = { platform = "=x" }, or another,'}
"""How to declare what is no setting of its own."""


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
            next=f"add {_ADDED.get(missing[0], f'{missing[0]} = ...')} "
            "to this source in study.toml",
        )
