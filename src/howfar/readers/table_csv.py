"""Any comma-, semicolon- or tab-separated table, through the study's column mapping."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from howfar.readers.delimited import delimited_batches
from howfar.readers.documents import head_of
from howfar.readers.fields import Faults
from howfar.readers.mapping import MappedRows, resolve
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

DELIMITERS = (",", ";", "\t")
_HEAD_BYTES = 65_536
_PROBED_ROWS = 20


class TableCsv:
    """One post a row; which column is what, the study's mapping says."""

    declaration = ReaderDeclaration(
        id="table-csv",
        title="Any CSV or TSV table",
        platform="any",
        exported_by="any tool that writes one post a row under a line of column names",
        supplies=("whatever the mapping names",),
        lacks="whatever the mapping does not name",
        tested_on="documentation",
        needs=("mapping",),
        how_to_obtain=(
            'In study.toml: format = "table-csv" and mapping = { platform = "=mastodon", '
            'post_id = "Id", created_at = "Date", author_handle = "User", reactions = "Likes" }.'
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Never sure: a table says nothing of what its columns mean."""
        text = decoded_head(head)
        delimiter = delimiter_of(text)
        names = _rows(text, delimiter)[:1]
        if text.lstrip()[:1] in ("{", "[", "<") or not names or len(names[0]) < 2:
            return Sniff(0.0, "the first line is no list of column names")
        return Sniff(0.2, f"a table of {len(names[0])} columns, which need a mapping in study.toml")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Rows in the file's order, under the mapping.

        Raises InputError where the mapping names a column that the file does not have.
        """
        delimiter = delimiter_of(decoded_head(head_of(document, _HEAD_BYTES)))
        rows: MappedRows | None = None
        for batch in delimited_batches(
            document, tally, delimiter=delimiter, batch_rows=context.batch_rows
        ):
            if rows is None:
                resolved = resolve(context.mapping, tuple(batch.columns), document.name)
                rows = MappedRows(resolved, context, tally)
            for column in sorted(batch.columns.keys() - rows.resolved.used):
                tally.unknown(column, len(batch.lines))
            yield rows.batch(
                batch.columns.__getitem__, batch.lines, batch.rejects, Faults(batch.lines)
            )


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first rows into the same number of fields, the more the better.

    Ties go to the comma, then the semicolon.
    """

    def fit(delimiter: str) -> tuple[bool, int, int]:
        rows = _rows(text, delimiter)
        width = len(rows[0]) if rows else 0
        return width > 1, sum(len(row) == width for row in rows), width

    return max(DELIMITERS, key=fit)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # The last line of a head may be cut; it counts only where it is the only one.
    whole = lines[:-1] or lines
    rows: list[list[str]] = []
    try:
        for row in csv.reader((line + "\n" for line in whole), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == _PROBED_ROWS:
                break
    except csv.Error:
        pass
    return rows


READER = TableCsv()
