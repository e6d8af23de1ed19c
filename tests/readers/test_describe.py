"""What check says of a file: format, figures, gaps; nothing of a person."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from tests.readers.reader_cases import FIXTURES, case

from howfar.errors import InputError
from howfar.readers.describe import Gap, describe
from howfar.schema.reader import ReadContext

HEADER = "status_id,status_published,num_reactions,num_comments,num_shares\n"


def test_gaps_languages_figures_and_what_is_undeclared(tmp_path: Path) -> None:
    path = tmp_path / "page.csv"
    days = ["2016-03-01", "2016-03-02", "2016-03-05", "2016-03-09"]
    path.write_text(HEADER + "".join(f"9_{n},{d} 10:00:00,1,,2\n" for n, d in enumerate(days)))
    found = describe(path)
    assert (found.format, found.guesses[0].confidence) == ("facebook-page-csv", 0.95)
    assert found.undeclared == ("timezone", "observed_at")
    assert (found.records, found.read, found.rejected) == (4, 4, {})
    assert (found.days, found.accounts, found.platforms) == (4, 1, {"facebook": 4})
    assert found.metrics == {"reactions": 4, "shares": 4}
    assert found.gaps == (
        Gap(dt.date(2016, 3, 3), dt.date(2016, 3, 4)),
        Gap(dt.date(2016, 3, 6), dt.date(2016, 3, 8)),
    )
    assert [gap.days for gap in found.gaps] == [2, 3]
    assert found.columns == tuple(HEADER.strip().split(","))


def test_what_the_study_declares_is_used(tmp_path: Path) -> None:
    path = tmp_path / "page.csv"
    path.write_text(HEADER + "9_1,2016-03-01 22:00:00,1,1,1\n")
    zone = dt.timezone(-dt.timedelta(hours=5))
    found = describe(path, ReadContext(source="s", timezone=zone))
    assert found.first_post == dt.datetime(2016, 3, 2, 3, tzinfo=dt.UTC)
    assert found.undeclared == ("observed_at",)


def test_rejects_by_reason_with_the_first_of_them() -> None:
    told = case("x-api-v2")
    path, kept, expected = told.hostile()
    found = describe(path)
    assert found.read == len(kept)
    assert found.rejected["number"] == sum(reason == "number" for _, reason in expected)
    assert [(r.line, r.reason) for r in found.rejects] == expected[:20]


def test_problems_are_told_not_raised(tmp_path: Path) -> None:
    users = tmp_path / "users.jsonl"
    users.write_text('{"data": [{"id": "1", "username": "resident", "public_metrics": {}}]}\n')
    assert "user profiles" in (describe(users).problem or "")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert describe(empty).problem == "the file is empty"
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    assert "no reader knows" in (describe(picture).problem or "")


def test_an_unknown_table_shows_its_columns_for_the_mapping() -> None:
    table = describe(FIXTURES / "table-csv" / "good.csv")
    assert table.format is None
    assert "need a mapping" in (table.problem or "")
    assert table.columns[:3] == ("Id", "Posted at", "User")
    lines = describe(FIXTURES / "table-jsonl" / "good.jsonl")
    assert "record.createdAt" in lines.columns


def test_a_mapping_makes_an_unknown_table_readable() -> None:
    told = case("table-csv")
    path, expected = told.good()[0]
    found = describe(path, told.context())
    assert (found.format, found.read) == ("table-csv", len(expected))
    assert found.notes == {"ambiguous_time": 1}
    assert found.unknown_columns == ("Remark",)


def test_a_path_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            describe(path)
    with pytest.raises(InputError, match="no reader 'nope'"):
        describe(FIXTURES / "table-csv" / "good.csv", format="nope")


def test_nothing_of_a_person_is_in_a_description() -> None:
    found = describe(FIXTURES / "x-api-v2" / "good.jsonl")
    told = str(dataclasses.asdict(found))
    for private in ("harbour", "resident", "1700000000000000001", "Ferries"):
        assert private not in told
    assert (found.accounts, found.read) == (3, 5)
