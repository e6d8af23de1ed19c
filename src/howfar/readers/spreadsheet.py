"""Sheets of .xlsx files as CSV text, so that every reader of CSV reads them, too.

A sheet is read row by row, and what openpyxl would take into memory whole is bounded before it
opens the file. Formulas are not evaluated: the values that were stored with them are taken.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook

from howfar.errors import InputError
from howfar.readers.unpacking import DamagedError

_CHUNK = 1 << 16
_MOST_STRINGS = 64 * 1024 * 1024
_MOST_OTHERS = 2 * 1024 * 1024
_LONGEST_ROW = 8 * 1024 * 1024
_MOST_CELLS = 16_384
_MOST_ROWS = 1_048_576
_MOST_PLACES = 50_000_000
"""Cells that there would be room for; those left out of the file are filled in."""
_DEEPEST = 30
_LONGEST_TOKEN = 1 << 20
_XML = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b" ", b"\n", b"\r", b"\t")
_EXACT = 10**15
"""Excel holds 15 digits of a number; what is longer was rounded."""


def sheets(path: Path) -> list[int]:
    """Places of the sheets that hold anything, from 0; the first where none does.

    Raises InputError where the file is none that can be read within bounded memory.
    """
    _check_parts(path)
    with _workbook(path) as book:
        filled = [n for n, sheet in enumerate(book.worksheets) if _first_row(sheet)]
    return filled or [0]


def sheet_csv(path: Path, place: int) -> Iterator[bytes]:
    """One sheet as UTF-8 CSV, a line a row; blank rows are blank lines.

    Numbers of more than 15 digits, which Excel rounds, are written with an exponent, so that no
    reader takes them for ids. Dates are in ISO 8601, without a zone. DamagedError where the sheet
    breaks off.
    """
    _check_parts(path)
    with _workbook(path) as book:
        if place >= len(book.worksheets):
            raise _unreadable(path)
        sheet = book.worksheets[place]
        sheet.reset_dimensions()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        width = 0
        try:
            for row in _rows(sheet):
                cells = [_cell(value) for value in row]
                while cells and not cells[-1]:
                    cells.pop()
                if len(cells) > 1 and not width:
                    # The header: rows end, in the file, with their last cell that is filled.
                    width = len(cells)
                cells += [""] * (width - len(cells) if cells else 0)
                writer.writerow(cells)
                if text.tell() > _CHUNK:
                    yield _bytes(text)
        except InputError:
            raise
        except Exception:
            yield _bytes(text)
            raise DamagedError from None
        yield _bytes(text)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        # It warns of dates out of range, which are then texts.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


def _bytes(text: io.StringIO) -> bytes:
    # A lone surrogate becomes bytes that are no text, and is rejected as such.
    told = text.getvalue().encode("utf-8", "surrogatepass")
    text.seek(0)
    text.truncate()
    return told


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT or value != value:
            return f"{value:e}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _first_row(sheet: Any) -> bool:
    sheet.reset_dimensions()
    try:
        return any(True for _ in zip(range(1), _rows(sheet), strict=False))
    except Exception:
        # Told when the sheet is read.
        return True


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    # openpyxl leaves a file open that it cannot read; this one is closed in any case.
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                # It warns of styles and extensions that it does not know; no cell needs them.
                warnings.simplefilter("ignore")
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception:
            # Its errors are of any kind, and quote the file.
            raise _unreadable(path) from None
        try:
            yield book
        finally:
            book.close()


def _unreadable(path: Path) -> InputError:
    return InputError(
        "the spreadsheet cannot be read",
        where=path.name,
        expected="a workbook in the format .xlsx",
        next="open it and save it as CSV (UTF-8)",
    )


def _check_parts(path: Path) -> None:
    """InputError where a part declares entities, or would take more memory than is allowed."""
    strings = others = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                with archive.open(info) as part:
                    kind = _Part(path.name).check(part)
                strings += info.file_size if kind == "sst" else 0
                others += info.file_size if kind not in ("sst", "worksheet", "") else 0
                if strings > _MOST_STRINGS or others > _MOST_OTHERS:
                    raise _too_large(path.name)
    except InputError:
        raise
    except Exception:
        raise _unreadable(path) from None


def _too_large(name: str) -> InputError:
    return InputError(
        "the spreadsheet has parts that are too large to be read within bounded memory",
        where=name,
        expected="rows of at most 16,384 cells, at most 64 MiB of different texts, few styles",
        next="open it and save it as CSV (UTF-8)",
        reason="ratio",
    )


class _Part:
    """Walks one part of a workbook, holding nothing of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._root = ""
        self._cells = 0
        self._size = 0
        self._places = 0
        self._last = 0

    def check(self, part: IO[bytes]) -> str:
        """Name of the outermost element, empty for what is no XML; InputError as above."""
        data = part.read(_CHUNK)
        if not data.startswith(_XML):
            return ""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        fed = 0
        try:
            while data:
                parser.Parse(data, False)
                fed += len(data)
                if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TOKEN:
                    raise _too_large(self._name)
                data = part.read(_CHUNK)
        except expat.ExpatError:
            # Told when the part is read; what follows will not be.
            pass
        return self._root or "?"

    def _doctype(self, *_: object) -> None:
        raise InputError(
            "the spreadsheet declares a document type",
            where=self._name,
            expected="a workbook as Excel writes it; entities are never expanded",
            next="leave the file out",
            reason="entity",
        )

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._depth += 1
        self._root = self._root or local
        self._size += len(name)
        self._cells = 0 if local == "row" else self._cells + 1
        if local == "row":
            self._size = 0
            # Rows and cells that are left out are filled in up to the number that is told.
            row = attributes.get("r", "1")
            self._last = 0
            if not re.fullmatch(r"[0-9]{1,7}", row) or int(row) > _MOST_ROWS:
                self._refuse_sheet()
        elif local == "c":
            column = _column(attributes.get("r", "")) or self._last + 1
            self._places += max(0, column - self._last)
            self._last = max(column, self._last)
        if self._depth > _DEEPEST or self._cells > 8 * _MOST_CELLS or self._places > _MOST_PLACES:
            self._refuse_sheet()

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._size += len(text)
        if self._size > _LONGEST_ROW:
            self._refuse_sheet()

    def _refuse_sheet(self) -> None:
        # Other parts than sheets are bounded by their size.
        if self._root == "worksheet" or self._depth > _DEEPEST:
            raise _too_large(self._name)


def _column(place: str) -> int:
    """Number of a cell's column by its place, such as 28 for AB7."""
    number = 0
    for letter in place[:3].upper():
        number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else number
    return number
