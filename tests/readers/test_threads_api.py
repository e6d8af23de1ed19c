"""The Threads API: relations, what is hidden, followers from insights and profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import Reading, read_all

from howfar.errors import InputError
from howfar.readers.threads_api import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="th")


def read(tmp_path: Path, *values: Any) -> Reading:
    path = tmp_path / "answers.json"
    path.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    return read_all(READER, path, CONTEXT)


def post(**members: Any) -> dict[str, Any]:
    return {"id": "1", "text": "x", "timestamp": "2024-05-01T09:30:00+0000", **members}


@pytest.mark.parametrize(
    ("members", "relation", "parent"),
    [
        ({}, "original", None),
        ({"is_reply": False, "is_quote_post": False}, "original", None),
        ({"is_reply": True}, "reply", None),
        ({"is_reply": True, "replied_to": {"id": "7"}, "quoted_post": {"id": "8"}}, "reply", "7"),
        ({"is_quote_post": True, "quoted_post": {"id": "8"}}, "quote", "8"),
        ({"media_type": "REPOST_FACADE", "reposted_post": {"id": "9"}}, "repost", "9"),
        ({"media_type": "REPOST_FACADE"}, "repost", None),
    ],
)
def test_relations(
    tmp_path: Path, members: dict[str, Any], relation: str, parent: str | None
) -> None:
    ((row,), _, _) = read(tmp_path, post(**members))
    assert (row["relation"], row.get("parent_id")) == (relation, parent)
    assert "thread_id" not in row


@pytest.mark.parametrize("status", ["HIDDEN", "BLOCKED", "RESTRICTED"])
def test_hidden_replies_are_not_public(tmp_path: Path, status: str) -> None:
    rows, rejects, _ = read(tmp_path, post(hide_status=status))
    assert (rows, [r.reason for r in rejects]) == ([], ["not_public"])


@pytest.mark.parametrize("status", ["NOT_HUSHED", "UNHUSHED", "COVERED", None])
def test_other_replies_are(tmp_path: Path, status: str | None) -> None:
    rows, rejects, _ = read(tmp_path, post(hide_status=status))
    assert (len(rows), rejects) == (1, [])


def test_an_empty_list_of_countries_hides_nothing(tmp_path: Path) -> None:
    rows, _, _ = read(
        tmp_path,
        post(allowlisted_country_codes=[]),
        post(allowlisted_country_codes=["NZ"]),
        post(is_verified=False),
    )
    assert [row.get("availability") for row in rows] == [None, "withheld", None]
    assert not [row for row in rows if "platform_label" in row]


def test_figures_of_accounts_alone(tmp_path: Path) -> None:
    answer = {"data": [{"name": "followers_count", "period": "day", "id": "100/insights/f/day"}]}
    with pytest.raises(InputError, match="insights without what they are of"):
        read(tmp_path, answer)
    answer["data"][0]["total_value"] = {"value": 12}
    reading = read(tmp_path, answer, {"username": "quay", "follower_count": 0})
    told = [
        (row.get("account_id"), row.get("account_handle"), row["value"])
        for row in reading.others["account_counts"]
    ]
    assert told == [("100", None, 12), (None, "quay", 0)]
