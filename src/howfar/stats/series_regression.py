"""Regression of one or several series, counts or measurements, whose errors may follow each other.

One solver for what an interrupted series needs: Poisson, quasi-Poisson, negative binomial and
gaussian, each with errors that are independent, of unknown correlation (Newey & West) or
autoregressive (pseudo-likelihood: the working response of the generalised linear model, weighted,
with the correlation of its errors by REML; Wolfinger & O'Connell 1993, doi
10.1080/00949659308811554). With independent errors it is the ordinary generalised linear model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from howfar.stats.autoregression import (
    Sample,
    Serial,
    independent,
    restricted_likelihood,
    whiten,
    with_covariance,
)
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.variance_families import Mean, overdispersion

Errors = Literal["independent", "newey-west", "autoregressive"]

_ROUNDS = 60
_CLOSE = 1e-10
_LEAST = 1e-60


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is regressed: n rows, series by series, each in the order of its positions.

    y : (n,). X : (n, k). offset : (n,) on the scale of the linear predictor. series : (n,) 0..G-1.
    positions : (n,) period of each row, a whole number.
    """

    y: FloatArray
    X: FloatArray
    offset: FloatArray
    series: IntArray
    positions: IntArray

    @property
    def members(self) -> list[IntArray]:
        """Rows of each series."""
        return [np.flatnonzero(self.series == g) for g in range(int(self.series.max()) + 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Nuisance:
    """What is not asked for but needed: by series alpha of NB2 and how the errors follow."""

    alpha: FloatArray
    serial: tuple[Serial, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesFit:
    """A fitted regression.

    beta, covariance : (k,) and (k, k). mu : (n,) fitted means. variance : (n,) of each row.
    innovations, design : what is left, (n,), and the design, (n, k), both weighted and whitened:
    independent with variance 1 where the model holds. pearson : (n,) (y - mu) / sqrt(V(mu)).
    converged : whether the rounds came to rest.
    """

    rows: Rows
    mean: Mean
    errors: Errors
    beta: FloatArray
    covariance: FloatArray
    mu: FloatArray
    variance: FloatArray
    innovations: FloatArray
    design: FloatArray
    pearson: FloatArray
    nuisance: Nuisance
    converged: bool
    known: bool

    def whitened(self, columns: FloatArray) -> FloatArray:
        """Columns (n, m) of the linear predictor, weighted and whitened as the design was."""
        scale = self.mean.slope(self.mu) / np.sqrt(self.variance)
        return _whitened(columns * scale[:, None], self.rows, self.nuisance)

    def degrees(self, contrast: FloatArray) -> float:
        """Degrees of freedom of c'b, shape of c (k,): infinite where the dispersion is stated.

        Satterthwaite: 2 v^2 / Var(v), v = c'Cov c as a function of the variances and the
        autocorrelations that were estimated; with one series and independent errors n - k.
        """
        if self.known:
            return math.inf
        pulled = self.covariance @ contrast
        v = float(contrast @ pulled)
        if v <= 0:
            return math.inf
        free = max(len(self.mu) - int(np.linalg.matrix_rank(self.design)), 1)
        first = self.nuisance.serial[0]
        one = all(serial is first for serial in self.nuisance.serial)
        if self.errors == "newey-west" or (one and first.partial.size == 0):
            return float(free)
        uncertain = 0.0
        for g, members in enumerate(self.rows.members):
            serial = self.nuisance.serial[g]
            base = self._share(members, serial.partial, pulled)
            gradient = [base]
            for j in range(serial.partial.size):
                step = np.zeros(serial.partial.size)
                step[j] = 1e-4
                up = self._share(members, np.minimum(serial.partial + step, 0.9999), pulled)
                down = self._share(members, np.maximum(serial.partial - step, -0.9999), pulled)
                gradient.append((down - up) / 2e-4)
            g_vector = np.array(gradient)
            uncertain += float(g_vector @ serial.covariance @ g_vector)
        return float(np.clip(2.0 * v**2 / max(uncertain, 1e-300), 1.0, free))

    def _share(self, members: IntArray, partial: FloatArray, pulled: FloatArray) -> float:
        """What one series' information says of the contrast, c'Cov M_g Cov c."""
        scale = self.mean.slope(self.mu[members]) / np.sqrt(self.variance[members])
        line = (self.rows.X[members] @ pulled) * scale
        white, _ = whiten(line, self.rows.positions[members], partial)
        return float(white @ white)


def fit_series(
    rows: Rows,
    mean: Mean,
    errors: Errors = "independent",
    *,
    order: int = 1,
    lags: int | None = None,
    shared: bool = False,
    held: Nuisance | None = None,
    beside: tuple[Sample, ...] = (),
) -> SeriesFit:
    """Fit the regression.

    eta = X b + offset, E y = mean(eta), Var y = phi_g V(mu); each series g has its own dispersion,
    alpha and autocorrelation, unless ``shared``. Autoregressive errors: Cov y = A R A with A the
    standard deviations and R of the autocorrelations; the dispersion is then always estimated,
    for Poisson and NB2 as well. Newey-West: the sandwich with Bartlett weights over lags within
    each series, times n / (n - k).

    Parameters
    ----------
    order : of the autoregression. lags : of Newey & West; default 4 (n / 100)^(2/9), downwards.
    shared : one dispersion and one alpha for all series, as a plain generalised linear model has.
    held : variances and autocorrelations of another fit, taken as known, for variants of a model.
    beside : series that are no part of the regression and have the autocorrelation of each of its
    series: a short series tells little of it. See ``sample_of``.

    Columns of X that are zero or repeat others get the least-norm solution.
    """
    state = _State(rows, mean, errors == "autoregressive", order, shared, beside)
    nuisance = held or state.start()
    beta, mu = state.begin(nuisance)
    converged = False
    for _ in range(_ROUNDS):
        beta, mu, settled = state.means(beta, nuisance)
        if held is not None:
            converged = settled
            break
        before = nuisance
        nuisance = state.nuisance(beta, mu, before)
        if settled and _same(before, nuisance):
            converged = True
            break
    if held is None:
        nuisance = state.known(beta, mu, nuisance)
    return state.finish(beta, mu, nuisance, errors, lags, converged)


@dataclass(slots=True, eq=False)
class _State:
    """One fit on its way."""

    rows: Rows
    mean: Mean
    serial: bool
    order: int
    shared: bool
    beside: tuple[Sample, ...] = ()

    def start(self) -> Nuisance:
        count = len(self.rows.members)
        one = Serial(np.empty(0), 1.0, np.zeros((1, 1)), 0, 0)
        return Nuisance(np.zeros(count), (one,) * count)

    def begin(self, nuisance: Nuisance) -> tuple[FloatArray, FloatArray]:
        """A first guess: the regression of the response itself on its scale."""
        y, offset = self.rows.y, self.rows.offset
        if self.mean.link == "log":
            raised = np.maximum(y, 0.1 * max(float(np.abs(y).mean()), 1e-6))
            eta = np.log(raised)
        else:
            eta = y.copy()
        beta = _solve(self.rows.X, eta - offset)
        return beta, self.mean.mean(self.rows.X @ beta + offset)

    def means(self, beta: FloatArray, nuisance: Nuisance) -> tuple[FloatArray, FloatArray, bool]:
        """Iteratively reweighted least squares at given variances and correlations."""
        rows, settled = self.rows, False
        for _ in range(_ROUNDS):
            eta = rows.X @ beta + rows.offset
            mu = self.mean.mean(eta)
            scale = self.mean.slope(mu) / np.sqrt(self.variance(mu, nuisance))
            working = eta - rows.offset + (rows.y - mu) / self.mean.slope(mu)
            both = np.column_stack([working, rows.X]) * scale[:, None]
            white = _whitened(both, rows, nuisance)
            new = _solve(white[:, 1:], white[:, 0])
            move = float(np.max(np.abs(rows.X @ (new - beta)), initial=0.0))
            size = 1.0 if self.mean.link == "log" else max(float(np.std(rows.y)), 1e-300)
            beta = new if move < 5.0 * size else beta + (new - beta) * (5.0 * size / move)
            if move < _CLOSE * size:
                settled = True
                break
        return beta, self.mean.mean(rows.X @ beta + rows.offset), settled

    def variance(self, mu: FloatArray, nuisance: Nuisance) -> FloatArray:
        series = self.rows.series
        # A fit that leaves nothing over has a variance of 0, by which nothing can be divided.
        phi = np.maximum([serial.variance for serial in nuisance.serial], _LEAST)
        return phi[series] * self.mean.variance(mu, nuisance.alpha[series])

    def nuisance(self, beta: FloatArray, mu: FloatArray, before: Nuisance) -> Nuisance:
        """Variances and correlations at given means."""
        rows, members = self.rows, self.rows.members
        alpha = np.zeros(len(members))
        if self.mean.family == "negative-binomial":
            groups = [np.arange(len(mu))] if self.shared else members
            found = [overdispersion(rows.y[i], mu[i]) for i in groups]
            alpha = np.array(found * len(members) if self.shared else found)
        working, X = working_response(rows, self.mean, beta, mu, alpha)
        if self.shared and not self.serial:
            serials = [independent(working, X)] * len(members)
        else:
            order = self.order if self.serial else 0
            serials = [
                restricted_likelihood(
                    working[i],
                    own_columns(X[i]),
                    rows.positions[i],
                    order,
                    last.partial,
                    self.beside,
                )
                for i, last in zip(members, before.serial, strict=True)
            ]
        if not (self.mean.scaled or self.serial):
            serials = [replace(one, variance=1.0) for one in serials]
        return Nuisance(alpha, tuple(serials))

    def known(self, beta: FloatArray, mu: FloatArray, nuisance: Nuisance) -> Nuisance:
        """The same with how well each autoregression is known."""
        if not self.serial:
            return nuisance
        rows = self.rows
        working, X = working_response(rows, self.mean, beta, mu, nuisance.alpha)
        serials = [
            with_covariance(working[i], own_columns(X[i]), rows.positions[i], serial)
            for i, serial in zip(rows.members, nuisance.serial, strict=True)
        ]
        return Nuisance(nuisance.alpha, tuple(serials))

    def finish(
        self,
        beta: FloatArray,
        mu: FloatArray,
        nuisance: Nuisance,
        errors: Errors,
        lags: int | None,
        converged: bool,
    ) -> SeriesFit:
        rows = self.rows
        variance = self.variance(mu, nuisance)
        scale = self.mean.slope(mu) / np.sqrt(variance)
        raw = (rows.y - mu) / np.sqrt(variance)
        white = _whitened(np.column_stack([raw, rows.X * scale[:, None]]), rows, nuisance)
        innovations, design = white[:, 0], white[:, 1:]
        covariance = inverse_of(design.T @ design)
        if errors == "newey-west":
            covariance = _newey_west(design, innovations, rows, covariance, lags)
        pearson = (rows.y - mu) / np.sqrt(self.mean.variance(mu, nuisance.alpha[rows.series]))
        known = not (self.mean.scaled or self.serial or errors == "newey-west")
        return SeriesFit(
            rows,
            self.mean,
            errors,
            beta,
            covariance,
            mu,
            variance,
            innovations,
            design,
            pearson,
            nuisance,
            converged and bool(np.isfinite(beta).all()),
            known,
        )


def working_response(
    rows: Rows, mean: Mean, beta: FloatArray, mu: FloatArray, alpha: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Response (n,) and design (n, k) of the weighted regression that a fit ends in."""
    slope = mean.slope(mu)
    scale = slope / np.sqrt(mean.variance(mu, alpha[rows.series]))
    return (rows.X @ beta + (rows.y - mu) / slope) * scale, rows.X * scale[:, None]


def sample_of(rows: Rows, mean: Mean) -> Sample | None:
    """One series for ``beside``, fitted with independent errors; nothing where it cannot be."""
    fit = fit_series(rows, mean)
    if not fit.converged:
        return None
    y, X = working_response(rows, mean, fit.beta, fit.mu, fit.nuisance.alpha)
    return Sample(y, own_columns(X), rows.positions)


def own_columns(X: FloatArray) -> FloatArray:
    """Columns that are not zero in these rows."""
    out: FloatArray = X[:, np.any(X != 0, axis=0)]
    return out


def _solve(X: FloatArray, y: FloatArray) -> FloatArray:
    """Least squares with columns brought to one length first."""
    norms = np.sqrt((X**2).sum(axis=0))
    norms = np.where(norms > 0, norms, 1.0)
    out: FloatArray = np.linalg.lstsq(X / norms, y, rcond=1e-10)[0] / norms
    return out


def inverse_of(information: FloatArray) -> FloatArray:
    """Inverse of X'X, columns brought to one length first; a zero column gets zeros."""
    norms = np.sqrt(np.diag(information))
    norms = np.where(norms > 0, norms, 1.0)
    inverse = np.linalg.pinv(information / np.outer(norms, norms), rcond=1e-12, hermitian=True)
    out: FloatArray = inverse / np.outer(norms, norms)
    return out


def _whitened(values: FloatArray, rows: Rows, nuisance: Nuisance) -> FloatArray:
    if all(serial.partial.size == 0 for serial in nuisance.serial):
        return values
    out = np.empty_like(values)
    for serial, members in zip(nuisance.serial, rows.members, strict=True):
        out[members] = whiten(values[members], rows.positions[members], serial.partial)[0]
    return out


def _newey_west(
    design: FloatArray, errors: FloatArray, rows: Rows, inverse: FloatArray, lags: int | None
) -> FloatArray:
    """Sandwich with Bartlett weights over distances in periods, within each series.

    Source: Newey & West 1987 (doi 10.2307/1913610).
    """
    scores = design * errors[:, None]
    middle = np.zeros((design.shape[1],) * 2)
    for members in rows.members:
        own, where = scores[members], rows.positions[members]
        n = len(members)
        reach = int(4.0 * (n / 100.0) ** (2.0 / 9.0)) if lags is None else lags
        middle += own.T @ own
        for back in range(1, n):
            gap = where[back:] - where[:-back]
            weight = np.maximum(1.0 - gap / (reach + 1.0), 0.0)
            if not weight.any():
                break
            cross = (own[back:] * weight[:, None]).T @ own[:-back]
            middle += cross + cross.T
    n, k = len(errors), int(np.linalg.matrix_rank(design))
    out: FloatArray = inverse @ middle @ inverse * (n / max(n - k, 1))
    return out


def _same(one: Nuisance, other: Nuisance) -> bool:
    """Whether two rounds agree far below what the data can tell."""
    return _close(one.alpha, other.alpha) and all(
        _close(a.partial, b.partial) and math.isclose(a.variance, b.variance, rel_tol=1e-5)
        for a, b in zip(one.serial, other.serial, strict=True)
    )


def _close(a: FloatArray, b: FloatArray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-5, atol=1e-5))
