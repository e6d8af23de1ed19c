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
from howfar.schema.reader import RAW_COLUMNS, RAW_OTHERS, ReadContext, Reader, Reject, Tally

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

    def counted(self, what: str, path: Path) -> dict[str, int]:
        """Notes or unknown fields of a good file, where they differ told by file name."""
        found: dict[str, Any] = self.expected.get(what, {})
        counts: dict[str, int] = found.get(path.name, {}) if path.name in found else found
        return {name: n for name, n in counts.items() if isinstance(n, int)}

    def others(self, path: Path) -> dict[str, list[dict[str, Any]]]:
        """What a good file holds besides posts, by table."""
        found: dict[str, list[dict[str, Any]]] = self.expected.get("others", {}).get(path.name, {})
        return found

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


class Reading(tuple[list[dict[str, Any]], list[Reject], Tally]):
    """Rows, rejects and tally of a file; and what it holds besides posts, by table."""

    others: dict[str, list[dict[str, Any]]]
    other_records: int

    def kept_lines(self) -> list[int]:
        """Lines of the records that were kept."""
        rows, _, _ = self
        alone = self.others.values() if self.other_records else ()
        # One record may give several such rows.
        more = dict.fromkeys(row["line"] for found in alone for row in found)
        return [*(row["line"] for row in rows), *more]


def read_all(reader: Reader, path: Path, context: ReadContext) -> Reading:
    """All rows without their missing fields, all rejects, and the tally."""
    tally = Tally()
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    others: dict[str, list[dict[str, Any]]] = {}
    other_records = 0
    for batch in reader.read(path, context, tally):
        assert len(batch.posts) + len(batch.rejects) <= context.batch_rows + 1_000
        for table, found in batch.others.items():
            assert found.schema == pa.schema(list(RAW_OTHERS[table].items())), table
            others.setdefault(table, []).extend(plain(row) for row in found.to_pylist())
        other_records += batch.other_records
        for name in batch.posts.column_names:
            assert batch.posts.schema.field(name).type == RAW_COLUMNS[name], name
        rows += [plain(row) for row in batch.posts.to_pylist()]
        rejects += batch.rejects
    reading = Reading((rows, rejects, tally))
    reading.others, reading.other_records = others, other_records
    return reading


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
