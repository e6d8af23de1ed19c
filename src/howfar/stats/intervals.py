"""Confidence intervals over week blocks, and for shares of independent units.

One rule for every figure that is bootstrapped over blocks, ``block_interval``: from 10 blocks on
a t interval with the bootstrap's spread, from 2 to 9 the few-block interval, below that none.
Why not the percentiles of the replicates: with 12 to 20 blocks they are too narrow
(``benchmarks/coverage_intervals.py`` has the table), because resampling shrinks the spread by
(B - 1) / B, takes the spread as known, and repeats a downward bias such as Gini's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from howfar.stats.blocks import FEW_BLOCKS, FloatArray

Transform = Literal["identity", "log", "logit"]
"""Scale on which the interval is symmetric: log for what is positive (means, rates, ratios,
quantiles), logit for what lies between 0 and 1 (shares, Gini), identity for differences, slopes."""

MAX_WIDENING = 1.25
"""How far the spread between blocks may widen an interval: a slope or a rate of a week with three
posts can be anything, and a few such weeks would make every interval useless."""

MIN_USABLE = 0.9
"""Least share of replicates that must be defined for an interval to be given."""


@dataclass(frozen=True, slots=True)
class Interval:
    """low <= high, and in words how they were made."""

    low: float
    high: float
    method: str


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")


def _forward(x: FloatArray, transform: Transform) -> FloatArray:
    """The values on the interval's scale; not finite where the scale does not reach."""
    if transform == "identity":
        return x
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "log":
            return np.log(x)
        if transform == "logit":
            return np.asarray(special.logit(x), dtype=np.float64)
    raise ValueError(f"unknown transform {transform!r}: identity, log or logit")


def _back(x: float, transform: Transform) -> float:
    if transform == "log":
        return math.exp(x)
    if transform == "logit":
        return float(special.expit(x))
    return x


def _clip(low: float, high: float, transform: Transform) -> tuple[float, float]:
    """Hold an interval made on the plain scale inside the range that the transform implies."""
    if transform == "identity":
        return low, high
    ceiling = 1.0 if transform == "logit" else math.inf
    return min(max(low, 0.0), ceiling), min(max(high, 0.0), ceiling)


def expanded_level(n_blocks: int, confidence: float) -> float:
    """Lower tail to read off percentile intervals so that they match a t interval for a mean.

    Phi(-t * sqrt(B / (B - 1))), t the quantile of Student's t on B - 1 degrees of freedom.

    Source: Hesterberg 2015 (doi 10.1080/00031305.2015.1089789), section 5.
    """
    t = stats.t.ppf(0.5 + confidence / 2, n_blocks - 1)
    return float(stats.norm.cdf(-t * math.sqrt(n_blocks / (n_blocks - 1))))


