"""A document read by its reader, with what packing and archives add to it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from howfar.readers.documents import FileDocument
from howfar.schema.reader import RAW_COLUMNS, RawBatch, ReadContext, Reader, Reject, Tally

NO_POSTS = pa.schema([(name, RAW_COLUMNS[name]) for name in ("line", "created_at")]).empty_table()


def read_document(
    reader: Reader, document: FileDocument, context: ReadContext, tally: Tally
) -> Iterator[RawBatch]:
    """All batches of a document.

    Packed data that is damaged or cut gives one more record, rejected at the last line that came
    out whole, since nobody knows how much is missing.
    """
    yield from reader.read(document, context, tally)
    if document.damaged:
        tally.records += 1
        line = max(1, document.lines)
        detail = "expected packed data that is whole; what stood before is read"
        yield RawBatch(NO_POSTS, [Reject(line, "compression", detail)])
