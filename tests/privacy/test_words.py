"""Words of exports that stay: kinds that platforms have, labels that name nobody, headers."""

from __future__ import annotations

import pyarrow as pa
import pytest

from howfar.privacy.words import header_of_table, known_kinds, no_account


@pytest.mark.parametrize(
    "kind",
    [
        *("status", "Native Video", "animated_gif", "carousel_album", "GraphImage", "shared_story"),
        *("mobile_status_update", "rich:video", "XDTGraphSidecar", "link", "Photo", "live_video"),
    ],
)
def test_kinds_of_platforms_stay(kind: str) -> None:
    assert known_kinds(pa.array([kind, None])).to_pylist() == [kind, None]


@pytest.mark.parametrize("kind", ["jane_doe", "JaneDoe video", "photo77", "", "видео", "@link x"])
def test_other_words_do_not(kind: str) -> None:
    assert known_kinds(pa.array([kind, "link"])).to_pylist() == ["other", "link"]


def test_a_label_that_is_an_account_is_none() -> None:
    labels = pa.array(["Jane Doe", "state media", "@JD", None, "jd"])
    accounts = [pa.array(["jane doe", None]), pa.array(["jd@example.org"])]
    expected = [None, "state media", None, None, None]
    assert no_account(labels, accounts).to_pylist() == expected
    assert no_account(labels, []).to_pylist() == labels.to_pylist()


def test_a_first_record_is_no_header() -> None:
    assert header_of_table(["Id", "Date", "Number of shares"]) == ("Id", "Date", "Number of shares")
    for record in (
        ["jane", "2024-01-01", "hello"],
        ["jane", "jane@example.org"],
        ["https://example.org/jane", "x"],
        ["1700000000000000001", "jane"],
        ["Hello there. It is me", "jane"],
        ["jane"],
    ):
        assert header_of_table(record) == ()
