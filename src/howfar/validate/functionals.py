"""What figures are of: quantities of a law, taken from very many posts.

Own code on purpose: nothing here is shared with howfar.stats or howfar.measures, whose figures are
judged by it. Arrays are (N,); NaN where a quantity is not defined.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def quantile(x: FloatArray, p: float) -> float:
    """The least value that at least the part p of the values does not exceed."""
    if not x.size:
        return math.nan
    # Rounding of p n must not push the place up by one.
    place = math.ceil(p * x.size - 1e-9)
    return float(np.partition(x, max(place, 1) - 1)[max(place, 1) - 1])


def lorenz(x: FloatArray, p: float) -> float:
    """Share of the sum that the least part p of the values holds."""
    total = x.sum()
    if not x.size or total <= 0:
        return math.nan
    held = np.concatenate([[0.0], np.cumsum(np.sort(x)) / total])
    return float(np.interp(p, np.linspace(0.0, 1.0, x.size + 1), held))


def gini(x: FloatArray) -> float:
    """Twice the area between the Lorenz curve and the diagonal."""
    total = x.sum()
    if not x.size or total <= 0:
        return math.nan
    held = np.concatenate([[0.0], np.cumsum(np.sort(x)) / total])
    return 1.0 - float((held[1:] + held[:-1]).sum()) / x.size


def tail_exponent(x: FloatArray, start: float) -> float:
    """1 + 1 / mean of log(x / (start - 1/2)) over the values of at least start."""
    tail = x[x >= start]
    return 1.0 + 1.0 / float(np.log(tail / (start - 0.5)).mean()) if tail.size else math.nan


def middle_mean(x: FloatArray) -> float:
    """Mean of the middle half of the values."""
    if not x.size:
        return math.nan
    ordered = np.sort(x)
    cut = x.size // 4
    return float(ordered[cut : x.size - cut].mean())


def ratio(top: FloatArray, bottom: FloatArray) -> float:
    """Sum over sum."""
    below = float(bottom.sum())
    return float(top.sum()) / below if below else math.nan


def slope(x: FloatArray, y: FloatArray) -> float:
    """Least squares of y on x."""
    return co_moment(x, y) / co_moment(x, x) if x.size > 1 else math.nan


def co_moment(x: FloatArray, y: FloatArray) -> float:
    """Sum of products of deviations from the means."""
    return float(((x - x.mean()) * (y - y.mean())).sum()) if x.size else 0.0
