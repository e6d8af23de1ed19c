"""X API v2: pages and flattened posts alike, and the real samples against independent code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, case, read_all

from howfar.errors import InputError
from howfar.readers.x_api_v2 import READER
from howfar.schema.reader import ReadContext, Tally

CONTEXT = ReadContext(source="x")
POSTS = {
    "cashtags.jsonl": 1,
    "cotweet.jsonl": 1,
    "edited.jsonl": 1,
    "edited_after.jsonl": 1,
    "edited_before.jsonl": 1,
    "entities_test.jsonl": 474,
    "flat.jsonl": 100,
    "geo_tweets.jsonl": 2,
    "many_urls.jsonl": 1,
    "media_policy_violation_off.jsonl": 100,
    "media_policy_violation_on.jsonl": 100,
    "media_tweet.jsonl": 1,
    "mentions_tweet.jsonl": 1,
    "noflat.jsonl": 100,
    "quoted_edit.jsonl": 1,
    "streaming_output_with_error.jsonl": 7,
    "two_tweets.jsonl": 1,
    "verified_type.jsonl": 1,
}
OTHERS = {
    "counts.jsonl": "counts of posts over time",
    "lists.jsonl": "lists",
    "users.jsonl": "user profiles",
    "users_compliance.jsonl": "compliance actions",
    "tweets_compliance.jsonl": "compliance actions",
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "samples" / "x-api-v2"
    if not folder.is_dir():
        pytest.skip("the samples of X API v2 are not in the folder of real data")
    return folder


def test_every_sample_is_accounted_for(samples: Path) -> None:
    files = {p.name for p in samples.iterdir()} - {"LICENSE", "empty.json"}
    assert files == POSTS.keys() | OTHERS.keys()


@pytest.mark.parametrize("name", POSTS)
def test_samples_against_independent_code(samples: Path, name: str) -> None:
    """Every row equals what a few lines of plain JSON handling say, written apart from it."""
    rows, rejects, tally = read_all(READER, samples / name, CONTEXT)
    expected = []
    for number, text in enumerate((samples / name).read_text("utf-8").split("\n"), 1):
        try:
            expected += _independent(json.loads(text), number)
        except json.JSONDecodeError:
            continue
    assert rows == expected
    assert len(rows) == POSTS[name]
    cut = [(8, "json")] if name.startswith("streaming") else []
    assert [(r.line, r.reason) for r in rejects] == cut
    assert tally.unknown_columns == {}
    assert tally.notes == ({"views_not_given": 474} if name.startswith("entities") else {})


def _independent(line: dict[str, Any], number: int) -> list[dict[str, Any]]:
    posts = line.get("data", line)
    includes = line.get("includes", {})
    users = {u["id"]: u for u in includes.get("users", [])}
    tweets = {t["id"]: t for t in includes.get("tweets", [])}
    places = {p["id"]: p for p in includes.get("places", [])}
    media = {m["media_key"]: m for m in includes.get("media", [])}
    seen_at = line["__twarc"]["retrieved_at"].replace("+00:00", "Z")
    rows = []
    for post in posts if isinstance(posts, list) else [posts]:
        author = post.get("author") or users.get(post["author_id"], {})
        metrics = post["public_metrics"]
        row = {
            "line": number,
            "platform": "x",
            "post_id": post["id"],
            "author_id": post["author_id"],
            "author_handle": author.get("username"),
            "author_name": author.get("name") or None,
            "author_followers": author.get("public_metrics", {}).get("followers_count"),
            "created_at": post["created_at"].replace(".000Z", "Z"),
            "collected_at": seen_at,
            "observed_at": seen_at,
            "language": post.get("lang"),
            "text": post["text"],
            "thread_id": post.get("conversation_id"),
            "reactions": metrics["like_count"],
            "reaction_like": metrics["like_count"],
            "comments": metrics["reply_count"],
            "shares": metrics["retweet_count"],
            "quotes": metrics["quote_count"],
            # All samples from before the metric was shown give 0; the others give more.
            "views": metrics.get("impression_count") or None,
            "relation": "original",
        }
        kinds = {r["type"]: r for r in post.get("referenced_tweets", [])}
        steps = (("quoted", "quote"), ("replied_to", "reply"), ("retweeted", "repost"))
        for kind, relation in steps:
            if kind in kinds:
                parent = (
                    kinds[kind] if "author_id" in kinds[kind] else tweets.get(kinds[kind]["id"], {})
                )
                writer = parent.get("author_id")
                if writer is None and kind == "replied_to":
                    writer = post.get("in_reply_to_user_id")
                handle = users.get(writer, {}).get("username")
                if "author" in parent:
                    handle = parent["author"]["username"]
                elif handle is None and kind == "replied_to" and "in_reply_to_user" in post:
                    handle = post["in_reply_to_user"]["username"]
                row |= {
                    "relation": relation,
                    "parent_id": kinds[kind]["id"],
                    "parent_author_id": writer,
                    "parent_author_handle": handle,
                }
        geo = post.get("geo", {})
        row["country"] = geo.get("country_code") or places.get(geo.get("place_id"), {}).get(
            "country_code"
        )
        hosts = [
            (u.get("unwound_url") or u.get("expanded_url", "")).split("/")[2].lower()
            for u in post.get("entities", {}).get("urls", [])
        ]
        outside = [h for h in hosts if not h.endswith(("twitter.com", "//t.co"))]
        row["link"] = outside[0].removeprefix("www.") if outside else None
        attached = post.get("attachments", {})
        if "media_keys" in attached:
            given = attached.get("media") or [media.get(attached["media_keys"][0], {})]
            row["kind"] = given[0].get("type")
        elif attached:
            row["kind"] = "poll"
        else:
            row["kind"] = "link" if outside else "status"
        rows.append({name: value for name, value in row.items() if value is not None})
    return [{k: r[k] for k in sorted(r)} for r in rows]


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_of_the_platform_are_refused_by_name(samples: Path, name: str) -> None:
    with pytest.raises(InputError, match=OTHERS[name]) as error:
        read_all(READER, samples / name, CONTEXT)
    assert error.value.next


def test_the_same_posts_flattened_by_the_tool_itself(samples: Path) -> None:
    """Noflat and flat are one search: twarc2's own flattening must change no figure."""
    pages, _, _ = read_all(READER, samples / "noflat.jsonl", CONTEXT)
    flat, _, _ = read_all(READER, samples / "flat.jsonl", CONTEXT)
    assert [_but_line(r) for r in pages] == [_but_line(r) for r in flat]


