"""Standard errors that know that the autocorrelation was itself estimated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from howfar.stats.autoregression import Serial, plausible, whiten
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.series_regression import (
    SeriesFit,
    inverse_of,
    own_columns,
    working_response,
)

_POINTS = 25


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Errors and degrees of freedom of contrasts of one fit.

    With autoregressive errors, v = c'Cov c depends on variances and autocorrelations that a short
    series tells badly, and the estimate itself moves with them. Over the plausible values of each
    autocorrelation (its restricted likelihood, flat prior):

        v* = E[v] + Var[c'b],   degrees = 2 E[v]^2 / Var(v)

    (law of total variance; Satterthwaite). Without it intervals of series of 50 periods with an
    autocorrelation of .6 leave out the truth in one of nine cases instead of one of twenty.
    Series are taken one at a time; what they add is summed. unrest: factor by which errors are
    larger than the model says, known from elsewhere.
    """

    fit: SeriesFit
    unrest: float = 1.0

    def of(self, contrast: FloatArray) -> tuple[float, float]:
        """Standard error and degrees of freedom of c'b, shape of c (k,)."""
        v = float(contrast @ self.fit.covariance @ contrast)
        if self.fit.errors != "autoregressive" or v <= 0:
            return self.unrest * math.sqrt(max(v, 0.0)), self.fit.degrees(contrast)
        mean, moved, spread = v, 0.0, 0.0
        for weights, covariances, betas in self._draws:
            each = np.einsum("i,jik,k->j", contrast, covariances, contrast)
            value = betas @ contrast
            mean += float(weights @ each) - v
            spread += float(weights @ (each - weights @ each) ** 2)
            moved += float(weights @ (value - weights @ value) ** 2)
        spread += self._scales(contrast)
        free = max(len(self.fit.mu) - int(np.linalg.matrix_rank(self.fit.design)), 1)
        mean = max(mean, 0.25 * v)
        degrees = float(np.clip(2.0 * mean**2 / max(spread, 1e-300), 1.0, free))
        return self.unrest * math.sqrt(mean + moved), degrees

    def _scales(self, contrast: FloatArray) -> float:
        """What not knowing the variances adds to the variance of v."""
        fit = self.fit
        line = fit.design @ (fit.covariance @ contrast)
        out = 0.0
        for serial, members in zip(fit.nuisance.serial, fit.rows.members, strict=True):
            share = float(line[members] @ line[members])
            out += share**2 * 2.0 / max(serial.n - serial.rank, 1)
        return out

    @cached_property
    def _draws(self) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
        """By series and partial: weights (m,), covariances (m, k, k) and coefficients (m, k)."""
        fit = self.fit
        rows = fit.rows
        working, X = working_response(rows, fit.mean, fit.beta, fit.mu, fit.nuisance.alpha)
        members = rows.members
        white = [
            _information(X[i], working[i], rows.positions[i], serial)
            for i, serial in zip(members, fit.nuisance.serial, strict=True)
        ]
        total = sum(one[0] for one in white)
        right = sum(one[1] for one in white)
        out = []
        for g, i in enumerate(members):
            own = own_columns(X[i])
            serial = fit.nuisance.serial[g]
            for which in range(serial.partial.size):
                drawn = plausible(working[i], own, rows.positions[i], serial, which, _POINTS)
                covariances, betas = [], []
                for _, other in drawn:
                    M, b = _information(X[i], working[i], rows.positions[i], other)
                    covariance = inverse_of(total - white[g][0] + M)
                    covariances.append(covariance)
                    betas.append(covariance @ (right - white[g][1] + b))
                weights = np.array([weight for weight, _ in drawn])
                out.append((weights, np.array(covariances), np.array(betas)))
        return out


def _information(
    X: FloatArray, y: FloatArray, positions: IntArray, serial: Serial
) -> tuple[FloatArray, FloatArray]:
    """X'V^-1X and X'V^-1y of one series."""
    both, _ = whiten(np.column_stack([y, X]), positions, serial.partial)
    design = both[:, 1:]
    return design.T @ design / serial.variance, design.T @ both[:, 0] / serial.variance
