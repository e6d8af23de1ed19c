"""Tables of the Meta Content Library, of TikTok's API and of 4CAT: what is special in each."""

from __future__ import annotations

import json
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers import four_cat_csv, meta_content_library_csv
from howfar.readers.tiktok_research import READERS
from howfar.schema.reader import ReadContext, Reader

FROM_JSON, FROM_CSV = READERS


def read(reader: Reader, path: Path, content: str, **told: Any) -> Reading:
    path.write_text(content, encoding="utf-8")
    return read_all(reader, path, ReadContext(source="s", **told))


@pytest.mark.parametrize(
    ("more", "platform", "reactions"),
    [
        ("statistics.love_count", "facebook", None),
        ("surface.id", "facebook", None),
        ("statistics.views", "instagram", 3),
    ],
)
def test_the_library_tells_platforms_by_their_columns(
    tmp_path: Path, more: str, platform: str, reactions: int | None
) -> None:
    header = f"id,creation_time,post_owner.id,statistics.like_count,{more}"
    content = f"{header}\n7,2024-03-01T10:00:00+00:00,9,3,1\n"
    rows, rejects, tally = read(meta_content_library_csv.READER, tmp_path / "a.csv", content)
    assert (rejects, tally.unknown_columns) == ([], {})
    # On Facebook a like is one of seven kinds; their sum stands in a column of its own.
    assert (rows[0]["platform"], rows[0].get("reactions")) == (platform, reactions)
    assert rows[0]["reaction_like"] == 3


def test_times_of_the_library_are_utc_whatever_the_study_declares(tmp_path: Path) -> None:
    content = "id,creation_time,post_owner.id\n7,2024-03-01 10:00:00,9\n"
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    reader = meta_content_library_csv.READER
    rows, _, _ = read(reader, tmp_path / "a.csv", content, timezone=berlin)
    assert rows[0]["created_at"] == "2024-03-01T10:00:00Z"


def video(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "create_time": 1_704_067_200, "username": "harbour"} | more


def test_tiktok_ids_are_exact(tmp_path: Path) -> None:
    number = 2**62 + 1
    content = json.dumps({"data": {"videos": [video(number, video_description="a")]}})
    rows, _, _ = read(FROM_JSON, tmp_path / "a.json", content)
    assert rows[0]["post_id"] == "4611686018427387905"
    floats = content.replace(str(number), "4.611686018427387905e18")
    rows, rejects, _ = read(FROM_JSON, tmp_path / "b.json", floats)
    assert (rows, [r.reason for r in rejects]) == ([], ["id"])


def test_tiktok_tables_and_answers_say_the_same(tmp_path: Path) -> None:
    fields = {"region_code": "NZ", "video_description": "a", "like_count": 4, "view_count": 0}
    answer = json.dumps({"data": {"videos": [video(7, **fields)]}})
    table = "id,create_time,username,region_code,video_description,like_count,view_count\n"
    table += "7,1704067200,harbour,NZ,a,4,0\n"
    ((one,), _, _), ((other,), _, _) = (
        read(FROM_JSON, tmp_path / "a.json", answer),
        read(FROM_CSV, tmp_path / "a.csv", table),
    )
    assert one | {"line": 2} == other
    # Where an account was registered is not where a post was made.
    assert "country" not in one


def test_comments_without_an_author_are_nobodys(tmp_path: Path) -> None:
    comment = {"id": 1, "video_id": 7, "text": "yes", "create_time": 1_704_067_200}
    told = {**comment, "id": 2, "username": "resident"}
    content = json.dumps({"data": {"comments": [comment, told]}})
    rows, rejects, _ = read(FROM_JSON, tmp_path / "a.json", content)
    assert [(r.line, r.reason) for r in rejects] == [(1, "author")]
    assert [(row["post_id"], row["relation"], row["parent_id"]) for row in rows] == [
        ("2", "reply", "7")
    ]


HEADER = "id,thread_id,author,body,timestamp"


def test_4cat_needs_the_platform(tmp_path: Path) -> None:
    content = f"{HEADER}\n1,1,harbour,hello,2024-01-01 00:00:00\n"
    # A file that is only looked at; a study must declare it, says ingest.
    assert "platform" in four_cat_csv.READER.declaration.needs
    rows, _, _ = read(four_cat_csv.READER, tmp_path / "a.csv", content)
    assert rows[0]["platform"] == "other"
    with pytest.raises(InputError, match="names a platform that howfar does not know"):
        read(four_cat_csv.READER, tmp_path / "a.csv", content, platform="=nowhere")
    for told in ("=tiktok", "tiktok"):
        rows, _, _ = read(four_cat_csv.READER, tmp_path / "a.csv", content, platform=told)
        assert rows[0]["platform"] == "tiktok"
    # What the row itself says goes before what the study says of all.
    content = f"{HEADER},platform\n1,1,a,b,2024-01-01 00:00:00,Twitter\n"
    rows, _, _ = read(four_cat_csv.READER, tmp_path / "a.csv", content, platform="=tiktok")
    assert rows[0]["platform"] == "x"


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("", "", ("unknown", None)),
        (",is_reply", ",no", ("original", None)),
        (",is_retweet,is_reply,reply_to", ",yes,yes,5", ("repost", "5")),
        (",reply_to", ",5", ("reply", "5")),
        # Several data sources write the item's own id where it answers nothing.
        (",parent_id", ",1", ("original", None)),
        (",relation,parent_id", ",quote,5", ("quote", "5")),
        (",relation", ",something", ("unknown", None)),
    ],
)
def test_4cat_relations(
    tmp_path: Path, columns: str, cells: str, expected: tuple[str, str | None]
) -> None:
    content = f"{HEADER}{columns}\n1,1,a,b,2024-01-01 00:00:00{cells}\n"
    rows, _, _ = read(four_cat_csv.READER, tmp_path / "a.csv", content, platform="=x")
    assert (rows[0]["relation"], rows[0].get("parent_id")) == expected


@pytest.mark.parametrize(
    ("stamp", "unix", "time"),
    [
        ("2024-01-01 10:00:00", "1704103200", "2024-01-01T10:00:00Z"),
        ("2024-01-01T12:00:00+02:00", "", "2024-01-01T10:00:00Z"),
        ("", "1704103200", "2024-01-01T10:00:00Z"),
        ("1704103200", "", "2024-01-01T10:00:00Z"),
        ("1704103200.0", "", "2024-01-01T10:00:00Z"),
        ("", "", None),
        ("17041032001704103200", "", None),
    ],
)
def test_4cat_times(tmp_path: Path, stamp: str, unix: str, time: str | None) -> None:
    content = f"{HEADER},unix_timestamp\n1,1,a,b,{stamp},{unix}\n"
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    reader = four_cat_csv.READER
    rows, rejects, _ = read(reader, tmp_path / "a.csv", content, platform="=x", timezone=berlin)
    if time is None:
        assert [r.reason for r in rejects] == ["date"]
    else:
        assert rows[0]["created_at"] == time
