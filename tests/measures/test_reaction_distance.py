"""How far a channel's mix of reactions is from the others': ratios, not counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]


def posts(
    channel: str, like: int, sad: int, weeks: int = 12, **fields: Any
) -> list[dict[str, Any]]:
    return [
        {"channel": channel, "platform": "x", "relation": "original", "week": 2817 + n % weeks}
        | {"role": "peer", "capture": "complete", "reaction_like": like, "reaction_sad": sad}
        | fields
        for n in range(36)
    ]


def take(bench: Any, *rows: list[dict[str, Any]]) -> list[Result]:
    observed = [r for some in rows for r in some]
    results: list[Result] = bench.take("reaction_distance", {"observed": observed})
    return results


def test_two_kinds_by_hand(bench: Any, pick: Pick) -> None:
    # clr of (p, q) is (+-log(p / q) / 2): the distance is |log 8 - log 2| / sqrt 2.
    results = take(bench, posts("a", 80, 10), posts("b", 20, 10))
    for channel in "ab":
        found = pick(results, channel=channel)
        assert found.estimate.value == pytest.approx(math.log(4) / math.sqrt(2))
        assert found.dims["versus"] == "compared channels"


def test_the_same_mix_is_no_distance_whatever_the_size(bench: Any, pick: Pick) -> None:
    found = pick(take(bench, posts("a", 8, 2), posts("b", 4000, 1000)), channel="a").estimate
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert found.low == 0.0


def test_the_others_are_added_up_without_the_channel(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", 80, 10), posts("b", 30, 10), posts("c", 10, 10))
    # The others of a: 40 likes to 20 sad.
    assert pick(results, channel="a").estimate.value == pytest.approx(math.log(4) / math.sqrt(2))


def test_a_kind_that_one_channel_cannot_give_is_left_out(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", 80, 10, reaction_love=50), posts("b", 20, 10))
    found = pick(results, channel="a").estimate
    assert found.value == pytest.approx(math.log(4) / math.sqrt(2))
    assert "2 kinds of reaction" in found.method


def test_a_kind_never_got_stands_in_as_part_of_one(bench: Any, pick: Pick) -> None:
    # 36 * 50 likes and no sad: the stand-in is 0.65 of one reaction among 1,800.
    found = pick(take(bench, posts("a", 50, 0), posts("b", 20, 20)), channel="a").estimate
    delta = 0.65 / 1800
    assert found.value == pytest.approx(math.log((1 - delta) / delta) / math.sqrt(2))


def test_only_compared_channels_captured_alike(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        posts("a", 80, 10),
        posts("b", 20, 10),
        posts("c", 10, 90, role="other"),
        posts("d", 10, 90, capture="keyword"),
    )
    assert pick(results, channel="a").estimate.value == pytest.approx(math.log(4) / math.sqrt(2))
    assert "captured as keyword" in str(pick(results, channel="d").estimate.reason)
    assert "c" not in {r.dims["channel"] for r in results}


def test_few_weeks_few_posts_and_one_kind_are_refused(bench: Any, pick: Pick) -> None:
    weeks = take(bench, posts("a", 80, 10, weeks=9), posts("b", 20, 10, weeks=9))
    assert "9 weeks with data" in str(pick(weeks, channel="a").estimate.reason)
    few = take(bench, posts("a", 80, 10)[:29], posts("b", 20, 10))
    assert "29 posts" in str(pick(few, channel="a").estimate.reason)
    one = take(bench, posts("a", 80, 10, reaction_sad=None), posts("b", 20, 10))
    assert "fewer than two kinds" in str(pick(one, channel="a").estimate.reason)


def test_young_posts_are_left_out(bench: Any, pick: Pick) -> None:
    results = take(bench, posts("a", 80, 10), posts("a", 0, 900, age_s=0), posts("b", 20, 10))
    found = pick(results, channel="a").estimate
    assert found.value == pytest.approx(math.log(4) / math.sqrt(2))
    assert "36 posts younger" in str(found.reason)
