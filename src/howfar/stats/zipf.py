"""Discrete power laws in numpy: exact sums, refits and draws that are cheap enough to repeat.

The library ``powerlaw`` makes the published estimate (``heavy_tails``); this module scans xmin and
refits bootstrap samples by the same rules in a few vectorised operations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from howfar.stats.blocks import FloatArray, IntArray

ALPHA_MAX = 3.0
"""The library's bound: candidates for xmin with a steeper tail are passed over. Above 3 the
variance is finite, and a steep enough power law fits the last posts of any distribution."""

_ASYMPTOTIC = 50.0
_CELLS = 4_000_000  # at a time, so that memory stays small
_COARSE = 8  # every 8th value is enough to drop most candidates


def log_hurwitz(alpha: npt.ArrayLike, x: npt.ArrayLike) -> FloatArray:
    """Logarithm of sum_{k >= 0} (x + k)^-alpha for 1 < alpha <= 25 and x >= 1, broadcast.

    Euler-Maclaurin from x = 50 on (relative error below 1e-7, for alpha up to 3 below 1e-13),
    scipy's zeta below: ten times cheaper where it counts.
    """
    a, b = np.asarray(alpha, dtype=np.float64), np.asarray(x, dtype=np.float64)
    inverse = 1.0 / b
    cube = a * (a + 1) * (a + 2) / 720
    fifth = cube * (a + 3) * (a + 4) / 42
    far = inverse * (a / 12 - inverse**2 * (cube - inverse**2 * fifth))
    # Terms of alpha alone and of x alone are worked out before they meet in the large array.
    out = np.asarray(np.log(b * (1.0 / (a - 1.0)) + (0.5 + far)) - a * np.log(b))
    if (b < _ASYMPTOTIC).any():
        small = np.broadcast_to(b < _ASYMPTOTIC, out.shape)
        near_a, near_b = (np.broadcast_to(v, out.shape)[small] for v in (a, b))
        out[small] = np.log(special.zeta(near_a, near_b))
    return out


def _exact_alpha(mean_log: FloatArray, xmin: FloatArray) -> FloatArray:
    """Maximum-likelihood alpha: root of d/da log zeta(a, xmin) + mean(log x) = 0, by bisection.

    The derivative falls with alpha, so a sign tells the side; NaN where no root lies in range.
    """
    step = 1e-5
    sides = np.array([[step], [-step]])

    def excess(alpha: FloatArray) -> FloatArray:
        above, below = log_hurwitz(alpha + sides, xmin)
        rise: FloatArray = mean_log + (above - below) / (2 * step)
        return rise

    low = np.full(mean_log.shape, 1.0 + 10 * step)
    high = np.full(mean_log.shape, ALPHA_MAX)
    found = (excess(low) < 0) & (excess(high) > 0)
    for _ in range(34):  # 2 / 2^34 is below the optimiser's tolerance
        middle = (low + high) / 2
        below = excess(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(found, (low + high) / 2, np.nan)


def alpha_estimates(mean_log: npt.ArrayLike, xmin: npt.ArrayLike) -> FloatArray:
    """Exponent from the mean logarithm of the tail x >= xmin, by the library's rule.

    From xmin = 10 on 1 + 1 / mean(log(x / (xmin - 1/2))) (eq. 3.7 of Clauset et al. 2009) if that
    lies in (1.5, 3]; otherwise the exact maximum likelihood of the discrete power law. NaN where
    there is none (all values equal xmin).

    Source: Clauset, Shalizi & Newman 2009 (doi 10.1137/070710111).
    """
    m, low = np.broadcast_arrays(
        np.asarray(mean_log, dtype=np.float64), np.asarray(xmin, dtype=np.float64)
    )
    above = m - np.log(low - 0.5)
    quick = 1.0 + np.divide(1.0, above, out=np.full(m.shape, np.inf), where=above > 0)
    alpha = np.where((low >= 10) & (quick > 1.5) & (quick <= 3), quick, np.nan)
    # From xmin = 10 on the quick value is right within a per cent: well above 3 there is no root.
    hopeless = (low >= 10) & (quick > 1.1 * ALPHA_MAX)
    exact = np.isnan(alpha) & np.isfinite(m) & ~hopeless
    if exact.any():
        alpha[exact] = _exact_alpha(m[exact], low[exact])
    return alpha


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Fits at every candidate: xmin, alpha and Kolmogorov-Smirnov distance, each (G,).

    distance is inf where no power law could be fitted.
    """

    xmin: FloatArray
    alpha: FloatArray
    distance: FloatArray

    def best(self) -> int:
        """Position of the smallest distance, the first of equals."""
        return int(np.argmin(self.distance))


