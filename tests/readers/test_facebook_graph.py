"""Facebook's Graph API: every real answer, who wrote what, and names in tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.discovery import SURE, guess
from howfar.readers.facebook_graph import READER
from howfar.readers.graph_value import without_persons
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="fb")

# Posts with the comments in them, pages; counted by hand in the files.
POSTS = {
    "apidata_posts_feed_fields_p1": 5,
    "apidata_posts_feed_fields_p2": 5,
    "apidata_posts_feeds_default_fields_p1": 5,
    "apidata_posts_feeds_default_fields_p2": 5,
    "apidata_posts_multi_posts_data": 2 + 7 + 9,
    "apidata_posts_multi_posts_data_fields": 2,
    "apidata_posts_single_post_data": 1,
    "apidata_posts_single_post_data_fields": 1,
}
PAGES = {
    "apidata_pages_multi_default_fields": {"19292868552": 7966986, "20531316728": 210078909},
    "apidata_pages_multi_pages": {"19292868552": 7966989, "20531316728": 210103936},
    "apidata_pages_single_default_page": {"20531316728": 214507731},
    "apidata_pages_single_fields_page": {"20531316728": 214507731},
    "models_page": {"20531316728": 214840680},
}
REFUSED = "apidata_pages_search_pages"


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "facebook-graph"
    if not folder.is_dir():
        pytest.skip("the samples of Facebook are not in the folder of real data")
    return folder


def sample(folder: Path, name: str) -> Path:
    return folder / f"facebook_{name}.json"


def test_every_sample_is_accounted_for(samples: Path) -> None:
    named = {f"facebook_{n}.json" for n in (*POSTS, *PAGES, REFUSED)}
    assert {p.name for p in samples.glob("facebook_*")} == named


@pytest.mark.parametrize("name", [*POSTS, *PAGES, REFUSED])
def test_no_other_reader_claims_a_sample(samples: Path, name: str) -> None:
    (first, sure), (_, unsure), *_ = guess(sample(samples, name))
    assert (first, sure.confidence >= SURE, unsure.confidence < SURE) == (READER, True, True)


@pytest.mark.parametrize("name", POSTS)
def test_samples_of_posts_are_read_whole(samples: Path, name: str) -> None:
    reading = read_all(READER, sample(samples, name), CONTEXT)
    rows, rejects, tally = reading
    assert (rejects, reading.others, tally.unknown_columns) == ([], {}, {})
    assert len(rows) == tally.records == POSTS[name]


@pytest.mark.parametrize("name", PAGES)
def test_followers_of_real_pages(samples: Path, name: str) -> None:
    reading = read_all(READER, sample(samples, name), CONTEXT)
    rows, rejects, _ = reading
    assert (rows, rejects, reading.other_records) == ([], [], len(PAGES[name]))
    told = {row["account_id"]: row["value"] for row in reading.others["account_counts"]}
    assert told == PAGES[name]
    assert {row["metric"] for row in reading.others["account_counts"]} == {"followers"}


def test_pages_without_figures_are_refused(samples: Path) -> None:
    with pytest.raises(InputError, match="the file holds pages without figures, not posts"):
        read_all(READER, sample(samples, REFUSED), CONTEXT)


def test_a_real_post_value_by_value(samples: Path) -> None:
    path = sample(samples, "apidata_posts_feeds_default_fields_p1")
    row = read_all(READER, path, CONTEXT)[0][1]
    assert row.pop("text").startswith("Despite reliable peering being essential")
    assert row == {
        "line": 1,
        "platform": "facebook",
        "post_id": "19292868552_10158347294088553",
        "author_id": "19292868552",
        "relation": "original",
        "kind": "link",
        "created_at": "2021-07-08T15:30:19Z",
        "link": "engineering.fb.com",
        "shares": 6,
        "comments": 17,
        "reactions": 131,
        "reaction_like": 124,
        "reaction_love": 5,
        "reaction_wow": 1,
        "reaction_haha": 0,
        "reaction_sad": 1,
        "reaction_angry": 0,
    }


def test_real_comments_are_their_writers(samples: Path) -> None:
    path = sample(samples, "apidata_posts_multi_posts_data")
    rows, _, _ = read_all(READER, path, CONTEXT)
    comments = [row for row in rows if row["relation"] == "reply"]
    assert len(comments) == 16
    page = "19292868552"
    assert all(row["author_id"] != page for row in comments)
    assert {row["parent_author_id"] for row in comments} == {page}
    assert {row["parent_id"] for row in comments} == {
        row["post_id"] for row in rows if row["relation"] == "original"
    }
    # The API says twelve and eleven, and lists seven and nine of them.
    assert [row["comments"] for row in rows if row["relation"] == "original"] == [12, 11]


def read(tmp_path: Path, *values: Any) -> Reading:
    path = tmp_path / "answers.json"
    path.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    return read_all(READER, path, CONTEXT)


def post(**members: Any) -> dict[str, Any]:
    return {"id": "900_1", "created_time": "2021-09-26T03:30:13+0000", **members}


@pytest.mark.parametrize("privacy", ["ALL_FRIENDS", "FRIENDS_OF_FRIENDS", "SELF", "CUSTOM"])
def test_what_friends_alone_may_see_is_refused(tmp_path: Path, privacy: str) -> None:
    rows, rejects, _ = read(tmp_path, post(privacy={"value": privacy}))
    assert (rows, [r.reason for r in rejects]) == ([], ["not_public"])


def test_elements_of_a_page_are_not_counted_as_the_whole(tmp_path: Path) -> None:
    listed = {"data": [{"id": "1"}, {"id": "2"}], "paging": {}}
    ((row,), _, _) = read(tmp_path, post(reactions=listed, like=listed, likes=listed))
    assert not [name for name in row if name.startswith("reaction")]


def test_a_comment_that_is_no_object_does_not_cost_its_post(tmp_path: Path) -> None:
    rows, rejects, tally = read(tmp_path, post(comments={"data": [7, {"id": "900_1_2"}]}))
    assert [row["post_id"] for row in rows] == ["900_1"]
    assert ([r.reason for r in rejects], tally.records) == (["not_a_post"] * 2, 3)


def test_followers_come_before_likes_of_the_page(tmp_path: Path) -> None:
    reading = read(tmp_path, {"id": "900", "fan_count": 5, "followers_count": 0})
    assert [row["value"] for row in reading.others["account_counts"]] == [0]


def test_pages_under_their_names_and_one_that_failed(tmp_path: Path) -> None:
    answer = {"harbour": {"id": "900", "fan_count": 5}, "gone": {"error": {"code": 803}}}
    reading = read(tmp_path, answer)
    assert [row["account_id"] for row in reading.others["account_counts"]] == ["900"]
    assert [r.reason for r in reading[1]] == ["not_a_post"]


def test_figures_of_a_page_whose_posts_stand_in_it(tmp_path: Path) -> None:
    posts = {"data": [post(), post(id="900_2", is_published=False)]}
    reading = read(tmp_path, {"id": "900", "followers_count": 8, "posts": posts})
    rows, rejects, tally = reading
    assert ([row["post_id"] for row in rows], [r.reason for r in rejects]) == (
        ["900_1"],
        ["not_public"],
    )
    assert (tally.records, reading.other_records) == (2, 0)
    assert [row["value"] for row in reading.others["account_counts"]] == [8]


def tag(name: str, offset: int, length: int, **members: Any) -> dict[str, Any]:
    return {"id": "77", "name": name, "offset": offset, "length": length, **members}


@pytest.mark.parametrize(
    ("said", "tags", "shown"),
    [
        ("Hi Ada B", [tag("Ada B", 3, 5, type="user")], "Hi ⟨mention⟩"),
        # Code points, as documented, and UTF-16 units where the name stands there.
        ("🏠 Ada B!", [tag("Ada B", 2, 5)], "🏠 ⟨mention⟩!"),
        ("🏠 Ada B!", [tag("Ada B", 3, 5)], "🏠 ⟨mention⟩!"),
        # Only a part of the name is shown, or the name once more without a tag.
        ("Hi Ada, so Ada Byron", [tag("Ada Byron", 3, 3)], "Hi ⟨mention⟩, so ⟨mention⟩"),
        ("Hi Ada", {"3": [tag("Ada", 3, 3)]}, "Hi ⟨mention⟩"),
        ("At Harbour", [tag("Harbour", 3, 7, type="page")], "At Harbour"),
        ("Hi Ada", [tag("Ada", -3, 3), tag("Ada", 90, 3), 7], "Hi ⟨mention⟩"),
        ("Hi", "Ada", "Hi"),
        (None, [tag("Ada", 0, 3)], None),
    ],
)
def test_names_of_tagged_persons_are_taken_out(said: str | None, tags: Any, shown: str) -> None:
    assert without_persons(said, tags) == shown


def test_a_post_of_nothing_but_tags_is_rejected(tmp_path: Path) -> None:
    # Each costs a walk through the text: a hostile record must not take hours.
    rows, rejects, _ = read(tmp_path, post(message="x", message_tags=[tag("x", 0, 1)] * 501))
    assert (rows, [r.reason for r in rejects]) == ([], ["type"])


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.example.org%2Fa&h=x", "example.org"),
        ("https://l.facebook.com/l.php?h=x", None),
        ("https://www.facebook.com/900/posts/1", None),
        ("https://fb.watch/abc", None),
        ("http://[l.php?/l.php?u=x", None),
        ("https://News.example.com:443/x", "news.example.com"),
    ],
)
def test_redirects_are_seen_through(tmp_path: Path, address: str, host: str | None) -> None:
    ((row,), _, _) = read(tmp_path, post(attachments={"data": [{"url": address}]}))
    assert row.get("link") == host
