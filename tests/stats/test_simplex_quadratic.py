"""A quadratic function over the simplex: by hand, against a search, never beaten."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from howfar.stats.simplex import simplex_least_squares
from howfar.stats.simplex_quadratic import simplex_quadratic


def test_by_hand() -> None:
    # (w1^2 + w2^2) / 2 - .5 w2 with w1 = 1 - w2: -(1 - w2) + w2 - .5 = 0, w2 = .75.
    assert simplex_quadratic(np.eye(2), np.array([0.0, -0.5])) == pytest.approx([0.25, 0.75])
    # A slope so steep that one weight takes all.
    assert simplex_quadratic(np.eye(3), np.array([0.0, 0.0, -9.0])) == pytest.approx([0, 0, 1])


@given(st.integers(0, 10_000), st.integers(2, 12))
def test_as_good_as_a_search_and_never_beaten(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    a, q = rng.normal(size=(6, n)), rng.normal(size=n)
    p = a.T @ a
    w = simplex_quadratic(p, q)
    assert w.sum() == pytest.approx(1)
    assert (w >= 0).all()
    value = w @ p @ w / 2 + q @ w
    searched = minimize(
        lambda x: x @ p @ x / 2 + q @ x, np.full(n, 1 / n), jac=lambda x: p @ x + q,
        bounds=[(0, 1)] * n, constraints=LinearConstraint(np.ones((1, n)), 1, 1), method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert value <= searched.fun + 1e-6
    others = rng.dirichlet(np.full(n, 0.4), size=100)
    assert (np.einsum("ij,jk,ik->i", others, p, others) / 2 + others @ q >= value - 1e-9).all()


def test_without_a_linear_part_it_is_least_squares() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(9, 5)), rng.normal(size=9)
    assert simplex_quadratic(a.T @ a, -a.T @ b) == pytest.approx(
        simplex_least_squares(a, b), abs=1e-8
    )
    with pytest.raises(ValueError, match="shapes"):
        simplex_quadratic(np.eye(2), np.ones(3))