def scan(
    distinct: FloatArray, counts: FloatArray, candidates: FloatArray, limit: float = math.inf
) -> Scan:
    """Fit a discrete power law above each candidate xmin and measure its distance to the data.

    D = max over distinct x >= xmin of |P_data(X < x | X >= xmin) - P_fit(X < x)|, as the library
    does; the work is candidates x distinct values, a slice of candidates at a time.

    Parameters
    ----------
    distinct : (U,) sorted positive whole numbers. counts : (U,) how often each occurs; 0 is
        allowed (a value that a bootstrap sample did not draw).
    candidates : (G,) values of xmin, at most the largest value.
    limit : a candidate whose distance reaches this is not followed further; what is then returned
        for it lies between limit and its distance.
    """
    first = np.searchsorted(distinct, candidates)
    n_from = np.cumsum(counts[::-1])[::-1]
    log_from = np.cumsum((counts * np.log(distinct))[::-1])[::-1]
    before = n_from[0] - n_from
    n_tail = n_from[first]
    mean_log = np.divide(
        log_from[first], n_tail, out=np.full(n_tail.shape, np.nan), where=n_tail >= 2
    )
    alpha = alpha_estimates(mean_log, candidates)
    distance = np.full(candidates.shape, np.inf)
    seen = np.flatnonzero(counts > 0)

    def measure(which: IntArray, columns: IntArray) -> None:
        slices = math.ceil(which.size * columns.size / _CELLS) or 1
        for part in np.array_split(which, slices):
            inside = columns[columns >= first[part].min(initial=distinct.size)]
            x, a, low = distinct[inside], alpha[part][:, None], candidates[part][:, None]
            tail = np.exp(log_hurwitz(a, x[None, :]) - log_hurwitz(a, low))
            data = (before[inside] - before[first[part]][:, None]) / n_tail[part][:, None]
            gap = np.where(x >= low, np.abs(data - (1.0 - tail)), 0.0)
            distance[part] = gap.max(axis=1, initial=0.0)

    fitted = np.flatnonzero(np.isfinite(alpha))
    if math.isfinite(limit):
        measure(fitted, seen[::_COARSE])
        fitted = fitted[distance[fitted] < limit]
    measure(fitted, seen)
    return Scan(candidates, alpha, distance)


def draw_power_law(
    n: int, xmin: float, alpha: float, rng: np.random.Generator, table: int = 5_000
) -> FloatArray:
    """Draw n whole numbers >= xmin with probability proportional to x^-alpha, shape (n,).

    Exact by inversion for the first ``table`` values; beyond them (at least 5,000) by rounding the
    continuous law, whose error there is below 1e-7.
    """
    values = xmin + np.arange(table + 1, dtype=np.float64)
    survive = np.exp(log_hurwitz(alpha, values) - log_hurwitz(alpha, xmin))
    u = 1.0 - rng.random(n)  # in (0, 1]; X >= x exactly where u <= P(X >= x)
    place = np.searchsorted(-survive, -u, side="right") - 1
    out = values[place]
    far = place == table
    edge = values[table]
    ratio = np.minimum(u[far] / survive[table], 1.0)
    with np.errstate(over="ignore"):
        steps = (edge - 0.5) * ratio ** (-1.0 / (alpha - 1.0)) + 0.5
    out[far] = np.minimum(np.floor(steps), 1e15)
    return out


def log_truncated_norm(alpha: float, rate: float, xmin: float) -> float:
    """Logarithm of sum_{k >= xmin} k^-alpha exp(-rate k), times exp(rate xmin); rate > 0.

    The first 2,000 terms one by one, the rest by Euler-Maclaurin with Gauss-Legendre on the
    logarithm of k. The library's own normalisation takes seconds a channel.
    """
    k = xmin + np.arange(2_000, dtype=np.float64)
    log_terms = -alpha * np.log(k) - rate * (k - xmin)
    edge = k[-1] + 1
    log_edge = -alpha * math.log(edge) - rate * (edge - xmin)
    reach = math.log1p(700.0 / (rate * edge))
    if alpha > 1:
        reach = min(reach, 40.0 / (alpha - 1))
    u = (_NODES + 1) / 2 * reach
    integrand = np.exp((1 - alpha) * u - rate * edge * np.expm1(u))
    integral = edge * float((integrand * _WEIGHTS).sum()) * reach / 2
    correction = integral + 0.5 + (alpha / edge + rate) / 12
    top = float(log_terms.max())
    return top + math.log(
        float(np.exp(log_terms - top).sum()) + correction * math.exp(log_edge - top)
    )


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(300)
