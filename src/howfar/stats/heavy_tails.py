"""Heavy tails: is attention distributed by a power law, above what, and what else would do?"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from howfar.stats.blocks import FloatArray
from howfar.stats.zipf import ALPHA_MAX, draw_power_law, log_hurwitz, log_truncated_norm, scan

MIN_VALUES = 50
"""Fewer positive values than this cannot tell a power law from anything else."""

GRID = 100
"""Candidates for xmin that each bootstrap sample is refitted at."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Log-likelihood ratio of the power law to another law on the tail, and its p.

    ratio > 0 speaks for the power law, < 0 for the other; a p above .1 says: cannot be told apart.
    """

    ratio: float
    p: float


@dataclass(frozen=True, slots=True)
class HeavyTail:
    """A fitted tail: P(X = x) proportional to x^-alpha for whole x >= xmin.

    alpha_se : (alpha - 1) / sqrt(n_tail). n : positive values, n_tail of them >= xmin.
    distance : Kolmogorov-Smirnov distance at xmin.
    """

    xmin: int
    alpha: float
    alpha_se: float
    n: int
    n_tail: int
    distance: float
    lognormal: Comparison
    exponential: Comparison
    truncated_power_law: Comparison


def _positive(values: npt.ArrayLike) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not np.isfinite(x).all() or (x < 0).any() or (x != np.floor(x)).any():
        raise ValueError("values must be one-dimensional whole numbers from 0 on, none missing")
    return np.sort(x[x > 0])


def fit_heavy_tail(values: npt.ArrayLike) -> HeavyTail | None:
    """Fit the tail of counts and set it against a lognormal, an exponential and a cut-off.

    xmin minimises the Kolmogorov-Smirnov distance over all distinct values but the two largest, as
    the reference library searches by default (powerlaw 2.0, after Clauset et al.): exponents in
    (1, 3], the distance taken at the observed values only. It is found by ``zipf.scan``, which
    follows the library's rules (a test holds the two equal), since the library's own search can
    take half a minute. At that xmin the library ``powerlaw`` makes alpha, the distance and the
    likelihood ratios against lognormal and exponential (Vuong's p). The ratio against the power law
    with exponential cut-off is our own exact sum: nested, ratio <= 0, p from chi-square on 1 degree
    of freedom.

    A lognormal whose spread grows without end becomes a power law, so its ratio is at most 0 but
    for where the library's optimiser stops: one near 0, or above 0 with a large p, says nothing.

    Zeros are left out: a power law has none. Posts are taken as independent; bursts make every p
    here too small. The estimate hangs on few posts: look at n_tail.

    Returns None for fewer than 50 positive values or fewer than 4 distinct ones,
    or where no candidate has an alpha in (1, 3].

    Source: Clauset, Shalizi & Newman 2009 (doi 10.1137/070710111); Alstott, Bullmore & Plenz 2014
    (doi 10.1371/journal.pone.0085777) for the library.
    """
    x = _positive(values)
    distinct, counts = np.unique(x, return_counts=True)
    if x.size < MIN_VALUES or distinct.size < 4:
        return None
    found = scan(distinct, counts.astype(np.float64), distinct[:-2])
    if not np.isfinite(found.distance).any():
        return None
    import powerlaw

    with warnings.catch_warnings():
        # The library warns of its own deprecations and of its optimiser's tolerances.
        warnings.simplefilter("ignore")
        fit = powerlaw.Fit(x, discrete=True, xmin=float(found.xmin[found.best()]), verbose=0)
        alpha, distance = float(fit.power_law.alpha), float(fit.power_law.D)
        against = {
            name: Comparison(*map(float, fit.distribution_compare("power_law", name)))
            for name in ("lognormal", "exponential")
        }
    tail = x[x >= fit.xmin]
    return HeavyTail(
        xmin=int(fit.xmin),
        alpha=alpha,
        alpha_se=(alpha - 1) / math.sqrt(tail.size),
        n=int(x.size),
        n_tail=int(tail.size),
        distance=distance,
        lognormal=against["lognormal"],
        exponential=against["exponential"],
        truncated_power_law=_against_cut_off(tail, float(fit.xmin)),
    )


def _against_cut_off(tail: FloatArray, xmin: float) -> Comparison:
    """Power law (exact maximum likelihood) against x^-alpha exp(-rate x) on the same tail."""
    mean_log, mean_over = float(np.log(tail).mean()), float((tail - xmin).mean())
    scale = 1.0 / max(mean_over, 1.0)

    def plain(alpha: float) -> float:
        return alpha * mean_log + float(log_hurwitz(alpha, xmin))

    def cut(p: FloatArray) -> float:
        alpha, rate = float(p[0]), math.exp(float(p[1])) * scale
        return alpha * mean_log + rate * mean_over + log_truncated_norm(alpha, rate, xmin)

    best = optimize.minimize_scalar(plain, bounds=(1.0001, ALPHA_MAX), method="bounded")
    starts = [np.array([float(best.x), -6.0]), np.array([1.0, -1.0])]
    bounds = [(-5.0, ALPHA_MAX), (-16.0, 6.0)]
    fits = [optimize.minimize(cut, s, method="L-BFGS-B", bounds=bounds) for s in starts]
    loss = min(float(f.fun) for f in fits)
    ratio = -tail.size * max(float(best.fun) - loss, 0.0)
    return Comparison(ratio, float(stats.chi2.sf(-2 * ratio, 1)))


def candidate_grid(distinct: FloatArray, xmin: float, size: int = GRID) -> FloatArray:
    """Up to ``size`` of the distinct values, evenly spaced by rank, nearest to xmin first.

    xmin itself leads; the two largest values are left out, as in the search on the data.
    """
    pool = distinct[:-2]
    ranks = np.linspace(0, pool.size - 1, min(size, pool.size)).round().astype(np.int64)
    grid = np.unique(np.append(pool[np.unique(ranks)], xmin))
    return grid[np.argsort(np.abs(np.log(grid / xmin)), kind="stable")]


def goodness_of_fit(
    values: npt.ArrayLike,
    fit: HeavyTail,
    replicates: int,
    rng: np.random.Generator,
    grid: int = GRID,
) -> float:
    """Test of the power law: how often does a sample from the fitted law lie as far from its fit?

    Semi-parametric bootstrap: each sample has Binomial(n, n_tail / n) draws from the fitted tail
    and the rest from the observed values below xmin; it is refitted, xmin included, and its
    distance compared with the observed one. p = (1 + #{D* >= D}) / (1 + replicates): small says
    that the tail is no power law; below .1 it is ruled out (Clauset et al.).

    Declared short cut: samples are refitted at ``candidate_grid`` (by default up to 100 values of
    xmin, the same for all samples) instead of at each distinct value, so their distances are a
    little too large and p leans towards keeping the power law. A sample is done as soon as one
    candidate lies nearer than D: whether, not how far, is all that p needs.

    Source: Clauset, Shalizi & Newman 2009, section 4.1 (doi 10.1137/070710111).
    """
    x = _positive(values)
    distinct, counts = np.unique(x, return_counts=True)
    candidates = candidate_grid(distinct, fit.xmin, grid)
    batches = np.split(candidates, [1, 9])  # most samples are done after the first or second
    body = distinct < fit.xmin
    share = counts[body] / max(int(counts[body].sum()), 1)
    as_far = 0
    for _ in range(replicates):
        in_tail = int(rng.binomial(fit.n, fit.n_tail / fit.n))
        drawn = draw_power_law(in_tail, fit.xmin, fit.alpha, rng)
        tail, tail_counts = np.unique(drawn, return_counts=True)
        body_counts = rng.multinomial(fit.n - in_tail, share) if body.any() else share
        sample = np.concatenate([distinct[body], tail])
        sizes = np.concatenate([body_counts, tail_counts]).astype(np.float64)
        as_far += not any(_nearer(sample, sizes, batch, fit.distance) for batch in batches)
    return (1 + as_far) / (1 + replicates)


def _nearer(sample: FloatArray, sizes: FloatArray, candidates: FloatArray, distance: float) -> bool:
    inside = candidates[candidates <= sample[-1]]
    return inside.size > 0 and bool(
        (scan(sample, sizes, inside, limit=distance).distance < distance).any()
    )
