"""Weights on the simplex: exact on what can be solved by hand, never beaten by other weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.simplex import simplex_least_squares


def test_a_mixture_is_found_exactly() -> None:
    a = np.array([[1.0, 4.0, 9.0], [2.0, 1.0, 7.0], [5.0, 3.0, 0.0], [1.0, 0.0, 2.0]])
    w = np.array([0.25, 0.75, 0.0])
    assert simplex_least_squares(a, a @ w) == pytest.approx(w, abs=1e-12)
    # The units of the data do not matter: rates of one in a million are solved as well.
    assert simplex_least_squares(a * 1e-6, a @ w * 1e-6) == pytest.approx(w, abs=1e-12)


def test_two_donors_by_hand() -> None:
    # |w1 + 3 w2 - 2.5|^2 with w1 = 1 - w2: 1 + 2 w2 = 2.5, w2 = .75.
    assert simplex_least_squares(np.array([[1.0, 3.0]]), np.array([2.5])) == pytest.approx(
        [0.25, 0.75]
    )
    # Out of reach: the nearest end.
    assert simplex_least_squares(np.array([[1.0, 3.0]]), np.array([7.0])) == pytest.approx([0, 1])


@given(st.integers(0, 10_000))
def test_no_other_weights_fit_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(6, 5)), rng.normal(size=6)
    w = simplex_least_squares(a, b)
    assert w.sum() == pytest.approx(1)
    assert (w >= 0).all()
    best = ((a @ w - b) ** 2).sum()
    others = rng.dirichlet(np.full(5, 0.4), size=200)
    assert (((others @ a.T - b) ** 2).sum(axis=1) >= best - 1e-9).all()


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        simplex_least_squares(np.ones((2, 0)), np.ones(2))
