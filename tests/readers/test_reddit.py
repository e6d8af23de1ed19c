"""Reddit: real answers of its API, votes that are no counts, posts that are gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.readers.cassettes import bodies
from tests.readers.reader_cases import FIXTURES, read_all

from howfar.readers.discovery import sure_guess
from howfar.readers.documents import documents
from howfar.readers.json_values import BadPostError
from howfar.readers.reddit import READER
from howfar.readers.reddit_post import posts_in, raw_row
from howfar.schema.reader import ReadContext, Tally

CONTEXT = ReadContext(source="reddit")
COMMENT = {
    **{"subreddit": "town", "author": "a", "created_utc": 1700000000, "id": "k1", "body": "b"},
    **{"link_id": "t3_1", "parent_id": "t3_1", "score": 5},
}
POST = {
    **{"subreddit": "town", "author": "a", "created_utc": 1700000000, "id": "p1"},
    **{"title": "t", "selftext": "s", "score": 5},
}


@pytest.fixture(scope="module")
def answers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bodies of the two real cassettes, each as a file of its own."""
    folder = tmp_path_factory.mktemp("reddit")
    found = {}
    for cassette in sorted((shared / "samples" / "reddit").glob("*.json")):
        for place, body in enumerate(bodies(cassette)):
            name = f"{cassette.stem.rsplit('.', 1)[1]}-{place}"
            found[name] = folder / f"{name}.json"
            found[name].write_text(body, "utf-8")
    return found


def _things(path: Path) -> list[dict[str, Any]]:
    """Every t1 and t3 of an answer, by a few lines written apart from the reader."""
    found = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("kind") in ("t1", "t3"):
                found.append(value["data"])
            for inner in value.values():
                walk(inner)
        if isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(path.read_text("utf-8")))
    return found


def test_real_threads_are_read_with_their_replies(answers: dict[str, Path]) -> None:
    assert len(answers) == 7
    path = answers["test_parent__submission-2"]
    assert sure_guess(path)[0] is READER
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert rejects == []
    assert tally.unknown_columns == {}
    assert tally.notes == {"net_votes": 3}
    things = _things(path)
    assert [row["post_id"] for row in rows] == [thing["name"] for thing in things]
    assert [row["author_handle"] for row in rows] == [thing["author"] for thing in things]
    assert [row["relation"] for row in rows] == ["original", "reply", "reply"]
    post, comment, reply = rows
    assert post["text"] == things[0]["title"] + "\n\n" + things[0]["selftext"]
    assert (post["kind"], post["reactions"], post["comments"]) == ("self", 10, 2)
    assert post["created_at"] == "2014-09-17T06:34:31Z"
    assert comment["parent_id"] == comment["thread_id"] == post["post_id"]
    assert (reply["parent_id"], reply["text"]) == (comment["post_id"], things[2]["body"])
    assert reply["created_at"] == "2014-09-18T03:13:54Z"
    assert "comments" not in reply
    assert "link" not in post


def test_a_real_crosspost_is_a_repost(answers: dict[str, Path]) -> None:
    (original,), *_ = read_all(READER, answers["test_crosspost-1"], CONTEXT)
    (row,), rejects, tally = read_all(READER, answers["test_crosspost-3"], CONTEXT)
    assert rejects == []
    assert tally.unknown_columns == {}
    assert (row["relation"], row["parent_id"]) == ("repost", original["post_id"])
    assert row["parent_author_handle"] == original["author_handle"]
    assert (row["comments"], row["reactions"], row["shares"]) == (0, 1, 0)
    assert "link" not in row


def test_real_answers_that_hold_no_posts(answers: dict[str, Path]) -> None:
    for name in ("test_crosspost-0", "test_crosspost-2", "test_parent__submission-0"):
        rows, rejects, _ = read_all(READER, answers[name], CONTEXT)
        assert rows == []
        assert [r.reason for r in rejects] == ["not_a_post"]


