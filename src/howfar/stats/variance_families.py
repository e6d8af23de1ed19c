"""How the variance of a figure grows with its mean, and on which scale the mean is modelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import optimize, special

from howfar.stats.blocks import FloatArray

Family = Literal["poisson", "quasi-poisson", "negative-binomial", "gaussian"]
Link = Literal["log", "identity"]

FAMILIES: Final[tuple[Family, ...]] = ("poisson", "quasi-poisson", "negative-binomial", "gaussian")

_LOG_ALPHA = (-18.0, 5.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean, its slope on the linear predictor, and variance up to the dispersion."""

    family: Family
    link: Link

    def mean(self, eta: FloatArray) -> FloatArray:
        """Mean at a linear predictor (n,)."""
        out: FloatArray = np.exp(np.clip(eta, -460, 460)) if self.link == "log" else eta
        return out

    def slope(self, mu: FloatArray) -> FloatArray:
        """Derivative of the mean by the linear predictor, (n,)."""
        return mu if self.link == "log" else np.ones_like(mu)

    def variance(self, mu: FloatArray, alpha: FloatArray) -> FloatArray:
        """Variance at dispersion 1: 1, mu, or mu + alpha mu^2 (NB2)."""
        if self.family == "gaussian":
            return np.ones_like(mu)
        out: FloatArray = mu + alpha * mu**2 if self.family == "negative-binomial" else mu
        return np.maximum(out, 1e-12)

    @property
    def scaled(self) -> bool:
        """Whether the dispersion is estimated; Poisson and NB2 state it."""
        return self.family in ("quasi-poisson", "gaussian")


def overdispersion(y: FloatArray, mu: FloatArray) -> float:
    """Dispersion alpha of NB2, Var = mu + alpha mu^2, by maximum likelihood at given means.

    0 is Poisson. Alternating this with the means is how the reference (MASS::glm.nb) fits; alpha
    and the means are uncorrelated in NB2, so that the means' covariance needs no correction.
    """
    # Below this a mean is 0 to every count, and cannot be divided by.
    mu = np.maximum(mu, 1e-200)

    def deviance(log_alpha: float) -> float:
        size = math.exp(-log_alpha)
        terms = (
            special.gammaln(y + size)
            - special.gammaln(size)
            - size * np.log1p(mu / size)
            - y * np.log1p(size / mu)
        )
        return -float(terms.sum())

    best = optimize.minimize_scalar(
        deviance, bounds=_LOG_ALPHA, method="bounded", options={"xatol": 1e-8}
    )
    alpha = math.exp(float(best.x))
    return alpha if alpha > 1e-7 else 0.0
