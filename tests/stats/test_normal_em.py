"""Expected values of what is missing."""

import numpy as np
import pytest

from howfar.stats.normal_em import conditional_means

NAN = np.nan


def test_a_line_is_followed() -> None:
    x = np.array([[1, 2], [2, 4], [3, 6], [4, 8], [4, 8], [5, NAN]])
    # Less by what the ridge takes: about a hundredth of the way from the mean.
    assert conditional_means(x)[5, 1] == pytest.approx(10, abs=0.1)


def test_independent_columns_get_their_mean() -> None:
    # b is unrelated to a among the rows that have both: its expected value is its mean.
    x = np.array([[1, 1], [1, 3], [3, 1], [3, 3], [3, NAN]])
    assert conditional_means(x)[4, 1] == pytest.approx(2.0, abs=1e-3)


def test_recovers_a_planted_regression() -> None:
    rng = np.random.default_rng(11)
    a = rng.normal(size=4000)
    b = 0.6 * a + 0.8 * rng.normal(size=4000)
    gone = rng.random(4000) < 0.3
    x = np.column_stack([a, np.where(gone, NAN, b)])
    filled = conditional_means(x)[gone, 1]
    slope = np.polyfit(a[gone], filled, 1)[0]
    assert slope == pytest.approx(0.6, abs=0.04)


def test_nothing_missing_and_nothing_there() -> None:
    x = np.array([[1.0, NAN], [2.0, NAN]])
    np.testing.assert_array_equal(conditional_means(x), x)


def test_a_level_column_is_filled_by_its_value() -> None:
    x = np.array([[1.0, 5.0], [2.0, NAN], [4.0, 5.0]])
    assert conditional_means(x)[1, 1] == pytest.approx(5.0)


def test_not_settled_is_said() -> None:
    x = np.array([[1, 2], [2, 4], [3, 5], [5, NAN]])
    with pytest.raises(ValueError, match="did not settle in 1 rounds"):
        conditional_means(x, max_rounds=1)
