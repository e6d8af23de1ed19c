"""Errors and tests of a staggered comparison that rests on few units.

The influence function of a cohort of one unit is 0, and that of a cohort of three says little. What
stays valid: to take it that the changed follow each other in time as the unchanged do (Donald &
Lang 2007, doi 10.1162/rest.89.2.221), each by its own measure where that can be told, and to ask
what would have come out had others been the changed ones (randomisation inference; Conley & Taber
2011, doi 10.1162/REST_a_00049).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from howfar.improve.att_gt import GroupTime
from howfar.improve.unit_scatter import own_scatter
from howfar.stats.blocks import FloatArray, IntArray

_AT_ONCE: Final = 4_000_000
_ROUNDS: Final = 50
_WIDE: Final = 2000


def suited(found: GroupTime) -> bool:
    """Whether every figure is a plain sum of outcomes with known weights, unit by unit.

    So it is in a panel (or in pairs) without covariates, clusters and unequal weights.
    """
    data = found.data
    return (
        data.layout in ("panel", "pairs")
        and not data.covariates.size
        and data.clusters == data.n
        and float(np.ptp(data.weights)) == 0.0
    )


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """P figures that are sums of differences of means, by cells.

    cells: (P, K) weight of each of K comparisons. now, then: (K,) places of their periods. ours,
    theirs: (K, C) which cohorts stand on each side. cohort: (n,) place of each unit's cohort.
    outcome: (n, T), NaN where a unit is absent. quiet: periods before anybody changed.
    """

    cells: FloatArray
    now: IntArray
    then: IntArray
    ours: npt.NDArray[np.bool_]
    theirs: npt.NDArray[np.bool_]
    cohort: IntArray
    outcome: FloatArray
    quiet: int


def linear(found: GroupTime, cells: FloatArray, *, bare: bool = False) -> Linear:
    """Figures that are sums of ATT(g, t) with weights (P, K), as differences of means.

    bare : take the estimated effect off what was seen, so that rows look as if nothing had changed.
    """
    data = found.data
    starts, cohort = np.unique(data.first, return_inverse=True)
    known = np.flatnonzero(found.known & cells.any(axis=0))
    group, late = found.group[known], np.maximum(found.time[known], found.base[known])
    ours = starts == group[:, None]
    theirs = np.broadcast_to(np.isinf(starts), ours.shape)
    if found.control == "not-yet":
        theirs = theirs | ((starts > late[:, None] + found.anticipation) & ~ours)
    y = data.wide(data.outcome)
    if bare:
        for k in np.flatnonzero(found.known & (found.event >= 0)):
            y[data.first == found.group[k], data.times == found.time[k]] -= found.att[k]
    return Linear(
        cells[:, known],
        np.searchsorted(data.times, found.time[known]),
        np.searchsorted(data.times, found.base[known]),
        ours,
        theirs,
        cohort,
        y,
        int(np.sum(data.times < starts.min() - found.anticipation)),
    )


def difference(one: Linear, other: Linear) -> Linear:
    """The figures of one less those of the other, of the same outcomes."""
    return replace(
        one,
        cells=np.hstack([one.cells, -other.cells]),
        now=np.r_[one.now, other.now],
        then=np.r_[one.then, other.then],
        ours=np.vstack([one.ours, other.ours]),
        theirs=np.vstack([one.theirs, other.theirs]),
    )


def pooled(what: Linear) -> tuple[FloatArray, int]:
    """Scatter of the figures: a root (P, m), and degrees of freedom.

    root @ root.T is their covariance: sum over units i of r_i^2 w_i' S w_i, with w_i the weights of
    the unit's outcomes, r_i its own scatter (``own_scatter``; 1 for all where it cannot be told)
    and S the covariance over periods of deviations from the means of unit and cohort, in parts of
    r_i, n less the number of cohorts in the denominator.
    """
    n, periods = what.outcome.shape
    size = np.bincount(what.cohort)
    df = n - len(size)
    if df < 1:
        return np.full((len(what.cells), 1), np.nan), df
    there = np.isfinite(what.outcome)
    own = own_scatter(what.outcome, what.quiet)
    rest = _rest(what, there) / own[:, None]
    scale: FloatArray = own**2
    if there.all():
        # Units of a cohort have the same weights.
        alike, kind, present = size.astype(np.float64), np.arange(len(size)), None
        scale = np.bincount(what.cohort, weights=scale).astype(np.float64)
        root = rest.T / np.sqrt(df)
    else:
        alike, kind, present = np.ones(n), what.cohort, there
        seen = there.astype(np.float64)
        root = _root(rest.T @ rest / np.maximum(seen.T @ seen, 1.0) * (n / df))
    weights = _weights(what, kind, alike, present, periods) * np.sqrt(scale)[:, None]
    found = (weights @ root).reshape(len(weights), -1)
    # As many columns as figures say the same; worth it only where there are very many.
    return (_root(found @ found.T) if found.shape[1] > _WIDE else found), df


def _weights(
    what: Linear,
    kind: IntArray,
    alike: FloatArray,
    present: npt.NDArray[np.bool_] | None,
    periods: int,
) -> FloatArray:
    """Weight (P, U, T) of the outcome of a unit of each kind, in each period.

    kind: (U,) cohort. alike: (U,) units of the kind. present: (U, T); null for always.
    """
    both: npt.NDArray[np.bool_] | bool = True
    if present is not None:
        both = (present[:, what.now] & present[:, what.then]).T
    sides = []
    for stands in (what.ours, what.theirs):
        used = (stands[:, kind] & both) * 1.0
        sides.append(used / np.maximum((used * alike).sum(axis=1, keepdims=True), 1.0))
    when = (np.arange(periods) == what.now[:, None]) * 1.0
    when -= np.arange(periods) == what.then[:, None]
    each = (sides[0] - sides[1])[:, :, None] * when[:, None, :]
    flat = what.cells @ each.reshape(len(each), len(kind) * periods)
    return np.asarray(flat.reshape(len(flat), len(kind), periods))


def _root(covariance: FloatArray) -> FloatArray:
    """A square root of a symmetric matrix; what is below 0 by rounding or by holes counts as 0."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _rest(what: Linear, there: npt.NDArray[np.bool_]) -> FloatArray:
    """Deviations from the means of unit and of cohort and period, 0 where a unit is absent."""
    rest = np.where(there, what.outcome, 0.0)
    member = (what.cohort == np.arange(what.cohort.max() + 1)[:, None]).astype(np.float64)
    count = np.maximum(member @ there, 1.0)
    own = np.maximum(there.sum(axis=1, keepdims=True), 1)
    for _ in range(1 if there.all() else _ROUNDS):
        rest = np.where(there, rest - rest.sum(axis=1, keepdims=True) / own, 0.0)
        rest = np.where(there, rest - (member @ rest / count)[what.cohort], 0.0)
    return rest


