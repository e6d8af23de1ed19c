"""The Lorenz curve under block weights: who holds how much, in every replicate at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray


def block_lorenz(
    values: npt.ArrayLike,
    repeats: npt.ArrayLike,
    block_index: npt.ArrayLike,
    weights: FloatArray,
    probs: npt.ArrayLike,
) -> FloatArray:
    """Share of the total that the least noticed part p of the posts holds, shape (R, len(probs)).

    L(p) = (sum of values below x + (p n - number below x) x) / sum of all values, x the value at
    place p n of the sorted values: linear between posts, the same curve as ``gini.lorenz``. The
    share of the most noticed part p is 1 - L(1 - p). Counts and sums of every block up to each
    distinct value are tabulated once; all replicates bisect that table together.

    Parameters
    ----------
    values : (n,) finite and not negative.
    repeats : (n,) how many posts of the block have this value; whole numbers.
    block_index : (n,) position of each value's block, 0..B-1.
    weights : (R, B) from ``draw_blocks``; whole numbers.
    probs : probabilities in [0, 1].

    A replicate that drew no attention at all is NaN.

    Source: Lorenz 1905 (doi 10.2307/2276207).
    """
    x = np.asarray(values, dtype=np.float64)
    times = np.asarray(repeats, dtype=np.int64)
    index = np.asarray(block_index, dtype=np.int64)
    p = np.atleast_1d(np.asarray(probs, dtype=np.float64))
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("values must be finite and not negative")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probabilities must lie in [0, 1]: {probs!r}")
    n_replicates, n_blocks = weights.shape
    out = np.full((n_replicates, p.size), np.nan)
    if x.size == 0:
        return out
    distinct, place = np.unique(x, return_inverse=True)
    number = np.zeros((distinct.size, n_blocks))
    np.add.at(number, (place, index), times)
    mass = np.cumsum(number * distinct[:, None], axis=0)
    number = np.cumsum(number, axis=0)
    posts = np.einsum("rb,b->r", weights, number[-1])
    total = np.einsum("rb,b->r", weights, mass[-1])
    for column, prob in enumerate(p):
        target = prob * posts
        low = np.zeros(n_replicates, dtype=np.int64)
        high = np.full(n_replicates, distinct.size - 1, dtype=np.int64)
        while (low < high).any():
            middle = (low + high) // 2
            reached = np.einsum("rb,rb->r", weights, number[middle]) >= target
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle + 1)
        # Mass and number up to and including x, less what lies beyond the place p n.
        beyond = np.einsum("rb,rb->r", weights, number[low]) - target
        below = np.einsum("rb,rb->r", weights, mass[low]) - beyond * distinct[low]
        out[:, column] = np.divide(below, total, out=np.full(total.shape, np.nan), where=total > 0)
    share: FloatArray = np.clip(out, 0.0, 1.0)
    return share
