"""CrowdTangle: zones by abbreviation, figures with commas, and the real rows."""

from __future__ import annotations

import csv
import datetime as dt
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import read_all

from howfar.errors import InputError
from howfar.readers.crowdtangle_csv import READER
from howfar.readers.discovery import reader_for
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="ct")
POSTS = {"db1_rows_with_genocide.csv": 2203, "db2_rows_with_genocide.csv": 382}
PAGES = "media_outlets_with_fb_page_admin_in_palestine.csv"
HEADER = "Page Name,User Name,Facebook Id,Post Created,Type,Likes,Shares,Post Views,URL,Message"


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "crowdtangle"
    if not folder.is_dir():
        pytest.skip("the samples of CrowdTangle are not in the folder of real data")
    return folder


def test_every_sample_is_accounted_for(samples: Path) -> None:
    assert {p.name for p in samples.iterdir()} - {"LICENSE"} == {*POSTS, PAGES}


@pytest.mark.parametrize("name", POSTS)
def test_samples_against_independent_code(samples: Path, name: str) -> None:
    path = samples / name
    assert reader_for(path, "auto") is READER
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert (rejects, tally.unknown_columns) == ([], {})
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    assert len(rows) == len(records) == POSTS[name]
    for row, record in zip(rows, records, strict=True):
        told, abbreviation = record["Post Created"].rsplit(" ", 1)
        hours = {"EST": 5, "EDT": 4}[abbreviation]
        moment = dt.datetime.fromisoformat(told) + dt.timedelta(hours=hours)
        page, post = record["URL"].split("/")[3::2]
        expected = {
            "line": row["line"],
            "platform": "facebook",
            "post_id": f"{page}_{post}",
            "author_id": page,
            "author_name": record["Page Name"],
            "relation": "original",
            "created_at": moment.isoformat() + "Z",
            "text": record["Message"],
            "shares": int(record["Shares"]),
        }
        assert row == expected
    assert [row["line"] for row in rows] == sorted({row["line"] for row in rows})


def test_hand_checked_rows(samples: Path) -> None:
    rows, _, _ = read_all(READER, samples / "db1_rows_with_genocide.csv", CONTEXT)
    # 2023-11-13 04:30:36 EST is five hours behind UTC, 2023-10-27 15:00:03 EDT four.
    assert (rows[0]["created_at"], rows[0]["shares"]) == ("2023-11-13T09:30:36Z", 6457)
    assert (rows[1]["created_at"], rows[1]["shares"]) == ("2023-10-27T19:00:03Z", 8363)
    assert rows[0]["post_id"] == "100069351265250_660862489568787"


def test_a_list_of_pages_is_refused(samples: Path) -> None:
    path = samples / PAGES
    assert reader_for(path, "auto") is READER
    with pytest.raises(InputError, match="lists pages, not posts") as error:
        read_all(READER, path, CONTEXT)
    assert error.value.reason == "header"


def read(path: Path, *records: str, header: str = HEADER, zone: str | None = None) -> Any:
    path.write_text("\n".join([header, *records]) + "\n", encoding="utf-8")
    context = ReadContext("ct", timezone=zoneinfo.ZoneInfo(zone) if zone else None)
    return read_all(READER, path, context)


def record(created: str = "2023-10-07 18:41:08 EDT", **other: str) -> str:
    cells = {
        "name": "Harbour",
        "user": "harbour",
        "id": "11",
        "created": created,
        "type": "Link",
        "likes": "1",
        "shares": "2",
        "views": "0",
        "url": "https://www.facebook.com/11/posts/900",
        "message": "hello",
        **other,
    }
    return ",".join(f'"{cell}"' for cell in cells.values())


