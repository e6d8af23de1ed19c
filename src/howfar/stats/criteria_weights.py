"""Weights of criteria from data or from judgements: entropy, CRITIC, first component, AHP."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray
from howfar.stats.correlation import correlations

# Mean consistency index of random reciprocal matrices of size 1, 2, ... (Saaty 1980).
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57,
                1.59)  # fmt: skip
INCONSISTENT = 0.1
"""A consistency ratio above this says that judgements contradict one another too much."""


def entropy_weights(values: npt.ArrayLike) -> FloatArray:
    """More weight to criteria that tell units apart.

    w_k is proportional to 1 + sum_u p_uk ln(p_uk) / ln(n), p_uk = x_uk / sum_u x_uk, n units.
    values: (n, k), not negative, NaN left out; returns (k,) that sum to 1. A criterion that is the
    same for all gets 0; equal weights where all are so.

    Raises ValueError for negative values.

    Source: Zeleny 1982; Shannon 1948 (doi 10.1002/j.1538-7305.1948.tb01338.x).
    """
    x = np.asarray(values, dtype=np.float64)
    if (x < 0).any():
        raise ValueError("entropy weights need values of 0 or more")
    n = (~np.isnan(x)).sum(axis=0)
    total = np.nansum(x, axis=0)
    p = np.where(np.isnan(x), 0.0, x) / np.where(total > 0, total, 1.0)
    spread = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=0)
    diverse = 1.0 - spread / np.log(np.maximum(n, 2))
    return _shares(np.where((total > 0) & (n > 1), np.maximum(diverse, 0.0), 0.0))


def critic_weights(values: npt.ArrayLike) -> FloatArray:
    """More weight to criteria that vary and that say something that the others do not.

    w_k is proportional to sd_k * sum_j (1 - r_jk), of values put on 0 to 1 by minimum and maximum.
    values: (n, k), NaN left out (correlations pairwise); returns (k,) that sum to 1. A criterion
    without spread gets 0.

    Source: Diakoulaki, Mavrotas and Papayannakis 1995 (doi 10.1016/0305-0548(94)00059-H).
    """
    x = np.asarray(values, dtype=np.float64)
    low = np.min(np.where(np.isnan(x), np.inf, x), axis=0)
    high = np.max(np.where(np.isnan(x), -np.inf, x), axis=0)
    wide = high > low
    scaled = (x[:, wide] - low[wide]) / (high - low)[wide]
    mean = np.nanmean(scaled, axis=0)
    sd = np.sqrt(np.nanmean((scaled - mean) ** 2, axis=0))
    found = np.zeros(x.shape[1])
    found[wide] = sd * np.nansum(1.0 - correlations(scaled), axis=0)
    return _shares(np.maximum(found, 0.0))


def first_component(values: npt.ArrayLike) -> tuple[FloatArray, float]:
    """Loadings of the first principal component of the standardised criteria, and what it explains.

    values: (n, k), rows with NaN left out. Loadings (k,) have length 1 and the sign that makes
    their sum positive; a criterion without spread has loading 0.

    Raises ValueError where fewer than 3 complete rows are left.

    Source: Pearson 1901 (doi 10.1080/14786440109462720).
    """
    x = np.asarray(values, dtype=np.float64)
    x = x[~np.isnan(x).any(axis=1)]
    if len(x) < 3:
        raise ValueError("a principal component needs at least 3 complete units")
    wide = x.max(axis=0) > x.min(axis=0)
    loadings = np.zeros(x.shape[1])
    if not wide.any():
        return loadings, float("nan")
    sizes, axes = np.linalg.eigh(correlations(x[:, wide]))
    first = axes[:, -1]
    lead = float(first.sum())
    # Of two opposed criteria the sum is 0 up to rounding: then the first one leads.
    lead = lead if abs(lead) > 1e-9 else float(first[np.argmax(np.abs(first) > 1e-9)])
    loadings[wide] = first if lead > 0 else -first
    return loadings, float(sizes[-1] / sizes.sum())


def ahp_weights(judgements: npt.ArrayLike) -> tuple[FloatArray, float]:
    """Weights (k,) that sum to 1 and the consistency ratio of a matrix of pairwise judgements.

    a_jk: how many times as important j is as k. Weights: the principal eigenvector. Consistency
    ratio: (lambda - k) / (k - 1) / RANDOM_INDEX; 0 is perfect, above 0.1 is inconsistent.

    Raises ValueError where the matrix is not square, positive and reciprocal, or too large.

    Source: Saaty 1977 (doi 10.1016/0022-2496(77)90033-5).
    """
    a = np.asarray(judgements, dtype=np.float64)
    k = a.shape[0]
    if a.ndim != 2 or a.shape[1] != k or not 1 <= k <= len(RANDOM_INDEX):
        raise ValueError(f"judgements must be a square matrix of at most {len(RANDOM_INDEX)} rows")
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise ValueError("judgements must be above 0")
    if not np.allclose(a * a.T, 1.0, rtol=0.02):
        raise ValueError("judgements must be reciprocal: if j is 3 times k, k is 1/3 of j")
    sizes, axes = np.linalg.eig(a)
    largest = int(np.argmax(sizes.real))
    weights = np.abs(axes[:, largest].real)
    if k < 3:
        return _shares(weights), 0.0
    ratio = (float(sizes[largest].real) - k) / (k - 1) / RANDOM_INDEX[k - 1]
    return _shares(weights), max(0.0, float(ratio))


def joint_judgements(experts: Sequence[npt.ArrayLike]) -> FloatArray:
    """Judgements (k, k) of several experts as one: the geometric mean of each entry.

    The only mean that keeps them reciprocal.

    Source: Aczel and Saaty 1983 (doi 10.1016/0022-2496(83)90028-7).
    """
    joint: FloatArray = np.exp(
        np.mean([np.log(np.asarray(one, dtype=np.float64)) for one in experts], axis=0)
    )
    return joint


def _shares(x: FloatArray) -> FloatArray:
    total = float(x.sum())
    return x / total if total > 0 else np.full(x.size, 1.0 / x.size)
