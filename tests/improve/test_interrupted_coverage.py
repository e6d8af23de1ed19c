"""Planted effects in worlds with trend, season and autocorrelation, seeded and short.

The long run, with more worlds, lengths and effects, is benchmarks/interrupted_series.py.
"""

import numpy as np
import pytest

from howfar.improve.interrupted_series import interrupted_series

LENGTH, CHANGE = 60, 36


def world(rng: np.random.Generator, effect: float, rho: float) -> np.ndarray:
    """Counts around 300 with dispersion 3, of which two thirds follow each other."""
    t = np.arange(LENGTH)
    e = rng.normal(size=LENGTH)
    for k in range(1, LENGTH):
        e[k] = rho * e[k - 1] + np.sqrt(1 - rho**2) * e[k]
    s = np.sqrt(2 / 300)
    mu = 300 * np.exp(0.004 * (t - CHANGE) + 0.15 * np.sin(2 * np.pi * t / 12 + 0.3))
    mu = mu * np.where(t >= CHANGE, 1 + effect, 1)
    return rng.poisson(mu * np.exp(s * e - s * s / 2)).astype(float)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_intervals_hold_what_was_planted(rho: float) -> None:
    rng = np.random.default_rng(20)
    runs, missed, clear = 60, {0.0: 0, 0.2: 0}, 0
    for effect in missed:
        for _ in range(runs):
            found = interrupted_series(
                world(rng, effect, rho), CHANGE, harmonics=1, order=1, checks=False
            )
            relative = found.relative
            assert relative.low is not None
            assert relative.high is not None
            missed[effect] += not relative.low <= effect <= relative.high
            clear += effect > 0 and found.clear
    # 3 of 60 expected; 9 or more have a probability below .004.
    assert max(missed.values()) <= 8, missed
    # log 1.2 is 3.4 standard errors where errors are known to be independent.
    assert clear >= 0.5 * runs


def test_independent_errors_leave_out_the_truth_where_errors_follow_each_other() -> None:
    rng = np.random.default_rng(21)
    clear = {"independent": 0, "auto": 0}
    for _ in range(60):
        y = world(rng, 0.0, 0.8)
        for errors in clear:
            clear[errors] += interrupted_series(
                y, CHANGE, harmonics=1, order=1, errors=errors, checks=False
            ).clear  # type: ignore[arg-type]
    assert clear["independent"] >= 12
    assert clear["auto"] <= 10
