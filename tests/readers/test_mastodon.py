"""Mastodon: every status of the real cassettes, texts from HTML, what is not public."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.cassettes import bodies
from tests.readers.reader_cases import read_all

from howfar.privacy.redaction import MENTION
from howfar.readers.discovery import sure_guess
from howfar.readers.json_values import BadPostError
from howfar.readers.mastodon import READER
from howfar.readers.mastodon_status import full_handle, raw_row
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="mastodon")
ACCOUNT = {"id": "1", "acct": "harbour", "url": "https://social.example/@harbour"}
STATUS = {
    **{"id": "9", "account": ACCOUNT, "content": "<p>Text</p>", "visibility": "public"},
    **{"created_at": "2024-05-01T09:30:00.000Z", "favourites_count": 3, "replies_count": 0},
}
STATUSES = {"list_timeline": 8, "search": 0, "status": 2, "status_card": 2, "status_context": 1}
STATUSES |= {"status_edit": 3, "status_post_with_quote": 2, "status_reply": 2}
"""Statuses in each cassette; the answers to deletions are none, they have no content."""


@pytest.fixture(scope="module")
def answers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Every answer of the real cassettes as a file of its own, by cassette."""
    folder = tmp_path_factory.mktemp("mastodon")
    found: dict[str, list[Path]] = {}
    for cassette in sorted((shared / "samples" / "mastodon").glob("*.yaml")):
        name = cassette.stem.removeprefix("tests_cassettes_test_")
        for place, body in enumerate(bodies(cassette)):
            path = folder / f"{name}-{place}.json"
            path.write_text(body, "utf-8")
            found.setdefault(name, []).append(path)
    return found


def _statuses(value: Any) -> list[dict[str, Any]]:
    """The statuses of an answer, by a few lines written apart from the reader."""
    if isinstance(value, dict) and "visibility" in value and "content" in value:
        return [value]
    if isinstance(value, dict):
        value = [s for k in ("statuses", "ancestors", "descendants") for s in value.get(k, [])]
    return [s for s in value if "visibility" in s]


@pytest.mark.parametrize("name", STATUSES)
def test_every_real_status_is_read(answers: dict[str, list[Path]], name: str) -> None:
    count = 0
    for path in answers[name]:
        told = _statuses(json.loads(path.read_text("utf-8")))
        rows, rejects, tally = read_all(READER, path, CONTEXT)
        assert [row["post_id"] for row in rows] == [status["id"] for status in told]
        assert {r.reason for r in rejects} <= {"not_a_post"}
        assert tally.unknown_columns == {} or not told
        for row, status in zip(rows, told, strict=True):
            assert row["reactions"] == row["reaction_like"] == status["favourites_count"]
            assert row["comments"] == status["replies_count"]
            assert row["shares"] == status["reblogs_count"]
            assert row["quotes"] == status["quotes_count"]
            assert row["author_followers"] == status["account"]["followers_count"]
            assert row["author_handle"] == status["account"]["acct"] + "@localhost"
            assert row["created_at"].rstrip("0Z") == status["created_at"].rstrip("0Z")
            assert row.get("parent_id") == status["in_reply_to_id"] or row["relation"] == "quote"
        if told:
            assert sure_guess(path)[0] is READER
        count += len(rows)
    assert count == STATUSES[name]


def test_a_real_reply_a_real_quote_and_a_real_card(answers: dict[str, list[Path]]) -> None:
    (reply,), *_ = read_all(READER, answers["status_reply"][2], CONTEXT)
    (answered,), *_ = read_all(READER, answers["status_reply"][0], CONTEXT)
    assert (reply["relation"], reply["parent_id"]) == ("reply", answered["post_id"])
    assert reply["parent_author_id"] == answered["author_id"]
    assert reply["parent_author_handle"] == answered["author_handle"]
    assert reply["text"].startswith(f"@{answered['author_handle']} ")
    (quote,), *_ = read_all(READER, answers["status_post_with_quote"][1], CONTEXT)
    (quoted,), *_ = read_all(READER, answers["status_post_with_quote"][0], CONTEXT)
    assert (quote["relation"], quote["parent_id"]) == ("quote", quoted["post_id"])
    assert "RE:" not in quote["text"]
    (card,), *_ = read_all(READER, answers["status_card"][1], CONTEXT)
    assert (card["text"], card["link"]) == ("http://example.org/", "example.org")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>A &amp; B &lt;3</p>", "A & B <3"),
        ("<p>A<br>B</p><p>C</p>", "A\nB\nC"),
        ("<p>A<br/>B", "A\nB"),
        ("plain", "plain"),
        ('<a href="x" class="mention hashtag" rel="tag">#<span>Tag</span></a>', "#Tag"),
        ('<a href="x" class="u-url mention">@<span>nine</span></a>!', "@nine!"),
        ('<a href="x" class="u-url mention">Nine of Ten</a>!', f"{MENTION}!"),
        ('<a href="x" class="mention">Nine <b>of</b> Ten', MENTION),
        ('<a href="x" class="mention">Nine<a href="y" class="mention">Ten</a>', MENTION * 2),
        ('<p class="quote-inline">RE: <a href="x">x</a></p><p>T</p>', "T"),
        ('<div class="quote-inline">a<div>b</div>c</div>T', "T"),
        ('<span class="quote-inline">never closed', ""),
        ("<script>alert(1)</script>T", "T"),
        ("T<", "T<"),
        ("<p>A</p>&#0;&#xD800;", "A\n\ufffd\ufffd"),
        ("<p>A &#" + "9" * 5_000 + "; &#x" + "F" * 5_000 + ";</p>", "A \ufffd \ufffd"),
    ],
)
def test_texts(html: str, text: str) -> None:
    assert raw_row(STATUS | {"content": html})["text"] == text


