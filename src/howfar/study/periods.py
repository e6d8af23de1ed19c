"""Periods of a user's table: in whichever notation they come, put on one regular line of time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal

Kind = Literal["number", "day", "week", "month", "quarter"]

NOTATIONS: Final = (
    "whole numbers (2016), days (2016-03-01), weeks (2016-W09), months (2016-03) or quarters "
    "(2016-Q1); one kind in a column"
)


@dataclass(frozen=True, slots=True)
class Periods:
    """The distinct periods of a column, in their order.

    labels: as the table writes them, whole numbers without a point. ordinals: their place on the
    line of time, counted in ``kind`` (days since year 1, months since year 0, the number itself).
    step: the largest whole number of ``kind`` that lies between any two; periods lie ``(ordinal -
    first) / step`` steps after the first. A column of first days of months is of kind month.
    """

    kind: Kind
    labels: tuple[str, ...]
    ordinals: tuple[int, ...]
    step: int

    def place(self, text: str) -> int | None:
        """Steps from the first period to the one that a text names; null where it names none.

        What lies between two periods belongs to the later one: the first that is all after it.
        """
        ordinal = self.ordinal(text)
        return None if ordinal is None else -((self.ordinals[0] - ordinal) // self.step)

    def ordinal(self, text: str) -> int | None:
        """A text in this column's notation, or a day, on the line of time; null where it is not."""
        found = _read(text)
        if found is None:
            return None
        kind, ordinal = found
        if kind == self.kind:
            return ordinal
        if kind != "day":
            return None
        day = date.fromordinal(ordinal)
        months = day.year * 12 + day.month - 1
        starts = {"month": day.day > 1, "quarter": day.day > 1 or (day.month - 1) % 3 > 0}
        if self.kind == "month":
            return months + starts["month"]
        if self.kind == "quarter":
            return months // 3 + starts["quarter"]
        if self.kind == "week":
            return -(-(ordinal - 1) // 7)
        return None

    def label(self, place: int) -> str:
        """The name of a period by its place, in the notation of the table; one need not be there.

        A day is the first of its period.
        """
        ordinal = self.ordinals[0] + place * self.step
        if ordinal in self.ordinals:
            return self.labels[self.ordinals.index(ordinal)]
        if self.kind == "number":
            return str(ordinal)
        if self.kind == "day":
            return date.fromordinal(ordinal).isoformat()
        if self.kind == "week":
            year, week, _ = date.fromordinal(7 * ordinal + 1).isocalendar()
            return f"{year:04}-W{week:02}"
        if self.kind == "quarter":
            return f"{ordinal // 4:04}-Q{ordinal % 4 + 1}"
        days = "-01" if len(self.labels[0]) > len("2016-01") else ""
        return f"{ordinal // 12:04}-{ordinal % 12 + 1:02}{days}"

    @property
    def places(self) -> tuple[int, ...]:
        """Steps from the first period to each."""
        return tuple((one - self.ordinals[0]) // self.step for one in self.ordinals)

    @property
    def holes(self) -> int:
        """How many periods between the first and the last the column does not have."""
        return self.places[-1] + 1 - len(self.labels)

    @property
    def a_year(self) -> float | None:
        """Periods in a year, for seasons; null where periods are mere numbers."""
        days = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4}
        return 365.25 / (days[self.kind] * self.step) if self.kind in days else None

    @property
    def said(self) -> str:
        """How far periods lie apart, in words."""
        name = "step" if self.kind == "number" else self.kind
        if self.kind == "day" and self.step % 7 == 0:
            return _many(self.step // 7, "week")
        return _many(self.step, name)


def parse_periods(cells: Sequence[str]) -> tuple[Periods | None, list[int]]:
    """The periods of a column, and the rows (from 0) whose cell is none of the column's kind.

    The kind is that of the first cell that has one. Periods is null where any cell is wrong.
    """
    read = [_read(cell) for cell in cells]
    kind = next((one[0] for one in read if one is not None), None)
    wrong = [n for n, one in enumerate(read) if one is None or one[0] != kind]
    if wrong or kind is None:
        return None, wrong
    found = {
        one[1]: str(one[1]) if kind == "number" else cell
        for one, cell in reversed(list(zip(read, cells, strict=True)))
        if one
    }
    ordinals = sorted(found)
    days = [date.fromordinal(one) for one in ordinals] if kind == "day" else []
    if len(days) > 1 and all(day.day == 1 for day in days):
        kind = "month"
        found = {day.year * 12 + day.month - 1: found[day.toordinal()] for day in days}
        ordinals = sorted(found)
    step = math.gcd(*(b - a for a, b in pairwise(ordinals))) or 1
    return Periods(kind, tuple(found[one] for one in ordinals), tuple(ordinals), step), []


def _many(n: int, name: str) -> str:
    return f"1 {name}" if n == 1 else f"{n} {name}s"


def _whole(found: re.Match[str]) -> int | None:
    value = float(found[0])
    return int(value) if value.is_integer() else None


def _week(found: re.Match[str]) -> int | None:
    # Monday of the week, counted in weeks: 0001-01-01 was a Monday.
    return (date.fromisocalendar(int(found[1]), int(found[2]), 1).toordinal() - 1) // 7


def _month(found: re.Match[str]) -> int | None:
    month = int(found[2])
    return int(found[1]) * 12 + month - 1 if 1 <= month <= 12 else None


def _quarter(found: re.Match[str]) -> int | None:
    return int(found[1]) * 4 + int(found[2]) - 1


def _day(found: re.Match[str]) -> int | None:
    return date(int(found[1]), int(found[2]), int(found[3])).toordinal()


_MIDNIGHT: Final = r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?"
_FORMS: Final[tuple[tuple[Kind, re.Pattern[str], Callable[[re.Match[str]], int | None]], ...]] = (
    ("number", re.compile(r"[+-]?\d{1,15}(\.0*)?"), _whole),
    ("week", re.compile(r"(\d{4})-?[Ww](\d{2})"), _week),
    ("month", re.compile(r"(\d{4})-(\d{2})"), _month),
    ("quarter", re.compile(r"(\d{4})-?[Qq]([1-4])"), _quarter),
    (
        "day",
        re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})([T ]00:00(:00(\.0+)?)?(Z|\+00:00)?)?"),
        _day,
    ),
)


def _read(cell: str) -> tuple[Kind, int] | None:
    for kind, form, ordinal in _FORMS:
        if found := form.fullmatch(cell.strip()):
            try:
                value = ordinal(found)
            except ValueError:
                return None
            return None if value is None else (kind, value)
    return None
