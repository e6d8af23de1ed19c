"""Periods that no table has yet, written as tables write them."""

from __future__ import annotations

from datetime import date

from howfar.study.periods import Kind


def label_of(kind: Kind, ordinal: int) -> str:
    """A place on the line of time (periods.Periods) as text: 2024-03-01, 2024-W09, 2024-03, ..."""
    if kind == "number":
        return str(ordinal)
    if kind == "day":
        return date.fromordinal(ordinal).isoformat()
    if kind == "week":
        year, week, _ = date.fromordinal(7 * ordinal + 1).isocalendar()
        return f"{year:04}-W{week:02}"
    if kind == "month":
        return f"{ordinal // 12:04}-{ordinal % 12 + 1:02}"
    return f"{ordinal // 4:04}-Q{ordinal % 4 + 1}"
