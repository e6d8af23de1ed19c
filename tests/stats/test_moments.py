"""Adjusted skewness and kurtosis by hand."""

import math

import numpy as np
import pytest

from howfar.stats.moments import excess_kurtosis, skewness


def test_by_hand() -> None:
    # 0 0 0 4: mean 1, distances -1 -1 -1 3: squares 12, cubes 24, fourths 84.
    x = [0, 0, 0, 4, math.nan]
    biased = 2 * 24 / 12**1.5
    assert skewness(x) == pytest.approx(biased * math.sqrt(12) / 2)
    assert skewness(x) == pytest.approx(2.0)
    # 4 * 84 / 144 = 7/3; (5 * (7/3 - 3) + 6) * 3 / (2 * 1) = 4.
    assert excess_kurtosis(x) == pytest.approx(4.0)


def test_too_few_or_level() -> None:
    assert math.isnan(skewness([1, 2]))
    assert math.isnan(excess_kurtosis([1, 2, 4]))
    assert math.isnan(skewness([3, 3, 3]))
    assert math.isnan(excess_kurtosis([3, 3, 3, 3]))


def test_mirrored() -> None:
    x = np.random.default_rng(1).exponential(size=20)
    assert skewness(-x) == pytest.approx(-skewness(x))
    assert excess_kurtosis(-x) == pytest.approx(excess_kurtosis(x))
