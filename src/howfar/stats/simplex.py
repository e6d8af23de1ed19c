"""Least squares with weights that are not negative and sum to one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Floats = npt.NDArray[np.float64]


def simplex_least_squares(a: Floats, b: Floats) -> Floats:
    """Weights w >= 0 with sum 1 that minimise |a w - b|^2, exact up to rounding.

    As the weights sum to one, a w - b = (a - b 1') w = d w. For u = s w the least of
    |d u|^2 + (1'u - 1)^2 over s is q / (1 + q) with q = |d w|^2, which grows with q: so the
    solution of that problem without the sum is, rescaled to sum one, the solution of this one. It
    is found by an active set (Lawson & Hanson 1974, doi 10.1137/1.9781611971217) rather than by
    steps that end at a tolerance in the units of the data. Where several weights fit equally, a
    sparse one comes out.

    Parameters
    ----------
    a : (rows, weights). b : (rows,). Finite, at least one weight.

    Returns
    -------
    Weights, shape (weights,).
    """
    if a.ndim != 2 or b.shape != (a.shape[0],) or a.shape[1] == 0:
        raise ValueError(f"shapes do not fit: {a.shape} and {b.shape}")
    d = a - b[:, None]
    size = float(np.sqrt((d * d).sum(axis=0).mean())) if d.size else 0.0
    if size == 0:
        return np.full(a.shape[1], 1 / a.shape[1])
    found, _ = nnls(np.vstack([d / size, np.ones(d.shape[1])]), np.append(np.zeros(len(d)), 1.0))
    return np.asarray(found / found.sum(), dtype=np.float64)
