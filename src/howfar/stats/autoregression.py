"""Errors of a series that follow each other: autoregression with holes, whitening, and REML."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, optimize

from howfar.stats.blocks import FloatArray, IntArray

_FARTHEST = 0.98  # beyond it a series of this length cannot be told from a random walk
_STEP = 1e-3


def coefficients(partial: FloatArray) -> list[FloatArray]:
    """Coefficients of the best prediction from the last 0, 1, ..., p values.

    Durbin and Levinson: phi_kk = partial_k, phi_kj = phi_(k-1)j - phi_kk phi_(k-1)(k-j). Any
    partial autocorrelations inside (-1, 1), shape (p,), give a stationary series.

    Source: Barndorff-Nielsen & Schou 1973 (doi 10.1016/0047-259X(73)90030-4).
    """
    rows = [np.empty(0)]
    for value in partial:
        last = rows[-1]
        rows.append(np.append(last - value * last[::-1], value))
    return rows


def autocorrelations(partial: FloatArray, lags: int) -> FloatArray:
    """Autocorrelations at lags 0..lags, shape (lags + 1,), of the series with these partials."""
    rows = coefficients(partial)
    out = np.ones(lags + 1)
    for lag in range(1, lags + 1):
        if lag < len(rows):
            # The k-th partial is what the k-th lag adds to the prediction from those before.
            shorter = rows[lag - 1]
            rest = float(shorter @ out[1:lag][::-1]) if lag > 1 else 0.0
            left = 1.0 - float(shorter @ out[1:lag]) if lag > 1 else 1.0
            out[lag] = rest + partial[lag - 1] * left
        else:
            out[lag] = float(rows[-1] @ out[lag - len(rows[-1]) : lag][::-1])
    return out


def whiten(
    values: FloatArray, positions: IntArray, partial: FloatArray
) -> tuple[FloatArray, float]:
    """Values whose rows no longer follow each other, and the log determinant of the correlation.

    values : (n,) or (n, k), one series in its order. positions : (n,) whole numbers, increasing;
    what is left out is a hole, over which the correlation fades as it would with the period there.
    partial : (p,) partial autocorrelations; none leaves everything as it is.

    Returns (L^-1 values, log det R) where R = L L' is the correlation matrix of the n rows.
    """
    if partial.size == 0 or len(positions) < 2:
        return values, 0.0
    gaps = np.diff(positions)
    if partial.size == 1:
        rho = partial[0] ** gaps
        left = 1.0 - rho**2
        out = values.astype(np.float64).copy()
        shape = (-1,) + (1,) * (values.ndim - 1)
        out[1:] = (values[1:] - rho.reshape(shape) * values[:-1]) / np.sqrt(left).reshape(shape)
        return out, float(np.log(left).sum())
    if (gaps == 1).all():
        return _filtered(values, partial)
    r = autocorrelations(partial, int(positions[-1] - positions[0]))
    L = np.linalg.cholesky(r[np.abs(positions[:, None] - positions[None, :])])
    solved: FloatArray = linalg.solve_triangular(L, values, lower=True)
    return solved, 2.0 * float(np.log(np.diag(L)).sum())


def _filtered(values: FloatArray, partial: FloatArray) -> tuple[FloatArray, float]:
    """As whiten, for a series without holes: in time proportional to its length."""
    n, p = len(values), partial.size
    rows = coefficients(partial)
    left = np.concatenate([[1.0], np.cumprod(1.0 - partial**2)])
    out = values.astype(np.float64).copy()
    for t in range(min(n, p)):
        for j, phi in enumerate(rows[t]):
            out[t] -= phi * values[t - 1 - j]
    for j, phi in enumerate(rows[p]):
        out[p:] -= phi * values[p - 1 - j : n - 1 - j]
    scale = left[np.minimum(np.arange(n), p)]
    out /= np.sqrt(scale).reshape((-1,) + (1,) * (values.ndim - 1))
    return out, float(np.log(scale).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Another series whose errors are taken to follow each other as those of the first do.

    y : (n,) response with equal variances. X : (n, k) design. positions : (n,) whole numbers.
    """

    y: FloatArray
    X: FloatArray
    positions: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Serial:
    """How the errors of one series follow each other.

    partial : (p,) partial autocorrelations. variance : of one error. covariance : (1 + p, 1 + p)
    of the estimates of (log variance, partials), NaN until it is asked for. n, rank : rows and
    columns that it was estimated from. beside : other series that tell of the partials.
    """

    partial: FloatArray
    variance: float
    covariance: FloatArray
    n: int
    rank: int
    beside: tuple[Sample, ...] = ()


