"""Rows that readers of JSON, XML and the like make one by one, gathered into raw batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from howfar.readers.fields import Faults, raw_table
from howfar.readers.instants import EARLIEST, LATEST, times
from howfar.readers.text_lines import damage
from howfar.schema.reader import RAW_COLUMNS, RAW_OTHERS, RawBatch, ReadContext, Reject, Tally
from howfar.schema.tables import TIME

_MOMENTS = ("created_at", "collected_at", "observed_at")
_NO_TIME = "damaged"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST, _LAST = (int((t - _EPOCH).total_seconds()) * 1_000_000 for t in (EARLIEST, LATEST))


@dataclass(slots=True)
class RowBatch:
    """Raw rows and rejects that wait to be given out.

    A row is a mapping of RAW_COLUMNS, missing ones left out or null; times are UTC microseconds
    (int) or text, which is read as ``times`` reads it (zone of the study, date_format). created_at
    is required. count: each add or reject is one record of the file, and is counted in the tally.
    """

    context: ReadContext
    tally: Tally
    date_format: str | None = None
    zone: dt.tzinfo | None = None
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    others: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    other_records: int = 0
    _page: int = 0
    _in_page: set[tuple[str | None, str | None]] = field(default_factory=set)

    @property
    def full(self) -> bool:
        """Whether it is time to give the rows out."""
        waiting = len(self.rows) + len(self.rejects) + sum(map(len, self.others.values()))
        return waiting >= self.context.batch_rows

    def add(self, line: int, row: Mapping[str, Any]) -> None:
        """Keep a post. One that stands twice under the same line is rejected as repeated."""
        if line != self._page:
            self._page, self._in_page = line, set()
        key = (row.get("platform"), row.get("post_id"))
        if key in self._in_page:
            self.reject(line, "repeated", "expected each post once in its page")
            return
        self._in_page.add(key)
        self.tally.records += 1
        self.rows.append(row)
        self.lines.append(line)

    def reject(self, line: int, reason: str, detail: str) -> None:
        """Refuse a record."""
        self.tally.records += 1
        self.rejects.append(Reject(line, reason, detail))

    def other(self, table: str, line: int, row: Mapping[str, Any], *, record: bool = True) -> None:
        """Keep a row that is no post. record: it is a record of the file by itself; a further row
        of a record that was counted already is not. Its times are UTC microseconds.
        """
        if record:
            self.tally.records += 1
            self.other_records += 1
        self.others.setdefault(table, []).append({**row, "line": line})

    def out(self) -> RawBatch:
        """All that waits, as a batch; afterwards nothing waits."""
        rows, lines, rejects = self.rows, self.lines, self.rejects
        others, other_records = self.others, self.other_records
        self.rows, self.lines, self.rejects, self.others = [], [], [], {}
        self.other_records = 0
        faults = Faults(lines)
        columns: dict[str, Any] = {
            name: [row.get(name) for row in rows]
            for name in RAW_COLUMNS
            if name not in ("line", *_MOMENTS) and any(row.get(name) is not None for row in rows)
        }
        columns["line"] = lines
        for name in _MOMENTS:
            if name == "created_at" or any(row.get(name) is not None for row in rows):
                columns[name] = self._times([row.get(name) for row in rows], faults, name)
        batch = faults.apply(raw_table(columns, len(rows)), sorted(rejects, key=_line))
        batch.others = {
            table: pa.table(
                {
                    name: pa.array([row.get(name) for row in found], kind)
                    for name, kind in RAW_OTHERS[table].items()
                }
            )
            for table, found in sorted(others.items())
        }
        batch.other_records = other_records
        return batch

    def _times(self, values: Sequence[int | str | None], faults: Faults, name: str) -> pa.Array:
        # Half a character is no part of a time, and no text that can be handed on.
        texts = [(_NO_TIME if damage(v) else v) if isinstance(v, str) else None for v in values]
        stamps: list[int | None] = [v if type(v) is int else None for v in values]
        if any(v is not None for v in texts):
            told = times(
                texts,
                faults,
                name,
                self.zone or self.context.timezone,
                required=False,
                date_format=self.date_format,
                tally=self.tally,
            )
            read = told.cast(pa.int64()).to_pylist()
            stamps = [s if s is not None else t for s, t in zip(stamps, read, strict=True)]
        for row, stamp in enumerate(stamps):
            if stamp is not None and not _FIRST <= stamp < _LAST:
                stamps[row] = None
                faults.found.setdefault(row, ("date", f"{name}: expected a time since 1990"))
            elif stamp is None and name == "created_at":
                faults.found.setdefault(row, ("date", f"{name}: expected a time"))
        return pa.array(stamps, pa.int64()).cast(TIME)


def _line(reject: Reject) -> int:
    return reject.line
