"""Gini of a channel's posts: hand arithmetic, what is left out, and the real pages in plain SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
Newsrooms = Callable[[str], list[Result]]


def posts(values: list[int], channel: str = "a", **fields: Any) -> list[dict[str, Any]]:
    return [
        {"channel": channel, "platform": "x", "relation": "original", "week": 2817 + n % 12}
        | {"reactions": x}
        | fields
        for n, x in enumerate(values)
    ]


def take(bench: Any, *rows: list[dict[str, Any]]) -> list[Result]:
    observed = [r for some in rows for r in some]
    results: list[Result] = bench.take("attention_inequality", {"observed": observed})
    return results


def test_alike_posts_are_equal_and_one_taker_is_not(bench: Any, pick: Pick) -> None:
    results = take(bench, posts([7] * 36), posts([0] * 34 + [100] * 2, "b"))
    assert pick(results, channel="a").estimate.value == 0.0
    # All attention on two of n posts: (n - 2) / n.
    assert pick(results, channel="b").estimate.value == pytest.approx(34 / 36)


def test_figures_and_channels_stand_apart(bench: Any, pick: Pick) -> None:
    results = take(bench, posts([1, 3] * 18, comments=5), posts([2] * 36, "b"))
    # Half the posts hold 1, half 3: mean difference 1 over twice the mean 2.
    assert pick(results, channel="a", category="reactions").estimate.value == pytest.approx(0.25)
    assert pick(results, channel="a", category="comments").estimate.value == 0.0
    assert pick(results, channel="b", category="reactions").estimate.value == 0.0


def test_reposts_persons_and_young_posts_are_left_out(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        posts([7] * 36),
        posts([900] * 12, relation="repost"),
        posts([0] * 12, age_s=172_799),
        posts([50] * 36, None),  # type: ignore[arg-type]
    )
    found = pick(results, channel="a").estimate
    assert (found.value, found.n_posts) == (0.0, 36)
    assert found.reason == "12 posts younger than two days at observation left out"
    assert {r.dims["channel"] for r in results} == {"a"}


def test_two_days_is_old_enough(bench: Any, pick: Pick) -> None:
    found = pick(take(bench, posts([7] * 36, age_s=172_800))).estimate
    assert (found.n_posts, found.reason) == (36, None)


def test_posts_without_the_figure_are_no_zeros(bench: Any, pick: Pick) -> None:
    missing = posts([0] * 20)
    for row in missing:
        row["reactions"] = None
    found = pick(take(bench, posts([7] * 36), missing)).estimate
    assert (found.value, found.n_posts) == (0.0, 36)


def test_no_attention_has_no_inequality(bench: Any, pick: Pick) -> None:
    found = pick(take(bench, posts([0] * 36))).estimate
    assert found.status == "not_measured"
    assert "nothing to divide by" in str(found.reason)


def test_one_week_gives_no_interval(bench: Any, pick: Pick) -> None:
    rows = posts(list(range(36)))
    for row in rows:
        row["week"] = 2817
    assert "an interval needs two" in str(pick(take(bench, rows)).estimate.reason)


def test_gini_of_the_newsrooms_by_plain_sql(
    newsroom_results: Newsrooms, newsroom_study: dict[str, Any], newsrooms: Path, pick: Pick
) -> None:
    """No howfar code: distinct posts at least two days old at the declared observation."""
    results = newsroom_results("attention_inequality")
    sources = [s for s in newsroom_study["sources"] if s.get("use", "main") == "main"]
    assert len(sources) == 14
    for source in sources:
        observed: dt.datetime = source["observed_at"]
        local = observed.astimezone(dt.timezone(dt.timedelta(hours=-5))).replace(tzinfo=None)
        row = duckdb.execute(
            """
            with raw as (
                select status_id, num_reactions::bigint as reactions,
                    strptime(status_published, '%Y-%m-%d %H:%M:%S') as published,
                    row_number() over () as line
                from read_csv(?, header = true, all_varchar = true, quote = '"', escape = '"',
                              strict_mode = false, max_line_size = 10000000)
            ), post as (
                select arg_max(reactions, line) as x, arg_max(published, line) as published
                from raw group by status_id
            ), settled as (
                select x, row_number() over (order by x) as i, count(*) over () as n
                from post where published <= ?::timestamp - interval 2 days
            )
            select count(*), sum((2 * i - n - 1) * x) / (any_value(n) * sum(x)) from settled
            """,
            [str(newsrooms / source["path"]), local],
        ).fetchone()
        assert row is not None
        found = pick(results, channel=source["channel"], category="reactions").estimate
        assert found.n_posts == row[0]
        assert found.value == pytest.approx(row[1], rel=1e-12)