def reassigned(what: Linear, replicates: int, rng: np.random.Generator) -> FloatArray:
    """The figures (R, P) had the units changed places by lot: who began when is shuffled."""
    n = len(what.cohort)
    change = what.outcome[:, what.now] - what.outcome[:, what.then]
    there = np.isfinite(change)
    change = np.where(there, change, 0.0)
    cohorts = what.ours.shape[1]
    out = np.empty((replicates, len(what.cells)))
    step = max(1, _AT_ONCE // max(n * cohorts + 4 * len(what.now), 1))
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        role = rng.permuted(np.tile(what.cohort, (size, 1)), axis=1)
        sums = np.zeros((2, 2, size, len(what.now)))
        for c in range(cohorts):
            member = (role == c).astype(np.float64)
            parts = np.stack([member @ change, member @ there])
            sums[0] += parts * what.ours[:, c]
            sums[1] += parts * what.theirs[:, c]
        total, count = sums[:, 0], sums[:, 1]
        means = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        found = means[0] - means[1]
        # A comparison that a shuffle leaves without units says nothing; the others stand for it.
        made = np.isfinite(found).astype(np.float64)
        share = made @ np.abs(what.cells).T / np.abs(what.cells).sum(axis=1)
        figures = np.nan_to_num(found) @ what.cells.T
        out[start : start + size] = figures / np.where(share > 0, share, 1.0)
    return out


def assignments(what: Linear) -> float:
    """In how many ways the units could have been given their cohorts."""
    size = np.bincount(what.cohort)
    return float(math.exp(min(gammaln(size.sum() + 1) - gammaln(size + 1).sum(), 700.0)))


def share_as_large(drawn: FloatArray, seen: float) -> float:
    """Part of the draws (R,) at least as far from 0 as what was seen, that itself counted in."""
    edge = abs(seen) * (1 - 1e-9)
    return float((1 + (np.abs(drawn) >= edge).sum()) / (1 + len(drawn)))
