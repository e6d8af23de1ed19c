"""Autoregressive errors: whitening by hand and against Cholesky, and REML without its bias."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.arima_process import ArmaProcess

from howfar.stats.autoregression import (
    Sample,
    autocorrelations,
    independent,
    plausible,
    restricted_likelihood,
    whiten,
    with_covariance,
)

partials = st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=3).map(np.array)


def test_first_order_by_hand() -> None:
    out, log_det = whiten(np.array([2.0, 3.0, 1.0]), np.arange(3), np.array([0.5]))
    # (3 - .5 x 2) / sqrt(1 - .25), (1 - .5 x 3) / sqrt(.75); det R = .75^2.
    assert out == pytest.approx([2.0, 2.0 / math.sqrt(0.75), -0.5 / math.sqrt(0.75)])
    assert log_det == pytest.approx(2 * math.log(0.75))


def test_a_hole_fades_the_correlation() -> None:
    out, log_det = whiten(np.array([2.0, 3.0]), np.array([4, 7]), np.array([0.5]))
    assert out[1] == pytest.approx((3 - 0.125 * 2) / math.sqrt(1 - 0.125**2))
    assert log_det == pytest.approx(math.log(1 - 0.125**2))


@pytest.mark.parametrize("ar", [[0.6], [0.5, 0.3], [-0.4, 0.2, 0.1]])
def test_autocorrelations_are_those_of_statsmodels(ar: list[float]) -> None:
    process = ArmaProcess(np.r_[1.0, -np.array(ar)], [1.0])
    expected = process.acf(12)
    # Partial autocorrelations by the Yule-Walker equations of each order.
    partial = [
        np.linalg.solve(
            [[expected[abs(i - j)] for j in range(k)] for i in range(k)], expected[1 : k + 1]
        )[-1]
        for k in range(1, len(ar) + 1)
    ]
    assert autocorrelations(np.array(partial), 11) == pytest.approx(expected, abs=1e-10)


@given(partial=partials, holes=st.booleans())
def test_whitening_is_the_cholesky_root(partial: np.ndarray, holes: bool) -> None:
    positions = np.array([0, 1, 2, 5, 6, 9]) if holes else np.arange(6)
    r = autocorrelations(partial, int(positions[-1]))
    R = r[np.abs(positions[:, None] - positions[None, :])]
    values = np.column_stack([np.arange(6.0), np.array([3.0, -1, 4, 1, -5, 9])])
    out, log_det = whiten(values, positions, partial)
    # Sums of squares and products do not depend on which root of R was taken.
    assert out.T @ out == pytest.approx(values.T @ np.linalg.solve(R, values), rel=1e-6, abs=1e-6)
    assert log_det == pytest.approx(np.linalg.slogdet(R)[1], abs=1e-6)


def test_order_nought_is_least_squares() -> None:
    y, X = np.array([1.0, 3.0, 2.0, 6.0]), np.ones((4, 1))
    serial = restricted_likelihood(y, X, np.arange(4), 0)
    assert serial.variance == pytest.approx(np.var(y, ddof=1))
    assert serial.covariance[0, 0] == pytest.approx(2 / 3)
    assert independent(y, X).rank == 1


def series(rng: np.random.Generator, n: int, rho: float) -> np.ndarray:
    e = rng.normal(size=n)
    e[0] /= math.sqrt(1 - rho**2)
    for t in range(1, n):
        e[t] += rho * e[t - 1]
    return e


def test_reml_does_not_shrink_the_correlation_as_residuals_do() -> None:
    rng = np.random.default_rng(3)
    n, rho = 50, 0.5
    t = np.arange(n)
    X = np.column_stack([np.ones(n), t, t >= 30, np.sin(t / 2), np.cos(t / 2)]).astype(float)
    found, plain = [], []
    for _ in range(80):
        e = series(rng, n, rho)
        found.append(restricted_likelihood(e, X, t, 1).partial[0])
        r = e - X @ np.linalg.lstsq(X, e, rcond=None)[0]
        plain.append(float(r[1:] @ r[:-1] / (r @ r)))
    error = np.std(found) / math.sqrt(len(found))
    assert abs(np.mean(found) - rho) < 3 * error + 0.03
    assert np.mean(plain) < rho - 0.1


def test_second_order_is_found() -> None:
    rng = np.random.default_rng(5)
    n = 600
    e = rng.normal(size=n)
    for t in range(2, n):
        e[t] += 0.4 * e[t - 1] + 0.3 * e[t - 2]
    partial = restricted_likelihood(e, np.ones((n, 1)), np.arange(n), 2).partial
    # Partials of an AR(2): phi_1 / (1 - phi_2), phi_2.
    assert partial == pytest.approx([0.4 / 0.7, 0.3], abs=0.12)


def test_plausible_values_weigh_one_and_lie_around_the_best() -> None:
    rng = np.random.default_rng(1)
    e, X, t = series(rng, 80, 0.6), np.ones((80, 1)), np.arange(80)
    best = with_covariance(e, X, t, restricted_likelihood(e, X, t, 1))
    # The standard error of an autocorrelation of .6 in 80 periods: sqrt((1 - .36) / 80).
    assert np.sqrt(best.covariance[1, 1]) == pytest.approx(0.09, abs=0.03)
    drawn = plausible(e, X, t, best, 0, 25)
    assert sum(weight for weight, _ in drawn) == pytest.approx(1)
    mean = sum(weight * serial.partial[0] for weight, serial in drawn)
    assert mean == pytest.approx(best.partial[0], abs=0.1)
    assert all(serial.partial[0] >= 0 for _, serial in drawn)


def test_other_series_tell_of_the_autocorrelation_and_not_of_the_variance() -> None:
    rng = np.random.default_rng(2)
    X, t = np.ones((60, 1)), np.arange(60)
    own = series(rng, 60, 0.5)
    alone = with_covariance(own, X, t, restricted_likelihood(own, X, t, 1))
    twice = (Sample(own, X, t), Sample(7 * own, X, t))
    same = with_covariance(own, X, t, restricted_likelihood(own, X, t, 1, beside=twice))
    # Three times the same likelihood has the same best place, and errors 1 / sqrt(3) as large.
    assert same.partial == pytest.approx(alone.partial, abs=1e-5)
    assert same.variance == pytest.approx(alone.variance, rel=1e-4)
    ratio = np.sqrt(same.covariance[1, 1] / alone.covariance[1, 1])
    assert ratio == pytest.approx(1 / math.sqrt(3), rel=0.05)


def test_many_others_decide() -> None:
    rng = np.random.default_rng(3)
    X, t = np.ones((40, 1)), np.arange(40)
    own = series(rng, 40, 0.0)
    beside = tuple(Sample(series(rng, 40, 0.7), X, t) for _ in range(30))
    assert restricted_likelihood(own, X, t, 1, beside=beside).partial == pytest.approx(0.7, abs=0.1)
    best = with_covariance(own, X, t, restricted_likelihood(own, X, t, 1, beside=beside))
    drawn = plausible(own, X, t, best, 0, 25)
    assert sum(w * s.partial[0] for w, s in drawn) == pytest.approx(0.7, abs=0.1)
