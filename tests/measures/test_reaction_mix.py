"""With which reactions people answer: shares of kinds, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]


def posts(number: int = 36, channel: str | None = "a", **fields: Any) -> list[dict[str, Any]]:
    return [
        {"channel": channel, "platform": "x", "relation": "original", "week": 2817 + n % 12}
        | fields
        for n in range(number)
    ]


def take(bench: Any, *rows: list[dict[str, Any]]) -> list[Result]:
    observed = [r for some in rows for r in some]
    results: list[Result] = bench.take("reaction_mix", {"observed": observed})
    return results


def test_shares_by_hand(bench: Any, pick: Pick) -> None:
    results = take(bench, posts(reaction_like=6, reaction_sad=3, reaction_angry=1, reactions=99))
    shares = {r.dims["category"]: r.estimate.value for r in results}
    assert shares == pytest.approx({"like": 0.6, "sad": 0.3, "angry": 0.1})


def test_busy_posts_weigh_most(bench: Any, pick: Pick) -> None:
    results = take(
        bench, posts(reaction_like=90, reaction_sad=0), posts(reaction_like=0, reaction_sad=10)
    )
    assert pick(results, category="sad").estimate.value == pytest.approx(0.1)
    assert pick(results, category="sad").estimate.n_posts == 72


def test_reposts_young_posts_and_persons_are_left_out(bench: Any, pick: Pick) -> None:
    results = take(
        bench,
        posts(reaction_like=6, reaction_sad=4),
        posts(12, reaction_like=900, reaction_sad=0, relation="repost"),
        posts(12, reaction_like=900, reaction_sad=0, age_s=0),
        posts(36, None, reaction_like=900, reaction_sad=0),
    )
    found = pick(results, category="sad").estimate
    assert (found.value, found.n_posts) == (0.4, 36)
    assert "12 posts younger" in str(found.reason)


def test_a_kind_that_never_came_is_not_a_certain_zero(bench: Any, pick: Pick) -> None:
    results = take(bench, posts(reaction_like=6, reaction_love=2, reaction_sad=0))
    never = pick(results, category="sad").estimate
    assert never.status == "not_measured"
    assert "not one reaction 'sad'" in str(never.reason)
    assert pick(results, category="love").estimate.value == pytest.approx(0.25)


def test_a_kind_that_the_export_does_not_give_is_absent(bench: Any) -> None:
    results = take(bench, posts(reaction_like=6, reaction_love=2))
    assert {r.dims["category"] for r in results} == {"like", "love"}


def test_one_kind_is_no_mix_and_few_posts_are_refused(bench: Any, pick: Pick) -> None:
    alone = pick(take(bench, posts(reaction_like=6))).estimate
    assert alone.status == "not_measured"
    assert "no mix" in str(alone.reason)
    few = take(bench, posts(29, reaction_like=6, reaction_love=2))
    assert {r.estimate.status for r in few} == {"not_measured"}
