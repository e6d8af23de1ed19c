"""How much each unit scatters by itself, told from few periods before anybody changed.

A channel with few posts scatters more than one with many. Its own variance over twenty weeks is a
poor figure, one variance for all a wrong one; between the two lies the moderated variance.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy import optimize
from scipy.special import digamma, polygamma

from howfar.stats.blocks import FloatArray

FEWEST_PERIODS: Final = 8
FEWEST_UNITS: Final = 4
_ALIKE: Final = 1e-3
"""Variance of log variances beyond chance, below which all units are taken to scatter alike."""


def own_scatter(outcome: FloatArray, quiet: int) -> FloatArray:
    """Standard deviation (n,) of each unit's outcomes about what all do, moderated.

    outcome : (n, T), NaN where a unit is absent. quiet : periods before anybody changed. Each unit
    is taken less its own mean and less the median of all units in the period. A unit seen in fewer
    than 8 of them has the middle of the others. Where fewer than 4 units are told, or one does not
    vary beyond what all do, all are 1: alike.
    """
    ones = np.ones(len(outcome))
    early = outcome[:, :quiet]
    seen = np.isfinite(early).sum(axis=1)
    told = seen >= FEWEST_PERIODS
    if told.sum() < FEWEST_UNITS:
        return ones
    known = early[told]
    known = known[:, np.isfinite(known).any(axis=0)]
    rest = known - np.nanmean(known, axis=1, keepdims=True)
    rest = rest - np.nanmedian(rest, axis=0)
    variance = np.nanvar(rest, axis=1, ddof=1)
    least = np.finfo(np.float64).eps * float(np.nanmax(np.abs(known), initial=1.0)) ** 2
    if not variance.min() > least:
        return ones
    found = moderated(variance, seen[told] - 1.0)
    out: FloatArray = np.full(len(outcome), math.exp(float(np.log(found).mean()) / 2))
    out[told] = np.sqrt(found)
    return out


def moderated(variance: FloatArray, degrees: FloatArray) -> FloatArray:
    """Variances (n,), each with degrees of freedom (n,), drawn towards a common one.

    s~^2 = (d0 s0^2 + d s^2) / (d0 + d), with d0 and s0^2 from the spread of log s^2: the more
    alike units are beyond chance, the larger d0.

    Source: Smyth 2004 (doi 10.2202/1544-6115.1027).
    """
    half = degrees / 2.0
    logs = np.log(variance) - digamma(half) + np.log(half)
    beyond = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if beyond <= _ALIKE:
        return np.full(len(variance), math.exp(float(logs.mean())))
    # The trigamma function falls from infinity to 0: there is one such argument.
    prior = float(optimize.brentq(lambda x: float(polygamma(1, x)) - beyond, 1e-4, 1e4))
    common = math.exp(float(logs.mean()) + float(digamma(prior)) - math.log(prior))
    out: FloatArray = (2 * prior * common + degrees * variance) / (2 * prior + degrees)
    return out
