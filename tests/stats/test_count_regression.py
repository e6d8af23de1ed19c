"""Counts within groups: against the same models with a column for each group, and by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from howfar.stats.count_regression import count_regression

Floats = npt.NDArray[np.float64]


def made(
    seed: int, n: int = 400, groups: int = 6, alpha: float = 0.5
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    g = rng.integers(0, groups, n)
    x = np.column_stack([rng.standard_normal(n), (rng.random(n) < 0.3).astype(float)])
    mu = np.exp(1.5 + rng.normal(0, 1, groups)[g] + x @ [0.3, -0.5])
    rate = mu * rng.gamma(1 / alpha, alpha, n) if alpha else mu
    return rng.poisson(rate).astype(np.float64), x, g


def dummies(x: Floats, g: npt.NDArray[np.int64]) -> Floats:
    return np.column_stack([x, g[:, None] == np.arange(g.max() + 1)]).astype(np.float64)


def test_two_groups_and_a_switch_by_hand() -> None:
    # Within each group 2 and 6, and 10 and 30, on average: three times as many, whatever the level.
    y = np.array([1.0, 3.0, 6.0, 6.0, 10.0, 30.0])
    on = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])[:, None]
    g = np.array([0, 0, 0, 0, 1, 1])
    fit = count_regression(y, on, g, family="poisson")
    assert np.exp(fit.coefficients) == pytest.approx([3.0])
    assert np.exp(fit.levels) == pytest.approx([2.0, 10.0])
    assert fit.expected == pytest.approx([2, 2, 6, 6, 10, 30])
    # Pearson: (1 + 1) / 2 over 6 - 1 - 2.
    assert fit.scale == pytest.approx(1 / 3)


def test_poisson_is_the_model_with_a_column_for_each_group() -> None:
    from statsmodels.discrete.discrete_model import Poisson

    y, x, g = made(1)
    offset = np.random.default_rng(0).normal(0, 0.3, len(y))
    fit = count_regression(y, x, g, family="poisson", offset=offset)
    other = Poisson(y, dummies(x, g), offset=offset).fit(disp=0, maxiter=200)
    assert fit.coefficients == pytest.approx(other.params[:2], abs=1e-7)
    assert fit.levels == pytest.approx(other.params[2:], abs=1e-6)
    assert fit.converged
    bread = np.linalg.inv(fit.x.T @ fit.x)
    assert np.sqrt(np.diag(bread)) == pytest.approx(other.bse[:2], rel=1e-5)


def test_negative_binomial_too() -> None:
    from statsmodels.discrete.discrete_model import NegativeBinomial

    y, x, g = made(2)
    fit = count_regression(y, x, g)
    other = NegativeBinomial(y, dummies(x, g)).fit(disp=0, maxiter=500, method="bfgs")
    assert fit.coefficients == pytest.approx(other.params[:2], abs=2e-4)
    assert fit.dispersion == pytest.approx(other.params[-1], rel=2e-3)


def test_no_overdispersion_is_poisson() -> None:
    y, x, g = made(3, alpha=0.0)
    poisson = count_regression(y, x, g, family="poisson")
    fit = count_regression(y, x, g)
    assert fit.coefficients == pytest.approx(poisson.coefficients, abs=5e-3)
    assert fit.dispersion < 0.02
    assert 0.8 < poisson.scale < 1.2


def test_random_levels_lie_between_none_and_fixed() -> None:
    rng = np.random.default_rng(7)
    groups = 60
    g = np.repeat(np.arange(groups), 6)
    x = rng.standard_normal((len(g), 1))
    true = rng.normal(0, 0.6, groups)
    y = rng.poisson(np.exp(2.0 + true[g] + 0.25 * x[:, 0])).astype(float)
    random = count_regression(y, x, g, family="poisson", levels="random")
    fixed = count_regression(y, x, g, family="poisson")
    assert random.coefficients[0] == pytest.approx(0.25, abs=0.08)
    assert random.spread == pytest.approx(0.6, abs=0.15)
    assert random.levels.std() < fixed.levels.std()
    assert random.levels.mean() == pytest.approx(2.0, abs=0.2)
    assert np.corrcoef(random.levels, true)[0, 1] > 0.9


def test_columns_that_others_hold_are_named_and_not_estimated() -> None:
    y, x, g = made(4)
    more = np.column_stack([x, x[:, 0] * 2, (g == 1), x[:, 1]])
    fit = count_regression(y, more, g)
    assert fit.used.tolist() == [True, True, False, False, False]
    assert np.isnan(fit.coefficients[2:]).all()
    assert fit.x.shape == (len(y), 2)


def test_a_silent_group_tells_nothing() -> None:
    y, x, g = made(5)
    y = np.where(g == 2, 0.0, y)
    fit = count_regression(y, x, g)
    stays = g != 2
    rest = count_regression(y[stays], x[stays], np.unique(g[stays], return_inverse=True)[1])
    assert fit.coefficients == pytest.approx(rest.coefficients, abs=1e-8)
    assert fit.levels[2] == -np.inf
    assert not fit.expected[~stays].any()
    assert not fit.x[~stays].any()


@pytest.mark.parametrize(
    ("y", "x", "told"),
    [
        ([0, 0, 0], np.ones((3, 1)), "not all of them 0"),
        ([1, -1, 2], np.ones((3, 1)), "from 0 on"),
        ([1, np.nan, 2], np.ones((3, 1)), "finite"),
        ([1, 2], np.ones((3, 1)), "differ in length"),
    ],
)
def test_what_cannot_be(y: list[float], x: Floats, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        count_regression(y, x, np.zeros(3, dtype=np.int64))
