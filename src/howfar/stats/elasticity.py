"""How one count grows with another: log-log slopes from sufficient statistics by week."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.blocks import FloatArray, block_sums, weighted_totals
from howfar.stats.intervals import Interval

_N, _X, _Y, _XX, _XY, _YY = range(6)


@dataclass(frozen=True, slots=True, eq=False)
class LogLog:
    """Sums by block of log x and log y over the posts where both are positive.

    sums : (B, 6) n, Sx, Sy, Sxx, Sxy, Syy of the logarithms.
    n : posts used. share_dropped : part of the posts left out because a count was 0.
    """

    sums: FloatArray
    n: int
    share_dropped: float


def log_log(
    x: npt.ArrayLike, y: npt.ArrayLike, block_index: npt.ArrayLike, n_blocks: int
) -> LogLog:
    """Sufficient statistics of a log-log regression of y on x, by block.

    Zeros: only posts with x > 0 and y > 0 are used, and the share left out is reported beside the
    slope. Not log(1 + x): that slope changes with the unit of the counts and is no elasticity
    (Chen & Roth 2024, doi 10.1093/qje/qjad054). The slope speaks of posts that drew any talk at
    all; where many did not, share_dropped says so and the caller should refuse.

    Parameters
    ----------
    x, y : (n,) counts of the same posts, finite, not negative, without NaN.
    block_index : (n,) position of each post's block, 0..n_blocks-1.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    index = np.asarray(block_index, dtype=np.int64)
    if not a.shape == b.shape == index.shape or a.ndim != 1:
        raise ValueError(f"x, y and blocks differ in length: {a.shape} {b.shape} {index.shape}")
    if not (np.isfinite(a) & np.isfinite(b)).all() or (a < 0).any() or (b < 0).any():
        raise ValueError("counts must be finite and not negative: drop what is missing")
    both = (a > 0) & (b > 0)
    u, v, where = np.log(a[both]), np.log(b[both]), index[both]
    columns = (np.ones_like(u), u, v, u * u, u * v, v * v)
    sums = np.column_stack([block_sums(column, where, n_blocks) for column in columns])
    dropped = 1.0 - u.size / a.size if a.size else math.nan
    return LogLog(sums, int(u.size), dropped)


def _within(sums: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centred sums of squares and products, along the last axis: Sxx, Sxy, Syy about the means."""
    n = np.where(sums[..., _N] > 0, sums[..., _N], np.nan)
    xx = sums[..., _XX] - sums[..., _X] ** 2 / n
    xy = sums[..., _XY] - sums[..., _X] * sums[..., _Y] / n
    yy = sums[..., _YY] - sums[..., _Y] ** 2 / n
    # Where all x are equal, rounding leaves 1e-15 instead of 0 and the slope would be noise.
    flat = xx <= 1e-10 * np.maximum(np.abs(sums[..., _XX]), 1e-300)
    return np.where(flat, np.nan, xx), xy, yy


def slope_replicates(model: LogLog, weights: FloatArray) -> FloatArray:
    """Least-squares slope of log y on log x under each row of block weights, shape (R,).

    beta = (Sxy - Sx Sy / n) / (Sxx - Sx^2 / n): y grows by beta per cent where x is 1 % larger. A
    row of ones gives the estimate. NaN where fewer than two different x were drawn.
    """
    xx, xy, _ = _within(weighted_totals(model.sums, weights))
    slope: FloatArray = xy / xx
    return slope


@dataclass(frozen=True, slots=True)
class PooledSlope:
    """The common slope over channels; interval None for fewer than 2 channels."""

    slope: float
    interval: Interval | None
    degrees_of_freedom: float
    n_channels: int


def pooled_slope(models: list[LogLog], confidence: float = 0.95) -> PooledSlope:
    """One slope within channels (each with its own level), clustered by channel.

    beta = sum_c Sxy_c / sum_c Sxx_c, sums about each channel's own means. Channels are few, so:
    CR2 (bias-reduced) variance V = sum_c g_c^2 / ((1 - h_c) M^2), g_c = Sxy_c - beta Sxx_c,
    M = sum Sxx_c, h_c = Sxx_c / M, and a t interval on Satterthwaite's degrees of freedom
    (sum_c h_c)^2 / sum_cd G_cd^2, G_cd = (d_cd h_c - h_c h_d) / sqrt((1 - h_c)(1 - h_d)).

    Channels whose x does not vary are left out; NaN and no interval where none is left.

    Source: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018 (doi 10.1080/07350015.2016.1247004).
    """
    totals = [_within(model.sums.sum(axis=0)) for model in models]
    xx = np.array([float(t[0]) for t in totals])
    xy = np.array([float(t[1]) for t in totals])
    usable = np.isfinite(xx)
    xx, xy = xx[usable], xy[usable]
    if xx.size == 0:
        return PooledSlope(math.nan, None, math.nan, 0)
    slope = float(xy.sum() / xx.sum())
    if xx.size == 1:
        return PooledSlope(slope, None, math.nan, 1)
    h = xx / xx.sum()
    variance = float(np.sum((xy - slope * xx) ** 2 / (1 - h))) / float(xx.sum()) ** 2
    G = (np.diag(h) - np.outer(h, h)) / np.sqrt(np.outer(1 - h, 1 - h))
    df = 1.0 / float((G**2).sum())
    half = float(stats.t.ppf(0.5 + confidence / 2, df)) * math.sqrt(variance)
    method = f"CR2 by channel ({xx.size} clusters, {df:.1f} degrees of freedom)"
    return PooledSlope(slope, Interval(slope - half, slope + half, method), df, int(xx.size))


def residuals_against_peers(models: list[LogLog], weights: FloatArray) -> FloatArray:
    """Each channel's talk beyond what its peers would draw at the same views, shape (R, C).

    r_c = (my_c - b_c mx_c) - mean over peers j of (my_j - b_c mx_j), with m the channel's mean
    logarithms and b_c the common slope within the peers alone (all channels but c). exp(r_c) is a
    factor: 1.2 is a fifth more talk at equal views. Peers count equally, however many posts they
    have; they are taken as given, so replicates show the weeks' noise and not another choice of
    peers. A row of ones in ``weights`` (R, B) gives the estimate.

    NaN where a channel has no data in a draw, or no peer's x varies. Peers without data in a draw
    are left out of it.
    """
    totals = np.stack([weighted_totals(model.sums, weights) for model in models], axis=1)
    xx, xy, _ = _within(totals)
    n = np.where(totals[..., _N] > 0, totals[..., _N], np.nan)
    mx, my = totals[..., _X] / n, totals[..., _Y] / n
    varies, present = np.isfinite(xx), np.isfinite(mx)
    xx, xy = np.where(varies, xx, 0.0), np.where(varies, xy, 0.0)
    out = np.full(mx.shape, np.nan)
    for c in range(len(models)):
        peers = np.arange(len(models)) != c
        bottom = xx[:, peers].sum(axis=1)
        slope = np.divide(
            xy[:, peers].sum(axis=1), bottom, out=np.full(bottom.shape, np.nan), where=bottom > 0
        )
        level = np.where(present, my - slope[:, None] * mx, 0.0)
        count = present[:, peers].sum(axis=1)
        theirs = np.divide(
            level[:, peers].sum(axis=1), count, out=np.full(bottom.shape, np.nan), where=count > 0
        )
        out[:, c] = np.where(present[:, c], level[:, c], np.nan) - theirs
    return out
