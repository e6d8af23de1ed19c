"""Errors and tests of a staggered comparison that rests on few units.

The influence function of a cohort of one unit is 0, and that of a cohort of three says little. What
stays valid: to take the scatter of all units as one (the changed scatter as the unchanged do,
Donald & Lang 2007, doi 10.1162/rest.89.2.221), and to ask what would have come out had others been
the changed ones (randomisation inference; Conley & Taber 2011, doi 10.1162/REST_a_00049).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from howfar.improve.att_gt import GroupTime
from howfar.stats.blocks import FloatArray, IntArray

_AT_ONCE = 5_000_000


def suited(found: GroupTime) -> bool:
    """Whether every figure is a plain sum of outcomes with known weights, unit by unit.

    So it is in a panel without holes, without covariates, clusters and unequal weights.
    """
    data = found.data
    return (
        data.layout == "panel"
        and not data.covariates.size
        and data.clusters == data.n
        and float(np.ptp(data.weights)) == 0.0
    )


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """P figures as sums of outcomes: weight (P, C, T) of each unit of a cohort in each period.

    cohort: (n,) position of each unit's cohort. outcome: (n, T) with the estimated effects taken
    out where ``bare`` asks for it.
    """

    weight: FloatArray
    cohort: IntArray
    outcome: FloatArray


def linear(found: GroupTime, cells: FloatArray, *, bare: bool = False) -> Linear:
    """Figures that are sums of ATT(g, t) with weights (P, K), as sums of outcomes.

    bare : take the estimated effect off what was seen, so that rows look as if nothing had changed.
    """
    data = found.data
    starts, cohort = np.unique(data.first, return_inverse=True)
    size = np.bincount(cohort).astype(np.float64)
    known = np.flatnonzero(found.known)
    group, late = found.group[known], np.maximum(found.time[known], found.base[known])
    ours = starts == group[:, None]
    theirs = np.broadcast_to(np.isinf(starts), ours.shape)
    if found.control == "not-yet":
        theirs = theirs | ((starts > late[:, None] + found.anticipation) & ~ours)
    side = ours / size - theirs / (theirs * size).sum(axis=1, keepdims=True)
    when = (data.times == found.time[known][:, None]) * 1.0
    when -= data.times == found.base[known][:, None]
    each = (side[:, :, None] * when[:, None, :]).reshape(len(known), -1)
    weight = (cells[:, known] @ each).reshape(len(cells), len(starts), len(data.times))
    y = data.wide(data.outcome).copy()
    if bare:
        for k in known[found.event[known] >= 0]:
            y[data.first == found.group[k], data.times == found.time[k]] -= found.att[k]
    return Linear(weight, cohort, y)


def pooled(what: Linear) -> tuple[FloatArray, int]:
    """Scatter of the figures if all units scatter alike: a root (P, m), and degrees of freedom.

    root @ root.T is their covariance: sum over units i of w_i' S w_i, S the covariance over periods
    of deviations from the mean of the cohort, with n less the number of cohorts in the denominator.
    """
    size = np.bincount(what.cohort).astype(np.float64)
    df = len(what.cohort) - len(size)
    if df < 1:
        return np.full((len(what.weight), 1), np.nan), df
    means = np.zeros((len(size), what.outcome.shape[1]))
    np.add.at(means, what.cohort, what.outcome)
    rest = what.outcome - (means / size[:, None])[what.cohort]
    value = (what.weight * np.sqrt(size)[None, :, None]) @ rest.T
    return np.asarray(value.reshape(len(value), -1) / np.sqrt(df)), df


def reassigned(what: Linear, replicates: int, rng: np.random.Generator) -> FloatArray:
    """The figures (R, P) had the units changed places by lot: who began when is shuffled."""
    n = len(what.cohort)
    role = np.einsum("jt,pct->jpc", what.outcome, what.weight)
    out = np.empty((replicates, role.shape[1]))
    step = max(1, _AT_ONCE // max(n * role.shape[1], 1))
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        order = rng.permuted(np.tile(np.arange(n), (size, 1)), axis=1)
        out[start : start + size] = role[order, :, what.cohort].sum(axis=1)
    return out


def assignments(what: Linear) -> float:
    """In how many ways the units could have been given their cohorts."""
    size = np.bincount(what.cohort)
    return float(math.exp(min(gammaln(size.sum() + 1) - gammaln(size + 1).sum(), 700.0)))


def share_as_large(drawn: FloatArray, seen: float) -> float:
    """Part of the draws (R,) at least as far from 0 as what was seen, that itself counted in."""
    edge = abs(seen) * (1 - 1e-9)
    return float((1 + (np.abs(drawn) >= edge).sum()) / (1 + len(drawn)))