def independent(y: FloatArray, X: FloatArray) -> Serial:
    """The variance of errors that do not follow each other: residual sum of squares / (n - k)."""
    _, left, rank = _residual(y, X)
    free = max(len(y) - rank, 1)
    return Serial(np.empty(0), left / free, np.array([[2.0 / free]]), len(y), rank)


def restricted_likelihood(
    y: FloatArray,
    X: FloatArray,
    positions: IntArray,
    order: int,
    start: FloatArray | None = None,
    beside: tuple[Sample, ...] = (),
) -> Serial:
    """Autoregressive errors of y = X b + e by restricted maximum likelihood (REML).

    Minimises log det R + log det X'R^-1X + (n - k) log(r'R^-1r / (n - k)) over the partial
    autocorrelations, each held within 0.98 of 0. Unlike plain likelihood or a regression of
    residuals on residuals it does not shrink the correlation where a trend and a step were
    fitted, which is what makes intervals of interrupted series too short (Turner et al. 2021,
    doi 10.1186/s12874-021-01306-w).

    Parameters
    ----------
    y : (n,) response with equal variances (weight it first). X : (n, k) design, weighted alike.
    positions : (n,) whole numbers, increasing. order : p; 0 gives ``independent``.
    start : where to look first, for orders above 1. beside : series of the same autocorrelation,
    each with a variance of its own; their criteria are added.
    """
    if order == 0 or len(y) - X.shape[1] < order + 2:
        return independent(y, X)

    def deviance(partial: FloatArray) -> float:
        tried = np.asarray(partial, dtype=np.float64)
        return _profile(y, X, positions, tried)[0] + _of_others(beside, tried)

    if order == 1:
        best = optimize.minimize_scalar(
            lambda x: deviance(np.array([x])),
            bounds=(-_FARTHEST, _FARTHEST),
            method="bounded",
            options={"xatol": 1e-7},
        )
        partial = np.array([float(best.x)])
    else:
        if start is None or start.size != order:
            first = restricted_likelihood(y, X, positions, 1).partial
            start = np.concatenate([first, np.zeros(order - 1)])
        found = optimize.minimize(
            deviance, start, method="L-BFGS-B", bounds=[(-_FARTHEST, _FARTHEST)] * order
        )
        partial = np.asarray(found.x, dtype=np.float64)
    _, left, rank = _profile(y, X, positions, partial)
    free = max(len(y) - rank, 1)
    unknown = np.full((1 + order, 1 + order), np.nan)
    return Serial(partial, left / free, unknown, len(y), rank, beside)


def with_covariance(y: FloatArray, X: FloatArray, positions: IntArray, found: Serial) -> Serial:
    """The same with the covariance of its estimates, which ``restricted_likelihood`` leaves out."""
    if found.partial.size == 0:
        return found
    covariance = _spread(y, X, positions, found)
    return replace(found, covariance=covariance)


