"""What is asked to be forgotten: ids, lists, compliance jobs; messages never repeat an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from howfar.errors import InputError
from howfar.privacy.requests import Request, add_lines, parse_named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x:123", ("x", "123")),
        (" X:123 ", ("x", "123")),
        ("x:@jane", ("x", "@jane")),
        ("bluesky:did:plc:abc", ("bluesky", "did:plc:abc")),
        (
            "bluesky:at://did:plc:abc/app.bsky.feed.post/3k",
            ("bluesky", "at://did:plc:abc/app.bsky.feed.post/3k"),
        ),
    ],
)
def test_platform_and_id(text: str, expected: tuple[str, str]) -> None:
    assert parse_named(text, "--person", 1) == expected


@pytest.mark.parametrize("text", ["jane_doe", "x:", "x:@", "twotter:jane_doe", ":jane_doe", ""])
def test_what_cannot_be_read_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_named(text, "--person", 3)
    assert "--person number 3" in str(refused.value)
    assert "jane_doe" not in str(refused.value)


def test_plain_lists() -> None:
    request = Request()
    add_lines(request, "persons", ["1", "", "# a note", "tiktok:2", " 3 "], "f", "tiktok")
    add_lines(request, "posts", ["x:4", "youtube:5"], "f", None)
    assert request.persons == {"tiktok": {"1", "2", "3"}}
    assert request.posts == {"x": {"4"}, "youtube": {"5"}}
    assert request
    assert not Request()


def test_compliance_jobs() -> None:
    request = Request()
    lines = [
        '{"id":"1","action":"delete","created_at":"2019-09-06T17:25:54.667Z","reason":"deleted"}',
        '{"id":"2","action":"scrub_geo","created_at":"2019-09-06T17:25:54.667Z"}',
    ]
    add_lines(request, "posts", lines, "f", None)
    add_lines(request, "persons", lines, "f", "x")
    assert request.posts == request.persons == {"x": {"1"}}
    assert request.places == ({"x": {"2"}}, {"x": {"2"}})


@pytest.mark.parametrize(
    "line",
    [
        "{secret",
        '{"id": 170, "action": "delete"}',
        '{"id": "secret", "action": "undelete"}',
        '{"action": "delete"}',
        "two secrets",
        "x" * 600,
    ],
)
def test_a_bad_line_stops_all_and_is_told_by_number(line: str) -> None:
    request = Request()
    with pytest.raises(InputError) as refused:
        add_lines(request, "posts", ["1", line], "ids.txt", "x")
    assert refused.value.where == "ids.txt:2"
    assert "secret" not in str(refused.value)


def test_the_real_compliance_files(shared: Path) -> None:
    samples = shared / "samples" / "x-api-v2"
    request = Request()
    for kind, name in (("posts", "tweets"), ("persons", "users")):
        lines = (samples / f"{name}_compliance.jsonl").read_text(encoding="utf-8").splitlines()
        add_lines(request, kind, lines, name, None)
    assert request.posts == {"x": {"1170025343920402432", "1170147183095664640"}}
    assert request.persons == {"x": {"1482680858"}}
