"""Share of voice: only among channels that were captured alike, over days that all cover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
WINDOW = ("2024-01-01", "2024-01-29")
DAY_S = 86_400


def row(channel: str, on: int, **fields: Any) -> dict[str, Any]:
    moment = 19_723 + on - 1
    return {
        "channel": channel,
        "platform": "x",
        "role": "peer",
        "capture": "complete",
        "relation": "original",
        "day": moment,
        "week": (moment - 4) // 7,
        "age_s": 30 * DAY_S,
        "observed_at": "2024-02-10T00:00:00Z",
    } | fields


def daily(
    channel: str, number: int = 1, days: Any = range(1, 29), **f: Any
) -> list[dict[str, Any]]:
    return [row(channel, d, **f) for d in days for _ in range(number)]


def take(bench: Any, *rows: list[dict[str, Any]], **tables: Any) -> list[Result]:
    observed = [r for some in rows for r in some]
    results: list[Result] = bench.take("share_of_voice", {"observed": observed} | tables, WINDOW)
    return results


def value(results: list[Result], pick: Pick, channel: str, category: str = "posts") -> Any:
    return pick(results, channel=channel, category=category).estimate.value


def test_posts_and_counts_of_ours_and_peers_alone(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        daily("a", 1, role="ours", reactions=30),
        daily("b", 3, reactions=10),
        daily("c", 9, role="other", reactions=100),
    )
    assert value(results, pick, "a") == pytest.approx(1 / 4)
    assert value(results, pick, "b") == pytest.approx(3 / 4)
    assert value(results, pick, "a", "reactions") == pytest.approx(30 / 60)
    assert {r.dims["channel"] for r in results} == {"a", "b"}
    assert all(r.dims["versus"] == "compared channels" for r in results)


def test_shares_of_all_channels_add_up_to_one(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a"), daily("b", 2), daily("c", 4))
    assert sum(value(results, pick, c) for c in "abc") == pytest.approx(1.0)


def test_only_the_days_that_every_channel_covers(bench: Any, pick: Pick) -> None:
    early = daily("b", 3, range(1, 15), observed_at="2024-01-15T12:00:00Z", reactions=1)
    results = take(bench, daily("a", reactions=1), early)
    found = pick(results, channel="a", category="posts").estimate
    assert found.value == pytest.approx(1 / 4)
    assert found.n_posts == 14
    assert "14 UTC days that all 2 channels (complete) cover" in str(found.reason)
    # Counts: the day that ends two days before the last look (15th, noon) is the 12th.
    assert pick(results, channel="a", category="reactions").estimate.n_posts == 12


def test_young_posts_and_reposts_give_no_counts(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        daily("a", reactions=10),
        daily("b", reactions=10),
        daily("b", reactions=500, age_s=2 * DAY_S - 1),
        daily("b", reactions=500, relation="repost"),
    )
    assert value(results, pick, "a", "reactions") == pytest.approx(1 / 2)
    assert value(results, pick, "a") == pytest.approx(1 / 4)


def test_a_channel_captured_in_another_way_is_not_measured(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a"), daily("b"), daily("c", 9, capture="keyword"))
    assert value(results, pick, "a") == pytest.approx(1 / 2)
    other = pick(results, channel="c").estimate
    assert other.status == "not_measured"
    assert "captured as keyword" in str(other.reason)


def test_a_personalised_feed_gives_no_share(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a", capture="browsing"), daily("b", capture="browsing"))
    assert {r.estimate.status for r in results} == {"not_measured"}
    assert "personalised feed" in str(pick(results, channel="a").estimate.reason)


def test_alone_on_a_platform_there_is_no_share(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a"), daily("b"), daily("c", platform="facebook"))
    alone = pick(results, channel="c").estimate
    assert alone.status == "not_measured"
    assert value(results, pick, "a") == pytest.approx(1 / 2)


def test_a_channel_without_the_figure_is_left_out_and_named(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a", shares=1), daily("b", shares=3), daily("c"))
    assert value(results, pick, "a", "shares") == pytest.approx(1 / 4)
    assert pick(results, channel="c", category="shares").estimate.status == "not_measured"
    assert "2 channels give shares" in str(
        pick(results, channel="a", category="shares").estimate.reason
    )


def test_a_window_that_cuts_days_cuts_them_for_all(bench: Any, pick: Pick) -> None:
    rows = {"observed": daily("a", days=range(1, 16)) + daily("b", days=range(1, 16))}
    window = ("2024-01-01T05:00:00", "2024-01-15T05:00:00")
    results = bench.take("share_of_voice", rows, window)
    assert pick(results, channel="a", category="posts").estimate.n_posts == 15


def test_the_only_channel_with_a_figure_has_no_share_of_it(bench: Any, pick: Pick) -> None:
    results = take(bench, daily("a", views=5), daily("b"))
    alone = pick(results, channel="a", category="views").estimate
    assert alone.status == "not_measured"
    assert "no other compared channel gives views" in str(alone.reason)
