"""The test by the lot: hand arithmetic, textbook intervals, exact level, coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.assignment import draw_assignments, reference_assignments
from howfar.stats.randomised import LotTest, basis, lot_test, prepare, sums_of


def answer(y: np.ndarray, z: np.ndarray, strata: np.ndarray, draws: int = 1999,
           **how: object) -> LotTest:  # fmt: skip
    reference, listed = reference_assignments(strata, draws, np.random.default_rng(9))
    return lot_test(y, z, z, strata, reference, listed=listed, **how)  # type: ignore[arg-type]


def test_four_units_by_hand() -> None:
    # Six assignments of two of four; the largest difference is one of them and its mirror.
    y, z = np.array([1.0, 2.0, 7.0, 9.0]), np.array([0, 0, 1, 1])
    found = answer(y, z, np.zeros(4))
    assert found.listed
    assert found.value == pytest.approx(8 - 1.5)
    assert found.p() == pytest.approx(2 / 6)
    assert answer(y, z, np.zeros(4), side="greater").p() == pytest.approx(1 / 6)
    assert answer(y, z, np.zeros(4), side="less").p() == pytest.approx(1.0)
    # With so few assignments no effect, however far away, has a p of .05.
    assert found.interval(0.95) is None


def test_standard_error_is_welchs_and_that_of_pairs() -> None:
    rng = np.random.default_rng(1)
    y = rng.gamma(2.0, size=31)
    z = draw_assignments(np.zeros(31), 1, rng)[0]
    a, b = y[z == 0], y[z == 1]
    found = answer(y, z, np.zeros(31))
    assert found.value == pytest.approx(b.mean() - a.mean())
    assert found.se == pytest.approx(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))
    pairs = np.repeat(np.arange(12), 2)
    y, z = rng.normal(size=24), draw_assignments(pairs, 1, rng)[0]
    differences = (y * (2 * z - 1)).reshape(12, 2).sum(axis=1)
    found = answer(y, z, pairs)
    assert found.value == pytest.approx(differences.mean())
    assert found.se == pytest.approx(differences.std(ddof=1) / np.sqrt(12))


def test_interval_of_many_units_is_near_students() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(10, 3, size=200)
    z = draw_assignments(np.zeros(200), 1, rng)[0]
    y = y + 2.0 * z
    found = answer(y, z, np.zeros(200))
    wanted = stats.ttest_ind(y[z == 1], y[z == 0], equal_var=False).confidence_interval()
    assert found.interval(0.95) == pytest.approx(tuple(wanted), abs=0.12)


def test_relative_effect_is_the_ratio_of_means() -> None:
    rng = np.random.default_rng(3)
    y = rng.gamma(3.0, size=60)
    z = draw_assignments(np.zeros(60), 1, rng)[0]
    reference, listed = reference_assignments(np.zeros(60), 999, rng)
    found = lot_test(y, z * y, z, np.zeros(60), reference, listed=listed)
    ratio = y[z == 1].mean() / y[z == 0].mean()
    assert 1 / (1 - found.value) == pytest.approx(ratio)
    assert found.p(found.value) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 10))
def test_moving_and_scaling_the_outcome_moves_and_scales_the_answer(
    seed: int, shift: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    strata = np.repeat(np.arange(5), 4)
    y, z = rng.normal(size=20), draw_assignments(strata, 1, rng)[0]
    one, other = answer(y, z, strata, 199), answer(scale * y + shift, z, strata, 199)
    assert other.value == pytest.approx(scale * one.value, abs=1e-8)
    assert other.se == pytest.approx(scale * one.se, abs=1e-8)
    assert other.p() == pytest.approx(one.p())
    # An effect of known size is taken out again.
    assert answer(y + 5 * z, z, strata, 199).p(5.0) == pytest.approx(one.p())


def test_sums_are_those_of_plain_least_squares() -> None:
    rng = np.random.default_rng(5)
    strata, x = np.repeat(np.arange(3), 6), rng.normal(size=(18, 2))
    y, z = rng.normal(size=18), draw_assignments(strata, 3, rng)
    found = sums_of(y, y, z, basis(strata, x))
    for row in range(3):
        columns = np.column_stack([z[row], (strata[:, None] == np.arange(3)), x]).astype(float)
        inverse = np.linalg.inv(columns.T @ columns)
        beta = inverse @ columns.T @ y
        lever = np.einsum("ni,ij,nj->n", columns, inverse, columns)
        left = (y - columns @ beta) ** 2 / (1 - lever)
        spread = inverse @ (columns.T * left) @ columns @ inverse
        assert found.top[row] == pytest.approx(beta[0])
        assert found.a[row] == pytest.approx(spread[0, 0])
    assert found.a == pytest.approx(found.c)
    assert prepare(z, basis(strata, x)).sums(y, y).top == pytest.approx(found.top)


def test_a_covariate_that_the_strata_tell_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    strata = np.repeat(np.arange(4), 3)
    y, z = rng.normal(size=12), draw_assignments(strata, 1, rng)[0]
    known = np.column_stack([strata.astype(float), np.full(12, 7.0)])
    with_, without = answer(y, z, strata, covariates=known), answer(y, z, strata)
    assert basis(strata, known).shape == (12, 4)
    assert with_.se == pytest.approx(without.se)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="no stratum has units of both arms"):
        answer(np.arange(4.0), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))
    with pytest.raises(ValueError, match="finite"):
        answer(np.array([1.0, np.nan, 2.0, 3.0]), np.array([0, 1, 0, 1]), np.zeros(4))
    with pytest.raises(ValueError, match="differ in length"):
        lot_test([1.0, 2.0], [0, 1], [0, 1], [0, 0], np.zeros((3, 4), np.int8), listed=False)


def test_the_level_is_exact_for_heavy_tails_and_coverage_holds() -> None:
    """400 experiments of 24 units with lognormal figures and an effect of 0.5 on each unit."""
    rng = np.random.default_rng(7)
    strata = np.repeat(np.arange(6), 4)
    reference, listed = reference_assignments(strata, 399, rng)
    ready = prepare(reference, basis(strata, None))
    rejected = covered = 0
    for z in draw_assignments(strata, 400, rng):
        y = rng.lognormal(0, 1.5, size=24) + 0.5 * z
        found = lot_test(y, z, z, strata, reference, listed=listed, prepared=ready)
        rejected += found.p(0.5) <= 0.05
        ends = found.interval(0.95)
        covered += ends is not None and ends[0] <= 0.5 <= ends[1]
    # 20 of 400 expected; sqrt(400 * .05 * .95) = 4.4.
    assert 8 <= rejected <= 33
    assert covered >= 400 - 33
