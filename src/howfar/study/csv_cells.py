"""Rows and cells of the CSV tables that a user brings, as spreadsheets write them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from howfar.study.problems import Problem, error_from

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "..", "–"})
"""Cells that say that there is no value, in any case; 0 is a value."""
_MOST = 20


def csv_rows(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with its first line; StudyError where it is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            row = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise error_from(
                [Problem(f"{file}:{start}", f"not valid CSV: {error}", "", "mend that line")], file
            ) from None
        if any(row):
            yield start, row


def head_and_rows(
    text: str, delimiter: str, file: str, row: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and all rows with their lines.

    row: what a row is, "a row a unit". StudyError: no CSV, no header, no row, a column twice, rows
    of another length than the header's.
    """
    rows = list(csv_rows(text, delimiter, file))
    if not rows:
        raise error_from([Problem(f"{file}:1", "the file is empty", "a header and rows")], file)
    (head, header), body = rows[0], rows[1:]
    problems = [
        Problem(f"{file}:{head}", f'column "{name}" is given {header.count(name)} times')
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if not body:
        problems.append(Problem(f"{file}:{head}", "no row below the header", row))
    problems += [
        Problem(f"{file}:{line}", f"{len(cells)} cells", f"{len(header)}, as the header has")
        for line, cells in body
        if len(cells) != len(header)
    ]
    refuse(problems, file)
    return header, body


def refuse(problems: Sequence[Problem], file: str, of: str = "lines") -> None:
    """StudyError of all problems, where there are any: the first of them, and how many more."""
    if problems:
        shown = list(problems[:_MOST])
        if len(problems) > _MOST:
            shown.append(Problem(file, f"and {len(problems) - _MOST} more such {of}"))
        raise error_from(shown, file)


def delimiter_of(text: str) -> str:
    """Comma, semicolon or tab: whichever the header has most of."""
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def number_in(cell: str, delimiter: str) -> float | None:
    """The number in a cell: NaN where it is missing, null where it is none."""
    if cell.casefold() in MISSING:
        return math.nan
    if delimiter != "," and cell.count(",") == 1 and "." not in cell:
        # Spreadsheets that separate cells by semicolons write decimals with a comma.
        cell = cell.replace(",", ".")
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None
