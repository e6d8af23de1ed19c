"""Week blocks and their bootstrap weights, drawn once a run and shared by every measure.

Posts come in bursts and are never independent, so the bootstrap draws whole weeks. All figures of
a run are reweighted by the same draws: ratios, differences and the profile see the covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DEFAULT_REPLICATES = 2_000
FEW_BLOCKS = 10
"""Below this many blocks the bootstrap is not trusted and ``few_block_interval`` takes over."""

_DAY_US = 86_400 * 1_000_000
_WEEK_US = 7 * _DAY_US
# 1970-01-01 was a Thursday; the first Monday after it is four days later.
_MONDAY_US = 4 * _DAY_US


def week_of(times_us: npt.ArrayLike) -> IntArray:
    """Number of the Monday-based UTC week that holds each time.

    week = floor((t - 1970-01-05T00:00Z) / 7 days); earlier times have negative weeks.

    Parameters
    ----------
    times_us : UTC microseconds since 1970-01-01, integers of any shape. Missing times have no
        week: leave them out before.

    Raises
    ------
    ValueError
        Where the times are not integers (floats lose microseconds after 2255, and NaN).
    """
    times = np.asarray(times_us)
    if times.size and not np.issubdtype(times.dtype, np.integer):
        raise ValueError(f"times must be integer microseconds, not {times.dtype}")
    weeks: IntArray = np.floor_divide(times.astype(np.int64) - _MONDAY_US, _WEEK_US)
    return weeks


def weeks_between(start_us: int, end_us: int) -> IntArray:
    """All weeks that the half-open window [start_us, end_us) touches, quiet ones included.

    A week without posts is an observation of zero posts, so it must be able to be drawn.

    Raises
    ------
    ValueError
        Where the window is empty.
    """
    if end_us <= start_us:
        raise ValueError(f"the window is empty: from {start_us} to {end_us}")
    first, last = week_of(np.array([start_us, end_us - 1], dtype=np.int64))
    return np.arange(first, last + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class BlockDraw:
    """The block bootstrap of one run.

    blocks : (B,) sorted distinct block ids, every week of the study window.
    weights : (R, B) how often each replicate drew each block; every row sums to B. Whole numbers
        kept as float64, so that products with sums stay in floating point without copies.
    """

    blocks: IntArray
    weights: FloatArray

    @property
    def n_blocks(self) -> int:
        """B, the number of blocks."""
        return int(self.blocks.size)

    @property
    def replicates(self) -> int:
        """R, the number of replicates."""
        return int(self.weights.shape[0])

    def index(self, block_ids: npt.ArrayLike) -> IntArray:
        """Position of each block id in ``blocks``.

        Raises
        ------
        ValueError
            Where an id is not among the blocks (a post outside the study window).
        """
        ids = np.asarray(block_ids, dtype=np.int64)
        position = np.searchsorted(self.blocks, ids)
        inside = position < self.blocks.size
        if not (inside.all() and np.array_equal(self.blocks[position], ids)):
            outside = ids[~np.isin(ids, self.blocks)]
            raise ValueError(f"{outside.size} ids are not blocks of this draw, first {outside[0]}")
        return position.astype(np.int64)

    def sums(self, values: npt.ArrayLike, block_index: npt.ArrayLike) -> FloatArray:
        """Sum of ``values`` in each block, shape (B,); ``block_index`` as from ``index``."""
        return block_sums(values, block_index, self.n_blocks)


def draw_blocks(blocks: npt.ArrayLike, replicates: int, rng: np.random.Generator) -> BlockDraw:
    """Draw the weights of a block bootstrap: multinomial(B; 1/B, ..., 1/B), one row a replicate.

    Parameters
    ----------
    blocks : block ids, any order, repeats ignored; at least one.
    replicates : R, at least one.
    rng : the generator that all randomness comes from.

    Source: Efron & Tibshirani 1993, chapter 8 (doi 10.1201/9780429246593), whole blocks as units.
    """
    ids = np.unique(np.asarray(blocks, dtype=np.int64))
    if ids.size == 0:
        raise ValueError("a bootstrap needs at least one block")
    if replicates < 1:
        raise ValueError(f"a bootstrap needs at least one replicate, not {replicates}")
    counts = rng.multinomial(ids.size, np.full(ids.size, 1.0 / ids.size), size=replicates)
    return BlockDraw(ids, counts.astype(np.float64))


def block_sums(values: npt.ArrayLike, block_index: npt.ArrayLike, n_blocks: int) -> FloatArray:
    """Sum of ``values`` (n,) by ``block_index`` (n,) in 0..n_blocks-1, shape (n_blocks,)."""
    index = np.asarray(block_index, dtype=np.int64)
    numbers = np.asarray(values, dtype=np.float64)
    if index.shape != numbers.shape:
        raise ValueError(f"{numbers.shape} values but {index.shape} block positions")
    if index.size and (index.min() < 0 or index.max() >= n_blocks):
        raise ValueError(f"block positions must lie in 0..{n_blocks - 1}")
    return np.bincount(index, weights=numbers, minlength=n_blocks).astype(np.float64)


def weighted_totals(by_block: npt.ArrayLike, weights: FloatArray) -> FloatArray:
    """Total of each replicate, sum over b of w[r, b] x[b]: shape (R,) or (R, K) for (B, K).

    Plain einsum instead of a BLAS product: its order of summation does not hang on the number of
    threads, so that replicates are the same bytes everywhere.
    """
    x = np.asarray(by_block, dtype=np.float64)
    if x.shape[0] != weights.shape[1]:
        raise ValueError(f"{x.shape[0]} block sums but weights for {weights.shape[1]} blocks")
    totals: FloatArray = np.einsum("rb,b...->r...", weights, x)
    return totals


def ratio_replicates(
    numerator_by_block: npt.ArrayLike, denominator_by_block: npt.ArrayLike, weights: FloatArray
) -> FloatArray:
    """Replicates of a ratio of sums, sum_b w x_b / sum_b w y_b, shape (R,).

    A mean is the ratio of the block sums to the block counts; a rate that of counts to exposure.
    A replicate whose denominator is 0 is NaN: it drew only blocks without data.
    """
    top = weighted_totals(numerator_by_block, weights)
    bottom = weighted_totals(denominator_by_block, weights)
    ratio: FloatArray = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
    return ratio


def mean_replicates(
    values: npt.ArrayLike, block_index: npt.ArrayLike, weights: FloatArray
) -> FloatArray:
    """Replicates of the mean of ``values`` (n,), shape (R,); ``block_index`` (n,) in 0..B-1."""
    x = np.asarray(values, dtype=np.float64)
    n_blocks = weights.shape[1]
    counts = block_sums(np.ones_like(x), block_index, n_blocks)
    return ratio_replicates(block_sums(x, block_index, n_blocks), counts, weights)
