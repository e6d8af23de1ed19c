"""How figures, intervals and times are written for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from howfar.report.words import say

Row = Mapping[str, Any]


def decimals(value: float, percent: bool = False) -> int:
    """Decimals that show three significant digits, at most four decimals (one in per cent)."""
    size = abs(value) * (100 if percent else 1)
    if not math.isfinite(size) or size == 0:
        return 0
    digits = max(0, min(4, 2 - math.floor(math.log10(size))))
    return min(digits, 1 if size >= 1 else 2) if percent else digits


def number(value: float | None, places: int | None = None, percent: bool = False) -> str:
    """A figure with thousands separators; an unbounded end is an infinity sign."""
    if value is None:
        return say("none")
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if places is None:
        whole = not percent and float(value).is_integer()
        places = 0 if whole else decimals(value, percent)
    text = f"{value * (100 if percent else 1):,.{places}f}".replace("-", "−")
    return f"{text}\N{NO-BREAK SPACE}%" if percent else text


def is_exact(row: Row) -> bool:
    """Whether a figure is known, not estimated: bounds that are the value itself."""
    return bool(row["low_kind"] == "bound" and row["low"] == row["value"] == row["high"])


def interval(row: Row, percent: bool = False) -> str:
    """The interval of a figure in words; a range over choices never looks like an interval."""
    if row["status"] != "measured":
        return say("none")
    if is_exact(row):
        return say("interval.exact")
    places = decimals(row["value"] or row["high"], percent)
    low, high = (number(row[end], places, percent) for end in ("low", "high"))
    return say(f"interval.{row['low_kind']}", low=low, high=high)


def value_text(row: Row, percent: bool = False) -> str:
    """The figure alone, marked where it rests on a hole, or why there is none in two words."""
    if row["status"] != "measured":
        return say(f"status.{row['status']}")
    return number(row["value"], None, percent) + (say("mark") if row.get("coverage") else "")


def phrase(row: Row, percent: bool = False) -> str:
    """A figure with its interval, as in running text."""
    if row["status"] != "measured" or is_exact(row):
        return value_text(row, percent)
    return f"{value_text(row, percent)} {interval(row, percent)}"


def day(moment: datetime, zone: tzinfo | None = None) -> str:
    """A date as 3 March 2016, in the study's zone where given."""
    at = moment.astimezone(zone) if zone else moment
    return "\N{NO-BREAK SPACE}".join(
        (str(at.day), say("months").split()[at.month - 1], str(at.year))
    )


def last_day(end: datetime, zone: tzinfo | None = None) -> str:
    """The last day before an exclusive end."""
    return day(end - timedelta(microseconds=1), zone)


def many(n: int, key: str) -> str:
    """A count with its noun in singular or plural."""
    one, more = say(f"noun.{key}").split("|")
    return f"{n:,} {one if n == 1 else more}"
