"""Expected values of what is missing, under a multivariate normal distribution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray

_RIDGE = 0.01


def conditional_means(
    values: npt.ArrayLike, tolerance: float = 1e-5, max_rounds: int = 10_000
) -> FloatArray:
    """What a row would be expected to have where it has nothing, given what it has.

    E-step: x_mis = mu_mis + S_mo S_oo^-1 (x_obs - mu_obs), with its conditional covariance added;
    M-step: mean and covariance (over n) of the filled rows. values: (n, k), NaN where missing;
    returns (n, k). The diagonal of S gets a hundredth of itself, so that few rows or collinear
    columns do not break it (slopes shrink by a hundredth). A column without two different values is
    filled by its mean; without any value it stays missing.

    Settled: no filled value and no covariance of the standardised columns moves by more than
    ``tolerance`` in a round.

    Raises ValueError where it does not settle in ``max_rounds``.

    Source: Dempster, Laird and Rubin 1977 (doi 10.1111/j.2517-6161.1977.tb01600.x).
    """
    x = np.array(values, dtype=np.float64)
    missing = np.isnan(x)
    some = ~missing.all(axis=0)
    if not missing[:, some].any():
        return x
    centre, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    centre[some] = np.nanmean(x[:, some], axis=0)
    scale[some] = np.nanstd(x[:, some], axis=0)
    scale[scale == 0] = 1.0
    x[:, some] = _settled(((x - centre) / scale)[:, some], tolerance, max_rounds)
    x[:, some] = x[:, some] * scale[some] + centre[some]
    return np.where(missing, x, np.asarray(values, dtype=np.float64))


def _settled(x: FloatArray, tolerance: float, max_rounds: int) -> FloatArray:
    missing = np.isnan(x)
    every = np.arange(x.shape[1])
    patterns = [
        (np.flatnonzero((missing == gaps).all(axis=1)), every[~gaps], every[gaps])
        for gaps in np.unique(missing[missing.any(axis=1)], axis=0)
    ]
    filled = np.where(missing, 0.0, x)
    mean = filled.mean(axis=0)
    spread = np.diag(np.maximum(filled.var(axis=0), 1e-12))
    for _ in range(max_rounds):
        before, spread_before = filled.copy(), spread
        extra = np.zeros_like(spread)
        for rows, here, gone in patterns:
            across = spread[np.ix_(here, gone)]
            slope = np.linalg.solve(spread[np.ix_(here, here)], across)
            filled[np.ix_(rows, gone)] = mean[gone] + (x[np.ix_(rows, here)] - mean[here]) @ slope
            left = spread[np.ix_(gone, gone)] - slope.T @ across
            extra[np.ix_(gone, gone)] += rows.size * left
        mean = filled.mean(axis=0)
        apart = filled - mean
        spread = (apart.T @ apart + extra) / len(x)
        spread[np.diag_indices_from(spread)] *= 1 + _RIDGE
        spread[np.diag_indices_from(spread)] += 1e-12
        moved = max(np.abs(filled - before).max(), np.abs(spread - spread_before).max())
        if moved <= tolerance:
            return filled
    raise ValueError(f"expectation-maximisation did not settle in {max_rounds} rounds")
