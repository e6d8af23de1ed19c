"""Confidence sets of a ratio whose denominator may be near zero: Fieller's, and MOVER-R."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Shape = Literal["interval", "two rays", "everything"]
"""interval: all values from low to high. two rays: all below low and all above high. everything:
no value is ruled out. Only the first says what the ratio is."""


@dataclass(frozen=True, slots=True)
class RatioSet:
    """A ratio and the set of values that the data do not rule out.

    low, high: ends of the interval, or of the gap between two rays; infinite of everything.
    """

    value: float
    low: float
    high: float
    shape: Shape

    @property
    def identified(self) -> bool:
        """Whether the denominator is clear of zero, so that the set is an interval."""
        return self.shape == "interval"


def _quantile(confidence: float, df: float | None) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    upper = 0.5 + confidence / 2
    return float(stats.norm.ppf(upper) if df is None else stats.t.ppf(upper, df))


def fieller(
    numerator: float,
    denominator: float,
    variance_numerator: float,
    variance_denominator: float,
    covariance: float = 0.0,
    *,
    confidence: float = 0.95,
    df: float | None = None,
) -> RatioSet:
    """All ratios r for which numerator - r * denominator is not clear of zero.

    (N - r D)^2 <= q^2 (vN - 2 r c + r^2 vD), q the normal quantile or, with df, that of Student's
    t. With a = D^2 - q^2 vD, b = N D - q^2 c, e = N^2 - q^2 vN: an interval (b -+ sqrt(b^2 - a e))
    / a where a > 0, which is where D itself is clear of zero; else the values outside of two ends,
    or everything.

    Parameters
    ----------
    numerator, denominator : estimates that are normal, or nearly.
    variance_numerator, variance_denominator, covariance : of these; 0 of what is known.
    confidence : such as 0.95. df : degrees of freedom of the variances; null: many.

    Raises
    ------
    ValueError
        Figures that are not finite, variances below 0, a covariance beyond what they allow.

    Source: Fieller 1954 (doi 10.1111/j.2517-6161.1954.tb00159.x).
    """
    n, d, vn, vd, c = numerator, denominator, variance_numerator, variance_denominator, covariance
    if not all(map(math.isfinite, (n, d, vn, vd, c))):
        raise ValueError("a ratio needs finite figures and variances")
    if vn < 0 or vd < 0 or c * c > vn * vd * (1 + 1e-9):
        raise ValueError(f"variances {vn:g} and {vd:g} with covariance {c:g} cannot be")
    q = _quantile(confidence, df)
    value = n / d if d else math.nan
    a, b, e = d * d - q * q * vd, n * d - q * q * c, n * n - q * q * vn
    inside = b * b - a * e
    if a > 0:
        # Where a > 0 the value itself is in the set, so it is never empty; rounding aside.
        root = math.sqrt(max(inside, 0.0))
        low, high = _roots(a, b, e, root)
        return RatioSet(value, min(low, value), max(high, value), "interval")
    if a == 0 or inside <= 0:
        return RatioSet(value, -math.inf, math.inf, "everything")
    low, high = _roots(a, b, e, math.sqrt(inside))
    return RatioSet(value, low, high, "two rays")


def _roots(a: float, b: float, e: float, root: float) -> tuple[float, float]:
    """Both roots of a r^2 - 2 b r + e in order, without taking near figures from each other."""
    far = b + math.copysign(root, b)
    first = far / a
    second = e / far if far else 0.0
    return min(first, second), max(first, second)


def fieller_of_replicates(
    numerator: float,
    denominator: float,
    replicates_numerator: npt.ArrayLike,
    replicates_denominator: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    df: float | None = None,
) -> RatioSet:
    """Fieller's set with variances and covariance from replicates that were drawn together.

    replicates : (R,) each, the same draw at the same place, so that what moves both in the same
    weeks is seen; places where either is NaN are left out. df: blocks - 1 where these are few.

    Raises
    ------
    ValueError
        Fewer than two usable places, or unequal lengths.
    """
    both = np.vstack(
        [
            np.asarray(replicates_numerator, dtype=np.float64),
            np.asarray(replicates_denominator, dtype=np.float64),
        ]
    )
    both = both[:, np.isfinite(both).all(axis=0)]
    if both.shape[1] < 2:
        raise ValueError("a spread needs two replicates or more")
    spread = np.cov(both)
    return fieller(
        numerator,
        denominator,
        float(spread[0, 0]),
        float(spread[1, 1]),
        float(spread[0, 1]),
        confidence=confidence,
        df=df,
    )


def ratio_from_limits(
    numerator: tuple[float, float, float], denominator: tuple[float, float, float]
) -> RatioSet:
    """A ratio from the values and limits of its independent parts, each (value, low, high).

    MOVER-R: Fieller's set with the spread of each part taken from its own limits, on the side that
    matters, so that lopsided intervals stay lopsided. Equal to Fieller's where limits are
    symmetric; N / high to N / low where the numerator is known. The limits of both must have one
    level, which is that of the set.

    Limits of the denominator that hold zero: everything (shape), since no ratio can be stated.

    Raises
    ------
    ValueError
        Limits that do not hold their value, or figures that are not finite.

    Source: Newcombe 2016 (doi 10.1177/0962280213502144); Donner & Zou 2012
    (doi 10.1177/0962280210383082).
    """
    for value, low, high in (numerator, denominator):
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"limits {low:g} to {high:g} do not hold their value {value:g}")
    if denominator[1] <= 0 <= denominator[2]:
        value = numerator[0] / denominator[0] if denominator[0] else math.nan
        return RatioSet(value, -math.inf, math.inf, "everything")
    sign_d = 1.0 if denominator[1] > 0 else -1.0
    sign_n = 1.0 if numerator[0] >= 0 else -1.0
    low, high = _mover(_turned(numerator, sign_n), _turned(denominator, sign_d))
    value = numerator[0] / denominator[0]
    if sign_d * sign_n < 0:
        low, high = -high, -low
    return RatioSet(value, min(low, value), max(high, value), "interval")


def _turned(part: tuple[float, float, float], sign: float) -> tuple[float, float, float]:
    value, low, high = part
    return part if sign > 0 else (-value, -high, -low)


def _mover(
    numerator: tuple[float, float, float], denominator: tuple[float, float, float]
) -> tuple[float, float]:
    """Limits of N / D for N >= 0 and D whose limits are above 0."""
    (n, n_low, n_high), (d, d_low, d_high) = numerator, denominator
    below, above = d - d_low, d_high - d
    up, down = n_high - n, n - n_low
    # The upper end: n - r d, below zero there, is as far from it as its upper spread allows.
    high = math.inf
    if math.isfinite(up):
        inside = (n * below) ** 2 + (d * up) ** 2 - (below * up) ** 2
        high = (n * d + math.sqrt(inside)) / (d_low * (2 * d - d_low))
    # A negative lower end takes the other side of the denominator.
    side = above if n_low >= 0 else below
    low = -math.inf if math.isinf(down) else 0.0
    if math.isfinite(down) and math.isfinite(side) and (n or down):
        inside = (n * side) ** 2 + (d * down) ** 2 - (side * down) ** 2
        low = (n * n - down * down) / (n * d + math.sqrt(max(inside, 0.0)))
    return low, high
