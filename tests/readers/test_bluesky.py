"""Bluesky: real records and a real thread; accounts, labels and times of the three forms."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers import bluesky_appview, bluesky_jetstream, bluesky_records
from howfar.readers.bluesky_post import account_in, at_uri, collection_of, record_row
from howfar.readers.discovery import sure_guess
from howfar.readers.json_values import BadPostError
from howfar.schema.reader import ReadContext, Reader

CONTEXT = ReadContext(source="bluesky")
URI = "at://did:plc:a/app.bsky.feed.post/3k"
POST = {"$type": "app.bsky.feed.post", "text": "t", "createdAt": "2024-05-01T09:30:00Z"}
REJECTED = {
    "custom_record.json": "not_a_post",
    "extended_like_record.json": "not_a_post",
    "extended_post_record.json": "timezone",
    "feed_record.json": "not_a_post",
    "like_record.json": "not_a_post",
}
REFUSED = ("did_doc.json", "get_follows.json", "resolve_handle.json")


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples" / "bluesky"


def test_every_sample_is_accounted_for(samples: Path) -> None:
    files = {path.name for path in samples.glob("*.json")}
    read = {"post_record.json", "thread_view_post_with_embed_media.json"}
    assert files == {*REJECTED, *REFUSED, *read}


@pytest.mark.parametrize("name", REFUSED)
def test_files_without_posts_are_refused(samples: Path, name: str) -> None:
    with pytest.raises(InputError, match="no reader knows") as refused:
        sure_guess(samples / name)
    assert refused.value.reason == "format"


@pytest.mark.parametrize("name", REJECTED)
def test_records_that_are_no_posts_or_lack_a_zone(samples: Path, name: str) -> None:
    assert sure_guess(samples / name)[0] is bluesky_records.READER
    rows, rejects, _ = read_all(bluesky_records.READER, samples / name, CONTEXT)
    assert rows == []
    assert [(r.line, r.reason) for r in rejects] == [(1, REJECTED[name])]


def test_a_real_record(samples: Path) -> None:
    path = samples / "post_record.json"
    (row,), rejects, tally = read_all(bluesky_records.READER, path, CONTEXT)
    uri = json.loads(path.read_text("utf-8"))["uri"]
    did = uri.split("/")[2]
    assert row == {
        **{"platform": "bluesky", "post_id": uri, "thread_id": uri, "author_id": did, "line": 1},
        **{"relation": "original", "kind": "status", "text": "new text114"},
        **{"created_at": "2024-02-22T19:58:13.903293Z"},
    }
    assert (rejects, tally.unknown_columns) == ([], {})


def test_a_real_record_without_a_zone_is_read_in_the_declared_one(samples: Path) -> None:
    context = ReadContext(source="bluesky", timezone=dt.timezone(dt.timedelta(hours=2)))
    path = samples / "extended_post_record.json"
    (row,), _, tally = read_all(bluesky_records.READER, path, context)
    assert (row["created_at"], row["language"]) == ("2023-07-20T23:33:51.481951Z", "en")
    assert tally.unknown_columns == {"lol": 1}


def test_a_real_thread(samples: Path) -> None:
    path = samples / "thread_view_post_with_embed_media.json"
    assert sure_guess(path)[0] is bluesky_appview.READER
    (row,), rejects, tally = read_all(bluesky_appview.READER, path, CONTEXT)
    view = json.loads(path.read_text("utf-8"))["thread"]["post"]
    uri, did = view["uri"], view["author"]["did"]
    quoted = view["record"]["embed"]["record"]["record"]["uri"]
    assert row == {
        **{"platform": "bluesky", "post_id": uri, "thread_id": uri, "author_id": did, "line": 1},
        **{"author_handle": view["author"]["handle"], "relation": "quote", "kind": "images"},
        **{"parent_id": quoted, "parent_author_id": did},
        **{"language": "en", "text": "", "created_at": "2023-09-28T12:49:36.735000Z"},
        **dict.fromkeys(("reactions", "reaction_like", "comments", "shares"), 0),
    }
    assert (rejects, tally.unknown_columns) == ([], {})


@pytest.mark.parametrize(
    ("uri", "id", "handle", "collection"),
    [
        (URI, "did:plc:a", None, "app.bsky.feed.post"),
        ("at://did:web:a.example/x.y/self", "did:web:a.example", None, "x.y"),
        ("at://a.example/app.bsky.feed.post/3k", None, "a.example", "app.bsky.feed.post"),
        (None, None, None, ""),
        ("https://bsky.app/profile/a", None, None, ""),
    ],
)
def test_accounts_in_addresses(
    uri: str | None, id: str | None, handle: str | None, collection: str
) -> None:
    assert account_in(uri, "id", "handle") == {"id": id, "handle": handle}
    assert collection_of(uri) == collection


@pytest.mark.parametrize("uri", [5, "", "at://", "at://a/b", "at://a/b/c d", URI + "/x", ["x"]])
def test_damaged_addresses(uri: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        at_uri({"uri": uri}, "uri")
    assert bad.value.reason == "id"
    assert "uri" in bad.value.detail


@pytest.mark.parametrize(
    ("langs", "language"), [(["en"], "en"), (["en", "en"], "en"), (["en", "de"], "mul"), ([], None)]
)
def test_languages(langs: list[str], language: str | None) -> None:
    assert record_row(POST | {"langs": langs}, URI)["language"] == language


def test_a_quote_inside_a_reply_is_a_reply() -> None:
    ref = {"uri": "at://did:plc:b/app.bsky.feed.post/1", "cid": "c"}
    embed = {"$type": "app.bsky.embed.record", "record": {**ref, "uri": ref["uri"] + "9"}}
    row = record_row(POST | {"embed": embed, "reply": {"root": ref, "parent": ref}}, URI)
    assert (row["relation"], row["parent_id"]) == ("reply", ref["uri"])
    assert record_row(POST | {"embed": embed}, URI)["relation"] == "quote"


def test_links_to_the_platform_itself_are_none() -> None:
    def linked(uri: str) -> Any:
        embed = {"$type": "app.bsky.embed.external", "external": {"uri": uri}}
        return record_row(POST | {"embed": embed}, URI)["link"]

    assert linked("https://www.Example.org:443/a") == "example.org"
    assert linked("https://bsky.app/profile/a") is None
    assert linked("https://go.bsky.app/a") is None
    assert linked("https://notbsky.app/a") == "notbsky.app"


def _read(reader: Reader, value: Any, tmp_path: Path) -> Reading:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value), "utf-8")
    return read_all(reader, path, CONTEXT)


def test_all_answers_of_the_appview_have_the_same_posts(tmp_path: Path) -> None:
    view = {
        **{"uri": URI, "cid": "c", "author": {"did": "did:plc:a", "handle": "a.example"}},
        **{"record": POST, "indexedAt": "2024-05-01T09:31:00Z", "likeCount": 3},
    }
    forms: list[Any] = [
        *(view, [view], {"posts": [view]}, {"feed": [{"post": view}]}, {"post": view}),
        {"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": view, "replies": []}},
        {"thread": [{"uri": URI, "depth": 0, "value": {"post": view}}]},
    ]
    for form in forms:
        (row,), rejects, _ = _read(bluesky_appview.READER, form, tmp_path)
        assert (row["post_id"], row["reactions"], rejects) == (URI, 3, [])
        path = tmp_path / "x.json"
        assert sure_guess(path)[0] is bluesky_appview.READER


def test_an_account_whose_handle_is_broken_has_none(tmp_path: Path) -> None:
    author = {"did": "did:plc:a", "handle": "handle.invalid"}
    view = {"uri": URI, "author": author, "record": POST, "indexedAt": "2024-05-01T09:31:00Z"}
    (row,), *_ = _read(bluesky_appview.READER, view, tmp_path)
    assert row["author_id"] == "did:plc:a"
    assert "author_handle" not in row


def test_an_answer_of_nothing_holds_nothing(tmp_path: Path) -> None:
    for empty in ({"feed": [], "cursor": None}, {"posts": []}, []):
        rows, rejects, tally = _read(bluesky_appview.READER, empty, tmp_path)
        assert (rows, rejects, tally.records) == ([], [], 0)


def test_an_event_tells_when_it_was_seen(tmp_path: Path) -> None:
    event = {
        **{"did": "did:plc:a", "time_us": 1725911162329308, "kind": "commit"},
        "commit": {
            **{"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3k"},
            **{"record": POST, "cid": "c", "rev": "r"},
        },
    }
    (row,), *_ = _read(bluesky_jetstream.READER, event, tmp_path)
    assert (row["post_id"], row["collected_at"]) == (URI, "2024-09-09T19:46:02.329308Z")
    assert "observed_at" not in row


def test_many_events_that_are_no_posts_cost_no_memory_and_hide_none(tmp_path: Path) -> None:
    like = '{"did":"did:plc:a","time_us":1,"kind":"commit","commit":{"operation":"create",'
    like += '"collection":"app.bsky.feed.like","rkey":"1","record":{}}}\n'
    post = json.dumps(
        {"did": "did:plc:a", "time_us": 1725911162329308, "kind": "commit"}
        | {"commit": {"operation": "create", "collection": POST["$type"], "rkey": "9"}}
    )
    path = tmp_path / "events.jsonl"
    path.write_text(like * 5_000 + post[:-2] + ',"record":' + json.dumps(POST) + "}}\n", "utf-8")
    rows, rejects, tally = read_all(
        bluesky_jetstream.READER, path, ReadContext(source="b", batch_rows=100)
    )
    assert ([row["line"] for row in rows], len(rejects), tally.records) == ([5001], 5_000, 5_001)
