"""A table of units by columns that the user brings: read, checked, all that is wrong told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from howfar.study.csv_cells import delimiter_of, head_and_rows, number_in, refuse
from howfar.study.problems import Problem, error_from, suggest


@dataclass(frozen=True, slots=True)
class UnitsTable:
    """The rows of a table: their units, the lines on which they stand, their cells by column."""

    file: str
    columns: tuple[str, ...]
    units: tuple[str, ...]
    lines: tuple[int, ...]
    cells: Mapping[str, tuple[str, ...]]
    unit_column: str
    delimiter: str = ","

    def words(self, column: str) -> tuple[str, ...]:
        """A column as text; StudyError where there is none of that name."""
        self.need([column])
        return self.cells[column]

    def need(self, names: Iterable[str], said_in: str = "") -> None:
        """StudyError that lists every column that the table does not have."""
        problems = [
            Problem(
                f"{self.file}:1",
                f'there is no column "{name}"' + (f", which {said_in} names" if said_in else ""),
                f"one of {', '.join(self.columns)}",
                suggest(name, self.columns),
            )
            for name in dict.fromkeys(names)
            if name not in self.columns
        ]
        if problems:
            raise error_from(problems, self.file)

    def numbers(self, names: Sequence[str]) -> list[list[float]]:
        """Rows by these columns, NaN where a cell is empty; StudyError lists every wrong cell."""
        self.need(names)
        problems: list[Problem] = []
        rows = []
        for place, line in enumerate(self.lines):
            row = []
            for name in names:
                cell = self.cells[name][place]
                value = number_in(cell, self.delimiter)
                if value is None:
                    problems.append(
                        Problem(
                            f"{self.file}:{line}",
                            f'{name} of {self.units[place]}: "{cell[:40]}" is no number',
                            "a number with a decimal point, or nothing where it is missing",
                        )
                    )
                row.append(math.nan if value is None else value)
            rows.append(row)
        refuse(problems, self.file, "cells")
        return rows


def parse_units(
    text: str, file: str, unit_column: str | None = None, times: str | None = None
) -> UnitsTable:
    """Read a CSV (comma, semicolon or tab) with a header and one row a unit.

    times: the column that tells rows of one unit apart. StudyError: no header, a column twice,
    ragged rows, a unit without a name or twice.
    """
    delimiter = delimiter_of(text)
    header, body = head_and_rows(text, delimiter, file, "a row a unit")
    problems: list[Problem] = []
    cells = {name: tuple(row[n] for _, row in body) for n, name in enumerate(header)}
    first = header[0] if unit_column is None else unit_column
    found = UnitsTable(file, tuple(header), (), (), cells, first, delimiter)
    found.need([first, *([times] if times else [])])
    units, lines = cells[first], tuple(line for line, _ in body)
    keys = list(zip(units, cells[times] if times else units, strict=True))
    for line, unit, key in zip(lines, units, keys, strict=True):
        if not unit:
            problems.append(Problem(f"{file}:{line}", f'no name in the column "{first}"'))
        elif keys.count(key) > 1 and lines[keys.index(key)] != line:
            problems.append(
                Problem(
                    f"{file}:{line}",
                    f'the unit "{unit}" is also on line {lines[keys.index(key)]}',
                    "one row a unit" if times is None else "one row a unit and period",
                    "" if times else "name the column of periods: time_column",
                )
            )
    refuse(problems, file)
    return UnitsTable(file, tuple(header), units, lines, cells, first, delimiter)
