"""Each measure on a study of mixed capture: every figure warns, or is refused with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from howfar.run import measure_all, with_warnings
from howfar.schema.comparable import codes_of, ground_of
from howfar.schema.measure import registry
from howfar.schema.needs import Inventory
from howfar.schema.tables import METRICS
from howfar.store.inventory import take_inventory

MEASURES = sorted(set(registry()) - {"coverage"})
CHANNELS = {
    "whole": "complete",
    "other": "complete",
    "part": "sample",
    "asked": "keyword",
    "cut": "capped",
    "fed": "browsing",
}
WINDOW = ("2024-01-01", "2024-04-01")
DAYS, FIRST = 91, 19_723


def rows() -> dict[str, list[dict[str, Any]]]:
    """Six channels of one platform, each captured in another way, and one that is silent a while.

    "other" has nothing in February's first half.
    """
    rng = np.random.default_rng(5)
    posts, observed, counts, files, followers = [], [], [], [], []
    for number, (channel, capture) in enumerate(CHANNELS.items(), 1):
        files.append(
            {"source": channel, "input": number, "capture": capture, "use": "main"}
            | {"expected_start": "2024-01-01T00:00:00Z", "expected_end": "2024-04-01T00:00:00Z"}
            | {"records": 1, "read": 1, "rejected": 0, "supplies": ["posts.withheld"]}
        )
        account = {"platform": "x", "account": channel, "metric": "followers", "value": 1000}
        stamp = {"source": channel, "input": number, "line": 1}
        followers.append(account | stamp | {"observed_at": "2024-04-20T00:00:00Z"})
        for day in range(DAYS):
            if channel == "other" and 31 <= day < 45:
                continue
            for n in range(4):
                at = dt.datetime(2024, 1, 1, 9 + n, tzinfo=dt.UTC) + dt.timedelta(days=day)
                likes = int(rng.negative_binomial(3, 0.05)) + 1
                post = {"platform": "x", "post_id": f"{channel}{day}-{n}", "channel": channel}
                post |= {"author": channel, "source": channel, "input": number}
                post |= {"line": 4 * day + n + 1, "created_at": at.isoformat()}
                posts.append(post | {"availability": "available"})
                figures = {"reactions": likes, "comments": likes // 3 + 1, "views": 40 * likes}
                figures |= {"reaction_like": likes // 2 + 1, "reaction_love": likes // 4 + 1}
                stamp = {"observed_at": "2024-04-20T00:00:00Z"}
                role = "peer" if capture in ("complete", "sample", "keyword") else "other"
                age = (dt.datetime(2024, 4, 20, tzinfo=dt.UTC) - at) // dt.timedelta(seconds=1)
                observed.append(
                    post
                    | figures
                    | stamp
                    | {"role": role, "capture": capture, "paths": ["media"], "kind": "photo"}
                    | {"relation": "original", "age_s": age, "day": FIRST + day}
                    | {"week": (FIRST + day - 4) // 7, "created_s": int(at.timestamp())}
                )
                for metric, value in figures.items():
                    for when, part in (("2024-04-20T00:00:00Z", 1.0), (None, 0.5)):
                        seen = when or (at + dt.timedelta(hours=5)).isoformat()
                        counts.append(
                            {k: post[k] for k in ("platform", "post_id", "source", "input", "line")}
                            | {"metric": metric, "value": int(value * part), "observed_at": seen}
                        )
    return {
        "observed": observed,
        "posts": posts,
        "observations": counts,
        "coverage": files,
        "account_counts": followers,
    }


@pytest.fixture(scope="module")
def measured(bench: Any) -> dict[str, Any]:
    """Every measure, taken and warned as a run does it."""
    given = rows()
    tables = bench.tables(given)
    held = ground_of(
        sorted({(r["channel"], "x", r["capture"], r["role"]) for r in given["observed"]}),
        frozenset(CHANNELS),
        ("complete", "sample", "keyword"),
    )
    inventory: Inventory = take_inventory(tables, frozenset(CHANNELS), 0)
    inventory = replace(inventory, metrics={m: inventory.metrics.get(m, 0) for m in METRICS})
    sampling = bench.sampling("all", WINDOW)
    found = measure_all(tables, inventory, sampling, 1, None, held)
    return {one.declaration.id: one.results for one in with_warnings(found, held)}


@pytest.mark.parametrize("name", MEASURES)
def test_each_figure_names_how_its_posts_were_captured_or_is_refused(
    measured: dict[str, Any], name: str
) -> None:
    """Figures of channels that were not captured completely, and those that pool them."""
    declaration, results = registry()[name].declaration, measured[name]
    figures = [r for r in results if r.estimate.status == "measured"]
    assert figures, name
    for result in figures:
        capture = CHANNELS.get(result.dims.get("channel") or "")
        codes = codes_of(result.coverage)
        if capture is None:
            assert {"sample", "keyword", "mixed"} & set(codes), dict(result.dims)
        elif capture != "complete":
            assert capture in codes, dict(result.dims)
            assert capture not in declaration.barred
    for result in results:
        if result.estimate.status != "measured":
            assert result.estimate.reason


@pytest.mark.parametrize("name", MEASURES)
def test_each_figure_over_a_hole_names_it(measured: dict[str, Any], name: str) -> None:
    """The fortnight without posts of "other", in all figures of that channel that touch it."""
    for result in measured[name]:
        if result.dims.get("channel") != "other" or result.estimate.status != "measured":
            continue
        start, end = (result.dims.get(f"period_{e}") for e in ("start", "end"))
        touched = start is None or (
            end > dt.datetime(2024, 2, 1, tzinfo=dt.UTC)
            and start < dt.datetime(2024, 2, 15, tzinfo=dt.UTC)
        )
        assert ("gap" in codes_of(result.coverage)) is touched, dict(result.dims)


@pytest.mark.parametrize("name", MEASURES)
def test_a_feed_gives_no_share_and_no_volume(measured: dict[str, Any], name: str) -> None:
    """What a measure bars is typed: not measured, with the reason."""
    declaration = registry()[name].declaration
    own = [r for r in measured[name] if r.dims.get("channel") == "fed"]
    if "browsing" in declaration.barred:
        assert [r for r in own if r.estimate.status == "measured"] == []
        if not declaration.pools:
            assert "personalised feed" in str(own[0].estimate.reason)


def test_the_measures_that_speak_of_a_whole_bar_feeds() -> None:
    barred = {name for name, one in registry().items() if "browsing" in one.declaration.barred}
    assert barred == {"share_of_voice", "publishing_volume", "path_mix"}


def test_what_is_captured_otherwise_is_not_in_the_share(measured: dict[str, Any]) -> None:
    posts = [r for r in measured["share_of_voice"] if r.dims.get("category") == "posts"]
    shares = {r.dims["channel"]: r.estimate.value for r in posts if r.estimate.value is not None}
    assert set(shares) == {"whole", "other"}
    assert sum(shares.values()) == pytest.approx(1)
