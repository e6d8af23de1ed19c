"""Instagram's APIs: every real answer is read or refused for what it is; hidden is not zero."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.discovery import SURE, guess, reader_for
from howfar.readers.instagram_graph import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="ig")

# Media that each file holds, counted by hand; rejects by reason where there are such.
MEDIA = {
    "base_discovery_medias_p1": 5,
    "base_discovery_medias_p2": 5,
    "instagram_apidata_discovery_medias_p1": 2,
    "instagram_apidata_discovery_medias_p2": 2,
    "instagram_apidata_medias_children": 2,
    "instagram_apidata_medias_media_default": 1,
    "instagram_apidata_medias_medias_fields": 2,
    "instagram_apidata_users_medias_p1": 2,
    "instagram_apidata_users_medias_p2": 2,
    "instagram_apidata_users_tagged_medias": 5,
    "instagram_basic_apidata_media_media_info": 1,
    "instagram_basic_apidata_media_medias_info": 2,
    "instagram_basic_apidata_user_user_medias_p1": 2,
    "instagram_basic_apidata_user_user_medias_p2": 2,
    "instagram_basic_models_media_info": 1,
    "instagram_models_ig_media": 1,
}
REJECTED = {
    "instagram_apidata_hashtags_hashtag_recent_medias_p1": ("date", 5),
    "instagram_apidata_hashtags_hashtag_recent_medias_p2": ("date", 5),
    "instagram_apidata_hashtags_hashtag_top_medias_p1": ("date", 25),
    "instagram_apidata_hashtags_hashtag_top_medias_p2": ("date", 25),
    "instagram_apidata_users_live_medias": ("date", 1),
    "instagram_apidata_users_mentioned_media": ("author", 1),
    "instagram_basic_apidata_media_media_children": ("date", 2),
}
REFUSED = {
    "instagram_apidata_medias_insights": "insights without what they are of",
    "instagram_apidata_medias_insights_new": "insights without what they are of",
    "instagram_apidata_medias_product_tags": "product tags",
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "facebook-graph"
    if not folder.is_dir():
        pytest.skip("the samples of Instagram are not in the folder of real data")
    return folder


def test_every_sample_is_accounted_for(samples: Path) -> None:
    found = {p.stem for p in samples.glob("*.json")} - {
        p.stem for p in samples.glob("facebook_*.json")
    }
    assert found == {*MEDIA, *REJECTED, *REFUSED}


@pytest.mark.parametrize("name", [*MEDIA, *REJECTED, *REFUSED])
def test_no_other_reader_claims_a_sample(samples: Path, name: str) -> None:
    (first, sure), (_, unsure), *_ = guess(samples / f"{name}.json")
    assert (first, sure.confidence >= SURE, unsure.confidence < SURE) == (READER, True, True)


@pytest.mark.parametrize("name", MEDIA)
def test_samples_of_media_are_read_whole(samples: Path, name: str) -> None:
    reading = read_all(READER, samples / f"{name}.json", CONTEXT)
    rows, rejects, tally = reading
    assert (rejects, reading.others, tally.unknown_columns) == ([], {}, {})
    assert len(rows) == tally.records == MEDIA[name]


@pytest.mark.parametrize("name", REJECTED)
def test_samples_without_a_time_or_an_author_are_rejected(samples: Path, name: str) -> None:
    rows, rejects, tally = read_all(READER, samples / f"{name}.json", CONTEXT)
    reason, records = REJECTED[name]
    assert (rows, [r.reason for r in rejects]) == ([], [reason] * records)
    assert tally.records == records


@pytest.mark.parametrize("name", REFUSED)
def test_other_answers_are_refused_for_what_they_are(samples: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"the file holds {REFUSED[name]}"):
        read_all(READER, samples / f"{name}.json", CONTEXT)


def test_a_real_medium_value_by_value(samples: Path) -> None:
    ((row,), _, _) = read_all(READER, samples / "instagram_models_ig_media.json", CONTEXT)
    assert row == {
        "line": 1,
        "platform": "instagram",
        "post_id": "17896129349106152",
        "author_id": "17841406338772941",
        "author_handle": "ikroskun",
        "relation": "original",
        "kind": "carousel_album",
        "created_at": "2021-07-26T10:45:20Z",
        "text": "ALBUM",
        "reactions": 1,
        "reaction_like": 1,
        "comments": 0,
    }


def test_media_of_a_real_discovery_are_the_discovered_accounts(samples: Path) -> None:
    # The account's id stands behind its media, and the asking account's id behind that.
    path = samples / "instagram_apidata_discovery_medias_p1.json"
    rows, _, _ = read_all(READER, path, CONTEXT)
    assert {row["author_id"] for row in rows} == {"17841407673135339"}
    assert [(row["reactions"], row["comments"]) for row in rows] == [(87, 11), (186, 16)]


def read(tmp_path: Path, *values: Any) -> Reading:
    path = tmp_path / "answers.json"
    path.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    return read_all(READER, path, CONTEXT)


def medium(**members: Any) -> dict[str, Any]:
    return {"id": "1", "media_type": "IMAGE", "timestamp": "2021-10-22T14:00:39+0000", **members}


@pytest.mark.parametrize(
    ("members", "comments"),
    [
        ({"comments_count": 0}, 0),
        ({"comments_count": 0, "is_comment_enabled": True}, 0),
        ({"comments_count": 0, "is_comment_enabled": False}, None),
        ({"comments_count": 4, "is_comment_enabled": False}, 4),
        ({"is_comment_enabled": False}, None),
        ({}, None),
    ],
)
def test_comments_that_are_switched_off_are_missing(
    tmp_path: Path, members: dict[str, Any], comments: int | None
) -> None:
    ((row,), _, _) = read(tmp_path, medium(**members))
    assert row.get("comments") == comments
    assert not {"reactions", "views", "shares", "bookmarks"} & row.keys()


def insight(name: str, value: Any, period: str = "lifetime") -> dict[str, Any]:
    return {"name": name, "period": period, "values": [{"value": value}]}


@pytest.mark.parametrize(
    ("insights", "expected"),
    [
        ([insight("views", 9), insight("plays", 7)], {"views": 9}),
        ([insight("impressions", 8), insight("reach", 5)], {"views": 8}),
        ([insight("views", 9, period="day")], {}),
        ([insight("views", {"a": 1})], {}),
        ([{"name": "views", "total_value": {"value": 4}}], {"views": 4}),
        ([{"name": "views", "values": [{"value": 4}, {"value": 5}]}], {}),
        ([insight("saved", 0), insight("likes", 2)], {"bookmarks": 0, "reactions": 2}),
    ],
)
def test_only_lifetime_insights_are_counts(
    tmp_path: Path, insights: list[Any], expected: dict[str, int]
) -> None:
    ((row,), _, _) = read(tmp_path, medium(insights={"data": insights}))
    metrics = ("views", "reactions", "comments", "shares", "bookmarks")
    assert {name: row[name] for name in metrics if name in row} == expected


def test_a_guest_among_an_accounts_media_is_not_the_account(tmp_path: Path) -> None:
    media = {"data": [medium(username="guest"), medium(id="2"), medium(id="3", username="own")]}
    rows, _, _ = read(tmp_path, {"id": "9", "username": "own", "media": media})
    told = [(row.get("author_id"), row.get("author_handle")) for row in rows]
    assert told == [(None, "guest"), ("9", "own"), ("9", "own")]


def test_tagged_media_are_by_others(tmp_path: Path) -> None:
    tags = {"data": [medium(), medium(id="2", username="guest")]}
    rows, rejects, _ = read(tmp_path, {"id": "9", "username": "own", "tags": tags})
    assert [row["author_handle"] for row in rows] == ["guest"]
    assert [r.reason for r in rejects] == ["author"]


def test_nobody_is_sure_of_a_text_with_a_time_alone(tmp_path: Path) -> None:
    # Comments of Instagram and posts of Threads look the same without more fields.
    path = tmp_path / "answers.json"
    path.write_text('{"data":[{"id":"1","text":"x","timestamp":"2021-10-22T14:00:39+0000"}]}')
    assert all(sniff.confidence < SURE for _, sniff in guess(path))
    with pytest.raises(InputError, match="no reader knows this format"):
        reader_for(path, "auto")


def discovery(account: str, *media: Any) -> str:
    """An answer as the API orders it: the account's id stands behind its media."""
    answer = {"business_discovery": {"media": {"data": media, "paging": {}}, "id": account}}
    return json.dumps({**answer, "id": "asking"})


