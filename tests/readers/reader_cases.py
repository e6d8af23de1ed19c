"""The fixtures of the shared reader tests: a folder a reader, with what is expected of it."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from howfar.readers.discovery import readers
from howfar.schema.reader import RAW_COLUMNS, ReadContext, Reader, Reject, Tally

FIXTURES = Path(__file__).parent / "fixtures"
READER_IDS = tuple(readers())


@dataclass(frozen=True)
class Case:
    """One reader, its fixture folder and expected.json."""

    reader: Reader
    folder: Path
    expected: dict[str, Any]

    def context(self, **changes: Any) -> ReadContext:
        """What a study would say of these fixtures."""
        told = dict(self.expected["context"])
        if "timezone" in told:
            told["timezone"] = zone(told["timezone"])
        return ReadContext(source="fixture", **(told | changes))

    def good(self) -> list[tuple[Path, list[dict[str, Any]]]]:
        """Each good file with its expected rows, missing fields left out."""
        return [(self.folder / name, rows) for name, rows in self.expected["files"].items()]

    def hostile(self) -> tuple[Path, list[int], list[tuple[int, str]]]:
        """The hostile file, the lines that are kept and (line, reason) of the others."""
        told = self.expected["hostile"]
        rejects = [(line, reason) for line, reason in told["rejects"]]
        return self.folder / told["file"], told["kept_lines"], rejects


def zone(name: str) -> dt.tzinfo:
    if name.startswith("UTC-"):
        return dt.timezone(-dt.timedelta(hours=int(name[4:6])))
    return zoneinfo.ZoneInfo(name)


def case(reader_id: str) -> Case:
    folder = FIXTURES / reader_id
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return Case(readers()[reader_id], folder, expected)


def read_all(
    reader: Reader, path: Path, context: ReadContext
) -> tuple[list[dict[str, Any]], list[Reject], Tally]:
    """All rows without their missing fields, all rejects, and the tally."""
    tally = Tally()
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for batch in reader.read(path, context, tally):
        assert len(batch.posts) + len(batch.rejects) <= context.batch_rows + 1_000
        for name in batch.posts.column_names:
            assert batch.posts.schema.field(name).type == RAW_COLUMNS[name], name
        rows += [plain(row) for row in batch.posts.to_pylist()]
        rejects += batch.rejects
    return rows, rejects, tally


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as expected.json writes it."""
    return {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, dt.datetime) else value
        for name, value in row.items()
        if value is not None
    }


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Raw rows as a table, for tests of what comes after reading."""
    names = {name for row in rows for name in row}
    return pa.table(
        {name: pa.array([r.get(name) for r in rows], RAW_COLUMNS[name]) for name in sorted(names)}
    )