def _flattened(page: dict[str, Any]) -> list[dict[str, Any]]:
    """A page as single posts, with what they refer to put inside, as twarc2 flatten does."""
    includes = page["includes"]
    users = {u["id"]: u for u in includes.get("users", [])}
    tweets = {t["id"]: t for t in includes.get("tweets", [])}
    places = {p["id"]: p for p in includes.get("places", [])}
    media = {m["media_key"]: m for m in includes.get("media", [])}

    def with_author(post: dict[str, Any]) -> dict[str, Any]:
        return post | ({"author": users[post["author_id"]]} if post["author_id"] in users else {})

    posts = []
    for given in page["data"]:
        post = with_author(given) | {"__twarc": page["__twarc"]}
        if "referenced_tweets" in post:
            post["referenced_tweets"] = [
                ref | (with_author(tweets[ref["id"]]) if ref["id"] in tweets else {})
                for ref in post["referenced_tweets"]
            ]
        if post.get("in_reply_to_user_id") in users:
            post["in_reply_to_user"] = users[post["in_reply_to_user_id"]]
        if "geo" in post:
            post["geo"] = post["geo"] | places[post["geo"]["place_id"]]
        if "attachments" in post:
            keys = post["attachments"]["media_keys"]
            post["attachments"] = post["attachments"] | {"media": [media[k] for k in keys]}
        posts.append(post)
    return posts


def _but_line(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "line"}


def test_pages_single_posts_and_flattened_posts_give_the_same_rows(tmp_path: Path) -> None:
    whole, _, _ = read_all(READER, FIXTURES / "x-api-v2" / "good.jsonl", CONTEXT)
    text = (FIXTURES / "x-api-v2" / "good.jsonl").read_text("utf-8")
    pages = [page for page in map(json.loads, text.splitlines()) if "data" in page]
    flat = [json.dumps(post) for page in pages for post in _flattened(page)]
    single = [json.dumps(page | {"data": post}) for page in pages for post in page["data"]]
    for lines in (flat, single):
        path = tmp_path / "posts.jsonl"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        rows, rejects, tally = read_all(READER, path, CONTEXT)
        assert rejects == []
        assert [_but_line(r) for r in rows] == [_but_line(r) for r in whole]
        assert [r["line"] for r in rows] == list(range(1, len(rows) + 1))
        assert tally.notes == {"views_not_given": 1}


def _rows(tmp_path: Path, *lines: Any) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    rows, rejects, tally = read_all(READER, path, CONTEXT)
    assert tally.records == len(rows) + len(rejects)
    return rows, [(r.line, r.reason) for r in rejects]


def _post(**changes: Any) -> dict[str, Any]:
    post = {"id": "10", "text": "t", "author_id": "1", "created_at": "2023-01-01T00:00:00.000Z"}
    return post | changes


