"""Whether what a model leaves of a series still follows itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from howfar.stats.blocks import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SerialTest:
    """One test. statistic, p: NaN where there are too few rows. lags: how many were asked for."""

    statistic: float
    p: float
    lags: int


def lagged(values: FloatArray, series: IntArray, positions: IntArray, lag: int) -> FloatArray:
    """Value of the same series ``lag`` periods before, (n,); 0 where there is none."""
    at = {(int(g), int(t)): i for i, (g, t) in enumerate(zip(series, positions, strict=True))}
    index = [at.get((int(g), int(t) - lag), -1) for g, t in zip(series, positions, strict=True)]
    where = np.array(index, dtype=np.int64)
    return np.where(where >= 0, values[where], 0.0)


def breusch_godfrey(
    residuals: FloatArray,
    design: FloatArray,
    series: IntArray,
    positions: IntArray,
    lags: int,
) -> SerialTest:
    """Test of autocorrelation up to ``lags`` in the residuals of a regression; F form.

    Residuals are regressed on the design and on their own lagged values (0 before the series
    begins and at holes); F compares the sums of squares with and without the lags. Residuals and
    design of a generalised linear model come weighted (Pearson residuals, sqrt(w) X). Holds where
    the design has lagged or trending columns, which Ljung & Box does not.

    Parameters
    ----------
    residuals : (n,). design : (n, k). series, positions : (n,) which series, which period.

    Source: Breusch 1978 (doi 10.1111/j.1467-8454.1978.tb00635.x), Godfrey 1978
    (doi 10.2307/1913829).
    """
    before = np.column_stack([lagged(residuals, series, positions, k + 1) for k in range(lags)])
    plain, rank = _left(residuals, design)
    full, larger = _left(residuals, np.column_stack([design, before]))
    added, free = larger - rank, len(residuals) - larger
    if added < 1 or free < 2 or full <= 0:
        return SerialTest(float("nan"), float("nan"), lags)
    F = max(plain - full, 0.0) / added / (full / free)
    return SerialTest(F, float(stats.f.sf(F, added, free)), lags)


def ljung_box(
    residuals: FloatArray,
    series: IntArray,
    positions: IntArray,
    lags: int,
    fitted: int = 0,
) -> SerialTest:
    """Portmanteau test of autocorrelation up to ``lags``, pooled over series.

    Q = n (n + 2) sum_k r_k^2 / (n - k), r_k = sum_t e_t e_(t-k) / sum_t e_t^2 within series;
    chi-square with lags - fitted degrees of freedom, fitted: parameters of an autoregression.

    Source: Ljung & Box 1978 (doi 10.1093/biomet/65.2.297).
    """
    n = len(residuals)
    total = float(residuals @ residuals)
    free = lags - fitted
    if free < 1 or n <= lags or total <= 0:
        return SerialTest(float("nan"), float("nan"), lags)
    Q = 0.0
    for k in range(1, lags + 1):
        r = float(residuals @ lagged(residuals, series, positions, k)) / total
        Q += r**2 / (n - k)
    Q *= n * (n + 2)
    return SerialTest(Q, float(stats.chi2.sf(Q, free)), lags)


def _left(y: FloatArray, X: FloatArray) -> tuple[float, int]:
    """Residual sum of squares and rank."""
    norms = np.sqrt((X**2).sum(axis=0))
    scaled = X / np.where(norms > 0, norms, 1.0)
    beta, _, rank, _ = np.linalg.lstsq(scaled, y, rcond=1e-10)
    e = y - scaled @ beta
    return float(e @ e), int(rank)
