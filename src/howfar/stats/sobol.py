"""Which of several inputs moves a result, alone and together with the others?

First index S_i: the part of the result's variance that would go away on average if input i were
known. Total index ST_i: the part that would be left if all but input i were known. ST_i - S_i is
what i does together with others. With independent inputs S sums to at most 1, ST to at least 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from howfar.stats.blocks import FloatArray

MIN_BASE = 16
"""Below this many base points neither the indices nor their intervals mean anything."""


@dataclass(frozen=True, slots=True, eq=False)
class SobolIndices:
    """Indices of shape (d, ...) with bootstrap intervals; NaN where the result never moves.

    Estimates can fall slightly below 0 or above 1; they are not cut off, since that would bias.
    """

    first: FloatArray
    first_low: FloatArray
    first_high: FloatArray
    total: FloatArray
    total_low: FloatArray
    total_high: FloatArray
    confidence: float
    base: int


def sobol_design(base: int, inputs: int, rng: np.random.Generator) -> FloatArray:
    """Points of the unit cube where the result must be evaluated, shape (inputs + 2, base, inputs).

    Rows A, B, then A with column i of B, for i in 0..inputs-1: base x (inputs + 2) evaluations.
    Scrambled Sobol points; base a power of two.

    Source: Saltelli et al. 2010 (doi 10.1016/j.cpc.2009.09.018).
    """
    if base < MIN_BASE or base & (base - 1):
        raise ValueError(f"the base must be a power of two, at least {MIN_BASE}, not {base}")
    if inputs < 1:
        raise ValueError("there must be at least one input")
    points = qmc.Sobol(2 * inputs, scramble=True, rng=rng).random(base)
    a, b = points[:, :inputs], points[:, inputs:]
    design = np.repeat(a[None], inputs + 2, axis=0)
    design[1] = b
    for i in range(inputs):
        design[2 + i, :, i] = b[:, i]
    return design


def sobol_indices(
    results: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    replicates: int = 1_000,
    confidence: float = 0.95,
    pooled: bool = False,
) -> SobolIndices:
    """First and total indices of every input, with intervals.

    S_i = mean(f_B (f_ABi - f_A)) / V and ST_i = mean((f_A - f_ABi)^2) / (2 V), f less its mean and
    V the variance over A and B together. Intervals: percentiles over ``replicates`` bootstrap draws
    of base points, widened where needed to hold the estimate. The points spread more evenly than
    random ones, so the intervals are rather too wide than too narrow.

    Parameters
    ----------
    results : (d + 2, N, ...) the result at the points of ``sobol_design``, any further axes being
        further results (one for each unit, say). Finite.
    pooled: one index of all further results together: parts and variances are summed over them
        before they are divided, so that what moves more counts more; shape (d,).

    Errors: ValueError for results that are not finite or too few.

    Source: first indices Saltelli et al. 2010 (doi 10.1016/j.cpc.2009.09.018), total indices
    Jansen 1999 (doi 10.1016/S0010-4655(98)00154-4), pooled Lamboni, Monod & Makowski 2011
    (doi 10.1016/j.ress.2010.09.002).
    """
    f = np.asarray(results, dtype=np.float64)
    if f.ndim < 2 or f.shape[0] < 3 or f.shape[1] < MIN_BASE:
        raise ValueError(f"results of shape {f.shape} are not (inputs + 2, base, ...)")
    if not np.isfinite(f).all():
        raise ValueError("a result is not finite, so no variance can be split")
    inputs, base, further = f.shape[0] - 2, f.shape[1], f.shape[2:]
    flat = f.reshape(inputs + 2, base, -1)
    flat = flat - flat.mean(axis=(0, 1))
    a, b, ab = flat[0], flat[1], flat[2:]
    size = flat[:2].std(axis=(0, 1))
    still = size <= 1e-12 * np.abs(f.reshape(inputs + 2, base, -1)).max(axis=(0, 1))
    parts = np.concatenate(
        [
            (b * (ab - a)).reshape(inputs, base, -1),
            ((a - ab) ** 2 / 2).reshape(inputs, base, -1),
            ((a + b) / 2)[None],
            ((a**2 + b**2) / 2)[None],
        ]
    )
    width = parts.shape[2]
    table = parts.transpose(1, 0, 2).reshape(base, -1)
    counts = rng.multinomial(base, np.full(base, 1 / base), size=replicates).astype(np.float64)
    means = np.concatenate([table.mean(axis=0, keepdims=True), counts @ table / base])
    means = means.reshape(replicates + 1, 2 * inputs + 2, width)
    variance = means[:, -1] - means[:, -2] ** 2
    numerators = means[:, : 2 * inputs]
    if pooled:
        further, still = (), still.all(keepdims=True)
        numerators = numerators.sum(axis=2, keepdims=True)
        variance = variance.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = numerators / np.where(variance > 0, variance, np.nan)[:, None]
    ratios[:, :, still] = np.nan
    value, drawn = ratios[0], ratios[1:]
    tail = (1 - confidence) / 2
    low = np.full_like(value, np.nan)
    high = np.full_like(value, np.nan)
    # A draw of base points on which the result happens not to move has no indices.
    usable = np.isfinite(value) & (np.isfinite(drawn).mean(axis=0) >= 0.9)
    if usable.any():
        low[usable], high[usable] = np.nanquantile(drawn[:, usable], [tail, 1 - tail], axis=0)
    low, high = np.fmin(low, value), np.fmax(high, value)

    def shaped(x: FloatArray, half: int) -> FloatArray:
        return x[half * inputs : (half + 1) * inputs].reshape(inputs, *further)

    return SobolIndices(
        shaped(value, 0), shaped(low, 0), shaped(high, 0),
        shaped(value, 1), shaped(low, 1), shaped(high, 1),
        confidence, base,
    )  # fmt: skip
