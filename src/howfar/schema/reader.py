"""What a reader promises: one export format in, raw rows and rejects out.

A reader only understands a format. Pseudonyms, redaction, melting of counts and conforming to the
tables are done once for all readers (readers/protect.py), in the same pass, before anything is
written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, Protocol

import pyarrow as pa

from howfar.schema.tables import METRICS, REAL, TEXT, TIME, WHOLE, WORDS

RAW_COLUMNS: Mapping[str, pa.DataType] = {
    "line": WHOLE,
    "platform": TEXT,
    "post_id": TEXT,
    "author_id": TEXT,
    "author_handle": TEXT,
    "author_name": TEXT,
    "relation": TEXT,
    "kind": TEXT,
    "created_at": TIME,
    "collected_at": TIME,
    "observed_at": TIME,
    "language": TEXT,
    "text": TEXT,
    "link": TEXT,
    "parent_id": TEXT,
    "parent_author_id": TEXT,
    "parent_author_handle": TEXT,
    "thread_id": TEXT,
    "country": TEXT,
    "exposure": TEXT,
    "availability": TEXT,
    "withheld_in": WORDS,
    "platform_label": TEXT,
    "author_followers": WHOLE,
    **dict.fromkeys(METRICS, WHOLE),
}
"""Columns that a reader may fill; ids and handles are native here and never leave memory."""

RAW_OTHERS: Mapping[str, Mapping[str, pa.DataType]] = {
    "account_counts": {
        "line": WHOLE,
        "platform": TEXT,
        "account_id": TEXT,
        "account_handle": TEXT,
        "metric": TEXT,
        "observed_at": TIME,
        "value": WHOLE,
    },
    "series": {
        "line": WHOLE,
        "series": TEXT,
        "country": TEXT,
        "at": TIME,
        "value": REAL,
        "unit": TEXT,
    },
    "audience": {
        "line": WHOLE,
        "metric": TEXT,
        "country": TEXT,
        "age": TEXT,
        "language": TEXT,
        "period_start": TIME,
        "period_end": TIME,
        "value": REAL,
        "unit": TEXT,
    },
    "shares": {
        "line": WHOLE,
        "platform": TEXT,
        "account_id": TEXT,
        "account_handle": TEXT,
        "object": TEXT,
        "object_kind": TEXT,
        "post_id": TEXT,
        "shared_at": TIME,
    },
}
"""Rows that are no posts, by the table that they go to; ids, handles and objects are native."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was not kept: where it stands and a stable reason, never its text."""

    line: int
    reason: str
    detail: str


REASONS: Mapping[str, str] = {
    "encoding": "the bytes are not text in the file's encoding",
    "json": "the record is not valid JSON",
    "depth": "nested too deeply",
    "duplicate_key": "a key stands twice in one object",
    "number": "a figure is not a whole number of zero or more, or is NaN or infinite",
    "type": "a field holds another kind of value than it should",
    "id": "the post's id is missing or damaged (rounded by a spreadsheet, say)",
    "date": "the time cannot be read or does not exist",
    "timezone": "the time has no zone and the study declares none for this source",
    "columns": "the row has more or fewer fields than the header",
    "unterminated_quote": "a quoted field is never closed",
    "quote": "a quoted field goes on after its closing quote",
    "too_long": "the record is longer than 8 Mi characters",
    "nul": "the record contains NUL bytes",
    "author": "the record does not say who posted it and the study names no channel",
    "repeated": "the same post stands twice in one page",
    "not_a_post": "the record is something else than a post (an error, a like, a user)",
    "not_public": "the record is not public: a private chat, a message to followers only",
    "xml": "the record is not well-formed XML",
    "compression": "the compressed data is damaged or cut; what stood before is read",
    "age": "the row speaks of people under 18",
    "header": "file: a column that the format needs is missing, or the header cannot be read",
    "duplicate_header": "file: a column name stands twice in the header",
    "empty": "file: it holds nothing",
    "format": "file: no reader knows the format, or it holds something else than public posts",
    "entity": "file: the XML declares entities, which are never expanded",
    "member_path": "archive member: its name leads out of the archive",
    "ratio": "file: it unpacks to far more than an export of its size can hold",
    "encrypted": "archive member: it is encrypted",
    "member": "archive member: it is no plain file, or is damaged",
}
"""The reason codes; stable, documented, and all that is ever said of a rejected record.

Those that begin with 'file:' or 'archive member:' refuse the whole of it: it then counts as one
record, rejected."""


