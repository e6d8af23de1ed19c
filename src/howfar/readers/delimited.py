"""Delimited text read with care: every intact record, every bad one named by line and reason."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from howfar.errors import InputError
from howfar.schema.reader import Reject, Tally

csv.field_size_limit(16 * 1024 * 1024)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class DelimitedBatch:
    """Records of equal width as columns of text, their first lines, and the rejects between."""

    columns: dict[str, list[str]]
    lines: list[int]
    rejects: list[Reject] = field(default_factory=list)


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark names, else UTF-8."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def header_of(head: bytes, delimiter: str) -> list[str]:
    """Column names of a file from its first bytes; empty where they cannot be read."""
    text = head.decode(encoding_of(head), errors="replace").splitlines()
    return next(csv.reader(text[:1], delimiter=delimiter), [])


def delimited_batches(
    path: Path, tally: Tally, *, delimiter: str = ",", skip_rows: int = 0, batch_rows: int
) -> Iterator[DelimitedBatch]:
    """Batches of a delimited file with a header line.

    skip_rows: lines after the header that are no records (Orange's types and roles). A record
    whose width differs from the header's, that holds bytes outside the encoding, or NULs, is
    rejected with its first line; a quote that is never closed is rejected and reading goes on at
    the next line, so that it cannot swallow the rest of the file.

    Raises InputError for a missing or repeated header.
    """
    with path.open("rb") as binary:
        encoding = encoding_of(binary.read(4))
    lines = _lines(path, encoding)
    header = next(csv.reader(lines, delimiter=delimiter), [])
    _check_header(header, path)
    for _ in range(skip_rows):
        next(lines, None)
    width = len(header)
    rows: list[list[str]] = []
    starts: list[int] = []
    rejects: list[Reject] = []
    for start, row, reason in _records(lines, delimiter, first=2 + skip_rows):
        tally.records += 1
        if not reason:
            reason = _fault(row, width)
        if reason:
            rejects.append(Reject(start, reason, _DETAIL[reason].format(width=width, n=len(row))))
        else:
            rows.append(row)
            starts.append(start)
        if len(rows) >= batch_rows:
            yield _batch(header, rows, starts, rejects)
            rows, starts, rejects = [], [], []
    if rows or rejects:
        yield _batch(header, rows, starts, rejects)


_DETAIL = {
    "columns": "expected {width} fields, found {n}",
    "encoding": "expected text in the file's encoding",
    "nul": "expected no NUL bytes",
    "unterminated_quote": "expected a closing quote",
}


def _lines(path: Path, encoding: str) -> Iterator[str]:
    # surrogateescape keeps undecodable bytes visible to _fault instead of stopping the file;
    # utf-16 has no such escape, there a bad unit becomes U+FFFD and stays in the text.
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        yield from file


def _check_header(header: list[str], path: Path) -> None:
    if not header:
        raise InputError("the file is empty", where=path.name, expected="a header line")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(
            f"column {repeated[0]!r} stands twice in the header",
            where=f"{path.name}:1",
            expected="column names that differ",
            next="rename one of them in a copy of the file",
        )


def _records(
    lines: Iterator[str], delimiter: str, first: int
) -> Iterator[tuple[int, list[str], str]]:
    """Each record with its first line; the reason where a quote was never closed."""
    pending: Iterator[str] = lines
    line = first
    while True:
        taken: list[str] = []

        def watched(source: Iterator[str], seen: list[str] = taken) -> Iterator[str]:
            for text in source:
                seen.append(text)
                yield text

        parser = csv.reader(watched(pending), delimiter=delimiter, strict=False)
        unterminated = False
        while True:
            taken.clear()
            try:
                row = next(parser)
            except StopIteration:
                return
            except csv.Error:
                unterminated = True
                break
            if len(taken) > 1 and _open_quote(taken):
                unterminated = True
                break
            if row:
                yield line, row, ""
            line += len(taken)
        if not unterminated:
            return
        yield line, [], "unterminated_quote"
        line += 1
        pending = itertools.chain(taken[1:], pending)


def _open_quote(taken: list[str]) -> bool:
    """Whether a record of several lines ended because the file did, inside a quote."""
    return sum(text.count('"') for text in taken) % 2 == 1


def _fault(row: list[str], width: int) -> str:
    if len(row) != width:
        return "columns"
    joined = "".join(row)
    if "\x00" in joined:
        return "nul"
    if not joined.isascii() and any("\udc80" <= c <= "\udcff" for c in joined):
        return "encoding"
    return ""


def _batch(
    header: list[str], rows: list[list[str]], starts: list[int], rejects: list[Reject]
) -> DelimitedBatch:
    columns = [list(c) for c in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return DelimitedBatch(dict(zip(header, columns, strict=True)), starts, rejects)
