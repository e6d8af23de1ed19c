"""The results as tables that others can open: Parquet, CSV for programs and spreadsheets, .xlsx."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from howfar.report.words import say
from howfar.schema.tables import ESTIMATES, conform

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed date inside .xlsx files, so that equal results are equal files."""
_WIDE = {"reason": 40, "method": 30, "coverage": 30, "params": 22, "category": 22}
_CELL_CHARACTERS = 32_767


def write_exports(
    folder: Path, estimates: pa.Table, simulated: str | None = None
) -> tuple[Path, ...]:
    """Write results.parquet, results.csv, results.excel.csv and results.xlsx; their paths.

    results.csv is plain UTF-8 for programs; results.excel.csv begins with a byte order mark, ends
    lines as spreadsheets do and defuses cells that would start a formula; results.xlsx keeps ids
    as text, figures as numbers and adds a sheet that says what each column means. Equal results
    give equal bytes. simulated: how the data were made where they are not real; the workbook and
    the Parquet file's metadata then say so, beside the column study in every row. Raises
    DeclarationError for a column that the schema does not declare.
    """
    table = conform(estimates, ESTIMATES)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[_plain(value) for value in row.values()] for row in table.to_pylist()]
    if simulated:
        table = table.replace_schema_metadata({"simulated": simulated})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    contents = {
        "results.parquet": sink.getvalue().to_pybytes(),
        "results.csv": _csv(rows, "\n").encode(),
        "results.excel.csv": b"\xef\xbb\xbf" + _csv(map(_defused, rows), "\r\n").encode(),
        "results.xlsx": _workbook(rows, simulated),
    }
    return tuple(_replace(folder / name, content) for name, content in contents.items())


def _replace(path: Path, content: bytes) -> Path:
    """Write beside the old file and swap, so that no reader sees half a table."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    return part.replace(path)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _csv(rows: Iterable[list[Any]], line_end: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(ESTIMATES.names())
    writer.writerows(rows)
    return text.getvalue()


def _defused(row: list[Any]) -> list[Any]:
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
        for value in row
    ]


def _workbook(rows: list[list[Any]], simulated: str | None) -> bytes:
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # An unbounded end of an interval is infinite; Excel shows it as its own error value.
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(memory, options) as book:
        origin = say("xlsx.simulated", how=simulated) if simulated else ""
        title = " ".join(part for part in (origin, say("xlsx.title")) if part)
        book.set_properties({"title": title, "created": _CREATED})
        head = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(say("xlsx.results"))
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(ESTIMATES.names()):
            sheet.set_column(at, at, _WIDE.get(name, 13))
            sheet.write_string(0, at, name, head)
        for line, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                _write_cell(sheet, line, at, value)
        sheet.autofilter(0, 0, max(len(rows), 1), len(ESTIMATES.columns) - 1)
        about = book.add_worksheet(say("xlsx.about"))
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 70)
        about.set_column(2, 2, 14)
        notes = [*([origin] if origin else []), *say("xlsx.note").splitlines()]
        for line, text in enumerate(notes):
            about.write_string(line, 0, text)
        top = len(notes) + 1
        for at, key in enumerate(("xlsx.column", "xlsx.meaning", "xlsx.unit")):
            about.write_string(top, at, say(key), head)
        for line, column in enumerate(ESTIMATES.columns, start=top + 1):
            about.write_string(line, 0, column.name, wrap)
            about.write_string(line, 1, column.meaning, wrap)
            about.write_string(line, 2, column.unit, wrap)
    return memory.getvalue()


def _write_cell(sheet: Any, line: int, at: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(line, at, value[:_CELL_CHARACTERS])
    else:
        sheet.write_number(line, at, value)
