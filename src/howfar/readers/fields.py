"""Text fields of exports turned into typed columns; what cannot be typed is named, not guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from howfar.schema.reader import RAW_COLUMNS, RawBatch, Reject

Mask = npt.NDArray[np.bool_]

_RUINED = r"^[0-9]+(?:[.,][0-9]*)?[eE]\+?[0-9]+$|^[0-9]+\.0*$"
MOST = 10**12
"""Counts lie below; the most viewed video has some 10**10."""

_NO_TEXT = pa.scalar(None, pa.string())


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


def truth(array: pa.Array) -> Mask:
    """A boolean Arrow array as numpy, null as False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def nullable(values: Sequence[str | None] | pa.Array, missing: Sequence[str] = ("",)) -> pa.Array:
    """Text with its spellings of 'missing' as null."""
    array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return pc.if_else(pc.is_in(array, pa.array(list(missing), pa.string())), _NO_TEXT, array)


def whole_numbers(
    values: Sequence[str | None] | pa.Array,
    faults: Faults,
    name: str,
    *,
    missing: Sequence[str] = ("",),
    decimal_zero: bool = False,
) -> pa.Array:
    """Counts from text: digits only, null where missing, anything else rejects its row.

    So does a count of MOST and more: no post has it, and sums of such do not fit 64 bits.

    decimal_zero: also take '218.0', as tools write that hold counts as floats (exact up to 2^53,
    hence at most 15 digits).
    """
    array = nullable(values, missing)
    if decimal_zero:
        array = pc.replace_substring_regex(array, r"^([0-9]{1,15})\.0+$", r"\1")
    good = pc.match_substring_regex(array, r"^[0-9]{1,12}$")
    bad = ~truth(good) & truth(pc.is_valid(array))
    faults.mark(bad, "number", f"{name}: expected a whole number of zero or more")
    return pc.cast(pc.if_else(good, array, _NO_TEXT), pa.int64())


def identifiers(
    values: Sequence[str | None] | pa.Array,
    faults: Faults,
    name: str,
    *,
    required: bool = False,
    missing: Sequence[str] = ("",),
) -> pa.Array:
    """Native ids: null where missing; what a spreadsheet has rounded (1.23E+17) rejects its row."""
    array = nullable(values, missing)
    ruined = pc.match_substring_regex(array, _RUINED)
    faults.mark(truth(ruined), "id", f"{name}: expected an id that no spreadsheet has rounded")
    if required:
        faults.mark(truth(pc.is_null(array)), "id", f"{name}: expected an id")
    return array


def host_of(urls: pa.Array) -> pa.Array:
    """Host names of web addresses, in lower case and without 'www.'; null where there is none."""
    parts = pc.extract_regex(urls, r"^(?i:https?)://(?:[^/?#@]*@)?(?P<host>[^/:?#]+)")
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
