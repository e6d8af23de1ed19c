"""Counts explained by columns within groups: Poisson and negative binomial, any number of groups.

The level of each group (a channel, a channel's week) is taken out without a column for each: fixed
levels by weighted demeaning, random levels by the part of it that their spread leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, sparse, special

from howfar.stats.blocks import FloatArray, IntArray

Family = Literal["poisson", "negative_binomial"]
Levels = Literal["fixed", "random"]

_MOST = 200
_CLOSE = 1e-10
_HELD = 1e-9
"""A column of which less than this part of its squares is left is held by those before it."""

_WIDEST = (-14.0, 6.0)
"""Logarithms of dispersions among which one is looked for."""

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
    beta, done = fit.solve(used, family == "negative_binomial")
    alpha = fit.alpha
    coefficients = np.full(x.shape[1], np.nan)
    coefficients[used] = beta
    first = 1 if levels == "random" else 0
    expected, residuals = np.zeros(len(y)), np.zeros(len(y))
    design = np.zeros((len(y), int(used.sum())))
    expected[here] = fit.mu
    design[here], residuals[here] = fit.whitened(used, beta)
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
    """One fit under way: the means, the levels, the dispersion.

    Columns are kept sparse: most are of words, of which a post has one.
    """

    def __init__(
        self,
        y: FloatArray,
        x: FloatArray,
        groups: IntArray,
        offset: FloatArray,
        size: int,
        levels: Levels,
    ) -> None:
        self.y, self.groups, self.offset, self.size = y, groups, offset, size
        self.x: Any = sparse.csr_array(x)
        self.members: Any = sparse.csr_array(
            (np.ones(len(y)), (groups, np.arange(len(y)))), shape=(size, len(y))
        )
        self.random = levels == "random"
        self.spread = 1.0 if self.random else math.nan
        self.scale, self.alpha = 1.0, 0.0
        mean: FloatArray = self._sum(y) / np.maximum(self._sum(np.ones_like(y)), 1.0)
        # Between its own count and its group's mean: a start from which the steps do not overshoot.
        self.mu = (y + np.maximum(mean[groups], 0.5)) / 2
        self.level = np.zeros(size)

    def _sum(self, values: FloatArray) -> FloatArray:
        found = np.bincount(self.groups, weights=values, minlength=self.size)
        return np.asarray(found, dtype=np.float64)

    def _pull(self, mass: FloatArray) -> FloatArray:
        """1 / (mass + scale / spread^2): what a group's mean is multiplied with, 1 / mass fixed."""
        precision = mass + (self.scale / self.spread**2 if self.random else 0.0)
        found: FloatArray = 1.0 / np.where(precision > 0, precision, 1.0)
        return found

    def identified(self) -> npt.NDArray[np.bool_]:
        """Columns that neither the groups nor columns before them hold."""
        ones = np.ones(len(self.y))
        sums = (self.members @ self.x).toarray()
        whole = (self.x.T @ self.x).toarray()
        gram = whole - sums.T @ (self._pull(self._sum(ones))[:, None] * sums)
        least = _HELD * np.maximum(np.diag(whole), 1e-300)
        used = np.zeros(len(gram), dtype=bool)
        for k in range(len(gram)):
            if gram[k, k] > least[k]:
                used[k] = True
                gram = gram - np.outer(gram[:, k], gram[k]) / gram[k, k]
        return used

    def solve(self, used: npt.NDArray[np.bool_], dispersed: bool) -> tuple[FloatArray, bool]:
        """Weighted least squares until nothing moves; coefficients and whether it settled."""
        x = self.x[:, np.flatnonzero(used)]
        beta: FloatArray = np.zeros(x.shape[1])
        deviance, done = math.inf, False
        for step in range(_MOST):
            weights, working, mass = self._weighted()
            heavy = x.multiply(weights[:, None]).tocsr()
            sums = (self.members @ heavy).toarray()
            theirs, pull = self._sum(weights * working), self._pull(mass)
            if x.shape[1]:
                gram = (x.T @ heavy).toarray() - sums.T @ (pull[:, None] * sums)
                right = heavy.T @ working - sums.T @ (pull * theirs)
                beta = linalg.solve(gram, right, assume_a="pos")
            self.level = pull * (theirs - sums @ beta)
            eta = self.offset + self.level[self.groups] + x @ beta
            self.mu = np.exp(np.clip(eta, -30.0, 30.0))
            if self.random:
                self._renew(weights, pull, mass)
            before = self.alpha
            if dispersed and step >= 3:
                self.alpha = _dispersion(self.y, self.mu, self.alpha)
            now = _deviance(self.y, self.mu, self.alpha)
            still = abs(now - deviance) <= _CLOSE * (abs(now) + 0.1)
            if still and abs(self.alpha - before) <= 1e-6 * (1 + before):
                done = True
                break
            deviance = now
        free = max(len(self.y) - x.shape[1] - self.size, 1)
        variance = self.mu + self.alpha * self.mu**2
        self.scale = float(((self.y - self.mu) ** 2 / variance).sum()) / free
        return beta, done

    def _weighted(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Weights, working responses and the weight of each group."""
        weights = self.mu / (1 + self.alpha * self.mu)
        working = np.log(self.mu) - self.offset + (self.y - self.mu) / self.mu
        return weights, working, self._sum(weights)

    def whitened(
        self, used: npt.NDArray[np.bool_], beta: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """sqrt(w) (x - theta x-bar of the group) and the residuals, theta 1 of fixed levels."""
        weights, working, mass = self._weighted()
        theta = np.ones(self.size)
        if self.random:
            theta = 1 - 1 / np.sqrt(1 + self.spread**2 * mass / self.scale)
        share = theta / np.where(mass > 0, mass, 1.0)
        x, root = self.x[:, np.flatnonzero(used)].toarray(), np.sqrt(weights)
        means = (self.members @ (weights[:, None] * x)) * share[:, None]
        inner = root[:, None] * (x - means[self.groups])
        right = root * (working - (share * self._sum(weights * working))[self.groups])
        return inner, right - inner @ beta

    def _renew(self, weights: FloatArray, pull: FloatArray, mass: FloatArray) -> None:
        """The spread of random levels, and the scale that their pull is measured against."""
        there = mass > 0
        residual = (self.y - self.mu) / self.mu
        self.scale = max(float(np.mean(weights * residual**2)), 1e-6)
        own = self.level[there] ** 2 + self.scale * pull[there]
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


def _dispersion(y: FloatArray, mu: FloatArray, near: float) -> float:
    """Maximum-likelihood alpha of NB2 given the means; 0 in the Poisson limit.

    The root of the score in r = 1 / alpha, sum(psi(y + r) - psi(r) + ln(r / (r + mu)) + 1 -
    (y + r) / (r + mu)). near: the last one, 0 where there is none; looked for about it first.
    """
    distinct, sizes = np.unique(y, return_counts=True)

    def score(log_alpha: float) -> float:
        r = math.exp(-log_alpha)
        of_counts = sizes @ (special.digamma(distinct + r) - special.digamma(r))
        rest = (mu - y) / (r + mu) - np.log1p(mu / r)
        return float(of_counts) + float(rest.sum())

    ends = _WIDEST
    if near > 0:
        about = math.log(near) - 0.1, math.log(near) + 0.1
        ends = about if score(about[0]) * score(about[1]) < 0 else _WIDEST
    first, last = score(ends[0]), score(ends[1])
    if first * last >= 0:
        # Without a root the likelihood has its maximum at an end; dispersion is large at the last.
        return 0.0 if _worse(y, mu) else math.exp(ends[1])
    return math.exp(float(optimize.brentq(score, ends[0], ends[1], xtol=1e-11, rtol=1e-12)))


def _worse(y: FloatArray, mu: FloatArray) -> bool:
    """Whether counts lie no farther from their means than Poisson's do."""
    return float((((y - mu) ** 2 - y) / mu**2).mean()) <= 0
