"""Posts of the X API v2 with impressions and followers: the rows that need them are measured."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from howfar.cli.read import read_study
from howfar.run import run_study

STUDY = """\
[study]
id = "views"
title = "Views"
question = "Do viewers react?"
objectives_unknown = "a test"
[window]
start = 2024-01-01
end = 2024-04-08
[[sources]]
name = "posts"
path = "posts.jsonl"
format = "x-api-v2"
capture = "complete"
"""
HEADER = (
    "channel,name,organisation,platform,handle,account_id,country,languages,paths,role,"
    "declared_owner,basis,evidence,valid_from,valid_to\n"
)


def post(number: int, author: int, rng: np.random.Generator) -> dict[str, object]:
    """One flattened post; likes are 2 % of the views for account 1, twice that for account 2."""
    views = int(rng.integers(2_000, 50_000))
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=7 * number)
    return {
        "id": str(10**18 + 10 * number + author),
        "text": "a made-up post",
        "author_id": str(author),
        "created_at": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lang": "en",
        "public_metrics": {
            "retweet_count": int(rng.poisson(views * 0.004)),
            "reply_count": int(rng.poisson(views * 0.002)) + 1,
            "like_count": int(rng.poisson(views * 0.02 * author)),
            "quote_count": 0,
            "impression_count": views,
        },
        "author": {
            "id": str(author),
            "username": f"account{author}",
            "public_metrics": {"followers_count": 1_000 * author},
        },
        "__twarc": {"retrieved_at": "2024-06-01T00:00:00+00:00"},
    }


def test_views_are_read_and_rates_and_talk_are_measured(tmp_path: Path) -> None:
    folder, rng = tmp_path / "study", np.random.default_rng(5)
    folder.mkdir()
    rows = [post(n, author, rng) for n in range(300) for author in (1, 2)]
    (folder / "posts.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (folder / "study.toml").write_text(STUDY)
    lines = [
        f"c{n},C{n},C{n},x,account{n},{n},GB,en,media,peer,,organisation,https://example.org,,\n"
        for n in (1, 2)
    ]
    (folder / "channels.csv").write_text(HEADER + "".join(lines))
    (outcome,) = read_study(folder, quiet=True)
    assert (outcome.records, outcome.read) == (600, 600)
    found = run_study(folder).estimates

    def figure(measure: str, category: str, channel: str) -> dict[str, Any]:
        chosen = (
            (pc.field("measure") == measure)
            & (pc.field("category") == category)
            & (pc.field("channel") == channel)
        )
        rows = [r for r in found.filter(chosen).to_pylist() if r["params"] is None]
        assert len(rows) == 1, rows
        return rows[0]

    for channel, truth in (("c1", 0.02), ("c2", 0.04)):
        rate = figure("engagement_rate", "reactions per view", channel)
        assert rate["status"] == "measured"
        assert rate["value"] == pytest.approx(truth, rel=0.01)
        assert rate["low"] < rate["value"] < rate["high"]
        talk = figure("talk_to_views", "elasticity: comments on views", channel)
        assert talk["status"] == "measured"
        assert talk["value"] == pytest.approx(1, abs=0.05)
    assert not found.filter(pc.field("category") == "elasticity: comments on reactions").num_rows