@pytest.mark.parametrize(
    ("told", "zone", "time"),
    [
        ("2023-12-15 12:00:00 PST", None, "2023-12-15T20:00:00Z"),
        ("2023-07-15 12:00:00 PDT", None, "2023-07-15T19:00:00Z"),
        ("2023-12-15 12:00:00 CET", None, "2023-12-15T11:00:00Z"),
        ("2023-12-15 12:00:00 UTC", None, "2023-12-15T12:00:00Z"),
        ("2023-12-15 12:00:00 +0330", None, "2023-12-15T08:30:00Z"),
        # Central time in America, or China's: the study says which.
        ("2023-12-15 12:00:00 CST", "America/Chicago", "2023-12-15T18:00:00Z"),
        ("2023-12-15 12:00:00 CST", "Asia/Shanghai", "2023-12-15T04:00:00Z"),
        ("2023-12-15 12:00:00 CST", None, "timezone"),
        ("2023-12-15 12:00:00 CST", "Europe/Berlin", "timezone"),
        # In July Chicago has CDT: the abbreviation and the zone contradict each other.
        ("2023-07-15 12:00:00 CST", "America/Chicago", "timezone"),
        # The hour that came twice: the abbreviation tells which of the two it was.
        ("2023-11-05 01:30:00 CST", "America/Chicago", "2023-11-05T07:30:00Z"),
        ("2023-11-05 01:30:00 CDT", "America/Chicago", "2023-11-05T06:30:00Z"),
        ("2023-12-15 12:00:00 XYZ", "Europe/Berlin", "timezone"),
        ("2023-12-15 12:00:00", None, "timezone"),
        ("2023-12-15 12:00:00", "Europe/Berlin", "2023-12-15T11:00:00Z"),
        ("2023-02-30 12:00:00 EST", None, "date"),
        ("2023-02-30 12:00:00 CST", "America/Chicago", "date"),
        ("15/12/2023 12:00", None, "date"),
    ],
)
def test_times(tmp_path: Path, told: str, zone: str | None, time: str) -> None:
    rows, rejects, _ = read(tmp_path / "a.csv", record(told), zone=zone)
    if time in ("timezone", "date"):
        assert (rows, [r.reason for r in rejects]) == ([], [time])
    else:
        assert rows[0]["created_at"] == time


@pytest.mark.parametrize(
    ("told", "figure"),
    [("1,234", 1234), ("12,345,678", 12_345_678), ("1234", 1234), ("0", 0), ("", None)],
)
def test_figures(tmp_path: Path, told: str, figure: int | None) -> None:
    rows, rejects, _ = read(tmp_path / "a.csv", record(shares=told))
    assert rejects == []
    assert rows[0].get("shares") == figure


@pytest.mark.parametrize("told", ["12,34", "1,2345", ",123", "1.234,5", "1K", "-3", "1e3"])
def test_figures_that_are_none(tmp_path: Path, told: str) -> None:
    rows, rejects, _ = read(tmp_path / "a.csv", record(shares=told))
    assert (rows, [r.reason for r in rejects]) == ([], ["number"])


def test_views_are_those_of_videos(tmp_path: Path) -> None:
    types = ("Link", "Photo", "Native Video", "Live Video Complete", "YouTube")
    reading = read(tmp_path / "a.csv", *(record(type=kind) for kind in types))
    rows, _, tally = reading
    assert [row.get("views") for row in rows] == [None, None, 0, 0, None]
    assert tally.notes == {"views_not_given": 3}


def test_reactions_need_all_kinds(tmp_path: Path) -> None:
    # With likes alone the sum over the kinds is not known.
    rows, _, _ = read(tmp_path / "a.csv", record())
    assert (rows[0]["reaction_like"], rows[0].get("reactions")) == (1, None)


def test_followers_are_those_of_the_time_of_posting(tmp_path: Path) -> None:
    header = HEADER + ",Followers at Posting"
    records = [record() + ",70", record("never") + ",80", record() + ","]
    reading = read(tmp_path / "a.csv", *records, header=header)
    assert [(r.line, r.reason) for r in reading[1]] == [(3, "date")]
    assert reading.other_records == 0
    assert reading.others["account_counts"] == [
        {
            "line": 2,
            "platform": "facebook",
            "account_id": "11",
            "account_handle": "harbour",
            "metric": "followers",
            "observed_at": "2023-10-07T22:41:08Z",
            "value": 70,
        }
    ]


def test_an_id_that_a_spreadsheet_rounded(tmp_path: Path) -> None:
    rows, rejects, _ = read(tmp_path / "a.csv", record(id="1.00064E+14"))
    assert (rows, [r.reason for r in rejects]) == ([], ["id"])
