"""Compositions: the mix of reactions, where only the proportions of the parts mean anything."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.blocks import FloatArray, weighted_totals
from howfar.stats.intervals import MIN_USABLE, Interval, expanded_level

ZERO_SHARE = 0.65
"""A part that was never seen is taken as this part of one reaction (Martin-Fernandez 2003)."""


def _parts(counts: npt.ArrayLike) -> FloatArray:
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim == 0 or x.shape[-1] < 2:
        raise ValueError("a composition needs at least two parts along the last axis")
    if (x < 0).any() or np.isinf(x).any():
        raise ValueError("parts must be finite and not negative")
    return x


def closure(counts: npt.ArrayLike) -> FloatArray:
    """Shares of the parts, x_j / sum x along the last axis; NaN where the sum is 0 or NaN."""
    x = _parts(counts)
    total = x.sum(axis=-1, keepdims=True)
    share: FloatArray = np.divide(x, total, out=np.full(x.shape, np.nan), where=total > 0)
    return share


def replace_zeros(counts: npt.ArrayLike, zero_share: float = ZERO_SHARE) -> FloatArray:
    """Shares in which no part is 0, by multiplicative replacement, same shape as ``counts``.

    With N = sum x and delta = zero_share / N: a part that is 0 becomes delta, every other share p
    becomes p (1 - k delta), k the number of zeros. Ratios between seen parts stay as they were. A
    row with k delta >= 1 (hardly any reactions) or no reactions at all is NaN.

    Source: Martin-Fernandez, Barcelo-Vidal & Pawlowsky-Glahn 2003 (doi 10.1023/A:1023866030544).
    """
    x = _parts(counts)
    if not 0 < zero_share < 1:
        raise ValueError(f"the stand-in for a zero must lie between 0 and 1, not {zero_share}")
    total = x.sum(axis=-1, keepdims=True)
    delta = np.divide(zero_share, total, out=np.full(total.shape, np.nan), where=total > 0)
    taken = (x == 0).sum(axis=-1, keepdims=True) * delta
    share = np.where(x == 0, delta, closure(x) * (1 - taken))
    return np.where(taken < 1, share, np.nan)


def clr(shares: npt.ArrayLike) -> FloatArray:
    """Centred log-ratios, log p_j - mean(log p) along the last axis; they sum to 0.

    Raises
    ------
    ValueError
        A part is 0: replace zeros first.

    Source: Aitchison 1982 (doi 10.1111/j.2517-6161.1982.tb01195.x).
    """
    p = _parts(shares)
    if (p == 0).any():
        raise ValueError("a part of 0 has no logarithm: replace zeros first")
    logs = np.log(p)
    centred: FloatArray = logs - logs.mean(axis=-1, keepdims=True)
    return centred


def aitchison_norm(shares: npt.ArrayLike) -> FloatArray:
    """Length of clr(p) along the last axis: 0 where all parts are equal, no upper end."""
    return np.asarray(np.sqrt((clr(shares) ** 2).sum(axis=-1)), dtype=np.float64)


def aitchison_distance(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    """|clr(p) - clr(q)| along the last axis: 0 for equal mixes, the same in any unit or order.

    Source: Aitchison et al. 2000 (doi 10.1023/A:1007529726302).
    """
    return np.asarray(np.sqrt(((clr(first) - clr(second)) ** 2).sum(axis=-1)), dtype=np.float64)


def clr_replicates(
    counts_by_block: npt.ArrayLike, weights: FloatArray, zero_share: float = ZERO_SHARE
) -> FloatArray:
    """Centred log-ratios of the summed parts under each row of block weights, shape (R, K).

    Parameters
    ----------
    counts_by_block : (B, K) reactions by block and kind.
    weights : (R, B); a row of ones gives the estimate itself.

    Rows without (enough) reactions are NaN.
    """
    shares = replace_zeros(weighted_totals(counts_by_block, weights), zero_share)
    return clr(shares)


def distance_interval(
    difference: npt.ArrayLike,
    replicates: npt.ArrayLike,
    n_blocks: int,
    confidence: float = 0.95,
) -> Interval | None:
    """Interval of an Aitchison distance d = |u| from replicates of u = clr(p) - clr(q).

    [max(0, d - r), d + r], r the confidence quantile of |u* - u| over the replicates, stretched by
    t_{B-1} sqrt(B / (B - 1)) / z. Since | |a| - |b| | <= |a - b| it covers at least as often as
    stated, and unlike percentiles of the distance, which resampling noise pushes away from 0, it
    holds 0 where the mixes do not differ.

    Parameters
    ----------
    difference : (K,) u of the data.
    replicates : (R, K) u of each bootstrap draw; NaN rows are left out, at most a tenth of them.
    n_blocks : blocks with data; None is returned for fewer than 10 (no few-block rule is known
        to hold for a distance) or where u is NaN.
    """
    u, drawn = np.asarray(difference, dtype=np.float64), np.asarray(replicates, dtype=np.float64)
    usable = drawn[np.isfinite(drawn).all(axis=1)]
    if n_blocks < 10 or not np.isfinite(u).all() or len(usable) < MIN_USABLE * len(drawn):
        return None
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    stretch = -float(stats.norm.ppf(expanded_level(n_blocks, confidence))) / z
    off = np.sort(np.sqrt(((usable - u) ** 2).sum(axis=1)))
    reach = stretch * float(off[math.ceil(confidence * off.size) - 1])
    d = float(np.sqrt((u**2).sum()))
    method = f"triangle inequality, block bootstrap ({n_blocks} blocks, {len(drawn)} replicates)"
    return Interval(max(0.0, d - reach), d + reach, method)
