"""Shape of a sample: skewness and kurtosis, corrected for its size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from howfar.stats.blocks import FloatArray


def _powers(values: npt.ArrayLike) -> tuple[int, FloatArray]:
    x = np.asarray(values, dtype=np.float64)
    x = x[~np.isnan(x)]
    return x.size, x - x.mean() if x.size else x


def skewness(values: npt.ArrayLike) -> float:
    """Adjusted skewness: is one tail longer?

    G1 = sqrt(n (n - 1)) / (n - 2) * m3 / m2^(3/2), m_k the k-th central moment. NaN values are
    left out; NaN below 3 values or where all are equal.

    Source: Joanes and Gill 1998 (doi 10.1111/1467-9884.00122).
    """
    n, x = _powers(values)
    second = float((x**2).sum())
    if n < 3 or second == 0:
        return float("nan")
    biased = np.sqrt(n) * float((x**3).sum()) / second**1.5
    return float(biased * np.sqrt(n * (n - 1)) / (n - 2))


def excess_kurtosis(values: npt.ArrayLike) -> float:
    """Adjusted excess kurtosis: are there more far values than a normal distribution has?

    G2 = (n - 1) / ((n - 2) (n - 3)) * ((n + 1) (m4 / m2^2 - 3) + 6). NaN values are left out; NaN
    below 4 values or where all are equal.

    Source: Joanes and Gill 1998 (doi 10.1111/1467-9884.00122).
    """
    n, x = _powers(values)
    second = float((x**2).sum())
    if n < 4 or second == 0:
        return float("nan")
    biased = n * float((x**4).sum()) / second**2
    return float(((n + 1) * (biased - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)))
