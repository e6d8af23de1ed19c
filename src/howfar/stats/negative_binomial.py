"""Rates per view or follower: negative binomial with an offset, and shrinkage of many rates."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from howfar.stats.blocks import FloatArray
from howfar.stats.intervals import Interval

_POISSON = 1e-6  # a dispersion below this is the Poisson limit, where the likelihood is flat


@dataclass(frozen=True, slots=True)
class RateFit:
    """A rate per unit of exposure.

    rate : NaN where it cannot be estimated (``reason`` says why). dispersion : alpha in
    Var = mu + alpha mu^2. log_variance : squared standard error of log(rate), for shrinkage.
    """

    rate: float
    interval: Interval | None
    dispersion: float
    log_variance: float
    n: int
    reason: str | None = None


def rate(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> RateFit:
    """Reactions per view (or follower) of a typical post, by maximum likelihood.

    y_i ~ NB2(mean mu_i = rate * e_i, variance mu_i + alpha mu_i^2), that is log(e_i) as offset. A
    post with a hundred times the views weighs far less than a hundred times (1 / (1/mu + alpha)),
    so that one hit does not make the figure, as it does in sum(y) / sum(e).

    Interval: t on the log scale, sandwich variance by cluster with G - 1 degrees of freedom where
    clusters (weeks) are given, by post with n - 1 else; alpha is held at its estimate, which in
    NB2 is uncorrelated with the rate. With fewer than 10 clusters the sandwich
    is too small: use ``intervals.few_block_interval`` on the rates of the weeks.

    Parameters
    ----------
    counts : (n,) whole numbers >= 0. exposure : (n,) > 0.
    clusters : (n,) cluster of each post, or None.

    A rate is NaN, with a reason, for fewer than 2 posts or where all counts are 0.

    Raises
    ------
    ValueError
        Missing, negative or fractional counts; exposure that is not positive.

    Source: Cameron & Trivedi 2013 (doi 10.1017/CBO9781139013567), NB2; statsmodels' fit.
    """
    y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if y.ndim != 1 or y.shape != e.shape:
        raise ValueError(f"counts and exposure differ in shape: {y.shape} and {e.shape}")
    if not np.isfinite(y).all() or (y < 0).any() or (y != np.floor(y)).any():
        raise ValueError("counts must be whole numbers from 0 on, none missing")
    if not np.isfinite(e).all() or (e <= 0).any():
        raise ValueError("exposure must be positive: leave out posts without views or followers")
    if y.size < 2:
        return RateFit(math.nan, None, math.nan, math.nan, y.size, "fewer than 2 posts")
    if y.sum() == 0:
        return RateFit(math.nan, None, math.nan, math.nan, y.size, "no reaction in any post")
    log_rate, alpha = _fit(y, e)
    mu = np.exp(log_rate) * e
    score = (y - mu) / (1.0 + alpha * mu)
    information = float((mu * (1.0 + alpha * y) / (1.0 + alpha * mu) ** 2).sum())
    groups = np.arange(y.size) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    by_group = np.bincount(groups.ravel(), weights=score)
    G = by_group.size
    if G < 2:
        reason = "all posts in one cluster"
        return RateFit(math.exp(log_rate), None, alpha, math.nan, y.size, reason)
    variance = G / (G - 1) * float((by_group**2).sum()) / information**2
    half = float(stats.t.ppf(0.5 + confidence / 2, G - 1)) * math.sqrt(variance)
    unit = "posts" if clusters is None else "clusters"
    interval = Interval(
        math.exp(log_rate - half),
        math.exp(log_rate + half),
        f"negative binomial, sandwich by {unit} ({G})",
    )
    return RateFit(math.exp(log_rate), interval, alpha, variance, y.size)


def _fit(y: FloatArray, e: FloatArray) -> tuple[float, float]:
    """Maximum-likelihood log rate and dispersion; the Poisson limit where alpha goes to 0."""
    from statsmodels.discrete.discrete_model import NegativeBinomial

    ones, offset = np.ones((y.size, 1)), np.log(e)
    pooled = math.log(y.sum() / e.sum())
    moment = max(float(np.mean((y / (e * math.exp(pooled)) - 1.0) ** 2)), 0.1)
    start = np.array([float(np.mean(np.log((y + 0.5) / e))), moment])
    with warnings.catch_warnings():
        # Convergence is judged below by the score, which is what the estimate must satisfy.
        warnings.simplefilter("ignore")
        model = NegativeBinomial(y, ones, offset=offset, loglike_method="nb2")
        fitted = model.fit(start_params=start, disp=0, maxiter=500, method="nm", skip_hessian=True)
        fitted = model.fit(
            start_params=fitted.params, disp=0, maxiter=200, method="bfgs", skip_hessian=True
        )
    log_rate, alpha = (float(v) for v in fitted.params)
    if not (math.isfinite(log_rate) and math.isfinite(alpha)) or alpha < _POISSON:
        return pooled, 0.0
    return _polish(y, e, log_rate, alpha), alpha


def _polish(y: FloatArray, e: FloatArray, log_rate: float, alpha: float) -> float:
    """Root of the rate's score at the fitted dispersion, so that the last digits are the data's."""

    def score(b: float) -> float:
        mu = math.exp(b) * e
        return float(((y - mu) / (1.0 + alpha * mu)).sum())

    low, high = log_rate - 1.0, log_rate + 1.0
    while score(low) < 0:
        low -= 1.0
    while score(high) > 0:
        high += 1.0
    return float(optimize.brentq(score, low, high, xtol=1e-13))


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkRates:
    """Rates of k groups, drawn towards their common rate.

    rates, low, high : (k,) posterior mean (of the log, back-transformed) and posterior interval;
    NaN for a group without an estimate. pull : (k,) 0 the group's own rate, 1 the common rate.
    common : the common rate. tau : standard deviation of true log rates between groups.
    """

    rates: FloatArray
    low: FloatArray
    high: FloatArray
    pull: FloatArray
    common: float
    tau: float


def shrink_rates(
    rates: npt.ArrayLike, log_variances: npt.ArrayLike, confidence: float = 0.95
) -> ShrunkRates | None:
    """Empirical-Bayes rates of groups (channel x kind): small groups borrow from the others.

    log r_g ~ N(theta_g, v_g), theta_g ~ N(mu, tau^2). tau^2 by Paule & Mandel's moment equation
    sum_g (log r_g - mu)^2 / (v_g + tau^2) = k - 1, mu the weighted mean. Posterior mean
    mu + (1 - B_g)(log r_g - mu), B_g = (k-3)/(k-1) v_g / (v_g + tau^2). The variance is Morris',
    v_g (1 - (k-1)/k B_g) + 2/(k-3) B_g^2 (vbar + tau^2)/(v_g + tau^2) (log r_g - mu)^2, which
    allows for mu and tau being estimated. Intervals are posterior, not confidence intervals: right
    on average over groups, not for a group picked because it is extreme.

    Parameters
    ----------
    rates : (k,) positive; NaN (or 0) marks a group without an estimate, which stays NaN.
    log_variances : (k,) squared standard errors of log rates, positive.

    Returns None for fewer than 4 groups with an estimate: the spread between groups is not known.

    Source: Morris 1983 (doi 10.1080/01621459.1983.10477920); Paule & Mandel 1982
    (doi 10.6028/jres.087.022).
    """
    r, v = np.asarray(rates, dtype=np.float64), np.asarray(log_variances, dtype=np.float64)
    if r.shape != v.shape or r.ndim != 1:
        raise ValueError(f"rates and variances differ in shape: {r.shape} and {v.shape}")
    usable = np.isfinite(r) & (r > 0) & np.isfinite(v) & (v > 0)
    k = int(usable.sum())
    if k < 4:
        return None
    y, s = np.log(r[usable]), v[usable]

    def common(tau2: float) -> float:
        return float(np.average(y, weights=1.0 / (s + tau2)))

    def excess(tau2: float) -> float:
        return float(((y - common(tau2)) ** 2 / (s + tau2)).sum()) - (k - 1)

    tau2 = 0.0
    if excess(0.0) > 0:
        top = float(y.var(ddof=1)) + 1.0
        while excess(top) > 0:
            top *= 2.0
        tau2 = float(optimize.brentq(excess, 0.0, top, xtol=1e-14))
    mu = common(tau2)
    B = (k - 3) / (k - 1) * s / (s + tau2)
    centre = mu + (1 - B) * (y - mu)
    estimated = 2 / (k - 3) * B**2 * (s.mean() + tau2) / (s + tau2) * (y - mu) ** 2
    spread = np.sqrt(s * (1 - (k - 1) / k * B) + estimated)
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * spread

    def whole(part: FloatArray) -> FloatArray:
        out = np.full(r.shape, np.nan)
        out[usable] = part
        return out

    return ShrunkRates(
        whole(np.exp(centre)),
        whole(np.exp(centre - half)),
        whole(np.exp(centre + half)),
        whole(B),
        math.exp(mu),
        math.sqrt(tau2),
    )
