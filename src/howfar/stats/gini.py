"""Inequality of attention: the Gini coefficient and the Lorenz curve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray, IntArray


def _checked(values: npt.ArrayLike) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("values must be one-dimensional, finite and not negative")
    return x


def gini(values: npt.ArrayLike) -> float:
    """Gini coefficient: are all posts alike (0) or does one take everything (towards 1)?

    G = sum_ij |x_i - x_j| / (2 n^2 mean) = sum_i (2 i - n - 1) x_(i) / (n sum x), x sorted.
    Range 0 to 1 - 1/n. The plain population form, so that duplicating every post changes nothing;
    in small samples it is below the true value by about a factor (n - 1) / n.

    Returns NaN where there are no values or all are zero: no attention, so no inequality of it.

    Raises
    ------
    ValueError
        Negative, infinite or NaN values: drop what is missing before.

    Source: Gini 1912; Sen 1973 (doi 10.1093/0198281935.001.0001).
    """
    x = np.sort(_checked(values))
    n, total = x.size, float(x.sum())
    if n == 0 or total == 0:
        return float("nan")
    rank = np.arange(1, n + 1, dtype=np.float64)
    return float(np.sum((2.0 * rank - n - 1.0) * x) / (n * total))


def lorenz(values: npt.ArrayLike, points: int = 101) -> tuple[FloatArray, FloatArray]:
    """Lorenz curve: what share of all attention do the least noticed share p of posts hold?

    L(p) at ``points`` equal steps of p from 0 to 1, linear between the posts
    (L(k/n) = sum of the k smallest / sum of all). Returns (p, L), both (points,), L convex from 0
    to 1; L is NaN where there are no values or all are zero.

    Source: Lorenz 1905 (doi 10.2307/2276207).
    """
    if points < 2:
        raise ValueError(f"a curve needs at least 2 points, not {points}")
    x = np.sort(_checked(values))
    p = np.linspace(0.0, 1.0, points)
    total = float(x.sum())
    if x.size == 0 or total == 0:
        return p, np.full(points, np.nan)
    cumulative = np.concatenate([[0.0], np.cumsum(x)]) / total
    share = np.interp(p, np.linspace(0.0, 1.0, x.size + 1), cumulative)
    share[-1] = 1.0
    return p, share


def _pair_differences(x: FloatArray, index: IntArray, n_blocks: int) -> FloatArray:
    """A[a, b] = sum over i in block a, j in block b of |x_i - x_j|, shape (B, B)."""
    A = np.zeros((n_blocks, n_blocks))
    for block in range(n_blocks):
        mine = np.sort(x[index == block])
        below = np.searchsorted(mine, x, side="right")
        sums = np.concatenate([[0.0], np.cumsum(mine)])
        distance = x * (2.0 * below - mine.size) + sums[-1] - 2.0 * sums[below]
        A[:, block] = np.bincount(index, weights=distance, minlength=n_blocks)
    return A


def block_gini(
    values: npt.ArrayLike, block_index: npt.ArrayLike, weights: FloatArray
) -> FloatArray:
    """Bootstrap replicates of the Gini coefficient by block weights, shape (R,).

    G(w) = w'Aw / (2 (w'n)(w's)): A[a, b] the summed differences between the posts of blocks a and
    b, n their numbers, s their sums; the data is read once, each replicate costs B^2.

    Parameters
    ----------
    values : (n,) finite, not negative.
    block_index : (n,) position of each value's block, 0..B-1.
    weights : (R, B) from ``draw_blocks``.

    A replicate without any attention is NaN.
    """
    x = _checked(values)
    index = np.asarray(block_index, dtype=np.int64)
    n_blocks = weights.shape[1]
    if index.shape != x.shape or (index.size and not 0 <= index.min() <= index.max() < n_blocks):
        raise ValueError(f"every value needs a block position in 0..{n_blocks - 1}")
    A = _pair_differences(x, index, n_blocks)
    counts = np.bincount(index, minlength=n_blocks).astype(np.float64)
    sums = np.bincount(index, weights=x, minlength=n_blocks)
    top = np.einsum("rb,rb->r", np.einsum("ra,ab->rb", weights, A), weights)
    bottom = 2.0 * np.einsum("rb,b->r", weights, counts) * np.einsum("rb,b->r", weights, sums)
    ratio: FloatArray = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio
