"""How far estimates would scatter: influence functions times random signs."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy import stats

from howfar.stats.blocks import FloatArray

Multiplier = Literal["mammen", "rademacher"]

_AT_ONCE = 20_000_000


def multipliers(kind: Multiplier, shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """Independent draws with mean 0 and variance 1.

    rademacher: 1 or -1. mammen: (1 - sqrt 5) / 2 with probability (sqrt 5 + 1) / (2 sqrt 5), else
    (1 + sqrt 5) / 2, which has third moment 1 too (Mammen 1993, doi 10.1214/aos/1176349025).
    """
    if kind == "rademacher":
        return np.asarray(rng.integers(0, 2, shape) * 2.0 - 1.0, dtype=np.float64)
    root = math.sqrt(5.0)
    low = rng.random(shape) < (root + 1) / (2 * root)
    return np.asarray(np.where(low, (1 - root) / 2, (1 + root) / 2), dtype=np.float64)


def multiplier_bootstrap(
    influence: FloatArray,
    n: int,
    replicates: int,
    rng: np.random.Generator,
    kind: Multiplier = "mammen",
) -> FloatArray:
    """Draws (R, P) of how far P estimates fall from the truth: sum over clusters V_c S_c / n.

    Parameters
    ----------
    influence : (C, P) influence functions, summed within clusters (units where there are none).
    n : units. kind : distribution of the multipliers V.

    Source: Callaway & Sant'Anna 2021, algorithm 1 and remark 10, doi
    10.1016/j.jeconom.2020.12.001.
    """
    if replicates < 1:
        raise ValueError(f"replicates must be at least 1, not {replicates}")
    clusters, figures = influence.shape
    out = np.empty((replicates, figures))
    step = max(1, _AT_ONCE // max(clusters, 1))
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        out[start : start + size] = multipliers(kind, (size, clusters), rng) @ influence / n
    return out


def quartile_spread(draws: FloatArray) -> FloatArray:
    """Standard errors (P,) as the interquartile range over that of a standard normal."""
    low, high = np.quantile(draws, [0.25, 0.75], axis=0, method="inverted_cdf")
    return np.asarray((high - low) / (stats.norm.ppf(0.75) - stats.norm.ppf(0.25)))


def simultaneous(draws: FloatArray, errors: FloatArray, confidence: float) -> float:
    """How many standard errors wide a band must be to hold all figures at once.

    The confidence quantile over draws of max |draw / error|; figures without an error are left
    out. NaN where none has one.
    """
    usable = np.isfinite(errors) & (errors > 0)
    if not usable.any():
        return math.nan
    largest = np.abs(draws[:, usable] / errors[usable]).max(axis=1)
    return float(np.quantile(largest, confidence, method="inverted_cdf"))
