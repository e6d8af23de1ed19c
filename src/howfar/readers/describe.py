"""What a file is and holds, told without keeping anything of it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.privacy.words import LANGUAGE, header_of_table
from howfar.readers.delimited import header_of
from howfar.readers.discovery import HEAD_BYTES, SURE, guess, readers, unknown_format
from howfar.readers.documents import FileDocument, documents, head_of
from howfar.readers.json_lines import parse
from howfar.readers.reading import read_document
from howfar.readers.table_csv import delimiter_of
from howfar.readers.table_jsonl import paths_of
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import RawBatch, ReadContext, Reader, Reject, Tally
from howfar.schema.tables import METRICS

_SHOWN_REJECTS = 20
MOST_REJECTS = 100_000
"""Rejects of a file that are listed one by one; of more the number is told."""
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Guess:
    """How sure a reader is of the file, 0 to 1, and why."""

    format: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without a post between the first and the last: both ends inclusive, in UTC."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1


@dataclass(slots=True)
class FileDescription:
    """A file's format, size and content in figures; no text, no account, no id of it.

    format: the reader that reads it, null where none is sure. problem: why it could not be read,
    or null. undeclared: what a study would have to declare; where that is the zone, times are
    read as UTC until then. rejected: records by reason. metrics: posts that give each figure.
    accounts: distinct authors. gaps: whole days without a post. reason: code of the problem.
    other_rows: rows that are no posts, by table (series, audience, account_counts, shares).
    """

    file: str
    bytes: int
    format: str | None
    guesses: tuple[Guess, ...]
    problem: str | None = None
    undeclared: tuple[str, ...] = ()
    records: int = 0
    read: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    first_post: dt.datetime | None = None
    last_post: dt.datetime | None = None
    platforms: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    relations: dict[str, int] = field(default_factory=dict)
    metrics: dict[str, int] = field(default_factory=dict)
    accounts: int = 0
    days: int = 0
    gaps: tuple[Gap, ...] = ()
    columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    reason: str = ""
    posts: int = 0
    other_rows: dict[str, int] = field(default_factory=dict)


def describe_all(
    path: Path,
    context: ReadContext | None = None,
    format: str = "auto",
    *,
    all_rejects: bool = False,
) -> list[FileDescription]:
    """As describe, for a file that may be an archive: one description a member."""
    try:
        found = documents(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    except InputError as error:
        refused = FileDescription(path.name, path.stat().st_size, None, ())
        refused.problem, refused.reason = str(error), error.reason
        return [refused]
    return [describe(d, context, format, all_rejects=all_rejects) for d in found]


def describe(
    file: FileDocument | Path,
    context: ReadContext | None = None,
    format: str = "auto",
    *,
    all_rejects: bool = False,
) -> FileDescription:
    """Read a document to the end and tell what it holds; nothing is stored.

    context: what a study says of it, if there is one. all_rejects: keep every reject up to
    MOST_REJECTS, not only the first few, and read times without a zone as a study would: not at
    all.

    Raises InputError only where the file cannot be opened or format names no reader; else problem
    says what is wrong.
    """
    document = FileDocument(file) if isinstance(file, Path) else file
    found = FileDescription(document.name, 0, None, ())
    if (refusal := document.refusal) is not None:
        found.problem, found.reason = f"the member is not read: {refusal.detail}", refusal.reason
        return found
    try:
        size = document.path.stat().st_size if document.part is None else 0
        head = head_of(document, HEAD_BYTES)
        guesses = guess(document)
    except OSError as error:
        raise _unreadable(document.path, error) from None
    except InputError as error:
        found.problem, found.reason = str(error), error.reason
        return found
    shown = tuple(Guess(r.declaration.id, s.confidence, s.why) for r, s in guesses)
    found = FileDescription(document.name, size, None, shown, columns=_columns(head))
    if format != "auto" and format not in readers():
        raise InputError(
            f"there is no reader {format!r}", where=document.name, expected=", ".join(readers())
        )
    if not head:
        found.problem, found.reason = "the file is empty", "empty"
        return found
    reader = readers()[format] if format != "auto" else guesses[0][0]
    best = guesses[0][1]
    mapped = context is not None and bool(context.mapping) and best.confidence > 0
    if format == "auto" and best.confidence < SURE and not mapped:
        unknown = unknown_format(document, guesses)
        found.problem, found.reason = f"{unknown.what}\nexpected: {unknown.expected}", "format"
        return found
    found.format = reader.declaration.id
    given = context or ReadContext(source="check")
    found.undeclared = _undeclared(reader, given)
    if "timezone" in found.undeclared and not all_rejects:
        given = replace(given, timezone=dt.UTC)
    _fill(found, reader, document, given, MOST_REJECTS if all_rejects else _SHOWN_REJECTS)
    return found


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"the file cannot be read: {error.strerror}",
        where=str(path),
        next="check the path and your rights to it",
    )


def _columns(head: bytes) -> tuple[str, ...]:
    """Column names of a table, or the paths of the first whole line of JSON."""
    text = decoded_head(head)
    if text.lstrip()[:1] not in ("{", "[", "<"):
        return header_of_table(header_of(head, delimiter_of(text)))
    value, _ = parse(text.lstrip().split("\n", 1)[0])
    return tuple(paths_of(value)) if isinstance(value, dict) else ()


def _undeclared(reader: Reader, context: ReadContext) -> tuple[str, ...]:
    given = {
        "timezone": context.timezone is not None,
        "observed_at": context.observed_at is not None,
        "mapping": bool(context.mapping),
        "platform": context.platform is not None or "platform" in context.mapping,
        "channel": context.channel_account_id is not None or context.channel_handle is not None,
    }
    return tuple(need for need in reader.declaration.needs if not given[need])


def _fill(
    found: FileDescription,
    reader: Reader,
    document: FileDocument,
    context: ReadContext,
    shown: int | None,
) -> None:
    tally = Tally()
    counters: dict[str, Counter[str]] = {
        name: Counter() for name in ("platform", "language", "relation", "metric", "rejected")
    }
    accounts: set[int] = set()
    days: set[int] = set()
    try:
        for batch in read_document(reader, document, context, tally):
            found.read += batch.kept
            found.posts += len(batch.posts)
            for table, rows in batch.others.items():
                found.other_rows[table] = found.other_rows.get(table, 0) + len(rows)
            counters["rejected"].update(r.reason for r in batch.rejects)
            more = len(batch.rejects) if shown is None else max(0, shown - len(found.rejects))
            found.rejects += batch.rejects[:more]
            _count(batch, counters, accounts, days, found)
    except InputError as error:
        found.problem, found.reason = str(error), error.reason
    found.records = tally.records
    found.platforms, found.languages, found.relations, found.metrics, found.rejected = (
        dict(sorted(counters[name].items(), key=lambda item: (-item[1], item[0])))
        for name in ("platform", "language", "relation", "metric", "rejected")
    )
    found.accounts, found.days, found.gaps = len(accounts), len(days), _gaps(sorted(days))
    found.unknown = dict(sorted(tally.unknown_columns.items()))
    found.unknown_columns = tuple(found.unknown)
    found.notes = dict(sorted(tally.notes.items()))


def _count(
    batch: RawBatch,
    counters: dict[str, Counter[str]],
    accounts: set[int],
    days: set[int],
    found: FileDescription,
) -> None:
    posts = batch.posts
    if not len(posts):
        return
    for name in ("platform", "language", "relation"):
        if name in posts.column_names:
            for entry in pc.value_counts(posts[name]).to_pylist():
                if (word := entry["values"]) is not None:
                    tag = name != "language" or re.fullmatch(LANGUAGE, word)
                    counters[name][word if tag else "(other)"] += entry["counts"]
    for metric in METRICS:
        if metric in posts.column_names:
            counters["metric"][metric] += len(posts) - posts[metric].null_count
    counters["metric"] = +counters["metric"]
    created = posts["created_at"]
    ends = pc.min_max(created).as_py()
    found.first_post = min(filter(None, (found.first_post, ends["min"])), default=None)
    found.last_post = max(filter(None, (found.last_post, ends["max"])), default=None)
    stamps = pc.unique(pc.floor_temporal(created, unit="day")).cast(pa.int64())
    days.update(stamp // _DAY for stamp in stamps.to_pylist())
    # Hashes of this process, not accounts: nothing of a person outlives the count.
    for name in ("author_id", "author_handle"):
        if name in posts.column_names and posts[name].null_count < len(posts):
            accounts.update(hash(v) for v in pc.unique(posts[name]).to_pylist() if v)
            break


def _gaps(days: Sequence[int]) -> tuple[Gap, ...]:
    start = dt.date(1970, 1, 1)
    return tuple(
        Gap(start + dt.timedelta(before + 1), start + dt.timedelta(after - 1))
        for before, after in itertools.pairwise(days)
        if after - before > 1
    )
