"""Points of the Lorenz curve of reactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
POINTS = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.99")


def posts(values: list[int], **fields: Any) -> list[dict[str, Any]]:
    return [
        {"channel": "a", "platform": "x", "relation": "original", "week": 2817 + n % 12}
        | {"reactions": x}
        | fields
        for n, x in enumerate(values)
    ]


def take(bench: Any, rows: list[dict[str, Any]]) -> list[Result]:
    results: list[Result] = bench.take("lorenz", {"observed": rows})
    return results


def test_equal_posts_lie_on_the_diagonal(bench: Any, pick: Pick) -> None:
    results = take(bench, posts([5] * 36))
    assert [r.dims["params"] for r in results] == [f"p={p}" for p in POINTS]
    for p in POINTS:
        assert pick(results, params=f"p={p}").estimate.value == pytest.approx(float(p))


def test_points_by_hand(bench: Any, pick: Pick) -> None:
    # 20 posts of 1 and 20 of 9: 200 in all, the lower half holds 20, the lower 90 % 20 + 16 * 9.
    results = take(bench, posts([1] * 20 + [9] * 20))
    assert pick(results, params="p=0.5").estimate.value == pytest.approx(20 / 200)
    assert pick(results, params="p=0.9").estimate.value == pytest.approx(164 / 200)


def test_the_curve_is_convex_and_its_intervals_hold_it(bench: Any) -> None:
    results = take(bench, posts([int(x) for x in np.geomspace(1, 5000, 96)]))
    values = [r.estimate.value for r in results]
    assert values == sorted(values)
    assert all(r.estimate.low <= r.estimate.value <= r.estimate.high for r in results)
    assert all(v < float(p) for v, p in zip(values, POINTS, strict=True))


def test_young_posts_and_few_posts(bench: Any, pick: Pick) -> None:
    young = take(bench, posts([5] * 36) + posts([0] * 12, age_s=0))
    assert pick(young, params="p=0.5").estimate.value == pytest.approx(0.5)
    assert {r.estimate.status for r in take(bench, posts([5] * 29))} == {"not_measured"}
