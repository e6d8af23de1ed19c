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
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from howfar.schema.tables import METRICS, TEXT, TIME, WHOLE, WORDS

RAW_COLUMNS: Mapping[str, pa.DataType] = {
    "line": WHOLE,
    "platform": TEXT,
    "post_id": TEXT,
    "author_id": TEXT,
    "author_handle": TEXT,
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


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was not kept: where it stands and a stable reason, never its text."""

    line: int
    reason: str
    detail: str


REASONS: Mapping[str, str] = {
    "encoding": "the bytes are not text in the file's encoding",
    "json": "the line is not valid JSON",
    "depth": "nested too deeply",
    "duplicate_key": "a key stands twice in one object",
    "number": "a figure is not a whole number of zero or more",
    "type": "a field holds another kind of value than it should",
    "id": "the post's id is missing or damaged (rounded by a spreadsheet, say)",
    "date": "the time cannot be read or does not exist",
    "timezone": "the time has no zone and the study declares none for this source",
    "columns": "the row has more or fewer fields than the header",
    "unterminated_quote": "a quoted field is never closed",
    "quote": "a quoted field goes on after its closing quote",
    "too_long": "the record is longer than 16 Mi characters",
    "nul": "the record contains NUL bytes",
    "header": "a column that the format needs is missing",
    "duplicate_header": "a column name stands twice in the header",
    "empty": "the file or record is empty",
    "author": "the record does not say who posted it and the study names no channel",
    "repeated": "the same post stands twice in one page",
    "not_a_post": "the record is something else than a post (an error, a count, a user)",
}
"""The reason codes; stable, documented, and all that is ever said of a rejected record."""


NOTES: Mapping[str, str] = {
    "identical_row": "the same author, time and text stood in the file before",
    "ambiguous_time": "the local time happened twice (clocks set back); taken as the first",
    "views_not_given": "views of 0 that the platform gives where it counted none: taken as missing",
}
"""Remark codes: what was decided about records that were kept."""


@dataclass(slots=True)
class RawBatch:
    """Some records of a file: raw rows with a subset of RAW_COLUMNS, and rejects."""

    posts: pa.Table
    rejects: list[Reject] = field(default_factory=list)


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


_PLAIN_NAME = re.compile(r"[\w .:()/-]{1,64}")


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
    """Everything that `check`, the documentation and the tests need of a reader."""

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


class Reader(Protocol):
    """One export format."""

    declaration: ReaderDeclaration

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Judge a file by its name and first 64 KiB."""
        ...

    def read(self, path: Path, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """All records of a file in order, in batches of bounded size."""
        ...
