"""Correlations of many columns, pair by pair over the rows that have both."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.blocks import FloatArray

KINDS = ("pearson", "spearman", "kendall")


def correlations(values: npt.ArrayLike) -> FloatArray:
    """Pearson correlations (k, k) of columns (n, k), each pair over the rows that have both.

    NaN where a pair has fewer than 3 rows in common or a column has no spread there.
    """
    x = np.asarray(values, dtype=np.float64)
    there = (~np.isnan(x)).astype(np.float64)
    # Centred once by the column's mean, so that the sums below do not cancel.
    n_all = np.maximum(there.sum(axis=0), 1)
    filled = np.where(there > 0, x, 0.0)
    filled = np.where(there > 0, filled - filled.sum(axis=0) / n_all, 0.0)
    spread = np.sqrt((filled**2).sum(axis=0) / n_all)
    filled = filled / np.where(spread > 0, spread, 1.0)
    n = there.T @ there
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (filled.T @ there) / n
        second = ((filled**2).T @ there) / n - first**2
        cross = (filled.T @ filled) / n - first * first.T
        found = cross / np.sqrt(second * second.T)
    found = np.where((n >= 3) & (second > 1e-14) & (second.T > 1e-14), found, np.nan)
    return np.clip(found, -1.0, 1.0)


def rank_correlations(values: npt.ArrayLike, kind: str) -> FloatArray:
    """Spearman or Kendall (tau-b) correlations (k, k) of columns (n, k), pair by pair.

    NaN where a pair has fewer than 3 rows in common or a column has no spread there.

    Raises ValueError for another kind.
    """
    x = np.asarray(values, dtype=np.float64)
    if kind not in KINDS[1:]:
        raise ValueError(f"kind is one of {', '.join(KINDS[1:])}, not {kind!r}")
    if kind == "spearman" and not np.isnan(x).any():
        return correlations(stats.rankdata(x, axis=0))
    found = np.full((x.shape[1], x.shape[1]), np.nan)
    for j, k in itertools.combinations_with_replacement(range(x.shape[1]), 2):
        both = x[~np.isnan(x[:, j]) & ~np.isnan(x[:, k])][:, [j, k]]
        if len(both) < 3 or (both.max(axis=0) == both.min(axis=0)).any():
            continue
        if kind == "spearman":
            one = correlations(stats.rankdata(both, axis=0))[0, 1]
        else:
            one = stats.kendalltau(both[:, 0], both[:, 1]).statistic
        found[j, k] = found[k, j] = one
    return found


def correlation_p_values(r: npt.ArrayLike, n: npt.ArrayLike) -> FloatArray:
    """Two-sided p of Pearson correlations r over n rows: t = r sqrt((n - 2) / (1 - r^2)).

    Shapes broadcast; NaN where r is or n is below 3.
    """
    r, n = np.asarray(r, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / (1 - r**2))
    p: FloatArray = np.asarray(2 * stats.t.sf(t, np.maximum(n - 2, 1)), dtype=np.float64)
    return np.where(np.isnan(r) | (n < 3), np.nan, p)


def cronbach_alpha(values: npt.ArrayLike) -> float:
    """Do columns (n, k) measure one thing?

    alpha = k / (k - 1) * (1 - sum of variances / variance of the sum), covariances pair by pair
    over the rows that have both. Up to 1; NaN below two columns or without variance.

    Source: Cronbach 1951 (doi 10.1007/BF02310555).
    """
    x = np.asarray(values, dtype=np.float64)
    k = x.shape[1]
    if k < 2:
        return float("nan")
    covariance = np.full((k, k), np.nan)
    for i, j in itertools.combinations_with_replacement(range(k), 2):
        both = ~np.isnan(x[:, i]) & ~np.isnan(x[:, j])
        if both.sum() > 1:
            a, b = x[both, i], x[both, j]
            covariance[i, j] = covariance[j, i] = ((a - a.mean()) * (b - b.mean())).sum() / (
                both.sum() - 1
            )
    total = float(covariance.sum())
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total) if total > 0 else float("nan")
