"""The largest of many dependent tests: exact for one, a bound that is close for many."""

import math

import numpy as np
import pytest
from scipy import stats

from howfar.stats.path_maximum import path_maximum_p


def test_one_test_is_exact() -> None:
    u = np.array([[3.0, 4.0]])
    assert path_maximum_p(u, 1.959963984540054) == pytest.approx(0.05)
    assert path_maximum_p(u, 2.0, 7) == pytest.approx(2 * stats.t.sf(2, 7))


def test_the_same_test_twice_counts_once() -> None:
    u = np.array([[1.0, 0.0], [2.0, 0.0]])
    assert path_maximum_p(u, 2.0) == pytest.approx(2 * stats.norm.sf(2))


def test_two_at_right_angles_by_hand() -> None:
    u = np.eye(2)
    # Bonferroni 4 P(t > c) against 2 P(t > c) + (pi / 2) / pi exp(-c^2 / 2).
    expected = min(4 * stats.norm.sf(3), 2 * stats.norm.sf(3) + 0.5 * math.exp(-4.5))
    assert path_maximum_p(u, 3.0) == pytest.approx(expected)


def test_nothing_and_infinity() -> None:
    assert path_maximum_p(np.empty((0, 3)), 5.0) == 1.0
    assert path_maximum_p(np.eye(2), math.inf) == 0.0


@pytest.mark.parametrize("degrees", [math.inf, 12.0])
def test_never_too_small_and_far_below_bonferroni(degrees: float) -> None:
    rng = np.random.default_rng(6)
    n = 60
    steps = np.array([np.arange(n) >= k for k in range(10, 51)], dtype=float)
    steps -= steps.mean(axis=1, keepdims=True)
    u = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    z = rng.normal(size=(20_000, n)) @ u.T
    if math.isfinite(degrees):
        z /= np.sqrt(rng.chisquare(degrees, size=(20_000, 1)) / degrees)
    c = float(np.quantile(np.abs(z).max(axis=1), 0.95))
    bound = path_maximum_p(u, c, degrees)
    bonferroni = 2 * len(u) * (stats.norm.sf(c) if math.isinf(degrees) else stats.t.sf(c, degrees))
    assert 0.048 < bound < 0.12
    assert bound < 0.7 * bonferroni
