"""The 2 x 2 comparison: by hand, by invariance, and doubly robust where one model is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.improve.two_by_two import Method, NotEstimable, panel_att, stacked_att

METHODS: tuple[Method, ...] = ("dr", "ipw", "reg")


@pytest.mark.parametrize("method", METHODS)
def test_without_covariates_it_is_the_plain_difference_of_mean_changes(method: Method) -> None:
    change = np.array([5.0, 7.0, 1.0, 2.0, 3.0])
    found = panel_att(change, np.array([1.0, 1, 0, 0, 0]), method=method)
    assert found.value == pytest.approx(6 - 2)
    # Changed: deviations -1, 1 over a share of 2/5; unchanged: -1, 0, 1 over 3/5.
    assert found.influence == pytest.approx([-2.5, 2.5, 5 / 3, 0, -5 / 3])
    error = np.sqrt((found.influence**2).mean() / 5)
    assert error == pytest.approx(np.sqrt((2 / 2) / 2 + (2 / 3) / 3))


@pytest.mark.parametrize("method", METHODS)
def test_four_cells_give_the_difference_of_two_differences(method: Method) -> None:
    y = np.array([1.0, 3, 6, 8, 10, 20, 12, 16])
    after = np.array([0.0, 0, 1, 1, 0, 0, 1, 1])
    changed = np.array([1.0, 1, 1, 1, 0, 0, 0, 0])
    assert stacked_att(y, after, changed, method=method).value == pytest.approx((7 - 2) - (14 - 15))


def test_weights_count_as_repeated_units() -> None:
    change = np.array([5.0, 7.0, 1.0, 3.0])
    weighted = panel_att(
        change, np.array([1.0, 1, 0, 0]), weights=np.array([1.0, 3, 2, 1]), method="reg"
    )
    assert weighted.value == pytest.approx((5 + 3 * 7) / 4 - (2 * 1 + 3) / 3)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(0.01, 100),
    shift=st.floats(-50, 50),
    method=st.sampled_from(METHODS),
)
def test_outcome_units_carry_over_and_covariate_units_do_not_matter(
    seed: int, scale: float, shift: float, method: Method
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    changed = (rng.random(60) < 0.4).astype(float)
    change = x[:, 0] + changed + rng.normal(size=60)
    weights = rng.random(60) + 0.5
    plain = panel_att(change, changed, x, weights, method)
    other = panel_att(scale * change, changed, 1e4 + 300 * x, 7 * weights, method)
    assert other.value == pytest.approx(scale * plain.value, rel=1e-6, abs=1e-9 * scale)
    assert other.influence == pytest.approx(scale * plain.influence, rel=1e-5, abs=1e-6 * scale)
    shifted = panel_att(change + shift, changed, x, weights, method)
    assert shifted.value == pytest.approx(plain.value, abs=1e-8 * (1 + abs(shift)))
    assert plain.influence.mean() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_error_is_that_of_the_jackknife(method: Method) -> None:
    """Leaving units out one by one asks nothing of the influence function."""
    rng = np.random.default_rng(3)
    n = 400
    x = rng.normal(size=(n, 1))
    changed = (rng.random(n) < 1 / (1 + np.exp(-0.5 * x[:, 0]))).astype(float)
    change = x[:, 0] ** 2 / 2 + changed * (1 + x[:, 0]) + rng.normal(size=n)
    found = panel_att(change, changed, x, method=method)
    out = [np.delete(np.arange(n), i) for i in range(n)]
    each = np.array([panel_att(change[k], changed[k], x[k], method=method).value for k in out])
    jackknife = np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum())
    assert np.sqrt((found.influence**2).mean() / n) == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_error_of_cross_sections_is_that_of_the_jackknife(method: Method) -> None:
    rng = np.random.default_rng(4)
    n = 500
    x = rng.normal(size=(n, 1))
    changed = (rng.random(n) < 1 / (1 + np.exp(-0.5 * x[:, 0]))).astype(float)
    after = (rng.random(n) < 0.5).astype(float)
    y = x[:, 0] * (1 + after) + changed * after + rng.normal(size=n)
    found = stacked_att(y, after, changed, x, method=method)
    out = [np.delete(np.arange(n), i) for i in range(n)]
    each = np.array(
        [stacked_att(y[k], after[k], changed[k], x[k], method=method).value for k in out]
    )
    jackknife = np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum())
    assert np.sqrt((found.influence**2).mean() / n) == pytest.approx(jackknife, rel=0.03)


def test_doubly_robust_is_right_if_either_model_is() -> None:
    """Trend depends on x squared: the regression in x is wrong, or the odds are."""
    values: dict[tuple[str, str], list[float]] = {}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        z = rng.uniform(-1.7, 1.7, size=3000)
        flat = np.column_stack([z])
        full = np.column_stack([z, z**2])
        for world in ("odds", "outcome"):
            drift = z**2 if world == "outcome" else z
            lean = z if world == "outcome" else z**2 / 2 - 0.5
            changed = (rng.random(3000) < 1 / (1 + np.exp(-0.7 * lean))).astype(float)
            change = 2 * drift + changed + rng.normal(size=3000)
            # In "outcome" only odds are linear in z, in "odds" only the outcome is.
            for method in METHODS:
                values.setdefault((world, method), []).append(
                    panel_att(change, changed, flat, method=method).value
                )
            values.setdefault((world, "full"), []).append(panel_att(change, changed, full).value)
    mean = {key: float(np.mean(found)) for key, found in values.items()}
    assert mean["outcome", "dr"] == pytest.approx(1, abs=0.05)
    assert mean["odds", "dr"] == pytest.approx(1, abs=0.05)
    assert abs(mean["outcome", "reg"] - 1) > 0.2
    assert mean["outcome", "full"] == pytest.approx(1, abs=0.05)
    assert mean["odds", "reg"] == pytest.approx(1, abs=0.05)


def test_what_cannot_be_compared_says_so() -> None:
    with pytest.raises(NotEstimable, match="weight above 0"):
        panel_att(np.ones(3), np.ones(3))
    x = np.linspace(-1, 1, 40)[:, None]
    with pytest.raises(NotEstimable, match="nothing like it"):
        panel_att(np.arange(40.0), (x[:, 0] > 0).astype(float), x)
    twin = np.column_stack([np.arange(9.0), 2 * np.arange(9.0)])
    with pytest.raises(NotEstimable, match="say the same"):
        panel_att(np.arange(9.0), np.r_[np.ones(3), np.zeros(6)], twin, method="reg")
    with pytest.raises(NotEstimable, match="four cells"):
        stacked_att(np.ones(4), np.ones(4), np.array([1.0, 1, 0, 0]))
