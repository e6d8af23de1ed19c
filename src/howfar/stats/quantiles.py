"""One definition of a quantile, for the estimate and for every bootstrap replicate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray


def _rank(probs: FloatArray | float, n: FloatArray | float) -> FloatArray:
    """Smallest whole k >= 1 with k / n >= p; the tolerance forgives p * n = 3.0000000000000004."""
    rank: FloatArray = np.maximum(np.ceil(np.multiply(probs, n) * (1.0 - 1e-12)), 1.0)
    return rank


def _checked_probs(probs: npt.ArrayLike) -> FloatArray:
    p = np.atleast_1d(np.asarray(probs, dtype=np.float64))
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probabilities must lie in [0, 1]: {probs!r}")
    return p


def _checked_values(values: npt.ArrayLike) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or np.isnan(x).any():
        raise ValueError("values must be one-dimensional and without NaN: drop what is missing")
    return x


def quantiles(values: npt.ArrayLike, probs: npt.ArrayLike) -> FloatArray:
    """Quantiles by the inverse of the distribution function, shape (len(probs),).

    q(p) = min{x : F(x) >= p}, F the empirical distribution function: always an observed value
    (type 1 of Hyndman & Fan 1996, doi 10.1080/00031305.1996.10473566). p = 0 gives the minimum.
    The median of an even number of values is the lower middle one.

    Raises
    ------
    ValueError
        No values, NaN among them, or a probability outside [0, 1].
    """
    x, p = np.sort(_checked_values(values)), _checked_probs(probs)
    if x.size == 0:
        raise ValueError("no values, so no quantile")
    rank = _rank(p, x.size)
    return x[rank.astype(np.int64) - 1]


def quantile(values: npt.ArrayLike, p: float) -> float:
    """One quantile; see ``quantiles``."""
    return float(quantiles(values, [p])[0])


def block_quantiles(
    values: npt.ArrayLike, block_index: npt.ArrayLike, weights: FloatArray, probs: npt.ArrayLike
) -> FloatArray:
    """Bootstrap replicates of quantiles by block weights, shape (R, len(probs)).

    Same definition as ``quantiles``, with each value counted as often as its block was drawn. The
    counts of every block up to each distinct value are tabulated once, (D, B) integers for D
    distinct values; all replicates then bisect that table together, log2(D) steps.

    Parameters
    ----------
    values : (n,) without NaN.
    block_index : (n,) position of each value's block, 0..B-1.
    weights : (R, B) from ``draw_blocks``; whole numbers.
    probs : probabilities in [0, 1].

    A replicate that drew no value is NaN.
    """
    x, p = _checked_values(values), _checked_probs(probs)
    index = np.asarray(block_index, dtype=np.int64)
    n_replicates, n_blocks = weights.shape
    if index.shape != x.shape or (index.size and not 0 <= index.min() <= index.max() < n_blocks):
        raise ValueError(f"every value needs a block position in 0..{n_blocks - 1}")
    out = np.full((n_replicates, p.size), np.nan)
    if x.size == 0:
        return out
    distinct, place = np.unique(x, return_inverse=True)
    table = np.zeros((distinct.size, n_blocks), dtype=np.int64)
    np.add.at(table, (place, index), 1)
    np.cumsum(table, axis=0, out=table)
    totals = np.einsum("rb,b->r", weights, table[-1].astype(np.float64))
    drawn = totals > 0
    for column, prob in enumerate(p):
        # A replicate without any value would walk past the last one: its target is met at once.
        target = np.where(drawn, _rank(prob, totals), 0.0)
        low = np.zeros(n_replicates, dtype=np.int64)
        high = np.full(n_replicates, distinct.size - 1, dtype=np.int64)
        while (low < high).any():
            middle = (low + high) // 2
            reached = np.einsum("rb,rb->r", weights, table[middle]) >= target
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle + 1)
        out[:, column] = np.where(drawn, distinct[low], np.nan)
    return out
