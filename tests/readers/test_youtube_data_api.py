"""YouTube: every real answer is read or refused for what it is; what a missing figure means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.discovery import SURE, guess
from howfar.readers.youtube_data_api import READER
from howfar.readers.youtube_resource import OTHER_KINDS
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="yt")

# Posts and shares that each file holds, counted by hand in the files.
POSTS = {
    "activities_activities_by_channel_p1": 10,
    "activities_activities_by_channel_p2": 3,
    "activities_activities_by_mine_p1": 1,
    "activities_activities_by_mine_p2": 1,
    "search_search_by_developer": 5,
    "search_search_by_event": 25,
    "search_search_by_keywords_p1": 25,
    "search_search_by_keywords_p2": 25,
    "search_search_by_location": 5,
    "search_search_by_mine": 2,
    "search_search_by_related_video": 5,
    "search_search_videos_by_channel": 5,
    "videos_insert_response": 1,
    "videos_videos_chart_paged_1": 5,
    "videos_videos_chart_paged_2": 3,
    "videos_videos_info_multi": 2,
    "videos_videos_info_single": 1,
    "videos_videos_myrating_paged_1": 2,
    "videos_videos_myrating_paged_2": 1,
}
SHARES = {
    "playlist_items_insert_response": 1,
    "playlist_items_playlist_items_filter_video": 1,
    "playlist_items_playlist_items_multi": 2,
    "playlist_items_playlist_items_paged_1": 10,
    "playlist_items_playlist_items_paged_2": 3,
    "playlist_items_playlist_items_single": 1,
}
REFUSED = {
    "channels_info": "channels without figures",
    "channels_update_resp": "channels without figures",
    "search_search_channels": "channels or playlists that a search found",
    "videos_get_rating_response": "ratings that the asking account gave",
}
CHANNELS = "channels_info_multiple"


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "youtube-data-api"
    if not folder.is_dir():
        pytest.skip("the samples of YouTube are not in the folder of real data")
    return folder


def sample(folder: Path, name: str) -> Path:
    return folder / f"apidata_{name}.json"


def test_every_sample_is_accounted_for(samples: Path) -> None:
    named = {f"apidata_{n}.json" for n in (*POSTS, *SHARES, *REFUSED, CHANNELS)}
    assert {p.name for p in samples.iterdir()} - {"LICENSE"} == named


@pytest.mark.parametrize("name", [*POSTS, *SHARES, *REFUSED, CHANNELS])
def test_no_other_reader_claims_a_sample(samples: Path, name: str) -> None:
    (first, sure), (_, unsure), *_ = guess(sample(samples, name))
    assert (first, sure.confidence >= SURE, unsure.confidence < SURE) == (READER, True, True)


@pytest.mark.parametrize("name", POSTS)
def test_samples_of_posts_are_read_whole(samples: Path, name: str) -> None:
    path = sample(samples, name)
    reading = read_all(READER, path, CONTEXT)
    rows, rejects, tally = reading
    assert (rejects, reading.others, tally.unknown_columns) == ([], {}, {})
    assert len(rows) == tally.records == POSTS[name]
    page = json.loads(path.read_text("utf-8"))
    for row, item in zip(rows, page.get("items", [page]), strict=True):
        snippet = item["snippet"]
        assert row["author_id"] == snippet["channelId"]
        assert row["created_at"][:19] == snippet["publishedAt"][:19]
        assert (row["platform"], row["relation"]) == ("youtube", "original")
        assert not {"views", "reactions", "comments"} & row.keys()


def test_a_real_video_value_by_value(samples: Path) -> None:
    rows, _, _ = read_all(READER, sample(samples, "videos_videos_info_single"), CONTEXT)
    (row,) = rows
    assert (row["post_id"], row["language"], row["kind"]) == ("D-lhorsDlUQ", "en", "video")
    assert row["created_at"] == "2019-03-21T20:37:49Z"
    assert row["text"].startswith("What are Actions on Google (Assistant on Air)\n\nIn the first")


def test_texts_of_a_real_search_are_unescaped(samples: Path) -> None:
    path = sample(samples, "search_search_by_keywords_p1")
    assert "&#39;" in path.read_text("utf-8")
    rows, _, _ = read_all(READER, path, CONTEXT)
    assert not [row for row in rows if "&#39;" in row["text"] or "&amp;" in row["text"]]


@pytest.mark.parametrize("name", SHARES)
def test_playlists_without_the_times_of_their_videos_are_shares(samples: Path, name: str) -> None:
    path = sample(samples, name)
    reading = read_all(READER, path, CONTEXT)
    rows, rejects, tally = reading
    assert (rows, rejects, tally.records) == ([], [], SHARES[name])
    page = json.loads(path.read_text("utf-8"))
    for row, item in zip(reading.others["shares"], page.get("items", [page]), strict=True):
        assert row["object"] == item["snippet"]["resourceId"]["videoId"]
        assert row["shared_at"][:19] == item["snippet"]["publishedAt"][:19]
        assert row["post_id"] == item["id"]


@pytest.mark.parametrize("name", REFUSED)
def test_other_answers_are_refused_for_what_they_are(samples: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"the file holds {REFUSED[name]}, not videos") as error:
        read_all(READER, sample(samples, name), CONTEXT)
    assert error.value.reason == "format"


def test_figures_of_real_channels(samples: Path) -> None:
    reading = read_all(READER, sample(samples, CHANNELS), CONTEXT)
    assert reading.other_records == reading[2].records == 2
    told = {
        (row["account_handle"], row["metric"]): row["value"]
        for row in reading.others["account_counts"]
    }
    assert told == {
        ("@google", "views"): 3331930783,
        ("@google", "followers"): 10700000,
        ("@google", "posts"): 2678,
        ("@googledevelopers", "views"): 208790084,
        ("@googledevelopers", "followers"): 2260000,
        ("@googledevelopers", "posts"): 5652,
    }


def read(tmp_path: Path, *values: Any) -> Reading:
    path = tmp_path / "answers.json"
    path.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    return read_all(READER, path, CONTEXT)


def video(**parts: Any) -> dict[str, Any]:
    snippet = {"publishedAt": "2024-05-01T09:30:00Z", "channelId": "UC1", "title": "Harbour"}
    return {"kind": "youtube#video", "etag": "e", "id": "vid00000001", "snippet": snippet, **parts}


def comment(**snippet: Any) -> dict[str, Any]:
    told = {"publishedAt": "2024-05-01T09:30:00Z", "authorChannelId": {"value": "UC2"}, **snippet}
    return {"kind": "youtube#comment", "etag": "e", "id": "C1", "snippet": told}


@pytest.mark.parametrize(
    ("statistics", "views", "reactions", "comments"),
    [
        ({"viewCount": "0", "likeCount": "0", "commentCount": "0"}, 0, 0, 0),
        ({"viewCount": "7", "commentCount": "1"}, 7, None, 1),
        ({"viewCount": "7", "likeCount": "2"}, 7, 2, None),
        ({"likeCount": "2", "dislikeCount": "9"}, None, 2, None),
        ({"viewCount": None}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_what_is_hidden_or_switched_off_is_missing(
    tmp_path: Path,
    statistics: dict[str, Any],
    views: int | None,
    reactions: int | None,
    comments: int | None,
) -> None:
    ((row,), _, _) = read(tmp_path, video(statistics=statistics))
    assert (row.get("views"), row.get("comments")) == (views, comments)
    assert row.get("reactions") == row.get("reaction_like") == reactions


def test_a_list_of_pages_is_read_page_by_page(tmp_path: Path) -> None:
    pages = [{"items": [video(), video(id="vid00000002")]}, {"items": [7]}, {"items": []}]
    rows, rejects, tally = read(tmp_path, pages)
    assert [row["post_id"] for row in rows] == ["vid00000001", "vid00000002"]
    assert ([r.reason for r in rejects], tally.records) == (["not_a_post"], 3)


def test_plain_text_that_looks_like_a_tag_is_left_alone(tmp_path: Path) -> None:
    ((row,), _, _) = read(tmp_path, comment(textDisplay="if a<b then I <3 c & d"))
    assert row["text"] == "if a<b then I <3 c & d"


def test_a_display_name_is_no_handle(tmp_path: Path) -> None:
    ((row,), _, _) = read(tmp_path, comment(authorDisplayName="harbour"))
    assert (row["author_id"], row.get("author_handle")) == ("UC2", None)


def test_what_others_may_have_written_needs_an_author(tmp_path: Path) -> None:
    # Without one it would be taken for a post of the channel that the source declares.
    item = {
        "kind": "youtube#playlistItem",
        "id": "i",
        "snippet": {"channelId": "UC1", "playlistId": "PL1", "title": "Pier"},
        "contentDetails": {"videoId": "v", "videoPublishedAt": "2024-05-01T09:30:00Z"},
    }
    rows, rejects, _ = read(tmp_path, comment(authorChannelId=None), item)
    assert rows == []
    assert [(r.line, r.reason) for r in rejects] == [(1, "author"), (2, "author")]


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("Pier", "", [("Pier", None)]),
        ("Deleted video", "This video is unavailable.", [(None, "removed")]),
        ("Private video", "This video is private.", []),
        ("Private video", "How to make one", [("Private video\n\nHow to make one", None)]),
    ],
)
def test_what_stands_in_the_place_of_a_video(
    tmp_path: Path, title: str, description: str, expected: list[tuple[str | None, str | None]]
) -> None:
    snippet = {
        "publishedAt": "2024-05-01T09:30:00Z",
        "channelId": "UC1",
        "playlistId": "UU1",
        "resourceId": {"videoId": "v"},
        "title": title,
        "description": description,
    }
    item = {"kind": "youtube#playlistItem", "id": "i", "snippet": snippet}
    rows, rejects, _ = read(tmp_path, item)
    assert [(row.get("text"), row.get("availability")) for row in rows] == expected
    assert [r.reason for r in rejects] == ([] if expected else ["not_public"])


def test_a_page_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    for kind, what in OTHER_KINDS.items():
        with pytest.raises(InputError, match=f"holds {what}, not videos"):
            read(tmp_path, {"kind": kind, "etag": "e", "id": "1"})
