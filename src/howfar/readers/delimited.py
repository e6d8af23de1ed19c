"""Delimited text read with care: every intact record, every bad one named by line and reason."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from howfar.errors import InputError
from howfar.readers.text_lines import LONGEST, damage, decoded_head, text_lines
from howfar.schema.reader import Document, Reject, Tally

# The default of 128 KiB a field would reject long but honest texts.
csv.field_size_limit(LONGEST)

_BLANK = ("\n", "\r\n", "\r")
_MOST_FIELDS = 500
_MOST_HIDDEN = 1 << 16


@dataclass(slots=True)
class DelimitedBatch:
    """Records of equal width as columns of text, their first lines, and the rejects between."""

    columns: dict[str, list[str]]
    lines: list[int]
    rejects: list[Reject] = field(default_factory=list)


def header_of(head: bytes, delimiter: str) -> list[str]:
    """Column names of a file from its first bytes; empty where they cannot be read."""
    text = decoded_head(head).replace("\r\n", "\n").replace("\r", "\n")
    try:
        return next(csv.reader(text.split("\n"), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def check_columns(
    batch: DelimitedBatch,
    name: str,
    tally: Tally,
    *,
    required: Sequence[str],
    known: Set[str] | None = None,
) -> None:
    """Hold a batch's columns against those that a format has.

    InputError where a required one is missing; columns that are not known are counted.
    """
    missing = [column for column in required if column not in batch.columns]
    if missing:
        raise InputError(
            f"the header lacks {missing[0]!r}",
            where=f"{name}:1",
            expected=", ".join(required),
            next="name the right format for this source in study.toml",
            reason="header",
        )
    for column in sorted(batch.columns.keys() - known) if known is not None else ():
        tally.unknown(column, len(batch.lines))


def delimited_batches(
    document: Document | Path,
    tally: Tally,
    *,
    delimiter: str = ",",
    skip_rows: int = 0,
    batch_rows: int,
) -> Iterator[DelimitedBatch]:
    """Batches of a delimited file with a header line; an empty first one if it holds no record.

    skip_rows: rows after the header that are no records (Orange's types and roles). A record
    whose width differs from the header's, that holds bytes outside the encoding, or NULs, is
    rejected with its first line; a quoted field that is never closed, or that goes on after its
    closing quote, rejects that line, and reading goes on at the next, so that it cannot swallow
    the rest of the file. Blank lines are no records.

    Raises InputError for a missing or repeated header.
    """
    lines = _Lines(text_lines(document))
    records = _records(lines, delimiter)
    header = _header(next(records, None), document.name)
    lines.width = len(header)
    for _ in range(skip_rows):
        next(records, None)
    rows: list[list[str]] = []
    starts: list[int] = []
    rejects: list[Reject] = []
    detail = {**_DETAIL, "columns": f"expected {len(header)} fields"}
    yielded = False
    for start, row, broken in records:
        tally.records += 1
        if reason := broken or _fault(row, len(header)):
            rejects.append(Reject(start, reason, detail[reason]))
        else:
            rows.append(row)
            starts.append(start)
        if len(rows) + len(rejects) >= batch_rows:
            yield _batch(header, rows, starts, rejects)
            rows, starts, rejects, yielded = [], [], [], True
    if rows or rejects or not yielded:
        yield _batch(header, rows, starts, rejects)


_DETAIL = {
    "encoding": "expected text in the file's encoding",
    "nul": "expected no NUL bytes",
    "unterminated_quote": "expected a closing quote",
    "quote": "expected a delimiter after the closing quote; quotes inside a field are doubled",
    "too_long": "expected a record of at most 8 Mi characters",
}


class _Lines:
    """The lines of a file with the number of the next, and a way to put lines back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._rest = lines
        self._put_back: deque[str] = deque()
        self.next_line = 1
        self.width = 0
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._put_back.popleft() if self._put_back else next(self._rest)
        while line in _BLANK and not self.taken:
            # No record begins so; a file may hold millions of them.
            self.next_line += 1
            line = self._put_back.popleft() if self._put_back else self._after_blanks()
        self.taken.append(line)
        self._size += len(line)
        if self._size > LONGEST:
            raise _TooLongError
        return line

    def _after_blanks(self) -> str:
        for line in self._rest:
            if line not in _BLANK:
                return line
            self.next_line += 1
        raise StopIteration

    def accept(self) -> None:
        """Count the lines of a record as read."""
        self.next_line += len(self.taken)
        self.taken, self._size = [], 0

    def reject_first(self) -> None:
        """Count one line as read and put the others of this record back."""
        first, *others = self.taken
        if len(first) > LONGEST:
            _skip_to_line_end(first, self._rest)
        self._put_back.extendleft(reversed(others))
        self.next_line += 1
        self.taken, self._size = [], 0


class _TooLongError(Exception):
    """A record goes past LONGEST."""


def _skip_to_line_end(piece: str, rest: Iterator[str]) -> None:
    while piece and not piece.endswith(("\n", "\r")):
        piece = next(rest, "")


def _records(source: _Lines, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Each record with its first line, and the reason where its quoting is broken."""
    parser = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(parser)
        except StopIteration:
            return
        except (csv.Error, _TooLongError) as error:
            yield source.next_line, [], _broken(error, source.taken)
            source.reject_first()
            parser = csv.reader(source, delimiter=delimiter, strict=True)
            continue
        if len(source.taken) > 1 and len(row) != source.width and _hides_records(source, delimiter):
            yield source.next_line, [], "unterminated_quote"
            source.reject_first()
            parser = csv.reader(source, delimiter=delimiter, strict=True)
            continue
        start = source.next_line
        source.accept()
        if row:
            yield start, row, ""


def _hides_records(source: _Lines, delimiter: str) -> bool:
    """Whether the lines after the first end with whole records, the last perhaps but begun.

    Then a stray quote in the first has swallowed them, up to a quote that looks like its end.
    The further lines of an honest record hold the end of a quoted field, which no record does.
    """
    text = "".join(source.taken[1:])
    if not 2 <= source.width <= _MOST_FIELDS or len(text) > _MOST_HIDDEN:
        return False
    quoted = r'"[^"]*+(?:""[^"]*+)*+'
    field = rf'(?:{quoted}"|[^"{delimiter}\r\n]*+)'
    record = rf"{field}(?:{delimiter}{field}){{{source.width - 1}}}(?:\r\n|\r|\n|\Z)"
    begun = rf"{field}(?:{delimiter}{field}){{0,{source.width - 2}}}{delimiter}{quoted}\Z"
    whole, line = re.compile(f"{record}|{begun}"), re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
    at, hidden = 0, False
    while at < len(text):
        found = whole.match(text, at)
        hidden = found is not None
        found = found or line.match(text, at)
        at = found.end() if found else len(text)
    return hidden


def _broken(error: Exception, taken: list[str]) -> str:
    if isinstance(error, _TooLongError):
        return "too_long" if len(taken) == 1 else "unterminated_quote"
    if "unexpected end of data" in str(error) or len(taken) > 1:
        return "unterminated_quote"
    return "quote"


def _header(first: tuple[int, list[str], str] | None, name: str) -> list[str]:
    if first is None:
        raise InputError(
            "the file is empty",
            where=name,
            expected="a header line",
            next="export it again",
            reason="empty",
        )
    line, header, broken = first
    where = f"{name}:{line}"
    if broken:
        raise InputError(
            "the header line cannot be read: its quotes are broken, or it is too long",
            where=where,
            expected="a header line of column names",
            next="export the file again",
            reason="header",
        )
    if damage("".join(header)):
        raise InputError(
            "the header line holds bytes that are not text",
            where=where,
            expected="UTF-8, or UTF-16 with a byte order mark",
            next="save the file as UTF-8",
            reason="encoding",
        )
    # Spreadsheets leave nameless columns at the end; they are columns all the same.
    header = [name or f"column {place}" for place, name in enumerate(header, 1)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(
            f"column {repeated[0]!r} stands twice in the header",
            where=where,
            expected="column names that differ",
            next="rename one of them in a copy of the file",
            reason="duplicate_header",
        )
    return header


def _fault(row: list[str], width: int) -> str:
    if reason := damage("".join(row)):
        return reason
    return "columns" if len(row) != width else ""


def _batch(
    header: list[str], rows: list[list[str]], starts: list[int], rejects: list[Reject]
) -> DelimitedBatch:
    columns = [list(c) for c in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return DelimitedBatch(dict(zip(header, columns, strict=True)), starts, rejects)
