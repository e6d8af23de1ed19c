"""A long panel or a single series that the user brings: one row a unit and period."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from howfar.study.csv_cells import MISSING, delimiter_of, head_and_rows, number_in, refuse
from howfar.study.periods import NOTATIONS, Periods, parse_periods
from howfar.study.problems import Problem, error_from, suggest

Floats = npt.NDArray[np.float64]
_NEVER = frozenset({"inf", "never"})
_ZERO = frozenset({"0", "0.0"})


@dataclass(frozen=True)
class PanelTable:
    """Rows of a table, each of a unit at a period; of a series there is one unit.

    unit, time: names of the columns; unit is null of a series. row_unit, row_period: of each row
    the place of its unit in ``units`` and of its period in ``periods.labels``, both from 0.
    """

    file: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    cells: dict[str, tuple[str, ...]]
    delimiter: str
    unit: str | None
    time: str
    units: tuple[str, ...]
    periods: Periods
    row_unit: npt.NDArray[np.int64]
    row_period: npt.NDArray[np.int64]

    @cached_property
    def row_place(self) -> npt.NDArray[np.int64]:
        """Of each row the number of steps since the first period; holes in time count."""
        return np.array(self.periods.places, dtype=np.int64)[self.row_period]

    def need(self, names: Iterable[str], said_in: str = "") -> None:
        """StudyError that lists every column that the table does not have."""
        _need(self.file, self.columns, names, said_in)

    def words(self, name: str) -> tuple[str, ...]:
        """A column as text, row by row; StudyError where there is none of that name."""
        self.need([name])
        return self.cells[name]

    def numbers(self, names: Sequence[str], whole: bool = False) -> Floats:
        """Columns as numbers, shape (rows, names), NaN where a cell is empty.

        whole: nothing may be missing. StudyError lists every cell that is wrong.
        """
        self.need(names)
        found = np.full((len(self.lines), len(names)), math.nan)
        problems = []
        for n, name in enumerate(names):
            for row, cell in enumerate(self.cells[name]):
                value = number_in(cell, self.delimiter)
                if value is None:
                    said = f'{name}{self._of(row)}: "{cell[:40]}" is no number'
                    wanted = "a number with a decimal point, or nothing where it is missing"
                    problems.append((row, Problem(self._at(row), said, wanted)))
                elif whole and math.isnan(value):
                    said = f"{name}{self._of(row)} is missing"
                    problems.append((row, Problem(self._at(row), said, "a number")))
                else:
                    found[row, n] = value
        self.refuse([problem for _, problem in sorted(problems, key=lambda pair: pair[0])])
        return found

    def matrix(self, name: str) -> Floats:
        """A column as a matrix, shape (units, periods); NaN where there is no row or no figure."""
        found = np.full((len(self.units), len(self.periods.labels)), math.nan)
        found[self.row_unit, self.row_period] = self.numbers([name])[:, 0]
        return found

    def line(self, name: str, unit: int = 0) -> Floats:
        """A column of one unit on the regular line of time, NaN where there is a hole."""
        found = np.full(self.periods.places[-1] + 1, math.nan)
        own = self.row_unit == unit
        found[self.row_place[own]] = self.numbers([name])[own, 0]
        return found

    @property
    def line_labels(self) -> tuple[str, ...]:
        """Names of all periods of the regular line of time, holes among them."""
        return tuple(self.periods.label(n) for n in range(self.periods.places[-1] + 1))

    def of_units(self, name: str) -> tuple[str, ...]:
        """The one value that a column has for each unit; StudyError where a unit has several."""
        first: dict[int, int] = {}
        problems = []
        for row, cell in enumerate(self.words(name)):
            was = first.setdefault(int(self.row_unit[row]), row)
            if self.cells[name][was] != cell:
                said = f'{name}{self._of(row)} is "{cell}", and on line {self.lines[was]} it is '
                said += f'"{self.cells[name][was]}"'
                problems.append(Problem(self._at(row), said, "one value a unit, on all its rows"))
        self.refuse(problems)
        return tuple(self.cells[name][first[n]] for n in range(len(self.units)))

    def first_treated(self, name: str, each_row: bool = False) -> Floats:
        """When each unit was first treated, as steps since the first period; NaN: never.

        Never is an empty cell, inf, "never", or 0 where 0 is no period of the table. Else it is a
        period in the notation of the column of time. each_row: shape (rows,), for repeated cross
        sections, where a unit is a group of rows.
        StudyError: a cell that is no period, a unit with several.
        """
        cells = self.words(name) if each_row else self.of_units(name)
        rows = range(len(cells))
        if not each_row:
            starts = {int(unit): row for row, unit in reversed(list(enumerate(self.row_unit)))}
            rows_of = [starts[n] for n in rows]
        else:
            rows_of = list(rows)
        found = np.full(len(cells), math.nan)
        zero = self.periods.kind == "number" and 0 in self.periods.ordinals
        never = MISSING | _NEVER | (frozenset() if zero else _ZERO)
        problems = []
        for n, cell in enumerate(cells):
            if cell.casefold() in never:
                continue
            place = self.periods.place(cell)
            if place is None:
                said = f'{name}{self._of(rows_of[n])}: "{cell[:40]}" is no period'
                wanted = f"a period as in {self.time} ({self.periods.labels[0]}), or nothing"
                problems.append(Problem(self._at(rows_of[n]), said, wanted))
            else:
                found[n] = place
        self.refuse(problems)
        return found

    def place(self, text: str, said_in: str) -> int:
        """A period that the user names, as steps since the first; StudyError where it is none."""
        found = self.periods.place(text)
        if found is None:
            said = f'"{text}" ({said_in}) is no period'
            first, last = self.periods.labels[0], self.periods.labels[-1]
            wanted = f"a period as in {self.time}: {first} to {last}"
            raise error_from([Problem(self.file, said, wanted)], self.file)
        return found

    def unit_place(self, name: str, said_in: str) -> int:
        """The place of a unit that the user names; StudyError where there is none."""
        if name not in self.units:
            said = f'there is no unit "{name}" ({said_in})'
            few = ", ".join(self.units[:8]) + (", ..." if len(self.units) > 8 else "")
            wanted = f"one of {few}"
            problem = Problem(f"{self.file}:1", said, wanted, suggest(name, self.units))
            raise error_from([problem], self.file)
        return self.units.index(name)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """StudyError of these problems, if there are any."""
        refuse(problems, self.file)

    def _at(self, row: int) -> str:
        return f"{self.file}:{self.lines[row]}"

    def _of(self, row: int) -> str:
        period = self.cells[self.time][row]
        return f" of {self.cells[self.unit][row]}, {period}" if self.unit else f" of {period}"


def parse_panel(
    text: str,
    file: str,
    time: str | None = None,
    unit: str | None = None,
    repeated: bool = False,
) -> PanelTable:
    """Read a CSV (comma, semicolon or tab) with a header and one row a unit and period.

    time: the column of periods; null: rows are periods 1, 2, ... in their order. unit: the column
    of units; null: the table is one series. repeated: rows of one period and unit may be several
    (repeated cross sections). StudyError lists all that is wrong with file and line: no header, a
    column twice, ragged rows, a period that cannot be read, a unit without a name, a row twice.
    """
    delimiter = delimiter_of(text)
    header, body = head_and_rows(text, delimiter, file, "a row a period")
    lines = tuple(line for line, _ in body)
    cells = {name: tuple(row[n] for _, row in body) for n, name in enumerate(header)}
    _need(file, tuple(header), [one for one in (time, unit) if one is not None])
    at = cells[time] if time is not None else tuple(str(n + 1) for n in range(len(body)))
    time = "row" if time is None else time
    cells.setdefault(time, at)
    periods, wrong = parse_periods(at)
    problems = [
        Problem(f"{file}:{lines[n]}", f'{time}: "{at[n][:40]}" is no period', NOTATIONS)
        for n in wrong
    ]
    names = cells[unit] if unit is not None else ("",) * len(body)
    problems += [
        Problem(f"{file}:{lines[n]}", f'no name in the column "{unit}"')
        for n, name in enumerate(names)
        if unit is not None and not name
    ]
    refuse(problems, file)
    assert periods is not None
    order = {periods.ordinal(label): n for n, label in enumerate(periods.labels)}
    units = tuple(dict.fromkeys(names))
    places = {name: n for n, name in enumerate(units)}
    row_unit = np.array([places[name] for name in names], dtype=np.int64)
    row_period = np.array([order[periods.ordinal(cell)] for cell in at], dtype=np.int64)
    table = PanelTable(
        file, tuple(header), lines, cells, delimiter, unit, time, units, periods, row_unit,
        row_period,
    )  # fmt: skip
    if not repeated:
        refuse(_twice(table), file)
    return table


def _twice(table: PanelTable) -> list[Problem]:
    seen: dict[tuple[int, int], int] = {}
    problems = []
    for row, key in enumerate(zip(table.row_unit.tolist(), table.row_period.tolist(), strict=True)):
        was = seen.setdefault(key, table.lines[row])
        if was != table.lines[row]:
            name = f"{table.units[key[0]]}, " if table.unit else ""
            said = f"{name}{table.periods.labels[key[1]]} is also on line {was}"
            wanted = "one row a unit and period" if table.unit else "one row a period"
            mend = "" if table.unit else "name the column of units: --unit"
            problems.append(Problem(f"{table.file}:{table.lines[row]}", said, wanted, mend))
    return problems


def _need(file: str, columns: Sequence[str], names: Iterable[str], said_in: str = "") -> None:
    problems = [
        Problem(
            f"{file}:1",
            f'there is no column "{name}"' + (f", which {said_in} names" if said_in else ""),
            f"one of {', '.join(columns)}",
            suggest(name, columns),
        )
        for name in dict.fromkeys(names)
        if name not in columns
    ]
    refuse(problems, file)
