"""`howfar export 4cat`: named channels' posts and nobody else's, in a form that 4CAT takes in."""

import csv
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call, registry_csv
from tests.readers.reader_cases import read_all

from howfar.readers.discovery import guess
from howfar.readers.four_cat_csv import READER
from howfar.schema.reader import ReadContext
from howfar.store import four_cat
from howfar.store.four_cat import COLUMNS


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_named_channels_only(howfar: Call, study: Path, tmp_path: Path) -> None:
    # Westradio loses its basis: its 59 posts are those of an account like any other.
    registry = registry_csv().splitlines()
    registry[3] = registry[3].replace("registered_medium,https://example.org/westradio", ",")
    (study / "channels.csv").write_text("\n".join(registry) + "\n", encoding="utf-8")
    assert howfar("read", study).code == 0
    path = tmp_path / "out.csv"
    told = howfar("export", "4cat", study, "--file", path, "--json")
    assert told.code == 0
    assert json.loads(told.out) == {
        "format": "4cat",
        "file": str(path),
        "posts": 118,
        "posts_of_persons_left_out": 59,
    }
    rows = _rows(path)
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == 118
    assert {row["author"] for row in rows} == {"nordwelle", "ostfunk"}
    assert "westradio" not in path.read_text("utf-8")
    # The first line of the posts: nordwelle, first place: 10 + (0 + 0 + 1) % 11 likes.
    assert rows[0] | {"unix_timestamp": "1704103200"} == rows[0]
    assert {name: rows[0][name] for name in ("id", "thread_id", "body", "timestamp")} == {
        "id": "nordwelle-0-0",
        "thread_id": "nordwelle-0-0",
        "body": "news of the day",
        "timestamp": "2024-01-01 10:00:00",
    }
    assert (rows[0]["reactions"], rows[0]["comments"], rows[0]["shares"]) == ("11", "4", "3")
    assert (rows[0]["views"], rows[0]["likes"], rows[0]["language"]) == ("", "", "")


def test_what_is_written_is_read_again(howfar: Call, study: Path, tmp_path: Path) -> None:
    howfar("read", study)
    path = tmp_path / "out.csv"
    told = howfar("export", "4cat", study, "--file", path)
    assert "177 posts of named channels" in told.out
    assert "left out: 0 posts of persons" in told.out
    first, _ = guess(path)[0]
    assert first.declaration.id == "4cat-csv"
    rows, rejects, tally = read_all(READER, path, ReadContext(source="again", platform="=mastodon"))
    assert rejects == []
    assert tally.records == 177
    assert set(tally.unknown_columns) == {"organisation"}
    assert rows[0] == {
        "line": 2,
        "platform": "mastodon",
        "post_id": "nordwelle-0-0",
        "thread_id": "nordwelle-0-0",
        "author_handle": "nordwelle",
        "relation": "unknown",
        "created_at": "2024-01-01T10:00:00Z",
        "text": "news of the day",
        "comments": 4,
        "shares": 3,
    }


def test_texts_come_through_as_they_are(howfar: Call, study: Path, tmp_path: Path) -> None:
    texts = [
        "=1+1",
        'said "so", twice',
        "two\nlines",
        "two\r\nlines",
        "عبور 渡轮 🛳",
        "a;b\tc",
        " a ",
    ]
    posts = tmp_path / "posts.csv"
    with posts.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with posts.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row, text in zip(rows, texts, strict=False):
            writer.writerow([*row[:4], text, *row[5:]])
    howfar("read", study)
    path = tmp_path / "out.csv"
    assert howfar("export", "4cat", study, "--file", path).code == 0
    assert [row["body"] for row in _rows(path)] == texts
    again, rejects, _ = read_all(READER, path, ReadContext(source="again", platform="=mastodon"))
    assert rejects == []
    assert [row["text"] for row in again] == texts


def test_the_same_twice_and_nothing_overwritten(
    howfar: Call, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    howfar("read", study)
    howfar("export", "4cat", study, "--file", tmp_path / "one.csv")
    # 177 posts in parts of 10: what is in memory at a time changes nothing.
    monkeypatch.setattr(four_cat, "_ROWS", 10)
    howfar("export", "4cat", study, "--file", tmp_path / "two.csv")
    content = (tmp_path / "one.csv").read_bytes()
    assert content == (tmp_path / "two.csv").read_bytes()
    told = howfar("export", "4cat", study, "--file", tmp_path / "one.csv")
    assert told.code == 3
    assert "there is something already" in told.err
    assert (tmp_path / "one.csv").read_bytes() == content
    assert not list(tmp_path.glob("*.tmp"))


def test_refused_where_it_would_do_harm(howfar: Call, study: Path, tmp_path: Path) -> None:
    told = howfar("export", "4cat", study, "--file", tmp_path / "out.csv")
    assert told.code == 3
    assert f"next: howfar read {study}" in told.err
    howfar("read", study)
    inside = howfar("export", "4cat", study, "--file", study / "tables" / "out.csv")
    assert inside.code == 3
    assert "the store alone writes" in inside.err
    nowhere = howfar("export", "4cat", study, "--file", tmp_path / "none" / "out.csv")
    assert nowhere.code == 3
    assert "there is no such folder" in nowhere.err
