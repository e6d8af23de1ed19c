"""The smallest comparison: one group that changed, one that did not, one period before, one after.

Three estimators of the effect on the changed (ATT) under parallel trends given covariates:
regression of the outcome among the unchanged (``reg``), reweighting of the unchanged by the odds
of being among the changed (``ipw``, normalised), and both at once (``dr``: right if either model
is). Written as M-estimators: every part is a weighted mean, and its influence function carries the
estimation of the models that it uses (Sant'Anna & Zhao 2020, doi 10.1016/j.jeconom.2020.06.003;
Abadie 2005, doi 10.1111/0034-6527.00321; Heckman, Ichimura & Todd 1997, doi 10.2307/2971733).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from howfar.stats.blocks import FloatArray

Method = Literal["dr", "ipw", "reg"]

OVERLAP = 0.999
"""A fitted chance of being among the changed as high as this leaves nothing to compare with."""

TRIM = 0.995
"""Unchanged units that look more changed than this are left out: their weights would explode."""

_SINGULAR = 1e12
_STEPS = 50


class NotEstimable(ValueError):
    """The comparison cannot be made with these data; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A number and its influence function (n,), scaled so that its variance is mean(f^2) / n."""

    value: float
    influence: FloatArray

    def __add__(self, other: Part) -> Part:
        return Part(self.value + other.value, self.influence + other.influence)

    def __sub__(self, other: Part) -> Part:
        return Part(self.value - other.value, self.influence - other.influence)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Fitted values (n,) and the influence of the coefficients (n, k)."""

    fitted: FloatArray
    influence: FloatArray


def _mean(weights: FloatArray, values: FloatArray) -> Part:
    """Weighted mean sum(w v) / sum(w)."""
    total = weights.mean()
    if not total > 0:
        raise NotEstimable("no unit has a weight above 0 on one side of the comparison")
    value = float((weights * values).mean() / total)
    return Part(value, weights * (values - value) / total)


def _scaled(weights: FloatArray | None, n: int) -> FloatArray:
    """Weights with mean 1."""
    if not n or (weights is not None and not weights.sum() > 0):
        raise NotEstimable("nobody with a weight above 0 is there in both periods")
    return np.ones(n) if weights is None else np.asarray(weights / weights.mean())


def _slope(weights: FloatArray, X: FloatArray) -> FloatArray:
    """Weighted mean of the rows of X: how a weighted mean of X b moves with b."""
    return np.asarray((weights[:, None] * X).mean(axis=0) / weights.mean(), dtype=np.float64)


def _inverse(gram: FloatArray, what: str) -> FloatArray:
    if not np.isfinite(gram).all() or np.linalg.cond(gram, 1) > _SINGULAR:
        raise NotEstimable(f"{what}: too few units, or covariates that say the same")
    return np.asarray(np.linalg.inv(gram), dtype=np.float64)


def _regression(X: FloatArray, y: FloatArray, weights: FloatArray, what: str) -> _Fit:
    """Weighted least squares of y on X over the rows with a weight, fitted for all rows."""
    bread = _inverse((weights[:, None] * X).T @ X / len(y), what)
    fitted = X @ (bread @ (X.T @ (weights * y) / len(y)))
    return _Fit(fitted, (weights * (y - fitted))[:, None] * X @ bread)


def _chance(X: FloatArray, changed: FloatArray, weights: FloatArray) -> _Fit:
    """Logistic regression of being among the changed on X, by Newton's method."""
    n = len(changed)
    beta = np.zeros(X.shape[1])
    for _ in range(_STEPS):
        p = expit(X @ beta)
        information = (weights * p * (1 - p))[:, None] * X
        step = np.linalg.lstsq(information.T @ X, X.T @ (weights * (changed - p)), rcond=None)[0]
        beta = beta + step
        if np.abs(step).max() < 1e-10 or expit(X @ beta)[weights > 0].max() > 1 - 1e-9:
            break
    p = np.asarray(expit(X @ beta), dtype=np.float64)
    if p[weights > 0].max() >= OVERLAP:
        raise NotEstimable("the covariates tell changed from unchanged: nothing like it unchanged")
    bread = _inverse((weights * p * (1 - p))[:, None].T * X.T @ X / n, "model of who changed")
    return _Fit(p, (weights * (changed - p))[:, None] * X @ bread)


def _design(X: FloatArray | None, n: int) -> FloatArray:
    """A column of ones, then covariates centred and scaled: same fit, safer arithmetic."""
    ones = np.ones((n, 1))
    if X is None or not X.size:
        return ones
    varies = X.std(axis=0) > 0
    kept = X[:, varies]
    return np.hstack([ones, (kept - kept.mean(axis=0)) / kept.std(axis=0)])


def _odds(p: FloatArray, changed: FloatArray, weights: FloatArray) -> FloatArray:
    """Weights that make the unchanged look like the changed."""
    kept = (changed == 0) & (p < TRIM)
    return np.where(kept, weights * p / (1 - np.minimum(p, TRIM)), 0.0)


