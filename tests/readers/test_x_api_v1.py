"""X API v1.1: lists, answers, streams, recorded traffic; the real samples by independent code."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import read_all

from howfar.errors import InputError
from howfar.readers.discovery import guess, reader_for
from howfar.readers.x_api_v1 import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="x")
POSTS = {
    "tests_fixtures_[.tweets.json": 100,
    "tests_fixtures_clean_tweets.json": 1,
    "tests_fixtures_get_retweets1.json": 2,
    "tests_fixtures_get_retweets2.json": 2,
    "tests_fixtures_get_timeline3.json": 10,
    "tests_fixtures_get_timeline4.json": 20,
}
OTHERS = {
    "tests_fixtures_get_retweets3.json": "ids of accounts",
    "tests_fixtures_get_trends1.json": "trends",
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "x-api-v1"
    if not folder.is_dir():
        pytest.skip("the samples of X API v1.1 are not in the folder of real data")
    return folder


def test_every_sample_is_accounted_for(samples: Path) -> None:
    files = {p.name for p in samples.iterdir()} - {"LICENSE", "DESCRIPTION"}
    assert files == POSTS.keys() | OTHERS.keys()


@pytest.mark.parametrize("name", POSTS)
def test_samples_against_independent_code(samples: Path, name: str) -> None:
    """Every row equals what a few lines of plain JSON handling say, written apart from it."""
    path = samples / name
    assert reader_for(path, "auto") is READER
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    recorded = json.loads(path.read_text("utf-8"))["http_interactions"][0]
    body = json.loads(recorded["response"]["body"]["string"])
    statuses = body["statuses"] if isinstance(body, dict) else body
    seen = dt.datetime.strptime(recorded["recorded_at"], "%Y-%m-%d %H:%M:%S GMT").isoformat() + "Z"
    assert rows == [_independent(status, seen) for status in statuses]
    assert len(rows) == POSTS[name]
    assert (rejects, tally.unknown_columns) == ([], {})


def _independent(status: dict[str, Any], seen: str) -> dict[str, Any]:
    user, parent = status["user"], {}
    if "retweeted_status" in status:
        whole = status["retweeted_status"]
        parent = {"relation": "repost", "parent_id": whole["id_str"]} | _who(whole["user"])
    elif status["in_reply_to_status_id_str"]:
        parent = {
            "relation": "reply",
            "parent_id": status["in_reply_to_status_id_str"],
            "parent_author_id": status["in_reply_to_user_id_str"],
            "parent_author_handle": status["in_reply_to_screen_name"],
        }
    elif status["is_quote_status"]:
        whole = status.get("quoted_status", {"user": {}})
        parent = {"relation": "quote", "parent_id": status.get("quoted_status_id_str")}
        parent |= _who(whole["user"])
    media = (status.get("extended_entities") or status["entities"]).get("media", [])
    link = None
    for url in status["entities"]["urls"]:
        host = url["expanded_url"].split("/")[2].lower().removeprefix("www.")
        if host not in ("twitter.com", "t.co", "x.com") and not host.endswith(".twitter.com"):
            link = link or host
    row = {
        "line": 1,
        "platform": "x",
        "post_id": str(status["id"]),
        "author_id": str(user["id"]),
        "author_handle": user["screen_name"],
        "author_name": user["name"],
        "author_followers": user["followers_count"],
        "created_at": dt.datetime.strptime(status["created_at"], "%a %b %d %H:%M:%S %z %Y")
        .isoformat()
        .replace("+00:00", "Z"),
        "collected_at": seen,
        "observed_at": seen,
        "language": status["lang"],
        "text": status["full_text"],
        "reactions": status["favorite_count"],
        "reaction_like": status["favorite_count"],
        "shares": status["retweet_count"],
        "relation": "original",
        "kind": media[0]["type"] if media else "link" if link else "status",
        "link": link,
        "country": (status["place"] or {}).get("country_code"),
        **parent,
    }
    return {name: value for name, value in row.items() if value is not None}


def _who(user: dict[str, Any]) -> dict[str, Any]:
    return {"parent_author_id": user.get("id_str"), "parent_author_handle": user.get("screen_name")}


@pytest.mark.parametrize("name", OTHERS)
def test_files_of_other_things_say_what_they_hold(samples: Path, name: str) -> None:
    with pytest.raises(InputError, match=OTHERS[name]):
        read_all(READER, samples / name, CONTEXT)
    with pytest.raises(InputError):
        reader_for(samples / name, "auto")


def test_hand_checked_values_of_a_sample(samples: Path) -> None:
    rows, _, _ = read_all(READER, samples / "tests_fixtures_clean_tweets.json", CONTEXT)
    # Mon Oct 03 17:39:02 +0000 2022, recorded at 2022-11-08 21:15:01 GMT.
    assert rows[0]["post_id"] == "1576990222075985920"
    assert rows[0]["created_at"] == "2022-10-03T17:39:02Z"
    assert rows[0]["observed_at"] == "2022-11-08T21:15:01Z"
    assert (rows[0]["link"], rows[0]["author_followers"]) == ("gist.github.com", 15690)


def status(number: int, **more: Any) -> dict[str, Any]:
    """A status with what every one has."""
    return {
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "id": number,
        "id_str": str(number),
        "text": "hello",
        "user": {"id_str": "11", "screen_name": "harbour"},
        **more,
    }


def read(path: Path, content: str) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    path.write_text(content, encoding="utf-8")
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert len(rows) + len(rejects) == tally.records
    return rows, [(r.line, r.reason) for r in rejects]


def test_ids_are_exact(tmp_path: Path) -> None:
    # 2**53 + 1 is the first whole number that a double cannot hold.
    number = 2**53 + 1
    alone = status(number)
    del alone["id_str"]
    # A tool that went through doubles rounds id; id_str then is what the API said.
    rounded = status(1_700_000_000_000_000_000, id_str="1700000000000000123")
    rows, rejects = read(tmp_path / "a.jsonl", f"{json.dumps(alone)}\n{json.dumps(rounded)}\n")
    assert [row["post_id"] for row in rows] == ["9007199254740993", "1700000000000000123"]
    assert rejects == []
    floats = json.dumps(alone).replace(str(number), "9.007199254740993e15")
    assert read(tmp_path / "b.jsonl", floats) == ([], [(1, "id")])


def test_the_same_in_every_form(tmp_path: Path) -> None:
    posts = [status(1), status(2), status(3)]
    forms = {
        "lines": "\n".join(map(json.dumps, posts)),
        "list": json.dumps(posts),
        "indented": json.dumps(posts, indent=2),
        "search": json.dumps({"statuses": posts, "search_metadata": {"count": 3}}, indent=1),
        "premium": json.dumps({"results": posts, "next": "x"}),
        "pages": "\n".join(json.dumps([post]) for post in posts),
    }
    for name, content in forms.items():
        path = tmp_path / f"{name}.json"
        rows, rejects = read(path, content)
        assert [row["post_id"] for row in rows] == ["1", "2", "3"], name
        assert rejects == [], name
    recorded = {
        "request": {"uri": "https://api.example/1.1"},
        "response": {"body": {"string": json.dumps(posts)}},
        "recorded_at": "2022-11-08 21:17:09 GMT",
    }
    rows, rejects = read(tmp_path / "r.json", json.dumps({"http_interactions": [recorded]}))
    assert [row["post_id"] for row in rows] == ["1", "2", "3"]
    assert {row["observed_at"] for row in rows} == {"2022-11-08T21:17:09Z"}


def test_a_broken_status_costs_itself_only(tmp_path: Path) -> None:
    good = [json.dumps(status(n)) for n in range(1, 6)]
    broken = good[2].replace('"text": "hello"', '"text": "hel')
    content = '{"statuses": [\n' + ",\n".join([*good[:2], broken, *good[3:]]) + "\n]}\n"
    rows, rejects = read(tmp_path / "a.json", content)
    assert [row["post_id"] for row in rows] == ["1", "2", "4", "5"]
    assert rejects == [(4, "json")]


def test_the_same_post_twice_in_one_page(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path / "a.json", json.dumps([status(1), status(1), status(2)]))
    assert [row["post_id"] for row in rows] == ["1", "2"]
    assert rejects == [(1, "repeated")]


def test_a_quote_whose_post_is_gone_and_a_withheld_account(tmp_path: Path) -> None:
    gone = status(1, is_quote_status=True)
    hidden = status(2, user={"id_str": "11", "withheld_in_countries": ["TR"]})
    copied = status(3, withheld_copyright=True)
    rows, _ = read(tmp_path / "a.json", json.dumps([gone, hidden, copied]))
    assert rows[0]["relation"] == "quote"
    assert "parent_id" not in rows[0]
    assert (rows[1]["availability"], rows[1]["withheld_in"]) == ("withheld", ["TR"])
    assert (rows[2]["availability"], rows[2]["withheld_in"]) == ("withheld", [])


def test_a_damaged_display_name_costs_nothing_else(tmp_path: Path) -> None:
    content = json.dumps([status(1, user={"id_str": "11", "name": "\ud800"})])
    rows, rejects = read(tmp_path / "a.json", content)
    assert rejects == []
    assert (rows[0]["author_id"], "author_name" in rows[0]) == ("11", False)


@pytest.mark.parametrize(
    ("told", "time"),
    [
        ("Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24Z"),
        ("Wed Oct 10 20:19:24 +0530 2018", "2018-10-10T14:49:24Z"),
        ("Wed Oct 10 20:19:24 -0330 2018", "2018-10-10T23:49:24Z"),
        ("Thu Feb 29 23:59:59 +0000 2024", "2024-02-29T23:59:59Z"),
        ("Thu Feb 29 23:59:59 +0000 2023", None),
        ("Wed Oct 10 24:19:24 +0000 2018", None),
        ("Wed Okt 10 20:19:24 +0000 2018", None),
        ("2018-10-10T20:19:24Z", None),
        ("", None),
    ],
)
def test_times(tmp_path: Path, told: str, time: str | None) -> None:
    rows, rejects = read(tmp_path / "a.json", json.dumps([status(1, created_at=told)]))
    if time is None:
        assert (rows, rejects) == ([], [(1, "date")])
    else:
        assert rows[0]["created_at"] == time


def test_other_files_are_left_to_their_readers(tmp_path: Path) -> None:
    heads = (
        b'{"data":[{"id":"1","text":"a","author_id":"2","edit_history_tweet_ids":["1"]}]}',
        b'{"nav_index":"1","timestamp_collected":1,"data":{"legacy":{"id_str":"1","full_text":"",'
        b'"favorite_count":1}}}',
        b'{"rest_id":"1","legacy":{"id_str":"1","full_text":"a","favorite_count":1}}',
        b"id_str,full_text,favorite_count\n",
    )
    for head in heads:
        assert READER.sniff("a.json", head).confidence < 0.5
    stream = tmp_path / "stream.json"
    stream.write_text('{"limit":{"track":1234,"timestamp_ms":"1"}}\n', encoding="utf-8")
    (first, sure), *_ = guess(stream)
    assert first is READER
    assert sure.confidence >= 0.5
