"""Counts explained by columns within groups: Poisson and negative binomial, any number of groups.

The level of each group (a channel, a channel's week) is taken out without a column for each: fixed
levels by weighted demeaning, random levels by the part of it that their spread leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, special

from howfar.stats.blocks import FloatArray, IntArray

Family = Literal["poisson", "negative_binomial"]
Levels = Literal["fixed", "random"]

_MOST = 200
_CLOSE = 1e-10
_POISSON = 1e-6
"""A dispersion below this is the Poisson limit."""


@dataclass(frozen=True, slots=True, eq=False)
class CountFit:
    """Coefficients (p,) on the log scale; NaN for columns that the others and the levels hold.

    used: which columns were estimated. expected: (n,) mu. levels: (G,) log level of each group,
    -inf for a fixed one without a count. dispersion: alpha of Var = mu + alpha mu^2. scale:
    Pearson's chi2 over n - p - G. spread: standard deviation of random levels, NaN of fixed ones.
    x, residuals: of the last weighted least squares, with levels taken out: what variances by
    cluster are made of; x holds the used columns only.
    """

    coefficients: FloatArray
    used: npt.NDArray[np.bool_]
    expected: FloatArray
    levels: FloatArray
    dispersion: float
    scale: float
    spread: float
    x: FloatArray
    residuals: FloatArray
    converged: bool


def count_regression(
    counts: npt.ArrayLike,
    columns: FloatArray,
    groups: IntArray,
    *,
    family: Family = "negative_binomial",
    levels: Levels = "fixed",
    offset: npt.ArrayLike | None = None,
) -> CountFit:
    """Coefficients of log mu_i = offset_i + level of i's group + x_i b, by weighted least squares.

    Poisson: weights mu; the estimate asks nothing of the variance but that the mean is right
    (pseudo maximum likelihood). negative_binomial: weights mu / (1 + alpha mu), alpha by maximum
    likelihood given mu. levels "random": normal with mean 0 about an intercept and a spread found
    by iteration (penalised quasi-likelihood; Breslow & Clayton 1993); they then take from what is
    between groups too, so columns must not go with the groups' levels.

    Parameters
    ----------
    counts : (n,) from 0 on, finite. columns : (n, p), finite, p may be 0. groups : (n,) codes
        0..G-1. offset : (n,) logarithm of an exposure.

    Groups without any count tell nothing of the columns: their fixed level is -inf and their rows
    have weight 0. Columns without a count where they are not 0 must be left out by the caller.

    Raises ValueError for shapes or values that do not fit, or no count above 0 at all.

    Source: Correia, Guimaraes & Zylkin 2020 (doi 10.1177/1536867X20909691) for absorbed levels;
    Breslow & Clayton 1993 (doi 10.1080/01621459.1993.10594284).
    """
    y, x = np.asarray(counts, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    log_exposure = np.zeros_like(y) if offset is None else np.asarray(offset, dtype=np.float64)
    if y.ndim != 1 or x.ndim != 2 or not len(y) == len(x) == len(groups) == len(log_exposure):
        raise ValueError("counts, columns, groups and offset differ in length")
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(log_exposure).all()):
        raise ValueError("counts, columns and offset must be finite: leave out what is missing")
    if (y < 0).any() or not (y > 0).any():
        raise ValueError("counts must be from 0 on, and not all of them 0")
    size = int(groups.max()) + 1
    total = np.bincount(groups, weights=y, minlength=size)
    here = total[groups] > 0 if levels == "fixed" else np.ones(len(y), dtype=bool)
    if levels == "random":
        x = np.column_stack([np.ones(len(y)), x])
    fit = _Fit(y[here], x[here], groups[here], log_exposure[here], size, levels)
    used = fit.identified()
    alpha = 0.0
    beta, done = fit.solve(used, alpha)
    if family == "negative_binomial":
        alpha = _dispersion(fit.y, fit.mu)
        for _ in range(30):
            beta, done = fit.solve(used, alpha)
            before, alpha = alpha, _dispersion(fit.y, fit.mu)
            if abs(alpha - before) <= 1e-8 * (1 + alpha):
                break
    coefficients = np.full(x.shape[1], np.nan)
    coefficients[used] = beta
    first = 1 if levels == "random" else 0
    expected, residuals = np.zeros(len(y)), np.zeros(len(y))
    design = np.zeros((len(y), int(used.sum())))
    expected[here], residuals[here] = fit.mu, fit.whitened_residuals
    design[here] = fit.whitened
    shift = float(coefficients[0]) if first else 0.0
    found = np.where(total > 0, fit.level + shift, -np.inf) if levels == "fixed" else (
        fit.level + shift)  # fmt: skip
    return CountFit(
        coefficients[first:],
        used[first:],
        expected,
        found,
        alpha,
        fit.scale,
        fit.spread,
        design[:, first:] if not first else _without_intercept(design),
        residuals,
        done,
    )


class _Fit:
    """One fit under way: the means, the levels and the last weighted least squares."""

    def __init__(
        self,
        y: FloatArray,
        x: FloatArray,
        groups: IntArray,
        offset: FloatArray,
        size: int,
        levels: Levels,
    ) -> None:
        self.y, self.x, self.groups, self.offset, self.size = y, x, groups, offset, size
        self.random = levels == "random"
        self.spread = 1.0 if self.random else math.nan
        self.scale = 1.0
        mean: FloatArray = self._sum(y) / np.maximum(self._sum(np.ones_like(y)), 1.0)
        # Between its own count and its group's mean: a start from which the steps do not overshoot.
        self.mu = (y + np.maximum(mean[groups], 0.5)) / 2
        self.level = np.zeros(size)
        self.whitened = np.zeros((len(y), 0))
        self.whitened_residuals = np.zeros(len(y))

    def _sum(self, values: FloatArray) -> FloatArray:
        found = np.bincount(self.groups, weights=values, minlength=self.size)
        return np.asarray(found, dtype=np.float64)

    def _taken_out(self, values: FloatArray, weights: FloatArray, mass: FloatArray) -> FloatArray:
        """sqrt(w) (v - theta v-bar of the group), theta 1 of fixed levels."""
        mean = self._sum(weights * values) / np.where(mass > 0, mass, 1.0)
        found: FloatArray = np.sqrt(weights) * (values - (self._theta(mass) * mean)[self.groups])
        return found

    def _theta(self, mass: FloatArray) -> FloatArray:
        if not self.random:
            return np.ones(self.size)
        found: FloatArray = 1 - 1 / np.sqrt(1 + self.spread**2 * mass / self.scale)
        return found

    def identified(self) -> npt.NDArray[np.bool_]:
        """Columns that neither the groups nor columns before them hold."""
        weights = np.ones(len(self.y))
        mass = self._sum(weights)
        used = np.zeros(self.x.shape[1], dtype=bool)
        if not used.size:
            return used
        inner = np.column_stack(
            [self._taken_out(self.x[:, k], weights, mass) for k in range(self.x.shape[1])]
        )
        norms = np.sqrt((self.x**2).sum(axis=0))
        basis: list[FloatArray] = []
        for k in range(inner.shape[1]):
            rest = inner[:, k].copy()
            for _ in range(2):
                for one in basis:
                    rest -= (one @ rest) * one
            length = float(np.sqrt(rest @ rest))
            if length > 1e-7 * max(float(norms[k]), 1e-300):
                used[k] = True
                basis.append(rest / length)
        return used

    def solve(self, used: npt.NDArray[np.bool_], alpha: float) -> tuple[FloatArray, bool]:
        """Weighted least squares until nothing moves; coefficients and whether it settled."""
        x = self.x[:, used]
        beta: FloatArray = np.zeros(x.shape[1])
        deviance, done = math.inf, False
        for _ in range(_MOST):
            weights = self.mu / (1 + alpha * self.mu)
            working = np.log(self.mu) - self.offset + (self.y - self.mu) / self.mu
            mass = self._sum(weights)
            inner: FloatArray = np.empty(x.shape)
            for k in range(x.shape[1]):
                inner[:, k] = self._taken_out(x[:, k], weights, mass)
            right = self._taken_out(working, weights, mass)
            if x.shape[1]:
                beta = linalg.solve(inner.T @ inner, inner.T @ right, assume_a="pos")
            left = working - x @ beta
            theirs = self._sum(weights * left)
            precision = mass + (self.scale / self.spread**2 if self.random else 0.0)
            self.level = theirs / np.where(precision > 0, precision, 1.0)
            eta = self.offset + self.level[self.groups] + x @ beta
            self.mu = np.exp(np.clip(eta, -30.0, 30.0))
            self.whitened, self.whitened_residuals = inner, right - inner @ beta
            if self.random:
                self._renew(weights, precision, mass)
            now = _deviance(self.y, self.mu, alpha)
            if abs(now - deviance) <= _CLOSE * (abs(now) + 0.1):
                done = True
                break
            deviance = now
        free = max(len(self.y) - x.shape[1] - self.size, 1)
        variance = self.mu + alpha * self.mu**2
        self.scale = float(((self.y - self.mu) ** 2 / variance).sum()) / free
        return beta, done

    def _renew(self, weights: FloatArray, precision: FloatArray, mass: FloatArray) -> None:
        """The spread of random levels, and the scale that their pull is measured against."""
        there = mass > 0
        residual = (self.y - self.mu) / self.mu
        self.scale = max(float(np.mean(weights * residual**2)), 1e-6)
        own = self.level[there] ** 2 + self.scale / precision[there]
        self.spread = max(math.sqrt(float(own.mean())), 1e-4)


def _without_intercept(design: FloatArray) -> FloatArray:
    """The other columns with the intercept's part taken out: their block of the inverse is kept."""
    ones, rest = design[:, 0], design[:, 1:]
    return rest - np.outer(ones, ones @ rest) / float(ones @ ones)


def _deviance(y: FloatArray, mu: FloatArray, alpha: float) -> float:
    part = special.xlogy(y, y / mu)
    if alpha < _POISSON:
        return float(2 * (part - (y - mu)).sum())
    odds = (y + 1 / alpha) * np.log((1 + alpha * y) / (1 + alpha * mu))
    return float(2 * (part - odds).sum())


def _dispersion(y: FloatArray, mu: FloatArray) -> float:
    """Maximum-likelihood alpha of NB2 given the means; 0 in the Poisson limit."""

    def minus(log_alpha: float) -> float:
        r = math.exp(-log_alpha)
        terms = special.gammaln(y + r) - special.gammaln(r)
        terms += special.xlogy(y, mu / (r + mu)) - r * np.log1p(mu / r)
        return -float(terms.sum())

    found = optimize.minimize_scalar(minus, bounds=(-14.0, 6.0), method="bounded",
                                     options={"xatol": 1e-7})  # fmt: skip
    alpha = math.exp(float(found.x))
    return alpha if alpha > _POISSON * 2 else 0.0