WHOLE_FILES = ("file: ", "archive member: ")
"""How the meanings of reasons begin that refuse a file or a member of an archive as a whole."""

NOTES: Mapping[str, str] = {
    "identical_row": "the same author, time and text stood in the file before",
    "ambiguous_time": "the local time happened twice (clocks set back); taken as the first",
    "forgotten": "left out: it was forgotten (howfar forget), or reposts what was",
    "day_only": "the export gives the day only; taken as its first moment",
    "views_not_given": "views of 0 that the platform gives where it counted none: taken as missing",
    "net_votes": "votes come less those against them: taken as reactions, fewer than there were",
}
"""Remark codes: what was decided about records that were kept."""


@dataclass(slots=True)
class RawBatch:
    """Some records of a file: raw rows with a subset of RAW_COLUMNS, and rejects.

    others: rows that are no posts, by table (RAW_OTHERS). other_records: records of the file that
    were kept there alone.
    """

    posts: pa.Table
    rejects: list[Reject] = field(default_factory=list)
    others: Mapping[str, pa.Table] = field(default_factory=dict)
    other_records: int = 0

    @property
    def kept(self) -> int:
        """Records of the file that were kept."""
        return len(self.posts) + self.other_records


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the study says of the source that a file belongs to."""

    source: str
    timezone: dt.tzinfo | None = None
    observed_at: dt.datetime | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    platform: str | None = None
    channel_account_id: str | None = None
    channel_handle: str | None = None
    batch_rows: int = 50_000


_PLAIN_NAME = re.compile(r"(?!.*\d{5})[\w .:()/-]{1,64}")
"""No long number: a field that is called after an account or a telephone gives it away."""


@dataclass(slots=True)
class Tally:
    """What a reader counts as it goes; complete once its batches are exhausted."""

    records: int = 0
    unknown_columns: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    """Records that were kept with a remark, by the code of the remark (NOTES)."""

    def unknown(self, name: str, records: int = 1) -> None:
        """Count records with a field that the reader does not know.

        A field's name is the file's own text: what is no plain name, and names past the first
        hundred, are counted as '(other)', so that neither content nor unbounded memory gets in.
        """
        known = name in self.unknown_columns
        if not known and (len(self.unknown_columns) >= 100 or not _PLAIN_NAME.fullmatch(name)):
            name = "(other)"
        self.unknown_columns[name] = self.unknown_columns.get(name, 0) + records

    def note(self, code: str, records: int = 1) -> None:
        """Count records that were kept with a remark."""
        if records:
            self.notes[code] = self.notes.get(code, 0) + records


@dataclass(frozen=True, slots=True)
class ReaderDeclaration:
    """Everything that `check`, the documentation and the tests need of a reader.

    supplies: tables, metrics (counts.views) and, since not every export tells them, the states
    of availability: posts.removed, posts.withheld, posts.labelled.
    """

    id: str
    title: str
    platform: str
    exported_by: str
    supplies: tuple[str, ...]
    lacks: str
    tested_on: Literal["real samples", "documentation"]
    needs: tuple[Literal["timezone", "observed_at", "channel", "mapping", "platform"], ...] = ()
    version: int = 1
    how_to_obtain: str = ""


@dataclass(frozen=True, slots=True)
class Sniff:
    """How sure a reader is that a file is its own, 0 to 1, and why."""

    confidence: float
    why: str


class Document(Protocol):
    """One file as a reader sees it: plain, unpacked, or a member of an archive."""

    @property
    def name(self) -> str:
        """Name for messages and guesses, without the suffix of a compression."""
        ...

    def open(self) -> BinaryIO:
        """The bytes from the start, unpacked and bounded; may be called again."""
        ...


class Reader(Protocol):
    """One export format."""

    declaration: ReaderDeclaration

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Judge a file by its name and first 64 KiB."""
        ...

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """All records of a file in order, in batches of bounded size."""
        ...
