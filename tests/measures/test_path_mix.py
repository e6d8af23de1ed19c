"""Path mix: each post once, several paths in equal parts, unregistered accounts unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]


def posts(
    channel: str | None, paths: list[str] | None, number: int = 1, **fields: Any
) -> list[dict[str, Any]]:
    return [
        {"platform": "x", "relation": "original", "channel": channel, "paths": paths}
        | {"week": 2817 + w, "author": channel or f"person{w % 3}"}
        | fields
        for w in range(12)
        for _ in range(number)
    ]


def take(bench: Any, *rows: list[dict[str, Any]]) -> list[Result]:
    observed = [r for some in rows for r in some]
    results: list[Result] = bench.take("path_mix", {"observed": observed})
    return results


def test_posts_and_reactions_by_path(bench: Any, pick: Pick) -> None:
    results = take(
        bench, posts("a", ["official"], 1, reactions=90), posts("b", ["media"], 3, reactions=10)
    )
    assert pick(results, path="official", category="posts").estimate.value == pytest.approx(1 / 4)
    found = pick(results, path="official", category="reactions").estimate
    assert found.value == pytest.approx(90 / 120)
    assert (found.n_channels, found.n_persons) == (1, None)


def test_several_paths_count_in_equal_parts_and_are_bounded(bench: Any, pick: Pick) -> None:
    results = take(
        bench, posts("a", ["official"]), posts("b", ["media"], 2), posts("c", ["official", "media"])
    )
    split = pick(results, path="official", category="posts", params=None).estimate
    assert split.value == pytest.approx(1.5 / 4)
    assert split.n_channels == 2
    bound = pick(results, path="official", category="posts", params="split=any").estimate
    assert (bound.low, bound.high, bound.low_kind) == (1 / 4, 2 / 4, "bound")
    assert bound.confidence is None


def test_a_path_that_no_channel_shares_has_no_bounds(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", ["official"]), posts("b", ["media", "academia"]))
    assert not [r for r in results if r.dims["path"] == "official" and r.dims.get("params")]
    bound = pick(results, path="media", category="posts", params="split=any").estimate
    assert (bound.low, bound.value, bound.high) == (0, 1 / 4, 1 / 2)


def test_unregistered_accounts_are_unknown_and_counted(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", ["official"]), posts(None, None, 3))
    persons = pick(results, path="unknown", category="posts").estimate
    assert persons.value == pytest.approx(3 / 4)
    assert persons.n_persons == 3
    assert pick(results, path="official", category="posts").estimate.n_persons is None


def test_counts_of_reposts_and_young_posts_are_left_out(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        posts("a", ["official"], reactions=10),
        posts("b", ["media"], reactions=10),
        posts("b", ["media"], reactions=900, relation="repost"),
        posts("b", ["media"], reactions=900, age_s=172_799),
    )
    assert pick(results, path="media", category="reactions").estimate.value == pytest.approx(1 / 2)
    assert pick(results, path="media", category="posts").estimate.value == pytest.approx(3 / 4)


def test_platforms_are_never_added_up(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        posts("a", ["official"]),
        posts("b", ["media"]),
        posts("c", ["media"], platform="facebook"),
    )
    on_x = pick(results, path="media", category="posts", platform="x").estimate
    assert on_x.value == pytest.approx(1 / 2)
    only = pick(results, path="media", category="posts", platform="facebook").estimate
    assert (only.low, only.value, only.high, only.low_kind) == (1, 1, 1, "bound")


def test_a_path_with_few_posts_is_refused(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", ["official"])[:9], posts("b", ["media"], 3))
    assert pick(results, path="official", category="posts").estimate.status == "not_measured"


def test_the_largest_persons_part_is_told_for_the_dominance_rule(bench: Any) -> None:
    # One person has 3 of 4 posts in every week, another the fourth.
    rows = [
        {"platform": "x", "relation": "original", "author": f"p{k // 3}", "week": 2817 + w}
        | {"day": 19_723 + 7 * w, "reactions": 5, "kind": "link", "age_s": 10**6}
        for w in range(12)
        for k in range(4)
    ]
    found = [r for r in bench.take("path_mix", {"observed": rows}) if r.estimate.value]
    assert found
    for result in found:
        assert result.largest == pytest.approx(0.75 * result.estimate.value)
