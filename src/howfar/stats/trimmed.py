"""Trimmed means: what a channel's posts usually get, deaf to its best and worst."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray, IntArray

TRIM = 0.25
WINDOW = 100
_CHUNK = 20_000  # rows sorted at a time: 20,000 x 100 doubles are 16 MB


def _cut(n: npt.ArrayLike, trim: float) -> IntArray:
    """Values dropped at each end of n; the tolerance forgives 0.1 * 30 = 3.0000000000000004."""
    return np.floor(np.asarray(n) * trim + 1e-9).astype(np.int64)


def _check(values: npt.ArrayLike, trim: float) -> FloatArray:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or np.isnan(x).any():
        raise ValueError("values must be one-dimensional and without NaN: drop what is missing")
    if not 0 <= trim < 0.5:
        raise ValueError(f"the trimmed part of each tail must lie in [0, 0.5), not {trim}")
    return x


def trimmed_mean(values: npt.ArrayLike, trim: float = TRIM) -> float:
    """Mean of what is left when floor(trim * n) values are dropped at each end.

    With n not divisible by 4 and trim = 0.25 fewer than a quarter are dropped: of 5 values one at
    each end, of 3 none. NaN where there are no values.

    Raises
    ------
    ValueError
        NaN among the values, or trim outside [0, 0.5).

    Source: Tukey & McLaughlin 1963; Huber & Ronchetti 2009 (doi 10.1002/9780470434697).
    """
    x = np.sort(_check(values, trim))
    if x.size == 0:
        return float("nan")
    g = int(_cut(x.size, trim))
    return float(x[g : x.size - g].mean())


def rolling_trimmed_mean(
    values: npt.ArrayLike, window: int = WINDOW, minimum: int = 1, trim: float = TRIM
) -> FloatArray:
    """For each post the trimmed mean of the up to ``window`` posts before it, shape (n,).

    T_i = trimmed mean of x_{max(0, i - window)}, ..., x_{i-1}; the post itself is never part of
    its own expectation. NaN where fewer than ``minimum`` posts go before.

    Parameters
    ----------
    values : (n,) one channel's figures of one kind of post, in order of time, without NaN.
    window, minimum : numbers of posts, 1 <= minimum <= window.
    """
    x = _check(values, trim)
    if not 1 <= minimum <= window:
        raise ValueError(f"need 1 <= minimum <= window, not {minimum} and {window}")
    out = np.full(x.size, np.nan)
    padded = np.concatenate([np.full(window, np.nan), x])
    for start in range(0, x.size, _CHUNK):
        stop = min(start + _CHUNK, x.size)
        rows = np.lib.stride_tricks.sliding_window_view(padded[start : stop - 1 + window], window)
        rows = np.sort(rows, axis=1)  # NaN, the posts that do not exist yet, go last
        m = np.minimum(np.arange(start, stop), window)
        g = _cut(m, trim)
        position = np.arange(window)
        kept = (position >= g[:, None]) & (position < (m - g)[:, None])
        total = np.where(kept, rows, 0.0).sum(axis=1)
        enough = m >= minimum
        out[start:stop][enough] = total[enough] / (m - 2 * g)[enough]
    return out


def bootstrap_trimmed_mean(
    values: npt.ArrayLike,
    at: npt.ArrayLike,
    replicates: int,
    rng: np.random.Generator,
    window: int = WINDOW,
    trim: float = TRIM,
) -> FloatArray:
    """Bootstrap replicates of ``rolling_trimmed_mean`` at chosen posts, shape (len(at), R).

    The posts of the window are drawn with replacement, each as likely: inside the window they are
    taken as exchangeable, as CrowdTangle's definition of the expected figure does; where posts
    come in bursts the true uncertainty is larger. A trimmed mean weighs ordered values, so one
    set of drawn ranks serves every window of the same length.

    Parameters
    ----------
    values : (n,) as in ``rolling_trimmed_mean``.
    at : positions of the chosen posts in ``values``; one without a predecessor gives NaN.
    replicates : R.
    rng : the generator that all randomness comes from; windows are served by length, shortest
        first, so the result hangs on the set of lengths but not on the order of ``at``.
    """
    x = _check(values, trim)
    chosen = np.asarray(at, dtype=np.int64)
    if chosen.size and not 0 <= chosen.min() <= chosen.max() < x.size:
        raise ValueError(f"chosen posts must lie in 0..{x.size - 1}")
    out = np.full((chosen.size, replicates), np.nan)
    lengths = np.minimum(chosen, window)
    for m in np.unique(lengths[lengths > 0]):
        g = int(_cut(m, trim))
        drawn = rng.multinomial(m, np.full(m, 1.0 / m), size=replicates)
        upto = np.clip(np.cumsum(drawn, axis=1), g, m - g)
        used = np.diff(upto, axis=1, prepend=g).astype(np.float64)
        rows = np.flatnonzero(lengths == m)
        windows = np.sort(x[chosen[rows][:, None] - m + np.arange(m)], axis=1)
        out[rows] = np.einsum("km,rm->kr", windows, used) / (m - 2 * g)
    return out
