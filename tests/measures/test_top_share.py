"""What the most noticed posts hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from howfar.schema.estimate import Result
from howfar.schema.measure import Sampling, registry
from howfar.stats.blocks import draw_blocks

Pick = Callable[..., Result]


def posts(values: list[int], **fields: Any) -> list[dict[str, Any]]:
    return [
        {"channel": "a", "platform": "x", "relation": "original", "week": 2817 + n % 12}
        | {"reactions": x}
        | fields
        for n, x in enumerate(values)
    ]


def take(bench: Any, rows: list[dict[str, Any]]) -> list[Result]:
    results: list[Result] = bench.take("top_share", {"observed": rows})
    return results


def test_shares_by_hand(bench: Any, pick: Pick) -> None:
    # 90 posts of 1, 9 of 10, 1 of 820: 1,000 in all.
    results = take(bench, posts([1] * 90 + [10] * 9 + [820]))
    held = {t: pick(results, params=f"top={t}").estimate.value for t in ("0.01", "0.05", "0.1")}
    assert held == pytest.approx({"0.01": 820 / 1000, "0.05": 860 / 1000, "0.1": 910 / 1000})


def test_top_and_rest_of_the_curve_make_one(bench: Any, pick: Pick) -> None:
    rows = posts([int(x) for x in np.geomspace(1, 5000, 96)])
    rest = pick(bench.take("lorenz", {"observed": rows}), params="p=0.9").estimate.value
    top = pick(take(bench, rows), params="top=0.1").estimate.value
    assert top + rest == pytest.approx(1.0)


def test_one_post_that_makes_the_result_is_flagged(bench: Any, pick: Pick) -> None:
    flagged = pick(take(bench, posts([1] * 50 + [50])), params="top=0.1").estimate
    few = "rests on the top 5.1 posts: too narrow, as planted worlds show"
    assert flagged.reason == f"one post holds 50% of all; {few}"
    below = pick(take(bench, posts([1] * 50 + [49])), params="top=0.1").estimate
    assert below.reason == "rests on the top 5.1 posts: too narrow, as planted worlds show"


def test_every_figure_has_its_own(bench: Any, pick: Pick) -> None:
    results = take(bench, posts([5] * 36, shares=2))
    found = pick(results, category="shares", params="top=0.05").estimate
    assert found.value == pytest.approx(0.05)
    assert len(results) == 6


def test_few_posts_are_refused(bench: Any) -> None:
    assert {r.estimate.status for r in take(bench, posts([5] * 29))} == {"not_measured"}


def test_the_interval_covers_the_true_share() -> None:
    """Weeks of lognormal posts (sigma 1): the top tenth truly holds Phi(1 - 1.2816) = 0.389."""
    import pyarrow as pa
    from scipy import stats

    truth = float(stats.norm.sf(stats.norm.isf(0.1) - 1.0))
    rng = np.random.default_rng(20240101)
    one, weeks, trials, hits = registry()["top_share"], np.arange(2817, 2837), 200, 0
    draw = draw_blocks(weeks, 300, np.random.default_rng([1, 0]))
    sampling = Sampling(0, 1, 0.95, draw, rng)
    for _ in range(trials):
        # A week's posts share a level, so that posts are not independent.
        level = np.repeat(rng.normal(0, 0.2, weeks.size), 60)
        spread = np.sqrt(1 - 0.2**2)
        values = np.rint(1000 * np.exp(level + rng.normal(0, spread, level.size)))
        rows = pa.table(
            {
                "channel": ["a"] * values.size,
                "platform": ["x"] * values.size,
                "category": ["reactions"] * values.size,
                "week": np.repeat(weeks, 60),
                "young": np.zeros(values.size, dtype=bool),
                "value": values.astype(np.int64),
                "posts": np.ones(values.size, dtype=np.int64),
            }
        )
        found = [r for r in one.estimate(rows, sampling) if r.dims["params"] == "top=0.1"]
        e = found[0].estimate
        assert e.low is not None
        assert e.high is not None
        hits += e.low <= truth <= e.high
    # 95 % of 200 trials, less three binomial standard errors.
    assert hits / trials >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / trials)
