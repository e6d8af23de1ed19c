"""Tests of what is left of a series, against statsmodels, and over holes by hand."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.diagnostic import acorr_breusch_godfrey, acorr_ljungbox

from howfar.stats.serial_correlation import breusch_godfrey, lagged, ljung_box

N = 50
SERIES = np.zeros(N, dtype=np.int64)
T = np.arange(N)


def residuals(seed: int = 4) -> tuple[np.ndarray, np.ndarray, object]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(N), T, T >= 30]).astype(float)
    e = rng.normal(size=N)
    e[1:] += 0.5 * e[:-1]
    fit = sm.OLS(X @ [1.0, 0.1, 2.0] + e, X).fit()
    return fit.resid, X, fit


@pytest.mark.parametrize("lags", [1, 4])
def test_breusch_godfrey_as_statsmodels(lags: int) -> None:
    left, X, fit = residuals()
    _, _, F, p = acorr_breusch_godfrey(fit, nlags=lags, result_object=False)
    found = breusch_godfrey(left, X, SERIES, T, lags)
    assert found.statistic == pytest.approx(F)
    assert found.p == pytest.approx(p)


@pytest.mark.parametrize("fitted", [0, 1])
def test_ljung_box_as_statsmodels(fitted: int) -> None:
    left, _, _ = residuals()
    expected = acorr_ljungbox(left - 0.0, lags=[6], model_df=fitted)
    # statsmodels centres; residuals of a model with a level are centred already.
    found = ljung_box(left, SERIES, T, 6, fitted)
    assert found.statistic == pytest.approx(float(expected["lb_stat"].iloc[0]))
    assert found.p == pytest.approx(float(expected["lb_pvalue"].iloc[0]))


def test_lags_stay_within_a_series_and_do_not_reach_over_holes() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    series, positions = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 3, 0, 1])
    assert lagged(values, series, positions, 1).tolist() == [0, 1, 0, 0, 4]
    assert lagged(values, series, positions, 2).tolist() == [0, 0, 2, 0, 0]


def test_too_few_rows_say_nothing() -> None:
    found = breusch_godfrey(np.ones(4), np.ones((4, 1)), SERIES[:4], T[:4], 3)
    assert np.isnan(found.p)
    assert np.isnan(ljung_box(np.ones(3), SERIES[:3], T[:3], 3).p)


def test_white_noise_is_rejected_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(8)
    X = np.column_stack([np.ones(N), T, T >= 30]).astype(float)
    low = 0
    for _ in range(300):
        y = rng.normal(size=N)
        left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
        low += breusch_godfrey(left, X, SERIES, T, 4).p < 0.05
    assert 3 <= low <= 30  # 15 expected