def test_views_of_zero_are_missing_only_before_the_metric_and_missing_stays_missing(
    tmp_path: Path,
) -> None:
    def seen(created: str, views: int | None) -> Any:
        metrics = {} if views is None else {"impression_count": views}
        post = _post(created_at=created, public_metrics=metrics)
        return _rows(tmp_path, post)[0][0].get("views")

    assert seen("2022-12-21T23:59:59.999Z", 0) is None
    assert seen("2022-12-22T00:00:00.000Z", 0) == 0
    assert seen("2022-12-16T18:51:57.000Z", 139075) == 139075
    assert seen("2023-05-01T00:00:00.000Z", None) is None


@pytest.mark.parametrize(
    ("types", "relation"),
    [
        (("quoted", "retweeted"), "repost"),
        (("quoted", "replied_to", "retweeted"), "repost"),
        (("quoted", "replied_to"), "reply"),
        (("quoted",), "quote"),
        (("invented",), "unknown"),
        ((), "original"),
    ],
)
def test_precedence_of_relations(tmp_path: Path, types: tuple[str, ...], relation: str) -> None:
    references = [{"type": kind, "id": str(100 + n)} for n, kind in enumerate(types)]
    (row,), _ = _rows(tmp_path, _post(referenced_tweets=references))
    assert row["relation"] == relation
    expected = {"repost": "retweeted", "reply": "replied_to", "quote": "quoted"}.get(relation)
    assert row.get("parent_id") == (str(100 + types.index(expected)) if expected else None)


def test_error_pages_and_strangers_among_posts_are_no_posts(tmp_path: Path) -> None:
    rows, rejects = _rows(
        tmp_path,
        _post(),
        {"errors": [{"title": "Not Found"}], "meta": {"result_count": 0}},
        {"meta": {"result_count": 0}},
        {"data": [], "meta": {"result_count": 0}},
        {"data": [_post(id="11"), {"id": "1", "username": "someone"}, None]},
        {"data": "text"},
        {"title": "ConnectionException", "connection_issue": "TooManyConnections"},
        [],
    )
    assert [row["post_id"] for row in rows] == ["10", "11"]
    assert rejects == [(n, "not_a_post") for n in (2, 5, 5, 6, 7, 8)]


def test_includes_of_any_shape_cost_no_post(tmp_path: Path) -> None:
    for includes in (None, 7, [], {"users": 3}, {"users": [None, {"id": 5}, {"id": "1"}]}):
        rows, rejects = _rows(tmp_path, {"data": [_post()], "includes": includes})
        assert (len(rows), rejects) == (1, [])


def test_a_time_of_retrieval_that_cannot_be_read_is_missing(tmp_path: Path) -> None:
    for told in ("yesterday", "2023-01-01T00:00:00", 5, None):
        rows, rejects = _rows(tmp_path, _post(__twarc={"retrieved_at": told}))
        assert rejects == []
        assert "observed_at" not in rows[0]
        assert "collected_at" not in rows[0]


def test_new_fields_are_counted_and_odd_names_hidden(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    posts = [_post(id="10", fresh=1), _post(id="11", fresh=2), _post(id="12", **{"@resident": 1})]
    path.write_text("".join(json.dumps(p) + "\n" for p in posts), "utf-8")
    _, _, tally = read_all(READER, path, CONTEXT)
    assert tally.unknown_columns == {"fresh": 2, "(other)": 1}


def test_withheld_without_countries_is_still_withheld(tmp_path: Path) -> None:
    (row,), _ = _rows(tmp_path, _post(withheld={"copyright": True}))
    assert row["availability"] == "withheld"
    assert row["withheld_in"] == []


def test_own_hosts_are_no_outside_links(tmp_path: Path) -> None:
    def host(*urls: str) -> Any:
        entities = {"urls": [{"expanded_url": url} for url in urls]}
        return _rows(tmp_path, _post(entities=entities))[0][0].get("link")

    assert host("https://twitter.com/a", "https://mobile.x.com/b", "http://t.co/c") is None
    assert host("https://x.com/a", "https://netx.com/b") == "netx.com"
    assert host("https://user:secret@www.Example.org:8080/p?q=@z") == "example.org"
    assert host("ftp://example.org") is None


def test_a_line_of_many_posts_is_bounded_by_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"data": [_post(id=str(n)) for n in range(1, 26)]}), "utf-8")
    sizes = [
        len(batch.posts)
        for batch in READER.read(path, ReadContext(source="x", batch_rows=10), Tally())
    ]
    assert sizes == [10, 10, 5]


def test_declaration_names_what_the_fixture_gives() -> None:
    assert case("x-api-v2").reader is READER