@pytest.mark.parametrize(
    "unit",
    [
        *("<", "<a ", "<!--", "</", "&#", "<a href='", '<a href="', "<a class ", "<![CDATA["),
        *("<p class=quote-inline>", "<a class=mention>", "<p class=quote-inline></p>", "<p rel  "),
    ],
)
def test_time_grows_with_the_length_of_a_broken_text(unit: str) -> None:
    content = {"content": unit * (1_000_000 // len(unit))}
    # Quadratic time would take hours.
    assert raw_row(STATUS | content)["post_id"]


def test_a_mention_has_its_full_handle() -> None:
    html = '<a href="https://other.example/@nine" class="mention">@<span>nine</span></a>'
    named = {"url": "https://other.example/@nine", "acct": "nine@other.example"}
    assert raw_row(STATUS | {"content": html, "mentions": [named]})["text"] == "@" + named["acct"]
    local = named | {"acct": "nine"}
    assert raw_row(STATUS | {"content": html, "mentions": [local]})["text"] == "@" + named["acct"]


def test_the_content_warning_stands_before_the_text() -> None:
    assert raw_row(STATUS | {"spoiler_text": "War"})["text"] == "War\n\nText"
    assert raw_row(STATUS | {"spoiler_text": "War", "content": ""})["text"] == "War"
    assert raw_row(STATUS | {"spoiler_text": ""})["text"] == "Text"


@pytest.mark.parametrize("visibility", ["private", "direct", "limited", "", None, "Public"])
def test_what_is_not_open_to_all_is_refused(visibility: str | None) -> None:
    for status in (
        STATUS | {"visibility": visibility},
        STATUS | {"reblog": STATUS | {"visibility": visibility}},
    ):
        with pytest.raises(BadPostError) as bad:
            raw_row(status)
        assert bad.value.reason == "not_public"


@pytest.mark.parametrize(
    ("account", "handle"),
    [
        (ACCOUNT, "harbour@social.example"),
        ({"acct": "nine@other.example", "url": "https://third.example/x"}, "nine@other.example"),
        ({"acct": "nine", "uri": "https://Social.example:3000/users/nine"}, "nine@social.example"),
        ({"acct": "nine"}, "nine"),
        ({}, None),
    ],
)
def test_full_handles(account: dict[str, Any], handle: str | None) -> None:
    assert full_handle(account) == handle


def test_a_boost_has_no_figures_of_its_own() -> None:
    original = STATUS | {"id": "8", "account": ACCOUNT | {"id": "2", "acct": "nine@b.example"}}
    row = raw_row(STATUS | {"reblog": original, "favourites_count": 0})
    assert (row["relation"], row["parent_id"], row["parent_author_id"]) == ("repost", "8", "2")
    assert not {"reactions", "comments", "shares", "quotes"} & row.keys()


@pytest.mark.parametrize(
    "quote",
    [
        {"state": "accepted", "quoted_status": STATUS | {"id": "7"}},
        {"state": "accepted", "quoted_status_id": "7"},
        STATUS | {"id": "7"},
    ],
)
def test_quotes_of_all_servers(quote: dict[str, Any]) -> None:
    row = raw_row(STATUS | {"quote": quote})
    assert (row["relation"], row["parent_id"]) == ("quote", "7")


def test_missing_figures_are_missing_and_not_zero() -> None:
    row = raw_row(STATUS)
    assert (row["reactions"], row["comments"], row["shares"], row["quotes"]) == (3, 0, None, None)


@pytest.mark.parametrize("value", [None, 5, [], {}, {"error": "x"}, ACCOUNT])
def test_other_values_are_no_posts(value: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        raw_row(value)
    assert bad.value.reason == "not_a_post"