def panel_att(
    change: FloatArray,
    changed: FloatArray,
    X: FloatArray | None = None,
    weights: FloatArray | None = None,
    method: Method = "dr",
) -> Part:
    """By how much more did the changed units' outcomes move than those of the unchanged?

    reg: mean over the changed of (dy - x'b), b from the unchanged. ipw: mean dy of the changed
    less the mean dy of the unchanged weighted by p(x) / (1 - p(x)). dr: both together. Without
    covariates all three are the plain difference of the two mean changes.

    Parameters
    ----------
    change : (n,) outcome after less outcome before, in the outcome's unit, without NaN.
    changed : (n,) 1 or 0. X : (n, k) covariates without the constant; null for none.
    weights : (n,) not below 0; null for equal.

    Errors: NotEstimable where a side is empty, a design is singular or nothing overlaps.
    """
    n = len(change)
    w = _scaled(weights, n)
    ones, others = w * changed, w * (1 - changed)
    if X is None or not X.size:
        return _mean(ones, change) - _mean(others, change)
    design = _design(X, n)
    rest = change
    fit = None
    if method in ("reg", "dr"):
        fit = _regression(design, change, others, "regression among the unchanged")
        rest = change - fit.fitted
    found = _mean(ones, rest)
    if fit is not None:
        found = Part(found.value, found.influence - fit.influence @ _slope(ones, design))
    if method == "reg":
        return found
    score = _chance(design, changed, w)
    odds = _odds(score.fitted, changed, w)
    against = _mean(odds, rest)
    moved = score.influence @ _slope_of(odds, rest - against.value, design)
    if fit is not None:
        moved = moved - fit.influence @ _slope(odds, design)
    return found - Part(against.value, against.influence + moved)


def _slope_of(odds: FloatArray, residual: FloatArray, X: FloatArray) -> FloatArray:
    """How a mean weighted by the odds moves with the coefficients of the logit."""
    return np.asarray(((odds * residual)[:, None] * X).mean(axis=0) / odds.mean(), dtype=np.float64)


def stacked_att(
    y: FloatArray,
    after: FloatArray,
    changed: FloatArray,
    X: FloatArray | None = None,
    weights: FloatArray | None = None,
    method: Method = "dr",
) -> Part:
    """The same question of rows that were drawn anew in each period (repeated cross sections).

    ipw: difference in differences of four weighted means. reg: the changed's own difference less
    the mean over the changed of the difference of two regressions among the unchanged. dr: the
    locally efficient one, with regressions on both sides in both periods. Composition must not
    change between the periods.

    Parameters
    ----------
    y, after, changed : (n,) outcome; 1 in the later state, else 0; 1 in the group that changed.
    X, weights : as in ``panel_att``, by row. Errors: as there.
    """
    n = len(y)
    w = _scaled(weights, n)
    design = _design(X, n)
    cells = {(d, t): w * (changed == d) * (after == t) for d in (0, 1) for t in (0, 1)}
    if any(not cell.any() for cell in cells.values()):
        raise NotEstimable("one of the four cells (changed or not, before or after) is empty")
    group = w * changed
    models = {
        (d, t): _regression(design, y, cells[d, t], f"regression {_WORDS[d, t]}")
        for d, t in cells
        if method == "dr" or (method == "reg" and d == 0)
    }

    def fitted(d: int, t: int, over: FloatArray) -> Part:
        """Mean over rows of what the model of cell (d, t) expects of them."""
        model = models[d, t]
        mean = _mean(over, model.fitted)
        return Part(mean.value, mean.influence + model.influence @ _slope(over, design))

    if method == "reg":
        own = _mean(cells[1, 1], y) - _mean(cells[1, 0], y)
        return own - (fitted(0, 1, group) - fitted(0, 0, group))
    score = _chance(design, changed, w)
    odds = _odds(score.fitted, changed, w)

    def side(t: int) -> Part:
        """What the changed have above the reweighted unchanged in one of the periods."""
        here = odds * (after == t)
        rest = y - models[0, t].fitted if models else y
        ours, theirs = _mean(cells[1, t], rest), _mean(here, rest)
        moved = score.influence @ _slope_of(here, rest - theirs.value, design)
        if models:
            model = models[0, t].influence
            ours = Part(ours.value, ours.influence - model @ _slope(cells[1, t], design))
            moved = moved - model @ _slope(here, design)
        found = ours - Part(theirs.value, theirs.influence + moved)
        if not models:
            return found
        everyone = fitted(1, t, group) - fitted(0, t, group)
        return found + everyone - (fitted(1, t, cells[1, t]) - fitted(0, t, cells[1, t]))

    return side(1) - side(0)


_WORDS = {
    (0, 0): "among the unchanged before",
    (0, 1): "among the unchanged after",
    (1, 0): "among the changed before",
    (1, 1): "among the changed after",
}
