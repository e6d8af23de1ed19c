"""A quadratic function over weights that are not negative and sum to one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_NEARLY = 1e-12


def simplex_quadratic(p: Floats, q: Floats) -> Floats:
    """Weights w >= 0 with sum 1 that minimise w'p w / 2 + q'w, by an active set.

    Weights are let in one at a time, where the function falls most, and the problem with those that
    are in is solved exactly; any that would turn negative go out again on the way (Lawson & Hanson
    1974, doi 10.1137/1.9781611971217, with the sum as a further equation).

    p : (n, n) symmetric, positive semidefinite. q : (n,). Returns (n,).
    """
    n = q.size
    if p.shape != (n, n) or n == 0:
        raise ValueError(f"shapes do not fit: {p.shape} and {q.shape}")
    size = max(float(np.abs(p).max()), float(np.abs(q).max()), 1e-300)
    # A hair on the diagonal: where several weights do equally well, one solution is taken.
    p, q = p / size + np.eye(n) * _NEARLY, q / size
    w = np.zeros(n)
    inside = [int(np.argmin(np.diag(p) / 2 + q))]
    w[inside[0]] = 1.0
    for _ in range(20 * n):
        slope = p @ w + q
        rest = slope - w @ slope
        rest[inside] = 0.0
        enters = int(np.argmin(rest))
        if rest[enters] >= -1e-11:
            break
        inside.append(enters)
        while True:
            z = _solved(p, q, inside)
            if (z > 0).all():
                w[:] = 0.0
                w[inside] = z
                break
            now = w[inside]
            out = z <= 0
            step = float(np.min(now[out] / np.maximum(now[out] - z[out], 1e-300)))
            w[inside] = np.maximum(now + step * (z - now), 0.0)
            inside = [j for j in inside if w[j] > 1e-14]
            w[[j for j in range(n) if j not in inside]] = 0.0
            if enters not in inside:
                break
        w /= w.sum()
    return w


def _solved(p: Floats, q: Floats, inside: list[int]) -> Floats:
    """The minimum over weights of these that sum to one, of any sign."""
    k = len(inside)
    left = np.ones((k + 1, k + 1))
    left[:k, :k] = p[np.ix_(inside, inside)]
    left[k, k] = 0.0
    return np.asarray(np.linalg.solve(left, np.append(-q[inside], 1.0))[:k], dtype=np.float64)
