"""Rows of GDELT's tables: tab-separated without a header as published, or with one as exported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel.core import get_global

from howfar.errors import InputError
from howfar.readers.delimited import delimited_batches, header_of
from howfar.readers.documents import head_of
from howfar.readers.json_lines import DETAIL
from howfar.readers.text_lines import LONGEST, damage, decoded_head, text_lines
from howfar.schema.reader import Document, Sniff, Tally

_HEAD_BYTES = 65_536
_LABELS = ("tableid", "datatype")
_LANGUAGE = re.compile(r"srclc:([a-z]{3})(?=;|$)")
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Layout:
    """One of GDELT's tables: columns in their order, by width; shapes of the first fields."""

    what: str
    columns: tuple[tuple[str, ...], ...]
    shapes: tuple[str, ...]
    required: tuple[str, ...]

    def of_width(self, width: int) -> tuple[str, ...] | None:
        """The columns of rows with so many fields."""
        return next((names for names in self.columns if len(names) == width), None)


@dataclass(frozen=True, slots=True)
class GdeltRow:
    """A row by the table's names in lower case, or the reason why it is none."""

    line: int
    fields: Mapping[str, str]
    reason: str = ""
    detail: str = ""


def sniff_layout(layout: Layout, head: bytes) -> Sniff:
    """Sure where the first line is a row of the table, or its header."""
    first = decoded_head(head).replace("\r", "\n").split("\n", 1)[0]
    fields = first.split("\t")
    if layout.of_width(len(fields)) and all(
        re.fullmatch(shape, told) for shape, told in zip(layout.shapes, fields, strict=False)
    ):
        return Sniff(0.95, f"the first line has the {len(fields)} fields of GDELT's {layout.what}")
    _, names = _header(head)
    if set(layout.required) <= set(names):
        return Sniff(0.95, f"the header has the columns of GDELT's {layout.what}")
    label = rf"(?:^|\n)(?:[0-9]+\t)?{layout.required[-1]}[\t,]"
    if _is_label_list(names) and re.search(label, decoded_head(head).lower()):
        return Sniff(0.6, f"it lists the columns of GDELT's {layout.what}")
    return Sniff(0.0, f"the first line is no row of GDELT's {layout.what}")


def gdelt_rows(
    layout: Layout, document: Document, tally: Tally, *, batch_rows: int
) -> Iterator[GdeltRow]:
    """All rows in the file's order; counting them is left to who keeps or rejects them.

    Raises InputError where the file is a list of column labels, or has a header without the
    columns that are needed.
    """
    head = head_of(document, _HEAD_BYTES)
    delimiter, names = _header(head)
    if _is_label_list(names):
        raise InputError(
            f"the file lists the columns of GDELT's {layout.what}; it holds no rows",
            where=f"{document.name}:1",
            expected="rows of the table",
            next="leave it out; its columns are known",
        )
    if not set(layout.required) <= set(names):
        yield from _plain_rows(layout, document)
        return
    known = {name for columns in layout.columns for name in columns}
    uncounted = Tally()
    for batch in delimited_batches(document, uncounted, delimiter=delimiter, batch_rows=batch_rows):
        for column in batch.columns:
            if column.strip().lower() not in known:
                tally.unknown(column, len(batch.lines))
        columns = {name.strip().lower(): values for name, values in batch.columns.items()}
        rows = [
            *(GdeltRow(r.line, {}, r.reason, r.detail) for r in batch.rejects),
            *(
                GdeltRow(line, {name: values[place] for name, values in columns.items()})
                for place, line in enumerate(batch.lines)
            ),
        ]
        yield from sorted(rows, key=lambda row: row.line)


def _plain_rows(layout: Layout, document: Document) -> Iterator[GdeltRow]:
    number, unfinished = 0, False
    widths = " or ".join(str(len(names)) for names in layout.columns)
    for text in text_lines(document):
        ended = text.endswith(("\n", "\r"))
        if unfinished:
            # The rest of a line that was rejected already as too long.
            unfinished = not ended
            continue
        number += 1
        if not text.strip():
            continue
        line = text.rstrip("\r\n")
        fields = line.split("\t")
        columns = layout.of_width(len(fields))
        if len(text) > LONGEST:
            unfinished = not ended
            yield GdeltRow(number, {}, "too_long", DETAIL["too_long"])
        elif reason := damage(line):
            yield GdeltRow(number, {}, reason, DETAIL[reason])
        elif columns is None:
            yield GdeltRow(number, {}, "columns", f"expected {widths} fields")
        else:
            yield GdeltRow(number, dict(zip(columns, fields, strict=True)))


def _header(head: bytes) -> tuple[str, list[str]]:
    """Delimiter and column names in lower case, as they would be if the first line had any."""
    found = [(d, [n.strip().lower() for n in header_of(head, d)]) for d in (",", "\t", ";")]
    return max(found, key=lambda pair: len(pair[1]))


def _is_label_list(names: Sequence[str]) -> bool:
    return set(_LABELS) <= set(names)


def iso_time(told: str) -> str | None:
    """'20240501093000' or '20240501' as ISO 8601 in UTC; null for what is neither."""
    found = _STAMP.fullmatch(told)
    if found is None:
        return None
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}Z"


def language_of(translation: str | None) -> str | None:
    """Language of the document by GDELT's note of what it was translated from.

    GDELT reads English as it is and translates all else: no note says English. A note without a
    language code says nothing.
    """
    if translation is None:
        return None
    if not translation.strip():
        return "en"
    found = _LANGUAGE.search(translation)
    if found is None:
        return None
    return str(get_global("language_aliases").get(found[1], found[1]))
