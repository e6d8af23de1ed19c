"""Multipliers, the spread of their draws, and bands that hold all figures at once."""

import numpy as np
import pytest
from scipy import stats

from howfar.improve.multiplier_bootstrap import (
    multiplier_bootstrap,
    multipliers,
    quartile_spread,
    simultaneous,
)


def test_multipliers_have_mean_0_and_variance_1() -> None:
    rng = np.random.default_rng(1)
    sign = multipliers("rademacher", (400, 500), rng)
    assert set(np.unique(sign)) == {-1.0, 1.0}
    two = multipliers("mammen", (400, 500), rng)
    root = np.sqrt(5)
    assert np.unique(two) == pytest.approx([(1 - root) / 2, (1 + root) / 2])
    for draws in (sign, two):
        assert draws.mean() == pytest.approx(0, abs=0.01)
        assert draws.var() == pytest.approx(1, abs=0.01)
    assert (two**3).mean() == pytest.approx(1, abs=0.02)
    assert (sign**3).mean() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("kind", ["mammen", "rademacher"])
def test_draws_scatter_as_the_influence_says(kind: str) -> None:
    rng = np.random.default_rng(2)
    influence = rng.normal(size=(300, 2)) * [1.0, 4.0]
    draws = multiplier_bootstrap(influence, 300, 4000, rng, kind)  # type: ignore[arg-type]
    expected = np.sqrt((influence**2).sum(axis=0)) / 300
    assert draws.std(axis=0) == pytest.approx(expected, rel=0.04)
    assert quartile_spread(draws) == pytest.approx(expected, rel=0.06)


def test_band_of_independent_figures_is_the_known_quantile() -> None:
    rng = np.random.default_rng(3)
    draws = rng.standard_normal((40_000, 5))
    band = simultaneous(draws, np.ones(5), 0.95)
    assert band == pytest.approx(stats.norm.ppf(0.5 + 0.95 ** (1 / 5) / 2), rel=0.01)
    alone = simultaneous(draws[:, :1], np.ones(1), 0.95)
    assert alone == pytest.approx(stats.norm.ppf(0.975), rel=0.01)
    same = simultaneous(np.repeat(draws[:, :1], 5, axis=1), np.ones(5), 0.95)
    assert same == pytest.approx(alone)


def test_figures_without_an_error_are_left_out_of_the_band() -> None:
    draws = np.random.default_rng(4).standard_normal((1000, 2))
    assert simultaneous(draws, np.array([1.0, np.nan]), 0.9) == simultaneous(
        draws[:, :1], np.ones(1), 0.9
    )
    assert np.isnan(simultaneous(draws, np.zeros(2), 0.9))


def test_the_same_seed_draws_the_same_and_no_draw_is_refused() -> None:
    influence = np.eye(4)
    first, again = (
        multiplier_bootstrap(influence, 4, 7, np.random.default_rng(9)) for _ in range(2)
    )
    assert (first == again).all()
    with pytest.raises(ValueError, match="at least 1"):
        multiplier_bootstrap(influence, 4, 0, np.random.default_rng(9))
