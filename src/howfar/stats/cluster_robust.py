"""Variances of regression coefficients where errors go together within few clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, stats

from howfar.stats.blocks import FloatArray, IntArray

_WHOLE = 1e-8
"""A cluster that holds more than 1 - this of a direction is all that tells of it."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusterRobust:
    """Covariance (p, p) of coefficients, degrees of freedom (p,), and what each cluster does.

    without: (G, p) what leaving a cluster out takes away from the coefficients (exact for least
    squares); NaN where the rest does not tell them.
    """

    covariance: FloatArray
    degrees: FloatArray
    n_clusters: int
    without: FloatArray

    @property
    def errors(self) -> FloatArray:
        """Standard errors (p,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    def half_width(self, confidence: float = 0.95) -> FloatArray:
        """Half the intervals (p,), Student's t on each coefficient's own degrees of freedom."""
        t = stats.t.ppf(0.5 + confidence / 2, self.degrees)
        return np.asarray(t * self.errors, dtype=np.float64)

    def p_values(self, coefficients: npt.ArrayLike) -> FloatArray:
        """Two-sided p (p,) of coefficients being 0; NaN where the error is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(np.asarray(coefficients, dtype=np.float64)) / self.errors
        return np.asarray(2 * stats.t.sf(t, self.degrees), dtype=np.float64)


def cluster_robust(x: FloatArray, residuals: FloatArray, clusters: IntArray) -> ClusterRobust:
    """CR2 covariance of least-squares coefficients, with Satterthwaite's degrees of freedom.

    V = M (sum_g X_g' A_g e_g e_g' A_g X_g) M, M = (X'X)^-1, A_g = (I - X_g M X_g')^-1/2: unbiased
    where errors are independent and alike, and far less too small than others with few clusters.
    df_k = tr(O)^2 / tr(O^2), O_gh = p_g' (I - X M X')_gh p_h, p_g = A_g X_g M c_k. Everything comes
    from sums of products by cluster: no matrix of the size of a cluster is made.

    Parameters
    ----------
    x : (n, p) of full rank; of a weighted regression times the square roots of the weights, and
        with what was absorbed taken out (effects absorbed within clusters need no more).
    residuals : (n,) likewise.
    clusters : (n,) codes 0..G-1.

    Raises ValueError for shapes that do not fit, fewer than 2 clusters, x not of full rank.

    Source: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018 (doi 10.1080/07350015.2016.1247004).
    """
    if x.ndim != 2 or residuals.shape != (len(x),) or clusters.shape != (len(x),):
        raise ValueError(f"shapes differ: {x.shape} {residuals.shape} {clusters.shape}")
    groups = int(clusters.max()) + 1 if len(clusters) else 0
    if groups < 2:
        raise ValueError("errors by cluster need two clusters")
    grams, scores = _sums(x, residuals, clusters, groups)
    total = grams.sum(axis=0)
    try:
        lower = linalg.cholesky(total, lower=True)
    except linalg.LinAlgError:
        raise ValueError("x is not of full rank") from None
    root = linalg.solve_triangular(lower, np.eye(len(total)), lower=True).T
    bread = root @ root.T
    p = len(total)
    adjusted, tilted, squares = np.empty((groups, p)), np.empty((groups, p, p)), []
    without = np.empty((groups, p))
    for g in range(groups):
        shares, vectors = np.linalg.eigh(root.T @ grams[g] @ root)
        shares = np.clip(shares, 0.0, 1.0)
        whole = shares > 1 - _WHOLE
        away = np.where(whole, 1.0, 1 - shares)
        # ((1 - d)^-1/2 - 1) / d without the digits that are lost near d = 0.
        once = 1.0 / (np.sqrt(away) * (1.0 + np.sqrt(away)))
        twice = 1.0 / away
        once, twice = np.where(whole, -1.0 / shares.clip(_WHOLE), once), np.where(
            whole, -1.0 / shares.clip(_WHOLE), twice
        )  # fmt: skip
        side = grams[g] @ root @ vectors
        own = vectors.T @ root.T @ scores[g]
        adjusted[g] = scores[g] + side @ (once * own)
        tilted[g] = (grams[g] + (side * once) @ side.T) @ bread
        both = grams[g] + (side * twice) @ side.T
        squares.append(np.einsum("ik,ij,jk->k", bread, both, bread))
        # What the others do not tell are the directions that this cluster holds whole.
        alone = np.abs(root @ vectors[:, whole]).max(axis=1, initial=0.0)
        moved = root @ vectors @ np.where(whole, 0.0, own / away)
        without[g] = np.where(alone > _WHOLE * np.abs(root).max(axis=1), np.nan, moved)
    meat = adjusted.T @ adjusted
    covariance = bread @ meat @ bread
    degrees = np.empty(p)
    for k in range(p):
        side = tilted[:, :, k]
        omega = -side @ bread @ side.T
        omega[np.diag_indices(groups)] += np.array([own[k] for own in squares])
        bottom = float((omega**2).sum())
        degrees[k] = float(np.trace(omega)) ** 2 / bottom if bottom > 0 else math.nan
    return ClusterRobust((covariance + covariance.T) / 2, degrees, groups, without)


def _sums(
    x: FloatArray, residuals: FloatArray, clusters: IntArray, groups: int
) -> tuple[FloatArray, FloatArray]:
    """X_g'X_g (G, p, p) and X_g'e_g (G, p)."""
    order = np.argsort(clusters, kind="stable")
    ends = np.searchsorted(clusters[order], np.arange(groups + 1))
    x, residuals = x[order], residuals[order]
    grams = np.empty((groups, x.shape[1], x.shape[1]))
    scores = np.empty((groups, x.shape[1]))
    for g in range(groups):
        part = slice(ends[g], ends[g + 1])
        grams[g] = x[part].T @ x[part]
        scores[g] = x[part].T @ residuals[part]
    return grams, scores
