"""Recordings of HTTP traffic are refused, each with what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from howfar.errors import InputError
from howfar.readers.discovery import HEAD_BYTES, sure_guess
from howfar.readers.http_recordings import recording

YAML = b"interactions:\n- request:\n    body: null\n  response:\n    body:\n      string: '[]'\n"
TURN = {"request": {"method": "GET"}, "response": {"body": {"string": "[]"}}}


@pytest.mark.parametrize("folder", ["mastodon", "reddit"])
def test_every_real_cassette_is_refused(shared: Path, folder: str) -> None:
    files = sorted((shared / "samples" / folder).glob("*_cassettes_*"))
    assert len(files) == {"mastodon": 8, "reddit": 2}[folder]
    for path in files:
        with pytest.raises(InputError, match="recording of HTTP traffic") as refused:
            sure_guess(path)
        assert refused.value.reason == "format"
        assert refused.value.next


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (YAML, "a cassette in YAML"),
        (b"\xef\xbb\xbf---\n" + YAML, "a cassette in YAML"),
        (json.dumps({"interactions": [TURN]}).encode(), "a cassette in JSON"),
        (json.dumps({"http_interactions": [TURN]}).encode("utf-16"), "a cassette in JSON"),
        (
            json.dumps({"log": {"creator": {}, "entries": [{"startedDateTime": "", **TURN}]}}),
            "HAR",
        ),
    ],
)
def test_kinds_of_recordings(head: bytes | str, what: str) -> None:
    assert what in recording(head.encode() if isinstance(head, str) else head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"interactions",
        b'{"interactions": 5, "data": []}',
        b'{"text": "\\"interactions\\": [{\\"request\\": 1, \\"response\\": 2}]"}',
        b'[{"log": "entries", "request": 1}]',
        b"\xff\xfe\x00" * 99,
        b'{"a' * HEAD_BYTES,
    ],
)
def test_what_only_looks_like_one(head: bytes) -> None:
    assert recording(head) == ""