def bootstrap_interval(
    value: float,
    replicates: npt.ArrayLike,
    n_blocks: int,
    confidence: float = 0.95,
    transform: Transform = "identity",
    block_estimates: npt.ArrayLike | None = None,
) -> Interval | None:
    """Interval of a figure from its block-bootstrap replicates.

    g^-1( g(v) - t s - max(b, 0) ), g^-1( g(v) + t s - min(b, 0) ) with g the transform, v the
    value, t the quantile of Student's t on B - 1 degrees of freedom, b = mean(g(replicates)) - g(v)
    the bootstrap's estimate of bias, allowed for on the side it points to, and s the larger of
    s* = sd(g(replicates)) sqrt(B / (B - 1)) and, with block_estimates, sd(g(estimates)) / sqrt(k),
    the latter held to 1.25 s*: with a dozen uneven weeks of heavy-tailed counts either spread
    alone is too small too often.

    Where g does not reach all replicates (a median of 0 on the log scale) or all are equal, the
    expanded percentile interval takes its place, widened where needed to hold the value.

    Parameters
    ----------
    value : the estimate, finite.
    replicates : (R,); NaN (a replicate that drew no data) is left out, but if more than a tenth
        is NaN there is no interval.
    n_blocks : blocks that hold data (for a count a day: all blocks, since a quiet week is data).
    confidence : such as 0.95.
    transform : see ``Transform``.
    block_estimates : (k,) the figure of each block alone; NaN, and blocks that g does not reach,
        are left out.

    Returns None for fewer than 2 blocks, too few usable replicates or a value that is NaN: the
    caller then reports the figure as not measured.

    Source: Hesterberg 2015 (doi 10.1080/00031305.2015.1089789); Ibragimov & Mueller 2010
    (doi 10.1198/jbes.2009.08046) for the second spread; the choice among candidates is by
    simulated coverage, see ``benchmarks/coverage_intervals.py``.
    """
    _check_confidence(confidence)
    drawn = np.asarray(replicates, dtype=np.float64)
    usable = drawn[np.isfinite(drawn)]
    if n_blocks < 2 or not math.isfinite(value) or usable.size < max(2, MIN_USABLE * drawn.size):
        return None
    made = f"block bootstrap ({n_blocks} blocks, {drawn.size} replicates)"
    centre = float(_forward(np.array([value]), transform)[0])
    moved = _forward(usable, transform)
    if math.isfinite(centre) and np.isfinite(moved).all() and np.ptp(usable) > 0:
        spread = float(moved.std(ddof=1)) * math.sqrt(n_blocks / (n_blocks - 1))
        if block_estimates is not None:
            by_block = _block_spread(block_estimates, transform)
            spread = max(spread, min(by_block, MAX_WIDENING * spread))
        bias = float(moved.mean()) - centre
        half = float(stats.t.ppf(0.5 + confidence / 2, n_blocks - 1)) * spread
        low = _back(centre - half - max(bias, 0.0), transform)
        high = _back(centre + half - min(bias, 0.0), transform)
        return Interval(low, high, f"t interval{_scale_words(transform)}, {made}")
    tail = expanded_level(n_blocks, confidence)
    ordered = np.sort(usable)
    low = float(ordered[math.floor(tail * (ordered.size - 1))])
    high = float(ordered[math.ceil((1 - tail) * (ordered.size - 1))])
    return Interval(min(low, value), max(high, value), f"expanded percentile, {made}")


def _scale_words(transform: Transform) -> str:
    return "" if transform == "identity" else f" on the {transform} scale"


def _block_spread(block_estimates: npt.ArrayLike, transform: Transform) -> float:
    """Standard error of the mean of the block estimates, 0 where fewer than 10 can be used."""
    each = _forward(np.asarray(block_estimates, dtype=np.float64), transform)
    each = each[np.isfinite(each)]
    return float(each.std(ddof=1)) / math.sqrt(each.size) if each.size >= FEW_BLOCKS else 0.0


def few_block_interval(
    value: float,
    block_estimates: npt.ArrayLike,
    confidence: float = 0.95,
    transform: Transform = "identity",
) -> Interval | None:
    """Interval from the spread of the same figure over a few blocks.

    g^-1( g(value) +- t_{k-1} * sd(g(estimates)) / sqrt(k) ), k the blocks with an estimate.

    Ibragimov & Mueller centre at the mean of the block estimates. Here the centre is the figure of
    all blocks together: a figure such as Gini is lower inside weeks than over weeks, and centred
    at the weeks' mean the simulated coverage falls below 60 %; the spread is theirs.

    Parameters
    ----------
    value : the estimate from all blocks.
    block_estimates : (k,) the estimate of each block alone; NaN (no data) is left out.

    Returns None for fewer than 2 blocks with an estimate, or a value that is NaN.

    Source: Ibragimov & Mueller 2010 (doi 10.1198/jbes.2009.08046).
    """
    _check_confidence(confidence)
    each = np.asarray(block_estimates, dtype=np.float64)
    each = each[np.isfinite(each)]
    k = each.size
    if k < 2 or not math.isfinite(value):
        return None
    t = float(stats.t.ppf(0.5 + confidence / 2, k - 1)) / math.sqrt(k)
    centre, moved = float(_forward(np.array([value]), transform)[0]), _forward(each, transform)
    if math.isfinite(centre) and np.isfinite(moved).all():
        half = t * float(moved.std(ddof=1))
        low, high = _back(centre - half, transform), _back(centre + half, transform)
        scale = _scale_words(transform)
    else:
        half = t * float(each.std(ddof=1))
        low, high = _clip(value - half, value + half, transform)
        scale = ""
    return Interval(low, high, f"t interval{scale}, few blocks ({k})")