def plausible(
    y: FloatArray, X: FloatArray, positions: IntArray, found: Serial, which: int, points: int
) -> list[tuple[float, Serial]]:
    """Other values of one partial autocorrelation, the rest held, and how plausible each is.

    Weights are proportional to the restricted likelihood, a flat prior, and sum to 1; the values
    reach four standard errors to each side, within 0.98 of 0. The variance of each is its own
    best one. The first partial is at least 0: that what follows by chance alternates, as an
    estimate below 0 says, must not make intervals shorter.
    """
    sd = math.sqrt(float(found.covariance[1 + which, 1 + which]))
    centre = float(found.partial[which])
    floor = 0.0 if which == 0 else -_FARTHEST
    low, high = max(centre - 4 * sd, floor), min(max(centre + 4 * sd, 0.1), _FARTHEST)
    values = np.linspace(low, high, points)
    deviances, others = np.empty(points), []
    for i, value in enumerate(values):
        partial = found.partial.copy()
        partial[which] = value
        own, left, rank = _profile(y, X, positions, partial)
        deviances[i] = own + _of_others(found.beside, partial)
        others.append(replace(found, partial=partial, variance=left / max(len(y) - rank, 1)))
    weights = np.exp(-0.5 * (deviances - deviances.min()))
    # The ends of the line stand for half a step only.
    weights[[0, -1]] /= 2.0
    return list(zip((weights / weights.sum()).tolist(), others, strict=True))


def _residual(y: FloatArray, X: FloatArray) -> tuple[float, float, int]:
    """Log determinant of X'X, residual sum of squares and rank."""
    norms = np.sqrt((X**2).sum(axis=0))
    Q, R = np.linalg.qr(X / np.where(norms > 0, norms, 1.0))
    diagonal = np.abs(np.diag(R))
    kept = diagonal > 1e-10
    Q = Q[:, kept]
    e = y - Q @ (Q.T @ y)
    # With fewer rows than columns there are as many of them as rows.
    norms = norms[: diagonal.size][kept]
    log_det = 2.0 * float(np.log(diagonal[kept]).sum() + np.log(norms).sum())
    return log_det, float(e @ e), int(kept.sum())


def _profile(
    y: FloatArray, X: FloatArray, positions: IntArray, partial: FloatArray
) -> tuple[float, float, int]:
    """Minus twice the restricted log-likelihood over the variance, sum of squares, rank."""
    both, log_det = whiten(np.column_stack([y, X]), positions, partial)
    of_design, left, rank = _residual(both[:, 0], both[:, 1:])
    free = max(len(y) - rank, 1)
    return log_det + of_design + free * math.log(max(left, 1e-300) / free), left, rank


def criterion(y: FloatArray, X: FloatArray, positions: IntArray, partial: FloatArray) -> float:
    """Minus twice the restricted log-likelihood of an autocorrelation, up to a constant."""
    return _profile(y, X, positions, partial)[0]


def _of_others(beside: tuple[Sample, ...], partial: FloatArray) -> float:
    """What other series say of an autocorrelation: the sum of their profiles."""
    return sum(_profile(one.y, one.X, one.positions, partial)[0] for one in beside)


def _spread(y: FloatArray, X: FloatArray, positions: IntArray, found: Serial) -> FloatArray:
    """Covariance of (log variance, partials): the inverse of the observed information."""

    def deviance(theta: FloatArray) -> float:
        inside = np.clip(theta[1:], -0.999, 0.999)
        both, log_det = whiten(np.column_stack([y, X]), positions, inside)
        of_design, left, rank = _residual(both[:, 0], both[:, 1:])
        scale = found.variance * math.exp(theta[0])
        own = float((len(y) - rank) * theta[0] + log_det + of_design + left / scale)
        return own + _of_others(found.beside, inside)

    at = np.concatenate([[0.0], np.clip(found.partial, -0.999 + 2 * _STEP, 0.999 - 2 * _STEP)])
    k = at.size
    eye = np.eye(k) * _STEP
    information = np.empty((k, k))
    for i in range(k):
        for j in range(i, k):
            corners = (
                deviance(at + eye[i] + eye[j])
                - deviance(at + eye[i] - eye[j])
                - deviance(at - eye[i] + eye[j])
                + deviance(at - eye[i] - eye[j])
            )
            information[i, j] = information[j, i] = corners / (8.0 * _STEP**2)
    # At a bound, or where the likelihood is flat, curvature can be 0 or less: then the direction
    # is taken as poorly known (a standard error of 1), not as known.
    values, vectors = np.linalg.eigh(information)
    out: FloatArray = (vectors / np.maximum(values, 1.0)) @ vectors.T
    return out
