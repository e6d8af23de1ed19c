"""Quantities of laws: by hand, and from large samples of laws whose value is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from howfar.validate import functionals as of

RNG = np.random.default_rng(11)
SIGMA = 0.9
LOGNORMAL = np.exp(SIGMA * RNG.standard_normal(400_000))


def test_by_hand() -> None:
    x = np.array([4.0, 1.0, 2.0, 3.0])
    assert of.quantile(x, 0.5) == 2.0
    assert of.quantile(x, 0.51) == 3.0
    assert of.quantile(x, 0.25) == 1.0
    assert of.lorenz(x, 0.5) == pytest.approx(3 / 10)
    assert of.lorenz(x, 0.625) == pytest.approx((3 + 0.5 * 3) / 10)
    # All pairs: sum of |difference| 20 over 2 x 16 x mean 2.5.
    assert of.gini(x) == pytest.approx(20 / (2 * 16 * 2.5))
    assert of.middle_mean(x) == 2.5
    assert of.ratio(x, np.array([5.0, 5.0])) == 1.0
    assert of.slope(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0])) == pytest.approx(2.0)
    assert of.tail_exponent(np.array([1.0, 10.0, 19.0]), 10.0) == pytest.approx(
        1 + 2 / (math.log(10 / 9.5) + math.log(2))
    )


def test_of_a_lognormal_law() -> None:
    assert of.gini(LOGNORMAL) == pytest.approx(2 * ndtr(SIGMA / math.sqrt(2)) - 1, abs=0.004)
    assert of.quantile(LOGNORMAL, 0.5) == pytest.approx(1.0, abs=0.01)
    top = 1 - of.lorenz(LOGNORMAL, 0.9)
    assert top == pytest.approx(ndtr(SIGMA - 1.2815516), abs=0.004)


def test_of_a_power_law() -> None:
    x = np.floor(49.5 * (1 - RNG.random(400_000)) ** (-1 / 1.5) + 0.5)
    assert of.tail_exponent(x, 50) == pytest.approx(2.5, abs=0.02)


def test_of_nothing_is_not_defined() -> None:
    none = np.array([])
    assert math.isnan(of.quantile(none, 0.5))
    assert math.isnan(of.gini(np.zeros(3)))
    assert math.isnan(of.ratio(none, none))
    assert math.isnan(of.tail_exponent(none, 1.0))
