"""The result tables: the same figures in four forms, safe to open, the same bytes each time."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.report.conftest import Maker, around, row

from howfar.errors import DeclarationError
from howfar.report import write_exports
from howfar.schema.tables import ESTIMATES, conform


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """Three figures: an ordinary one, a missing one, and one with hostile texts."""
    rows = [
        around("engagement", 12.5, channel="1742000000000000001", run="12345678e901"),
        row("engagement", None, channel="b"),
        around("engagement", 3.0, channel="c", reason="=1+1", category="-2+3", topic='قناة, "x"'),
    ]
    rows[0]["high"] = float("inf")
    return conform(pa.Table.from_pylist(rows, ESTIMATES.arrow()), ESTIMATES)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_parquet_gives_back_the_table(table: pa.Table, tmp_path: Path) -> None:
    write_exports(tmp_path, table)
    assert pq.read_table(tmp_path / "results.parquet").equals(table)


def test_csv_has_no_mark_and_full_digits(table: pa.Table, tmp_path: Path) -> None:
    write_exports(tmp_path, table)
    raw = (tmp_path / "results.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" not in raw
    rows = read_csv(raw.decode())
    assert tuple(rows[0]) == ESTIMATES.names()
    assert rows[0]["channel"] == "1742000000000000001"
    assert (rows[0]["value"], rows[0]["high"]) == ("12.5", "inf")
    assert (rows[1]["value"], rows[1]["reason"]) == ("", "no views in the data")
    assert (rows[2]["reason"], rows[2]["topic"]) == ("=1+1", 'قناة, "x"')


def test_csv_for_spreadsheets_has_a_mark_and_no_formulas(table: pa.Table, tmp_path: Path) -> None:
    write_exports(tmp_path, table)
    raw = (tmp_path / "results.excel.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfstudy,")
    assert raw.count(b"\r\n") == 4
    rows = read_csv(raw.decode("utf-8-sig"))
    assert rows[2]["reason"] == "'=1+1"
    assert rows[2]["category"] == "'-2+3"
    assert rows[0]["low"] == "10.0"


def test_workbook_keeps_ids_as_text_and_figures_as_numbers(table: pa.Table, tmp_path: Path) -> None:
    write_exports(tmp_path, table)
    book = openpyxl.load_workbook(tmp_path / "results.xlsx")
    assert book.sheetnames == ["results", "read me"]
    lines = [list(line) for line in book["results"].iter_rows()]
    names = [cell.value for cell in lines[0]]
    assert tuple(names) == ESTIMATES.names()

    def cell(line: int, name: str) -> Any:
        return lines[line][names.index(name)]

    assert (cell(1, "channel").value, cell(1, "channel").data_type) == ("1742000000000000001", "s")
    assert (cell(1, "run").value, cell(1, "run").data_type) == ("12345678e901", "s")
    assert (cell(1, "value").value, cell(1, "value").data_type) == (12.5, "n")
    assert cell(2, "value").value is None
    assert (cell(3, "reason").value, cell(3, "reason").data_type) == ("=1+1", "s")
    about = [[c.value for c in line] for line in book["read me"].iter_rows()]
    for column in ESTIMATES.columns:
        assert [column.name, column.meaning] in [line[:2] for line in about]
    book.close()


def test_the_same_results_give_the_same_bytes(
    table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_exports(tmp_path / "a", table)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    second = write_exports(tmp_path / "b", table)
    assert [p.name for p in first] == [p.name for p in second]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_an_empty_run_still_gives_tables(tmp_path: Path) -> None:
    write_exports(tmp_path, ESTIMATES.arrow().empty_table())
    assert (tmp_path / "results.csv").read_text() == ",".join(ESTIMATES.names()) + "\n"


def test_an_unknown_column_is_refused(table: pa.Table, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no column 'extra'"):
        write_exports(tmp_path, table.append_column("extra", pa.nulls(len(table), pa.string())))


def test_times_are_utc(tmp_path: Path, make: Maker) -> None:
    write_exports(tmp_path, make().estimates)
    starts = {r["period_start"] for r in read_csv((tmp_path / "results.csv").read_text())}
    assert "2024-01-08T00:00:00Z" in starts
