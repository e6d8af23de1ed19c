"""Gini and Lorenz: hand arithmetic, invariances, and replicates equal to repeated data."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from howfar.stats.blocks import draw_blocks
from howfar.stats.gini import block_gini, gini, lorenz

counts = st.lists(st.integers(0, 10_000), min_size=1, max_size=30)


def test_by_hand() -> None:
    # pairs of 1, 2, 5 (each twice): 2 * (1 + 4 + 3) = 16; 2 n^2 mean = 2 * 9 * 8/3 = 48
    assert gini([5, 1, 2]) == pytest.approx(16 / 48)
    assert gini([4, 4, 4]) == 0
    assert gini([0, 0, 0, 7]) == pytest.approx(1 - 1 / 4)
    assert np.isnan(gini([]))
    assert np.isnan(gini([0, 0]))


@given(counts, st.integers(1, 1000), st.integers(1, 4))
def test_bounds_and_invariances(x: list[int], scale: int, copies: int) -> None:
    assume(sum(x) > 0)
    g = gini(x)
    assert -1e-12 <= g <= 1 - 1 / len(x) + 1e-12
    assert gini([scale * v for v in x]) == pytest.approx(g, abs=1e-12)
    assert gini(x * copies) == pytest.approx(g, abs=1e-12)
    assert gini(x[::-1]) == g
    assert gini([v + 100 for v in x]) <= g + 1e-12


@given(counts)
def test_gini_is_twice_the_area_above_lorenz(x: list[int]) -> None:
    assume(sum(x) > 0)
    p, share = lorenz(x, len(x) + 1)
    area = np.sum((share[1:] + share[:-1]) / 2 * np.diff(p))
    assert gini(x) == pytest.approx(1 - 2 * area, abs=1e-9)


def test_lorenz_by_hand() -> None:
    p, share = lorenz([6, 1, 3], 4)
    assert p.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert share.tolist() == pytest.approx([0, 0.1, 0.4, 1])
    # half way between the second and the third post
    assert lorenz([6, 1, 3], 7)[1][5] == pytest.approx((0.4 + 1) / 2)
    assert np.isnan(lorenz([0, 0], 3)[1]).all()
    assert np.isnan(lorenz([], 3)[1]).all()
    with pytest.raises(ValueError, match="2 points"):
        lorenz([1], 1)


@given(counts, st.integers(2, 12))
def test_lorenz_is_convex_from_0_to_1(x: list[int], points: int) -> None:
    assume(sum(x) > 0)
    p, share = lorenz(x, points)
    assert (share[0], share[-1]) == (0, 1)
    assert (share <= p + 1e-12).all()
    assert (np.diff(share, 2) >= -1e-9).all()


@given(counts, st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_replicates_are_gini_of_the_repeated_data(x: list[int], b: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    index = rng.integers(0, b, len(x))
    weights = draw_blocks(range(b), 6, rng).weights
    for g, w in zip(block_gini(x, index, weights), weights, strict=True):
        repeated = np.repeat(np.array(x), w.astype(int)[index])
        expected = gini(repeated)
        assert (np.isnan(g) and np.isnan(expected)) or g == pytest.approx(expected, abs=1e-9)


def test_refusals() -> None:
    for bad in ([-1.0], [float("nan")], [float("inf")], [[1.0]]):
        with pytest.raises(ValueError, match="not negative"):
            gini(bad)
    for index in ([3], [-1], [0, 1]):
        with pytest.raises(ValueError, match="block position"):
            block_gini([1.0], index, np.ones((1, 3)))