def block_interval(
    value: float,
    replicates: npt.ArrayLike,
    block_estimates: npt.ArrayLike,
    confidence: float = 0.95,
    transform: Transform = "identity",
) -> Interval | None:
    """The interval by the number of blocks with data: the rule that every measure follows.

    10 or more blocks with an estimate: ``bootstrap_interval``. 2 to 9: the span of
    ``few_block_interval`` and of the bootstrap, since the former knows nothing of bias (Gini) and
    the latter is too narrow alone. Fewer: None. Parameters as there.
    """
    each = np.asarray(block_estimates, dtype=np.float64)
    n_blocks = int(np.isfinite(each).sum())
    drawn = bootstrap_interval(value, replicates, n_blocks, confidence, transform, each)
    if n_blocks >= FEW_BLOCKS:
        return drawn
    few = few_block_interval(value, each, confidence, transform)
    if few is None or drawn is None:
        return few
    return Interval(min(few.low, drawn.low), max(few.high, drawn.high), few.method)


def wilson(k: float, n: float, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval of a share k / n of independent units.

    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), p = k/n. Range 0 to 1; k and n may
    be fractions where n is an effective number. None where n is 0.

    Raises
    ------
    ValueError
        k outside 0..n.

    Source: Wilson 1927 (doi 10.1080/01621459.1927.10502953).
    """
    _check_confidence(confidence)
    if n == 0:
        return None
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends rounding would otherwise leave 1e-17 where the bound is exactly 0 or 1.
    low = 0.0 if k == 0 else max(centre - half, 0.0)
    high = 1.0 if k == n else min(centre + half, 1.0)
    return Interval(low, high, "Wilson")


def effective_n(share: float, variance: float) -> float:
    """Number of independent units that would give this variance: p (1 - p) / variance.

    NaN where the variance is 0 or the share is 0 or 1: the data then do not tell.

    Source: Kish 1965 (design effect); Korn & Graubard 1998 for its use in intervals.
    """
    if variance <= 0 or not 0 < share < 1:
        return math.nan
    return share * (1 - share) / variance


def wilson_effective(
    share: float, variance: float, n: float, confidence: float = 0.95, n_clusters: int | None = None
) -> Interval | None:
    """Wilson interval of a share whose units are clustered or weighted.

    Wilson with n* = p (1 - p) / variance in place of n, never above n. With ``n_clusters`` c, n* is
    further multiplied by (z / t_{c-1})^2, since the variance is itself estimated from c clusters.
    Where p is 0 or 1 the variance tells nothing and n* is the number of clusters (or n).

    Parameters
    ----------
    share : p in [0, 1].
    variance : of the estimated share, for instance of its block-bootstrap replicates.
    n : units counted. None is returned where it is 0, or n_clusters is below 2.

    Source: Korn & Graubard 1998, Survey Methodology 24, 193-201.
    """
    _check_confidence(confidence)
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    if n == 0 or (n_clusters is not None and n_clusters < 2):
        return None
    effective = effective_n(share, variance)
    if math.isnan(effective):
        effective = float(n if n_clusters is None else n_clusters)
    elif n_clusters is not None:
        upper = 0.5 + confidence / 2
        effective *= float(stats.norm.ppf(upper) / stats.t.ppf(upper, n_clusters - 1)) ** 2
    effective = min(effective, float(n))
    interval = wilson(share * effective, effective, confidence)
    if interval is None:
        return None
    return Interval(interval.low, interval.high, f"Wilson on effective n {effective:.3g}")
