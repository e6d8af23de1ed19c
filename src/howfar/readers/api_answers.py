"""Stored answers of a platform's API: posts, figures of accounts, and a name for all else."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from howfar.errors import InputError
from howfar.readers.json_lines import DETAIL
from howfar.readers.json_records import JsonRecord, json_records
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, Tally

Row = dict[str, Any]

_MOST_SNIFFED = 5


@dataclass(slots=True)
class Answers:
    """What was found in a document so far."""

    batch: RowBatch
    wanted: str
    refused: Counter[str] = field(default_factory=Counter)

    def post(self, line: int, row: Callable[[], Row]) -> None:
        """Keep the post that ``row`` makes, or reject it where that raises BadPostError."""
        try:
            self.batch.add(line, row())
        except BadPostError as bad:
            self.batch.reject(line, bad.reason, bad.detail)

    def figures(self, line: int, rows: Sequence[Row], *, record: bool = True) -> None:
        """Keep figures of one account. record: they are a record of their own."""
        for place, row in enumerate(rows):
            self.batch.other("account_counts", line, row, record=record and place == 0)

    def other_kind(self, line: int, what: str) -> None:
        """Reject a record that is something else. what: in our words."""
        self.refused[what] += 1
        self.batch.reject(line, "not_a_post", f"expected {self.wanted}, not {what}")

    def unknown(self, names: set[str]) -> None:
        """Count members that the documentation does not name."""
        for name in sorted(names):
            self.batch.tally.unknown(name)


def api_batches(
    document: Document,
    context: ReadContext,
    tally: Tally,
    *,
    lists: Sequence[str],
    is_record: Callable[[Any], bool],
    keep: Callable[[Answers, JsonRecord], None],
    wanted: str,
    expected: str,
    first: Callable[[Answers], None] | None = None,
) -> Iterator[RawBatch]:
    """Batches of a document's records in its order.

    lists, is_record: as json_records has them. keep: takes over what one record holds; where it
    raises BadPostError it has kept nothing of it. first: keeps what stands around records, before
    them. wanted: what a record should be, in messages; expected: which answers hold such.

    Raises InputError where every record is something else, and says what the document holds.
    """
    found = Answers(RowBatch(context, tally), wanted)
    batch = found.batch
    if first is not None:
        first(found)
    for record in json_records(document, lists, is_record):
        if record.reason:
            batch.reject(record.line, record.reason, DETAIL[record.reason])
        else:
            try:
                keep(found, record)
            except BadPostError as bad:
                batch.reject(record.line, bad.reason, bad.detail)
        if batch.full:
            yield batch.out()
    if found.refused and found.refused.total() == tally.records:
        raise InputError(
            f"the file holds {' and '.join(sorted(found.refused))}, not {wanted}",
            where=document.name,
            expected=expected,
            next="name another file for this source in study.toml",
        )
    if batch.rows or batch.rejects or batch.others:
        yield batch.out()


@dataclass(frozen=True, slots=True)
class _Head:
    """The beginning of a file as a document."""

    name: str
    head: bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.head)


def first_values(
    head: bytes, lists: Sequence[str], is_record: Callable[[Any], bool]
) -> Sequence[Mapping[str, Any]]:
    """The first records of a file that are objects and stand whole in its first bytes."""
    records = json_records(_Head("head", head), lists, is_record)
    values = (r.value for r in islice(records, 2 * _MOST_SNIFFED) if not r.reason)
    return [v for v in values if isinstance(v, dict)][:_MOST_SNIFFED]


def inner_list(value: Mapping[str, Any], name: str) -> list[Any] | None:
    """The elements of a page that stands in another value; null where it is no page."""
    found = value.get(name)
    return found if isinstance(found, list) else None


def author_needed(expected: str) -> BadPostError:
    """Refuses what somebody else than the source's channel may have written, and nobody says who.

    Without an author it would be taken for the channel's own.
    """
    return BadPostError("author", f"{expected}: expected, or nobody says who wrote it")
