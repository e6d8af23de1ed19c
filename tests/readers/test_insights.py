"""Exports of insights: what they call things, what is never kept, and the same from a sheet."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.readers.reader_cases import FIXTURES, case, read_all

from howfar.errors import InputError
from howfar.readers.describe import describe_all
from howfar.readers.discovery import guess, readers
from howfar.readers.documents import documents
from howfar.readers.insights import age_of, country_of, csv_lines, day_of, figure, iso_day
from howfar.readers.insights import language_of as language
from howfar.readers.json_values import BadPostError
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="s", timezone=dt.UTC)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("12", 12.0),
        ("1,234,567.5", 1_234_567.5),
        ("5.2%", 5.2),
        ("-3", -3.0),
        ("", None),
        ("—", None),
    ],
)
def test_figures(told: str, meant: float | None) -> None:
    assert figure(told, "x") == meant


@pytest.mark.parametrize("told", ["1.2K", "1,23", "1e3", "nan", "inf", "12,34", "１２", "1 234"])
def test_figures_that_are_none(told: str) -> None:
    with pytest.raises(BadPostError) as bad:
        figure(told, "x")
    assert bad.value.reason == "number"
    assert told not in bad.value.detail


def test_countries_and_languages() -> None:
    told = ("DE", "de", "Germany", "Hong Kong", "Türkiye", "Turkey", "Bosnia and Herzegovina")
    assert [country_of(t) for t in told] == ["DE", "DE", "DE", "HK", "TR", "TR", "BA"]
    assert country_of("Côte d’Ivoire") == "CI"
    assert country_of("Myanmar (Burma)") == "MM"
    assert country_of("(not set)") is None
    assert (language("German"), language("pt-br"), language("zh_TW")) == ("de", "pt-br", "zh-TW")
    for wrong in (country_of, language):
        with pytest.raises(BadPostError):
            wrong("Atlantis")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("18-24", "18-24"),
        ("AGE_18_24", "18-24"),
        ("18–24 years", "18-24"),
        ("age 65+", "65+"),
        ("65+ years", "65+"),
        ("AGE_65_", "65+"),
        ("unknown", None),
    ],
)
def test_ages(told: str, meant: str | None) -> None:
    assert age_of(told) == meant


@pytest.mark.parametrize(
    "told", ["13-17", "AGE_13_17", "13–17 years", "0-12", "17-20", "under 18-"]
)
def test_nobody_under_18(told: str) -> None:
    with pytest.raises(BadPostError) as bad:
        age_of(told)
    assert bad.value.reason in ("age", "type")


def test_days() -> None:
    told = ("2024-05-01", "20240501", "2024/05/01", "May 1, 2024", "2024-05-01T00:00:00")
    assert {iso_day(t) for t in told} == {"2024-05-01"}
    for wrong in ("Feb 30, 2024", "01.05.2024", "5/1/2024", "2024-05-01T10:00:00", "Foo 1, 2024"):
        assert iso_day(wrong) is None
    with pytest.raises(BadPostError) as bad:
        day_of("2024-05-01", ReadContext(source="s"))
    assert bad.value.reason == "timezone"


def test_figures_by_gender_or_of_videos_by_day_are_refused(tmp_path: Path) -> None:
    for header in (
        "Viewer gender,Views (%)",
        "Viewer age,Viewer gender,Views (%)",
        "Date,Content,Video title,Video publish time,Duration,Views",
    ):
        path = tmp_path / "a.csv"
        path.write_text(f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n")
        (reader, _), *_ = guess(path)
        assert reader.declaration.id == "youtube-studio"
        with pytest.raises(InputError) as refused:
            read_all(reader, path, CONTEXT)
        assert refused.value.reason == "format"


def test_without_a_zone_days_are_rejected(tmp_path: Path) -> None:
    path = FIXTURES / "youtube-studio" / "good.csv"
    rows, rejects, tally = read_all(readers()["youtube-studio"], path, ReadContext(source="s"))
    assert rows == []
    assert [(r.line, r.reason) for r in rejects] == [(3, "timezone"), (4, "timezone")]
    assert tally.notes == {}


def test_a_declared_form_of_dates_decides(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("Post ID,Page ID,Publish time,Views\n1,2,05/04/2024 18:12,5\n")
    context = ReadContext(source="s", timezone=dt.UTC, date_format="%d/%m/%Y %H:%M")
    reader = readers()["meta-business-content"]
    rows, _, _ = read_all(reader, path, context)
    assert rows[0]["created_at"] == "2024-04-05T18:12:00Z"
    rows, _, _ = read_all(reader, path, CONTEXT)
    assert rows[0]["created_at"] == "2024-05-04T18:12:00Z"


def test_a_metric_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=,\n"Somebody"\n"Date","Primary"\n"2024-05-01T00:00:00","1"\n')
    with pytest.raises(InputError) as refused:
        read_all(readers()["meta-business-daily"], path, CONTEXT)
    assert refused.value.reason == "header"
    assert "Somebody" not in str(refused.value)


def test_lines_of_several_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeffsep=;\r\na;"b;c"\r\n\r\n"open\r\nä;1\r\n'.encode("utf-16"))
    document = documents(path)[0]
    assert list(csv_lines(document)) == [
        (2, ["a", "b;c"], ""),
        (4, [], "unterminated_quote"),
        (5, ["ä", "1"], ""),
    ]


def _as_sheet(source: Path, path: Path) -> Path:
    with source.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                if cell:
                    sheet.write_string(r, c, cell)
    return path


@pytest.mark.parametrize(
    ("reader_id", "name"),
    [
        ("youtube-studio", "good.csv"),
        ("youtube-studio", "good.geography.csv"),
        ("meta-business-content", "good.facebook.csv"),
        ("google-analytics", "good.more.csv"),
        ("matomo", "good.days.csv"),
    ],
)
def test_the_same_from_a_sheet(reader_id: str, name: str, tmp_path: Path) -> None:
    each = case(reader_id)
    source = FIXTURES / reader_id / name
    path = _as_sheet(source, tmp_path / "export.xlsx")
    (document,) = documents(path)
    (reader, _), *_ = guess(document)
    assert reader.declaration.id == reader_id
    told = read_all(reader, source, each.context())
    (found,) = describe_all(path, each.context())
    assert (found.format, found.problem) == (reader_id, None)
    assert found.rejected == {}
    assert found.records == told[2].records
    assert found.posts == len(told[0])
    assert found.other_rows == {table: len(rows) for table, rows in told.others.items()}


def test_a_studio_zip_is_read_member_by_member(tmp_path: Path) -> None:
    path = tmp_path / "Content 2024.zip"
    folder = FIXTURES / "youtube-studio"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "good.csv", "Table data.csv")
        archive.write(folder / "good.totals.csv", "Totals.csv")
        archive.writestr(
            "Chart data.csv",
            "Date,Content,Video title,Video publish time,Duration,Views\n"
            '2024-05-01,abcDEF_-123,"Ferries, again","May 1, 2024",61,5\n',
        )
    found: list[Any] = describe_all(path, case("youtube-studio").context())
    assert [(d.format, d.reason, d.records) for d in found] == [
        ("youtube-studio", "", 2),
        ("youtube-studio", "", 2),
        ("youtube-studio", "format", 0),
    ]
