"""The ridge correction of the augmented synthetic control."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.simplex import simplex_least_squares

Floats = npt.NDArray[np.float64]


def ridge_weights(b1: Floats, b0: Floats, weights: Floats, ridge: float) -> Floats:
    """What is added to weights so that the rest b1 - b0 w is met as far as a ridge lets it.

    (b1 - b0 w)' (b0 b0' + ridge I)^-1 b0 (Ben-Michael, Feller & Rothstein 2021, equation 14,
    doi 10.1080/01621459.2021.1929245). b1 (rows,), b0 (rows, donors), both centred on donors' mean.
    """
    left = b0 @ b0.T + ridge * np.eye(b0.shape[0])
    rest = b1 - b0 @ weights
    # Without a ridge there may be no inverse: the shortest solution then.
    found = np.linalg.solve(left, rest) if ridge > 0 else np.linalg.lstsq(left, rest, rcond=None)[0]
    return np.asarray(found @ b0, dtype=np.float64)


def ridges(b0: Floats, smallest: float = 1e-8, steps: int = 20) -> Floats:
    """The ridges tried: from the largest eigenvalue of b0 b0' down, as the R package augsynth does.

    21 of them, each the same part of the one before.
    """
    largest = float(np.linalg.svd(b0, compute_uv=False)[0]) ** 2
    return np.asarray(largest * smallest ** ((np.arange(steps + 1) - 1) / steps))


def choose_ridge(
    b1: Floats,
    b0: Floats,
    periods: int,
    holdout: int = 1,
    one_se: bool = True,
    simplex: bool = True,
) -> float:
    """The ridge by which periods that were left out are predicted best.

    The first ``periods`` rows are left out in turn, ``holdout`` at a time; one_se: the largest
    whose error is within a standard error of the least. Below 3 periods: the largest.
    """
    tried = ridges(b0)
    folds = periods - holdout
    if not tried[0] > 0:
        return 1.0  # donors that never vary: whatever the ridge, there is nothing to correct by
    if folds < 2:
        return float(tried[0])
    errors = np.empty((folds, tried.size))
    for first in range(folds):
        out = np.zeros(b0.shape[0], dtype=np.bool_)
        out[first : first + holdout] = True
        k0, k1 = b0[~out], b1[~out]
        w = simplex_least_squares(k0, k1) if simplex else np.full(b0.shape[1], 1 / b0.shape[1])
        rest = k1 - k0 @ w
        values, vectors = np.linalg.eigh(k0 @ k0.T)
        turned = vectors.T @ rest
        parts = vectors * turned
        # Column k: (k0 k0' + ridge_k I)^-1 rest.
        solved = parts @ (1 / (np.maximum(values, 0)[:, None] + tried))
        off = (b1[out] - b0[out] @ w)[:, None] - b0[out] @ (k0.T @ solved)
        errors[first] = (off**2).sum(axis=0)
    means = errors.mean(axis=0)
    best = int(np.argmin(means))
    if not one_se:
        return float(tried[best])
    within = means <= means[best] + errors[:, best].std(ddof=1) / np.sqrt(folds)
    return float(tried[within].max())
