"""Which ranks of several units do the data allow, when every value has sampling error?

Ranks are not smooth: near ties the spread of resampled ranks is far too small. These sets are made
from comparisons of pairs instead and hold the true ranks at their level however near the ties.

Source: Mogstad, Romano, Shaikh & Wilhelm 2024 (doi 10.1093/restud/rdad006), with the stepdown of
Romano & Wolf 2005 (doi 10.1198/016214504000000539).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.blocks import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

_CHUNK = 4_000_000
"""Scaled differences held at a time."""

_SAME = 1e-12
"""Below this part of the units' own variances a difference has no error of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class RankSets:
    """Ranks (1 is the highest value) and the ranks that cannot be excluded, all of shape (U,).

    rank: min-rank of the values, tied values share the better rank. low, high: the set is every
    rank from low to high. above and below, shape (U, U): what the comparisons of unit j (the row)
    show about it and unit k; in simultaneous sets one is the other turned. A unit without value
    has rank 0 and no comparison.
    """

    rank: IntArray
    low: IntArray
    high: IntArray
    above: BoolArray
    below: BoolArray
    confidence: float
    simultaneous: bool
    method: str

    @property
    def tied(self) -> BoolArray:
        """(U, U): two units with values of which neither is shown to be above the other."""
        known = self.rank > 0
        pairs = known[:, None] & known[None, :] & ~self.above & ~self.below
        np.fill_diagonal(pairs, False)
        return pairs


def min_ranks(values: npt.ArrayLike) -> IntArray:
    """Rank of each value along the last axis: 1 + the number of greater ones; 0 where NaN."""
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    ranks = np.asarray(stats.rankdata(np.where(known, -x, np.inf), method="min", axis=-1))
    return np.where(known, ranks.astype(np.int64), 0)


def normal_errors(covariance: npt.ArrayLike, draws: int, rng: np.random.Generator) -> FloatArray:
    """Errors of shape (draws, U) from a normal distribution with this covariance (U, U).

    A vector (U,) is taken as standard errors of independent values. NaN, an error that is not
    known, is no covariance: ValueError.
    """
    given = np.asarray(covariance, dtype=np.float64)
    if not np.isfinite(given).all():
        raise ValueError("every value needs a finite standard error or covariance")
    if given.ndim == 1:
        if (given < 0).any():
            raise ValueError("standard errors must not be negative")
        return rng.standard_normal((draws, given.size)) * given
    values, vectors = np.linalg.eigh(given)
    if values.min(initial=0.0) < -1e-8 * max(values.max(initial=0.0), 1e-300):
        raise ValueError("a covariance must have no negative eigenvalue")
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(rng.standard_normal((draws, given.shape[0])) @ root.T)


def rank_sets(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    confidence: float = 0.95,
    *,
    simultaneous: bool = True,
    degrees: float | None = None,
) -> RankSets:
    """Confidence sets for the ranks of U units.

    Set of unit j: 1 + #{k shown to be above j} ... U - #{k shown to be below j}. k is shown to be
    above j where (x_k - x_j) / s_jk > c, s_jk the standard deviation of the errors' difference and
    c the confidence quantile of max (e_k - e_j) / s_jk over the ordered pairs not yet decided,
    again and again until no more pair is decided.

    simultaneous: all sets together hold all true ranks with this confidence; else each set its own
    (marginal), as for a unit picked beforehand. Two units with truly equal values have each the
    span of ranks that their tie covers, and the sets hold all of it.

    Parameters
    ----------
    values : (U,) higher is better; NaN, a unit without value, is left out.
    errors : (R, U) draws of the estimation errors: bootstrap replicates (their mean is taken off)
        or ``normal_errors``. Rows with NaN among the units with values are left out.
    confidence : such as 0.95.
    degrees : degrees of freedom where the spread itself comes from few blocks (blocks - 1): the
        bar c is moved to where Student's t has the tail that the normal has at c, and s_jk is
        widened by sqrt(B / (B - 1)).

    Errors: ValueError for shapes that do not fit, fewer than 2 usable draws or fewer degrees
    than 1. A pair whose difference has no error (s_jk = 0) is known and not among those tested.
    """
    x = np.asarray(values, dtype=np.float64)
    drawn = np.asarray(errors, dtype=np.float64)
    _check(x, drawn, confidence, degrees)
    known = np.flatnonzero(np.isfinite(x))
    drawn = drawn[:, known]
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if drawn.shape[0] < 2:
        raise ValueError("rank sets need at least 2 complete draws of the errors")
    drawn = drawn - drawn.mean(axis=0)
    bar = _Bar(confidence, simultaneous, degrees)
    here = x[known]
    above, below = (_spread_out(m, known, x.size) for m in _shown(here, drawn, bar))
    low = np.where(np.isfinite(x), 1 + below.sum(axis=1), 0)
    high = np.where(np.isfinite(x), known.size - above.sum(axis=1), 0)
    kind = "simultaneous" if simultaneous else "marginal"
    method = f"{kind} rank sets, stepdown, {drawn.shape[0]} draws"
    if degrees is not None:
        method += f", t on {degrees:g} degrees of freedom"
    return RankSets(min_ranks(x), low, high, above, below, confidence, simultaneous, method)