def test_each_line_of_a_dump_may_be_a_listing(answers: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    pages = [answers[n].read_text("utf-8") for n in ("test_crosspost-1", "test_crosspost-3")]
    path.write_text("\n".join(pages), "utf-8")
    rows, rejects, _ = read_all(READER, path, CONTEXT)
    assert [(row["line"], row["relation"]) for row in rows] == [(1, "original"), (2, "repost")]
    assert rejects == []


@pytest.mark.parametrize(
    ("told", "reactions"),
    [
        ({"score": 7}, 7),
        ({"score": 0}, 0),
        ({"score": -3}, None),
        ({"score": 7, "ups": 7, "downs": 0}, 7),
        ({"score": 3, "ups": 9, "downs": 6}, 9),
        ({"score": -3, "ups": 3, "downs": 6}, 3),
        ({"score": 1, "score_hidden": True}, None),
        ({"score": 1, "hide_score": True}, None),
        ({"score": None}, None),
    ],
)
def test_votes(told: dict[str, Any], reactions: int | None) -> None:
    assert raw_row(COMMENT | told).get("reactions") == reactions


@pytest.mark.parametrize(
    "told",
    [
        {"body": "[deleted]"},
        {"body": "[removed]"},
        {"_meta": {"was_deleted_later": True}},
        {"_meta": {"removal_type": "deleted"}},
        {"_meta": {"was_initially_deleted": True}},
        {"removed_by_category": "moderator"},
    ],
)
def test_what_is_gone_is_kept_without_its_text(told: dict[str, Any]) -> None:
    row = raw_row(COMMENT | told)
    assert (row["availability"], row["text"]) == ("removed", None)
    assert raw_row(COMMENT).get("availability") is None


def test_a_submission_whose_text_alone_is_gone_loses_its_title_too() -> None:
    assert raw_row(POST | {"selftext": "[removed]"})["text"] is None
    assert raw_row(POST)["text"] == "t\n\ns"
    assert raw_row(POST | {"selftext": ""})["text"] == "t"
    assert raw_row(POST | {"title": "", "selftext": ""})["text"] == ""


def test_no_author_where_the_account_is_gone() -> None:
    row = raw_row(COMMENT | {"author": "[deleted]"})
    assert (row["author_id"], row["author_handle"]) == (None, None)


def test_when_the_figures_were_read_off() -> None:
    def seen(**told: Any) -> int | None:
        found: int | None = raw_row(COMMENT | told)["observed_at"]
        return found

    assert seen() is None
    assert seen(retrieved_on=1700000020) == 1700000020_000000
    assert seen(retrieved_on=1700000020, updated_utc=1700000999) == 1700000999_000000
    later = {"retrieved_2nd_on": 1700130000}
    assert seen(retrieved_on=1700000020, _meta=later) == 1700130000_000000


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"created_utc": "2023-11-14"}, "date"),
        ({"created_utc": -1}, "date"),
        ({"created_utc": 1e300}, "date"),
        ({"parent_id": 37343}, "id"),
        ({"parent_id": "t5_abc"}, "id"),
        ({"id": "K1"}, "id"),
        ({"id": None}, "id"),
        ({"score": "7"}, "number"),
        ({"score": True}, "number"),
        ({"score": 10**12}, "number"),
        ({"_meta": []}, "type"),
        ({"quarantine": "no"}, "type"),
    ],
)
def test_damage_is_named(told: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadPostError) as bad:
        raw_row(COMMENT | told)
    assert bad.value.reason == reason


@pytest.mark.parametrize("value", [None, 5, "t1", [], {}, {"body": "b"}, {"title": "t"}])
def test_other_values_are_no_posts(value: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        raw_row(value)
    assert bad.value.reason == "not_a_post"


def test_a_deep_thread_comes_out_in_reading_order() -> None:
    def thing(place: int, below: list[Any]) -> dict[str, Any]:
        replies: Any = {"kind": "Listing", "data": {"children": below}} if below else ""
        return {"kind": "t1", "data": {"id": place, "replies": replies}}

    tree = {
        "kind": "Listing",
        "data": {"children": [thing(1, [thing(2, [thing(3, [])]), thing(4, [])]), thing(5, [])]},
    }
    assert [post["id"] for post in posts_in(tree)] == [1, 2, 3, 4, 5]
    assert [post["id"] for post in posts_in([tree, tree])] == [1, 2, 3, 4, 5] * 2
    assert list(posts_in({"kind": "Listing", "data": {"children": None}})) == []
    assert list(posts_in({"kind": "t5", "data": {}})) == [{"kind": "t5", "data": {}}]


def test_html_of_three_characters_alone_is_undone() -> None:
    assert raw_row(COMMENT | {"body": "&amp;lt; &lt;3 &nbsp;"})["text"] == "&lt; <3 &nbsp;"


def test_an_advertised_post_is_paid() -> None:
    assert raw_row(POST | {"promoted": True})["exposure"] == "paid"
    assert raw_row(POST | {"is_created_from_ads_ui": True})["exposure"] == "paid"
    assert raw_row(POST | {"promoted": False})["exposure"] is None


def test_packed_lines_of_an_archive_are_known_and_read(tmp_path: Path) -> None:
    path = tmp_path / "RC_2023-11.zst"
    plain = (FIXTURES / "reddit" / "good.jsonl").read_bytes()
    path.write_bytes(zstandard.ZstdCompressor().compress(plain))
    (document,) = documents(path)
    assert sure_guess(document)[0] is READER
    tally = Tally()
    batches = list(READER.read(document, CONTEXT, tally))
    assert (sum(len(batch.posts) for batch in batches), tally.records) == (7, 7)
