"""Text fields of exports turned into typed columns; what cannot be typed is named, not guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from howfar.schema.reader import RAW_COLUMNS, RawBatch, Reject
from howfar.schema.tables import TIME

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Faults:
    """Which rows of a batch are to be rejected, and the first reason of each."""

    lines: Sequence[int]
    found: dict[int, tuple[str, str]] = field(default_factory=dict)

    def mark(self, bad: Mask, reason: str, detail: str) -> None:
        """Reject the rows where ``bad`` holds, unless they were rejected before."""
        for row in np.flatnonzero(bad).tolist():
            self.found.setdefault(row, (reason, detail))

    def apply(self, table: pa.Table, rejects: list[Reject]) -> RawBatch:
        """The batch without the marked rows."""
        if not self.found:
            return RawBatch(table, rejects)
        keep = np.ones(len(table), dtype=bool)
        keep[list(self.found)] = False
        named = [Reject(self.lines[row], *why) for row, why in sorted(self.found.items())]
        merged = sorted([*rejects, *named], key=lambda r: r.line)
        return RawBatch(table.filter(pa.array(keep)), merged)


def _mask(array: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def nullable(values: Sequence[str | None] | pa.Array, missing: Sequence[str] = ("",)) -> pa.Array:
    """Text with its spellings of 'missing' as null."""
    array = pa.array(values, pa.string()) if not isinstance(values, pa.Array) else values
    return pc.if_else(pc.is_in(array, pa.array(list(missing))), pa.scalar(None, pa.string()), array)


def whole_numbers(
    values: Sequence[str | None] | pa.Array,
    faults: Faults,
    name: str,
    *,
    missing: Sequence[str] = ("",),
    decimal_zero: bool = False,
) -> pa.Array:
    """Counts from text: digits only, null where missing, anything else rejects its row.

    decimal_zero: also take '218.0', as tools write that hold counts as floats.
    """
    array = nullable(values, missing)
    if decimal_zero:
        array = pc.replace_substring_regex(array, r"^([0-9]{1,15})\.0+$", r"\1")
    good = pc.match_substring_regex(array, r"^[0-9]{1,18}$")
    bad = ~_mask(good) & _mask(pc.is_valid(array))
    faults.mark(bad, "number", f"{name}: expected a whole number of zero or more")
    return pc.cast(pc.if_else(good, array, pa.scalar(None, pa.string())), pa.int64())




def times(
    values: Sequence[str | None] | pa.Array,
    faults: Faults,
    name: str,
    zone: dt.tzinfo | None,
    *,
    required: bool = True,
) -> pa.Array:
    """ISO 8601 instants as UTC microseconds.

    A time without a zone is in ``zone``; where the study declares none its row is rejected. A
    time that does not exist rejects its row too.
    """
    array = nullable(values)
    texts = array.to_pylist()
    stamps: list[int | None] = []
    no_zone = np.zeros(len(texts), dtype=bool)
    broken = np.zeros(len(texts), dtype=bool)
    known: dict[str, int | None] = {}
    for row, text in enumerate(texts):
        if text is None:
            stamps.append(None)
            broken[row] = required
            continue
        if text not in known:
            known[text] = _instant(text, zone)
        value = known[text]
        no_zone[row] = value == _NO_ZONE
        broken[row] = value is None
        stamps.append(None if value == _NO_ZONE else value)
    faults.mark(no_zone, "timezone", f"{name}: expected a zone in the file or in the study")
    faults.mark(broken, "date", f"{name}: expected a time such as 2024-05-01T09:30:00Z")
    return pa.array(stamps, pa.int64()).cast(TIME)


_NO_ZONE = -(2**62)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def _instant(text: str, zone: dt.tzinfo | None) -> int | None:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if len(text.strip()) < len("2024-01-01 00:00"):
        return None
    if moment.tzinfo is None:
        if zone is None:
            return _NO_ZONE
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MICROSECOND


def host_of(urls: pa.Array) -> pa.Array:
    """Host names of web addresses, in lower case and without 'www.'; null where there is none."""
    parts = pc.extract_regex(urls, r"^(?i:https?)://(?:[^/@]*@)?(?P<host>[^/:?#]+)")
    host = pc.utf8_lower(pc.struct_field(parts, "host"))
    return pc.replace_substring_regex(host, r"^www\.", "")


def raw_table(columns: Mapping[str, Any], rows: int) -> pa.Table:
    """A table of raw columns, typed as RAW_COLUMNS says; a plain value fills its column."""
    arrays = {
        name: (
            value.cast(RAW_COLUMNS[name])
            if isinstance(value, pa.Array | pa.ChunkedArray)
            else pa.array([value] * rows, RAW_COLUMNS[name])
            if value is None or isinstance(value, str | int)
            else pa.array(value, RAW_COLUMNS[name])
        )
        for name, value in columns.items()
    }
    return pa.table(arrays)
