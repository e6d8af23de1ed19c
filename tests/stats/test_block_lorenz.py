"""The block-weighted Lorenz curve equals the plain curve of the data written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.block_lorenz import block_lorenz
from howfar.stats.gini import lorenz

ONES = np.ones((1, 2))


def test_by_hand() -> None:
    # Sorted 1, 2, 3, 4: the lower half holds 3 of 10; p = 0.375 lies half way into the second post.
    share = block_lorenz([4, 1, 3, 2], [1, 1, 1, 1], [0, 0, 1, 1], ONES, [0, 0.375, 0.5, 1])
    assert share[0] == pytest.approx([0.0, 2 / 10, 3 / 10, 1.0])


def test_repeats_count_as_posts() -> None:
    one = block_lorenz([1, 5], [3, 1], [0, 1], ONES, [0.5, 0.75, 0.8])
    assert one[0] == pytest.approx([2 / 8, 3 / 8, (3 + 0.2 * 5) / 8])


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=40),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_a_replicate_is_the_curve_of_its_data(
    posts: list[tuple[int, int]], weights: list[int]
) -> None:
    values, blocks = (np.array(column) for column in zip(*posts, strict=True))
    drawn = np.repeat(values, np.array(weights)[blocks])
    points, expected = lorenz(drawn, 11)
    given_weights = np.array([weights], dtype=np.float64)
    share = block_lorenz(values, np.ones(values.size), blocks, given_weights, points)[0]
    if drawn.sum() == 0:
        assert np.isnan(share).all()
    else:
        assert share == pytest.approx(expected, abs=1e-12)


def test_no_values_no_curve() -> None:
    assert np.isnan(block_lorenz([], [], [], ONES, [0.5])).all()


@pytest.mark.parametrize(
    ("values", "probs"), [([-1.0], [0.5]), ([np.nan], [0.5]), ([np.inf], [0.5]), ([1.0], [1.1])]
)
def test_what_has_no_curve_is_an_error(values: list[float], probs: list[float]) -> None:
    with pytest.raises(ValueError, match="must"):
        block_lorenz(values, [1], [0], ONES, probs)
