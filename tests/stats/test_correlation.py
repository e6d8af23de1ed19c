"""Correlations pair by pair."""

import numpy as np
import pytest
from scipy import stats

from howfar.stats.correlation import (
    correlation_p_values,
    correlations,
    cronbach_alpha,
    rank_correlations,
)

NAN = np.nan


@pytest.fixture
def x() -> np.ndarray:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(12, 4)) + 1e6
    values[:, 1] += values[:, 0] - 1e6
    values[rng.random(values.shape) < 0.2] = NAN
    return values


def test_each_pair_over_the_rows_that_have_both(x: np.ndarray) -> None:
    found = {
        "pearson": correlations(x),
        "spearman": rank_correlations(x, "spearman"),
        "kendall": rank_correlations(x, "kendall"),
    }
    of = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
    for kind, matrix in found.items():
        for j in range(4):
            for k in range(4):
                both = x[~np.isnan(x[:, [j, k]]).any(axis=1)]
                expected = of[kind](both[:, j], both[:, k])
                assert matrix[j, k] == pytest.approx(expected.statistic, abs=1e-9)
                if kind == "pearson" and j != k:
                    p = float(correlation_p_values(matrix[j, k], len(both)))
                    assert p == pytest.approx(expected.pvalue, rel=1e-6)


def test_spearman_without_gaps() -> None:
    x = np.array([[1, 2.0], [2, 4], [3, 9], [4, 1]])
    # Distances of ranks: 1 1 1 3, squares 12: 1 - 6 * 12 / (4 * 15).
    assert rank_correlations(x, "spearman")[0, 1] == pytest.approx(-0.2)


def test_no_spread_or_too_few() -> None:
    assert np.isnan(correlations([[1, 5], [2, 5], [3, 5.0]])[0, 1])
    assert np.isnan(correlations([[1, 5], [2, 6], [3, NAN]])[0, 1])
    assert np.isnan(rank_correlations([[1, 5], [2, NAN], [3, 5.0]], "spearman")[0, 1])
    with pytest.raises(ValueError, match="not 'other'"):
        rank_correlations([[1.0]], "other")


def test_alpha_by_hand() -> None:
    # Variances 1 and 1, covariance 0.5: 2 * (1 - 2 / 3).
    x = np.array([[1, 1.0], [2, 3], [3, 2]])
    assert cronbach_alpha(x) == pytest.approx(2 * (1 - 2 / 3))
    assert cronbach_alpha(np.column_stack([x[:, 0]] * 3)) == pytest.approx(1)
    assert np.isnan(cronbach_alpha(x[:, :1]))
