"""Growth of counts between two observations of the same posts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.maturation import maturation_curve


def test_by_hand() -> None:
    curve = maturation_curve(
        earlier=[10, 30, 0, 100, 7],
        later=[20, 30, 5, 110, 7],
        age_hours=[1, 2, 5.9, 6, 12],
        day=[3, 3, 4, 4, 5],
        edges=[0, 6, 12, 24, 48],
        replicates=50,
        rng=np.random.default_rng(0),
    )
    assert [(g.age_from, g.age_to) for g in curve] == [(0, 6), (6, 12), (12, 24), (24, 48)]
    assert [g.ratio for g in curve[:3]] == pytest.approx([55 / 40, 1.1, 1.0])
    assert math.isnan(curve[3].ratio)
    assert [(g.n_posts, g.n_days) for g in curve] == [(3, 2), (1, 1), (1, 1), (0, 0)]
    # the day without earlier counts has no ratio of its own, so one day is left: no interval
    assert [g.interval for g in curve] == [None] * 4


def test_counts_may_fall_to_zero() -> None:
    curve = maturation_curve([4, 6], [0, 5], [1, 2], [3, 3], [0, 6], 50, np.random.default_rng(0))
    assert curve[0].ratio == 0.5


def test_interval_by_the_number_of_days() -> None:
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(12), 5)
    early = rng.integers(50, 150, 60)
    late = np.floor(early * rng.uniform(1, 2, 60))
    args = (early, late, np.full(60, 3.0), day)
    many = maturation_curve(*args, [0, 6], 200, rng)[0]
    assert many.interval is not None
    assert "12 blocks, 200 replicates" in many.interval.method
    assert many.interval.low < many.ratio < many.interval.high
    few = maturation_curve(*(a[:20] for a in args), [0, 6], 200, rng)[0]
    assert few.interval is not None
    assert few.interval.method == "t interval on the log scale, few blocks (4)"


@given(st.floats(0.5, 3.0), st.integers(0, 1000))
def test_constant_growth_is_found_exactly(factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    early = rng.integers(1, 100, 60).astype(float)
    curve = maturation_curve(
        early, factor * early, np.full(60, 1.0), np.arange(60) // 4, [0, 2], 20, rng
    )
    assert curve[0].ratio == pytest.approx(factor)
    assert curve[0].interval is not None
    assert (curve[0].interval.low, curve[0].interval.high) == pytest.approx((factor, factor))


def test_same_seed_same_curve() -> None:
    rng = np.random.default_rng(1)
    day, early = np.arange(40) // 3, rng.integers(1, 100, 40)
    late = early + rng.integers(0, 50, 40)
    curves = [
        maturation_curve(early, late, day, day, [0, 5, 20], 50, np.random.default_rng(7))
        for _ in range(2)
    ]
    assert curves[0] == curves[1]


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="one entry"):
        maturation_curve([1], [1, 2], [1], [1], [0, 2], 5, rng)
    for bad in (-1.0, math.nan):
        with pytest.raises(ValueError, match="negative or missing"):
            maturation_curve([bad], [1], [1], [1], [0, 2], 5, rng)
        with pytest.raises(ValueError, match="negative or missing"):
            maturation_curve([1], [bad], [1], [1], [0, 2], 5, rng)
    for edges in ([0], [2, 2], [3, 1]):
        with pytest.raises(ValueError, match="rise"):
            maturation_curve([1], [1], [1], [1], edges, 5, rng)