def owners_of(tmp_path: Path, content: str) -> list[tuple[str, str | None]]:
    path = tmp_path / "answers.json"
    path.write_text(content, "utf-8")
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert len(rows) + len(rejects) == tally.records
    return [(row["post_id"], row.get("author_id")) for row in rows]


def test_a_broken_medium_does_not_cost_the_others_their_author(tmp_path: Path) -> None:
    one, two = discovery("11", medium(), medium(id="2")), discovery("22", medium(id="3"))
    broken = one.replace('"id": "1"', '"id": 1"')
    assert owners_of(tmp_path, broken) == [("2", "11")]
    assert owners_of(tmp_path, f"{broken}\n{two}\n{broken}") == [
        *(("2", "11"), ("3", "22"), ("2", "11")),
    ]
    pretty = json.dumps(json.loads(one), indent=1).replace('"id": "1"', '"id": 1"')
    assert owners_of(tmp_path, pretty) == [("2", "11")]
    # Two answers in one line: whose media they are cannot be told from the lines.
    assert owners_of(tmp_path, one + two) == []


def test_figures_of_a_discovered_account_stand_beside_its_media(tmp_path: Path) -> None:
    answer = json.loads(discovery("11", medium(), medium(id="2")))
    answer["business_discovery"] |= {"followers_count": 8, "username": "harbour"}
    empty = {"business_discovery": {"media": {"data": []}, "followers_count": 0, "id": "22"}}
    bad = {"business_discovery": {"media": {"data": []}, "followers_count": "8", "id": "33"}}
    reading = read(tmp_path, answer, empty, bad)
    rows, rejects, tally = reading
    assert [(row["author_id"], row["author_handle"]) for row in rows] == [("11", "harbour")] * 2
    told = [(row["account_id"], row["value"]) for row in reading.others["account_counts"]]
    assert told == [("11", 8), ("22", 0)]
    assert ([(r.line, r.reason) for r in rejects], tally.records) == ([(3, "number")], 5)


def test_a_medium_is_never_given_to_the_account_of_another_answer(tmp_path: Path) -> None:
    one, two = discovery("11", medium(), medium(id="2")), discovery("22", medium(id="3"))
    cut = one.replace('"id": 1"', "").replace('"id": "11"', '"id": "11')
    assert owners_of(tmp_path, f"{cut}\n{two}") == [("3", "22")]
    assert owners_of(tmp_path, one[: one.index("paging")]) == []