def _check(x: FloatArray, drawn: FloatArray, confidence: float, degrees: float | None) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if x.ndim != 1 or drawn.ndim != 2 or drawn.shape[1] != x.size:
        raise ValueError(f"{x.shape} values do not fit {drawn.shape} errors")
    if degrees is not None and degrees < 1:
        raise ValueError(f"degrees of freedom must be at least 1, not {degrees}")


@dataclass(frozen=True, slots=True)
class _Bar:
    """How sure a comparison must be."""

    confidence: float
    simultaneous: bool
    degrees: float | None

    def height(self, largest: FloatArray) -> float:
        """The bar that the largest scaled error passes as seldom as the confidence asks."""
        bar = float(np.quantile(largest, self.confidence, method="higher"))
        if self.degrees is None:
            return bar
        return float(stats.t.isf(stats.norm.sf(bar), self.degrees))


def _spread_out(pairs: BoolArray, known: IntArray, size: int) -> BoolArray:
    whole = np.zeros((size, size), dtype=np.bool_)
    whole[np.ix_(known, known)] = pairs
    return whole


def _shown(x: FloatArray, drawn: FloatArray, bar: _Bar) -> tuple[BoolArray, BoolArray]:
    """(U, U) twice: the row's unit is shown above, shown below the column's."""
    covariance = np.atleast_2d(np.cov(drawn, rowvar=False))
    own = np.diag(covariance)
    total = own[:, None] + own[None, :]
    variance = total - 2 * covariance
    sure = variance <= _SAME * total
    gap = x[:, None] - x[None, :]
    above = sure & (gap > 0) & ~np.isclose(x[:, None], x[None, :], rtol=1e-12, atol=0.0)
    below = above.T.copy()
    spread = np.sqrt(np.where(sure, 1.0, variance))
    ratio = gap / spread
    if bar.degrees is not None:
        ratio *= np.sqrt(bar.degrees / (bar.degrees + 1))
    first, second = np.nonzero(np.triu(~sure, 1))
    if bar.simultaneous:
        up, down = _stepdown(ratio, spread, drawn, first, second, bar)
        above[first[up], second[up]] = True
        above[second[down], first[down]] = True
        return above, above.T.copy()
    for unit in range(x.size):
        others = np.flatnonzero(~sure[unit])
        up, down = _stepdown(ratio, spread, drawn, np.full(others.size, unit), others, bar)
        above[unit, others[up]] = True
        below[unit, others[down]] = True
    return above, below


def _stepdown(
    ratios: FloatArray,
    spread: FloatArray,
    drawn: FloatArray,
    first: IntArray,
    second: IntArray,
    bar: _Bar,
) -> tuple[BoolArray, BoolArray]:
    """Which of these pairs have the first above the second, and which the second above the first.

    The one-sided hypotheses still open set the bar; each round decides some until none is.
    """
    ratio = ratios[first, second]
    up = np.zeros(first.size, dtype=np.bool_)
    down = np.zeros(first.size, dtype=np.bool_)
    while not (up.all() and down.all()):
        open_up, open_down = np.flatnonzero(~up), np.flatnonzero(~down)
        largest = np.maximum(
            _largest(drawn, first[open_up], second[open_up], spread),
            _largest(drawn, second[open_down], first[open_down], spread),
        )
        height = bar.height(largest)
        more_up, more_down = ~up & (ratio > height), ~down & (-ratio > height)
        if not (more_up.any() or more_down.any()):
            break
        up |= more_up
        down |= more_down
    return up, down


def _largest(drawn: FloatArray, a: IntArray, b: IntArray, spread: FloatArray) -> FloatArray:
    """Largest scaled difference of the errors in each draw, shape (R,)."""
    if a.size == 0:
        return np.full(drawn.shape[0], -np.inf)
    scale = spread[a, b]
    rows = max(1, _CHUNK // a.size)
    return np.concatenate(
        [
            ((part[:, a] - part[:, b]) / scale).max(axis=1)
            for part in (drawn[at : at + rows] for at in range(0, drawn.shape[0], rows))
        ]
    )
