"""Counts of posts over time: the real sample, and how long a page's periods are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import read_all

from howfar.readers.discovery import reader_for
from howfar.readers.x_counts import READER
from howfar.schema.reader import ReadContext

CONTEXT = ReadContext(source="counts")


def test_the_real_sample(shared: Path) -> None:
    path = shared / "samples" / "x-api-v2" / "counts.jsonl"
    if not path.is_file():
        pytest.skip("the samples of X API v2 are not in the folder of real data")
    assert reader_for(path, "auto") is READER
    reading = read_all(READER, path, CONTEXT)
    rows, rejects, tally = reading
    series = reading.others["series"]
    assert (rows, rejects) == ([], [])
    # Seven days and a broken hour at each end: 168 - 1 + 2. The answer tells its own total.
    assert reading.other_records == tally.records == len(series) == 169
    assert sum(row["value"] for row in series) == 771_665
    assert {(row["series"], row["unit"]) for row in series} == {("x_counts_hour", "posts")}
    assert series[0]["at"] == "2021-10-16T18:21:34Z"
    assert (series[-1]["at"], series[-1]["value"]) == ("2021-10-23T18:00:00Z", 2773.0)


def names(path: Path, page: Any) -> list[str]:
    path.write_text(json.dumps(page, indent=1), encoding="utf-8")
    return [row["series"] for row in read_all(READER, path, CONTEXT).others["series"]]


def period(start: str, end: str) -> dict[str, Any]:
    return {"start": f"2024-05-01T{start}Z", "end": f"2024-05-01T{end}Z", "tweet_count": 1}


def test_length_of_periods(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    minutes = [period("10:00:20", "10:01:00"), period("10:01:00", "10:02:00")]
    assert names(path, {"data": minutes}) == ["x_counts_minute"] * 2
    hours = [period("10:59:20", "11:00:00"), period("11:00:00", "12:00:00")]
    assert names(path, {"data": hours}) == ["x_counts_hour"] * 2
    days = [period("00:00:00", "23:59:59")]
    assert names(path, {"data": days}) == ["x_counts_day"]
    # What was asked for is known better than what a short page shows.
    asked = {"url": "https://api.example/2/tweets/counts/all?query=a&granularity=day&x=1"}
    assert names(path, {"data": minutes, "__twarc": asked}) == ["x_counts_day"] * 2
    assert names(path, minutes) == ["x_counts_minute"] * 2
    assert names(path, [{"data": minutes}, {"data": hours}]) == [
        *["x_counts_minute"] * 2,
        *["x_counts_hour"] * 2,
    ]


def test_profiles_have_a_tweet_count_too() -> None:
    head = b'{"data":[{"id":"1","username":"a","start":"","end":"","tweet_count":5}]}'
    assert READER.sniff("users.jsonl", head).confidence == 0
