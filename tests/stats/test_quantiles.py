"""One definition of a quantile: the inverse of the distribution function."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.blocks import draw_blocks
from howfar.stats.quantiles import block_quantiles, quantile, quantiles

numbers = st.lists(st.integers(0, 30), min_size=1, max_size=40)


def test_by_hand() -> None:
    x = [5.0, 1.0, 3.0, 9.0]
    # F: 1 -> .25, 3 -> .5, 5 -> .75, 9 -> 1
    assert quantiles(x, [0, 0.25, 0.2501, 0.5, 0.75, 0.76, 1]).tolist() == [1, 1, 3, 3, 5, 9, 9]
    assert quantile(x, 0.5) == 3


def test_rounding_does_not_shift_the_rank() -> None:
    # 0.1 * 30 and 0.7 * 10 in floating point lie a hair above 3 and below 7
    assert quantile(np.arange(1, 31), 0.1) == 3
    assert quantile(np.arange(1, 11), 0.7) == 7


@given(numbers, st.floats(0, 1))
def test_smallest_value_with_enough_below(x: list[int], p: float) -> None:
    q = quantile(x, p)
    share = np.mean(np.array(x) <= q)
    assert q in x
    assert share >= p - 1e-9
    smaller = [v for v in x if v < q]
    if smaller:
        assert np.mean(np.array(x) <= max(smaller)) < p


@given(numbers, st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_replicates_are_quantiles_of_the_repeated_data(x: list[int], b: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    index = rng.integers(0, b, len(x))
    weights = draw_blocks(range(b), 6, rng).weights
    probs = [0.0, 0.1, 0.5, 0.9, 1.0]
    found = block_quantiles(x, index, weights, probs)
    for row, w in zip(found, weights, strict=True):
        repeated = np.repeat(np.array(x, dtype=float), w.astype(int)[index])
        if repeated.size == 0:
            assert np.isnan(row).all()
        else:
            assert row.tolist() == quantiles(repeated, probs).tolist()


def test_no_values() -> None:
    assert np.isnan(block_quantiles([], [], np.ones((2, 3)), [0.5])).all()
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_refusals() -> None:
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            quantile([1.0], p)
    with pytest.raises(ValueError, match="NaN"):
        quantile([1.0, float("nan")], 0.5)
    for index in ([3], [-1], [0, 1]):
        with pytest.raises(ValueError, match="block position"):
            block_quantiles([1.0], index, np.ones((1, 3)), [0.5])
