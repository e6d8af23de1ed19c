"""Spreadsheets: the same rows as from CSV, nothing evaluated, memory bounded."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.readers.reader_cases import case, plain

from howfar.errors import InputError
from howfar.readers.describe import describe, describe_all
from howfar.readers.discovery import guess, readers
from howfar.readers.documents import FileDocument, documents
from howfar.readers.ingest_file import document_digest
from howfar.readers.reading import read_document
from howfar.readers.spreadsheet import sheet_csv
from howfar.schema.reader import ReadContext, Tally


def workbook(path: Path, *tables: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for table in tables:
            sheet = book.add_worksheet()
            for r, row in enumerate(table):
                for c, value in enumerate(row):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(r, c, value, date)
                    elif isinstance(value, str):
                        sheet.write_string(r, c, value)
                    elif value is not None:
                        sheet.write(r, c, value)
    return path


def text(path: Path) -> str:
    return b"".join(sheet_csv(path, 0)).decode()


def read(document: FileDocument, context: ReadContext) -> tuple[list[dict[str, Any]], list[Any]]:
    (reader, _), *_ = guess(document)
    rows: list[dict[str, Any]] = []
    rejects: list[Any] = []
    for batch in read_document(reader, document, context, Tally()):
        rows += [plain(row) for row in batch.posts.to_pylist()]
        rejects += batch.rejects
    return rows, rejects


def test_cells(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["a", "b", "c"],
            ["x,\ny", 5, 2.5],
            [None, True, dt.datetime(2024, 5, 1, 9, 30)],
            [],
            ["=1+1", 1.22158123456789e17],
            ["", None, "z", "too much"],
        ],
    )
    assert text(path) == (
        'a,b,c\n"x,\ny",5,2.5\n,true,2024-05-01T09:30:00\n\n=1+1,1.221581e+17,\n,,z,too much\n'
    )


def test_formulas_are_not_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=WEBSERVICE(1)", value="stored")
        sheet.write_formula(1, 1, "=1+1", value="")
    assert text(path) == "a,b\nstored,\n"


@pytest.mark.parametrize("reader_id", ["facebook-page-csv", "gdelt-mentions", "table-csv"])
def test_every_reader_of_csv_reads_the_same_from_a_sheet(reader_id: str, tmp_path: Path) -> None:
    each = case(reader_id)
    for source, expected in each.good():
        with source.open(encoding="utf-8-sig", newline="") as file:
            dialect = csv.Sniffer().sniff(file.readline(), ",;\t")
            file.seek(0)
            table: list[list[Any]] = list(csv.reader(file, delimiter=dialect.delimiter))
        if "globaleventid" not in str(table[0]).lower() and reader_id == "gdelt-mentions":
            continue
        path = workbook(tmp_path / "posts.xlsx", [[cell or None for cell in r] for r in table])
        rows, rejects = read(documents(path)[0], each.context())
        assert rejects == []
        unlined = [{k: v for k, v in row.items() if k != "line"} for row in rows]
        assert unlined == [{k: v for k, v in row.items() if k != "line"} for row in expected]


def test_ids_that_excel_rounded_are_rejected(tmp_path: Path) -> None:
    header = ["status_id", "status_published", "num_reactions", "num_comments", "num_shares"]
    mapping = {
        "platform": "=facebook",
        "post_id": "status_id",
        "created_at": "status_published",
        "reactions": "num_reactions",
    }
    time = dt.datetime(2024, 5, 1, 9, 30)
    rows = [header, [122158123456789012, time, 5, 0, 0], [123456789012345, time, 6, 0, 0]]
    path = workbook(tmp_path / "posts.xlsx", rows)
    context = ReadContext(source="s", timezone=dt.UTC, mapping=mapping)
    found = []
    for batch in readers()["table-csv"].read(documents(path)[0], context, Tally()):
        found += [plain(r) for r in batch.posts.to_pylist()]
        assert [(r.line, r.reason) for r in batch.rejects] == [(2, "id")]
    assert found == [
        {
            "line": 3,
            "platform": "facebook",
            "post_id": "123456789012345",
            "created_at": "2024-05-01T09:30:00Z",
            "reactions": 6,
        }
    ]


def test_each_sheet_that_holds_anything_is_a_document(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"]], [], [["c", "d"], ["3", "4"]])
    found = documents(path)
    assert [d.name for d in found] == ["a.xlsx#1", "a.xlsx#3"]
    with found[1].open() as file:
        assert file.read() == b"c,d\n3,4\n"
    assert [d.file for d in describe_all(path)] == ["a.xlsx#1", "a.xlsx#3"]
    alone = workbook(tmp_path / "b.xlsx", [["a", "b"]], [])
    assert [d.name for d in documents(alone)] == ["b.xlsx"]
    assert describe(alone).guesses[0].format == "table-csv"


def changed(source: Path, path: Path, part: str, content: bytes) -> Path:
    """A copy of a workbook with another content of one part."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return path


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        (SHEET, b'<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD + b"</sheetData></worksheet>", "entity"),
        (SHEET, HEAD + b"<row>" + b"<c/>" * 200_000 + b"</row></sheetData></worksheet>", "ratio"),
        (SHEET, HEAD + b"<row>" + b"<c>" * 200 + b"</c>" * 200 + b"</row>", "ratio"),
        (SHEET, HEAD + b"<row><c><v>" + b"x" * 9_000_000, "ratio"),
        (
            SHEET,
            HEAD + b'<row r="99999999"><c r="A99999999"/></row></sheetData></worksheet>',
            "ratio",
        ),
        (SHEET, HEAD + b'<row><c r="XFD1"/></row>' * 5_000 + b"</sheetData></worksheet>", "ratio"),
        (SHEET, HEAD + b'<row r="' + b"x" * 3_000_000, "ratio"),
        ("xl/styles.xml", b"<styleSheet>" + b"<xf/>" * 1_000_000 + b"</styleSheet>", "ratio"),
        ("xl/workbook.xml", b"<workbook>", "format"),
        ("xl/styles.xml", b"no styles", "format"),
    ],
)
def test_hostile_parts(tmp_path: Path, part: str, content: bytes, reason: str) -> None:
    source = workbook(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"]])
    path = changed(source, tmp_path / "b.xlsx", part, content)
    with pytest.raises(InputError) as refused:
        documents(path)
    assert refused.value.reason == reason
    (found,) = describe_all(path)
    assert found.reason == reason


def test_what_stands_before_damage_is_read(tmp_path: Path) -> None:
    rows = [["a", "b"]] + [["1", str(n)] for n in range(300)]
    source = workbook(tmp_path / "a.xlsx", rows)
    with zipfile.ZipFile(source) as archive:
        content = archive.read(SHEET)
    cut = content.index(b'<row r="200"')
    path = changed(source, tmp_path / "b.xlsx", SHEET, content[:cut] + b"<row <<")
    (document,) = documents(path)
    with document.open() as file:
        assert len(file.read().splitlines()) == 199
    assert document.damaged


def test_memory_for_a_large_sheet(tmp_path: Path) -> None:
    """Within 512 MiB, in a process of its own."""
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for r in range(40_000):
            sheet.write_row(r, 0, [f"text {r}", r, "x" * 50])
    told = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from howfar.readers.documents import documents\n"
        "(d,) = documents(Path(sys.argv[1]))\n"
        "n = sum(1 for _ in d.open())\n"
        # A process inherits the peak of the one that starts it; the kernel's own mark is its own.
        "mark = Path('/proc/self/status')\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "if mark.is_file():\n"
        "    line = next(t for t in mark.read_text().splitlines() if t.startswith('VmHWM'))\n"
        "    peak = int(line.split()[1])\n"
        "print(n, peak)"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, str(path)], capture_output=True, text=True, check=True
    )
    rows, peak = (int(word) for word in done.stdout.split())
    assert rows == 40_000
    unit = 1 if sys.platform == "darwin" else 1024
    assert peak * unit < 512 * 1024 * 1024


def test_a_truncated_file(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"]])
    content = source.read_bytes()
    for end in range(10, len(content), 997):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(content[:end])
        with pytest.raises(InputError):
            documents(path)


def test_sheets_of_one_file_are_told_apart(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]], [["c", "d"]])
    digests = {document_digest("x", document) for document in documents(path)}
    assert len(digests) == 2
    assert document_digest("x", FileDocument(path)) == "x"
