"""Shares: which columns are which, what kind an object is, and times in three notations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.coordination_csv import READER
from howfar.readers.discovery import guess
from howfar.schema.reader import ReadContext

HEADER = "object_id,account_id,content_id,timestamp_share"


def read(path: Path, content: str, **told: Any) -> Reading:
    path.write_text(content, encoding="utf-8")
    return read_all(READER, path, ReadContext(source="s", **({"platform": "=x"} | told)))


@pytest.mark.parametrize(
    ("shared", "kind"),
    [
        ("https://example.org/a", "link"),
        ("HTTP://EXAMPLE.ORG", "link"),
        ("#ferry", "hashtag"),
        ("1700000000000000001", "post"),
        ("17b", "text"),
        ("ferry", "text"),
    ],
)
def test_kinds_that_an_object_shows(tmp_path: Path, shared: str, kind: str) -> None:
    content = f"{HEADER}\n{shared},1,2,1694152800\n"
    (row,) = read(tmp_path / "a.csv", content).others["shares"]
    assert (row["object"], row["object_kind"]) == (shared, kind)


@pytest.mark.parametrize(
    ("header", "kind", "who"),
    [
        ("url,account_name,post_id,shared_at", "link", ("account_handle", "a")),
        ("hashtag,user_id,tweet_id,timestamp", "hashtag", ("account_id", "a")),
        ("phash,id_user,message_id,share_time", "media", ("account_id", "a")),
    ],
)
def test_other_names_of_columns(
    tmp_path: Path, header: str, kind: str, who: tuple[str, str]
) -> None:
    path = tmp_path / "a.csv"
    (row,) = read(path, f"{header}\nb,a,2,2023-09-08T06:00:00Z\n").others["shares"]
    assert row == {
        "line": 2,
        "platform": "x",
        who[0]: who[1],
        "object": "b",
        "object_kind": kind,
        "post_id": "2",
        "shared_at": "2023-09-08T06:00:00Z",
    }
    (first, sure), *_ = guess(path)
    assert first is READER
    assert 0.5 <= sure.confidence < 0.9


def test_posts_with_texts_are_not_taken_for_shares() -> None:
    assert READER.sniff("a.csv", b"url,account_name,post_id,timestamp,text\n").confidence == 0
    wide = ",".join(f"c{n}" for n in range(9))
    assert READER.sniff("a.csv", f"url,user_id,post_id,time,{wide}\n".encode()).confidence == 0


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("1694152800", "2023-09-08T06:00:00Z"),
        ("1694152800.0", "2023-09-08T06:00:00Z"),
        ("1694152800250", "2023-09-08T06:00:00.250000Z"),
        ("2023-09-08T08:00:00+02:00", "2023-09-08T06:00:00Z"),
    ],
)
def test_times(tmp_path: Path, stamp: str, time: str) -> None:
    (row,) = read(tmp_path / "a.csv", f"{HEADER}\nb,1,2,{stamp}\n").others["shares"]
    assert row["shared_at"] == time


def test_the_study_says_how_times_are_written(tmp_path: Path) -> None:
    content = f"{HEADER}\nb,1,2,1694152800\n"
    milliseconds = read(tmp_path / "a.csv", content, date_format="unix_ms")
    # 1,694,152,800 milliseconds are twenty days of 1970, when nobody posted anything.
    assert [r.reason for r in milliseconds[1]] == ["date"]
    (row,) = read(tmp_path / "a.csv", content, date_format="unix").others["shares"]
    assert row["shared_at"] == "2023-09-08T06:00:00Z"


def test_the_platform_must_be_known(tmp_path: Path) -> None:
    assert READER.declaration.needs == ("platform",)
    with pytest.raises(InputError, match="names a platform that howfar does not know"):
        read(tmp_path / "a.csv", f"{HEADER}\nb,1,2,1694152800\n", platform="=nowhere")
    (row,) = read(tmp_path / "a.csv", f"{HEADER}\nb,1,2,1694152800\n", platform=None).others[
        "shares"
    ]
    # Only looked at: a study must declare it, says ingest.
    assert row["platform"] == "other"
    content = f"{HEADER},platform\nb,1,2,1694152800,twitter\nb,1,3,1694152800,nowhere\n"
    reading = read(tmp_path / "a.csv", content, platform=None)
    assert [row["platform"] for row in reading.others["shares"]] == ["x"]
    assert [(r.line, r.reason) for r in reading[1]] == [(3, "type")]


def test_a_file_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks a column") as error:
        read(tmp_path / "a.csv", "object_id,account_id,timestamp_share\nb,1,1694152800\n")
    assert error.value.reason == "header"
