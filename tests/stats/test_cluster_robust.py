"""CR2 and its degrees of freedom: against the formula written out, and by coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from howfar.stats.cluster_robust import cluster_robust
from howfar.stats.elasticity import LogLog, pooled_slope


def written_out(x, e, clusters):  # type: ignore[no-untyped-def]
    """V and df with the matrices of full size."""
    M = np.linalg.inv(x.T @ x)
    H = x @ M @ x.T
    meat, pieces = np.zeros_like(M), []
    for g in np.unique(clusters):
        at = clusters == g
        values, vectors = np.linalg.eigh(np.eye(at.sum()) - H[np.ix_(at, at)])
        A = vectors @ np.diag([v**-0.5 if v > 1e-8 else 0.0 for v in values]) @ vectors.T
        s = x[at].T @ A @ e[at]
        meat += np.outer(s, s)
        full = np.zeros((len(x), len(M)))
        full[at] = A @ x[at] @ M
        pieces.append(full)
    df = []
    for k in range(len(M)):
        P = np.stack([piece[:, k] for piece in pieces], axis=1)
        omega = P.T @ (np.eye(len(x)) - H) @ P
        df.append(np.trace(omega) ** 2 / (omega**2).sum())
    return M @ meat @ M, np.array(df)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 7), st.integers(1, 3))
def test_sums_by_cluster_give_what_the_formula_gives(seed: int, groups: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    clusters = np.concatenate([np.arange(groups), rng.integers(0, groups, 40)])
    x = rng.standard_normal((len(clusters), p))
    y = rng.standard_normal(len(clusters))
    e = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    found = cluster_robust(x, e, clusters)
    covariance, df = written_out(x, e, clusters)
    assert found.covariance == pytest.approx(covariance, rel=1e-8, abs=1e-12)
    assert found.degrees == pytest.approx(df, rel=1e-8)
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    stays = clusters != 0
    rest = np.linalg.lstsq(x[stays], y[stays], rcond=None)[0]
    assert b - found.without[0] == pytest.approx(rest, abs=1e-9)


def test_a_coefficient_of_one_cluster_only() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(5), 8)
    x = np.stack([rng.standard_normal(40), (clusters == 3).astype(float)], axis=1)
    y = rng.standard_normal(40)
    e = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    found = cluster_robust(x, e, clusters)
    covariance, df = written_out(x, e, clusters)
    assert found.covariance == pytest.approx(covariance, abs=1e-10)
    assert found.degrees[0] == pytest.approx(df[0])
    # Its own residuals sum to 0, so no error tells of it: that the rest does not know it, does.
    assert np.isnan(found.without[3]).tolist() == [False, True]
    assert np.isfinite(found.without[[0, 1, 2, 4]]).all()
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    stays = clusters != 3
    rest = np.linalg.lstsq(x[stays][:, :1], y[stays], rcond=None)[0]
    assert b[0] - found.without[3, 0] == pytest.approx(rest[0], abs=1e-9)


def test_the_pooled_slope_is_a_case_of_it() -> None:
    rng = np.random.default_rng(4)
    models, xs, es, codes = [], [], [], []
    for c in range(7):
        n = int(rng.integers(5, 30))
        u, v = rng.standard_normal(n), rng.standard_normal(n)
        sums = [n, u.sum(), v.sum(), u @ u, u @ v, v @ v]
        models.append(LogLog(np.array([sums]), n, 0.0))
        xs.append(u - u.mean())
        es.append(v - v.mean())
        codes += [c] * n
    pooled = pooled_slope(models)
    x, y = np.concatenate(xs)[:, None], np.concatenate(es)
    e = y - x[:, 0] * pooled.slope
    found = cluster_robust(x, e, np.array(codes))
    assert found.degrees[0] == pytest.approx(pooled.degrees_of_freedom)
    assert pooled.interval is not None
    half = (pooled.interval.high - pooled.interval.low) / 2
    assert float(found.half_width()[0]) == pytest.approx(half)


def test_what_cannot_be() -> None:
    x, e = np.ones((6, 1)), np.zeros(6)
    with pytest.raises(ValueError, match="two clusters"):
        cluster_robust(x, e, np.zeros(6, dtype=np.int64))
    with pytest.raises(ValueError, match="shapes differ"):
        cluster_robust(x, e[:3], np.zeros(6, dtype=np.int64))
    with pytest.raises(ValueError, match="full rank"):
        cluster_robust(np.zeros((6, 1)), e, np.arange(6))


def test_coverage_with_ten_uneven_clusters() -> None:
    rng = np.random.default_rng(12)
    sizes = np.array([5, 5, 8, 10, 10, 15, 20, 30, 40, 60])
    clusters = np.repeat(np.arange(10), sizes)
    hits, n = 0, 500
    for _ in range(n):
        x = (0.5 * rng.standard_normal(10)[clusters] + rng.standard_normal(len(clusters)))[:, None]
        x = np.hstack([np.ones_like(x), x])
        y = 0.7 * rng.standard_normal(10)[clusters] + rng.standard_normal(len(clusters))
        b = linalg.lstsq(x, y)[0]
        found = cluster_robust(x, y - x @ b, clusters)
        hits += abs(b[1]) <= found.half_width()[1]
    assert 0.92 <= hits / n <= 0.985
