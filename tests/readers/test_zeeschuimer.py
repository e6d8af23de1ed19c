"""Zeeschuimer: the generator's TikTok items, what is private, and gone, and paid."""

from __future__ import annotations

import copy
import json
import runpy
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, read_all

from howfar.readers.discovery import reader_for
from howfar.readers.zeeschuimer import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="z")
GOOD = FIXTURES / "zeeschuimer" / "good.ndjson"


def items() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOOD.read_text("utf-8").splitlines()]


def read(path: Path, *found: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    path.write_text("".join(json.dumps(item) + "\n" for item in found), encoding="utf-8")
    rows, rejects, _ = read_all(READER, path, CONTEXT)
    return rows, [r.reason for r in rejects]


def test_generated_items(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = shared / "bench" / "gen_posts.py"
    if not script.is_file():
        pytest.skip("the generator of posts is not in the folder of real data")
    path = tmp_path / "z.ndjson"
    # The script asks for a faster JSON library than the tests need.
    plain = types.SimpleNamespace(dumps=lambda value: json.dumps(value).encode())
    monkeypatch.setitem(sys.modules, "orjson", plain)
    monkeypatch.setattr(sys, "argv", ["gen_posts.py", "300", "z", str(path)])
    runpy.run_path(str(script))
    assert reader_for(path, "auto") is READER
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert (rejects, tally.unknown_columns, tally.records) == ([], {}, 300)
    for row, line in zip(rows, path.read_text("utf-8").splitlines(), strict=True):
        data = json.loads(line)["data"]
        assert row["post_id"] == data["id"]
        assert row["author_handle"] == data["author"]["uniqueId"]
        assert row["text"] == data["desc"]
        assert row["views"] == data["stats"]["playCount"]
        assert row["bookmarks"] == int(data["stats"]["collectCount"])
        assert row.get("country") == (data["locationCreated"] or None)
        assert row["relation"] == "original"
    # 1735689600000 milliseconds are the first moment of 2025.
    assert rows[0]["observed_at"] == "2025-01-01T00:00:00Z"


def test_a_video_is_private_in_several_ways(tmp_path: Path) -> None:
    first = items()[0]
    for name in ("privateItem", "secret", "forFriend"):
        hidden = {**first, "data": {**first["data"], name: True}}
        assert read(tmp_path / "a.ndjson", hidden) == ([], ["not_public"])
        open_ = {**first, "data": {**first["data"], name: False}}
        assert len(read(tmp_path / "a.ndjson", open_)[0]) == 1


def test_hidden_figures_are_missing(tmp_path: Path) -> None:
    post = next(i for i in items() if i["source_platform"] == "instagram.com")
    shown = copy.deepcopy(post)
    shown["data"]["like_and_view_counts_disabled"] = True
    rows, _ = read(tmp_path / "a.ndjson", shown)
    # The page then writes some number where it shows none.
    assert "reactions" not in rows[0]
    assert "views" not in rows[0]
    assert rows[0]["comments"] == 2


def test_a_number_with_its_author_appended(tmp_path: Path) -> None:
    post = next(i for i in items() if i["source_platform"] == "instagram.com")
    bare = copy.deepcopy(post)
    del bare["data"]["pk"]
    rows, _ = read(tmp_path / "a.ndjson", bare)
    assert rows[0]["post_id"] == "3200000000000000001"


def test_a_protected_account_of_x(tmp_path: Path) -> None:
    post = copy.deepcopy(next(i for i in items() if i["source_platform"] == "twitter.com"))
    writer = post["data"]["core"]["user_results"]["result"]
    writer["privacy"] = {"protected": True}
    assert read(tmp_path / "a.ndjson", post) == ([], ["not_public"])


def test_a_quote_on_x(tmp_path: Path) -> None:
    post = copy.deepcopy(next(i for i in items() if i["source_platform"] == "twitter.com"))
    quoted = copy.deepcopy(post["data"])
    quoted["rest_id"] = quoted["legacy"]["id_str"] = "1600000000000000001"
    post["data"]["quoted_status_result"] = {"result": quoted}
    post["data"]["legacy"] |= {"is_quote_status": True, "quoted_status_id_str": "16000"}
    rows, _ = read(tmp_path / "a.ndjson", post)
    assert rows[0]["relation"] == "quote"
    assert rows[0]["parent_id"] == "16000"
    assert (rows[0]["parent_author_id"], rows[0]["parent_author_handle"]) == ("11", "harbour")


@pytest.mark.parametrize(
    "name", ["linkedin.com", "imgur.com", "gab.com", "pinterest.com", "tiktok-comments", ""]
)
def test_platforms_that_are_not_read(tmp_path: Path, name: str) -> None:
    other = {**items()[0], "source_platform": name}
    assert read(tmp_path / "a.ndjson", other) == ([], ["not_a_post"])


def test_www_does_not_matter(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.ndjson", {**items()[0], "source_platform": "WWW.TikTok.com"})
    assert rows[0]["platform"] == "tiktok"
