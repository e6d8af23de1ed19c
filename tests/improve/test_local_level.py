"""The local-level counterfactual: the documented figure, planted effects, checks, grades."""

import csv
from pathlib import Path

import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.evidence import Check
from howfar.improve.lexicon import causal_words
from howfar.improve.local_level import local_level
from howfar.improve.local_level_fit import Structure, _ahead, _model, carry_on

Floats = np.ndarray


def check(effect: Effect, name: str) -> Check:
    return next(one for one in effect.checks if one.id == name)


def wandering(
    rng: np.random.Generator, n: int, step: float = 0.1, effect: float = 0.0, at: int = 60
) -> tuple[Floats, Floats]:
    """A series that shares a wandering part with another one, and that other one."""
    shared = np.cumsum(rng.normal(size=n)) * 0.5
    y = 100 + shared + np.cumsum(rng.normal(size=n)) * step + rng.normal(size=n)
    y[at:] += effect
    return y, shared + rng.normal(size=n) * 0.2


def test_o15_a_step_of_ten(shared: Path) -> None:
    with (shared / "oracles" / "local_level_step.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    y, x = (np.array([float(row[name]) for row in rows]) for name in ("y", "x1"))
    effect = local_level(y, 70, rng=np.random.default_rng(1), controls={"x1": x})
    assert effect.average.value is not None
    assert round(effect.average.value, 2) == 10.56
    # Documented: 11 (9.8 to 11), by a Bayesian fit and rounded.
    assert effect.average.low == pytest.approx(9.8, abs=0.1)
    assert effect.average.high == pytest.approx(11.5, abs=0.15)
    assert effect.cumulative.value == pytest.approx(30 * effect.average.value)
    assert effect.relative.value == pytest.approx(0.0992, abs=1e-3)
    assert all(one.passed for one in effect.checks)
    assert effect.grade == "B"
    for one in effect.checks:
        assert causal_words(one.asks + " " + one.said) == ()


def test_the_joint_forecast_is_that_of_the_library() -> None:
    rng = np.random.default_rng(3)
    y, x = wandering(rng, 60)
    n, m = 50, 10
    seen = np.append(y[:n] - 100, np.full(m, np.nan))
    structure = Structure("local linear trend", seasonal=4, autoregressive=1)
    model = _model(seen, x[:, None], structure, diffuse=True)
    parameters = [0.5, 0.1, 0.02, 0.3, 0.4]
    done = model.filter(parameters)
    mean, joint = _ahead(model, done, n, m)
    theirs = UnobservedComponents(
        seen[:n], "local linear trend", seasonal=4, stochastic_seasonal=False, autoregressive=1,
        exog=x[:n], mle_regression=False,
    ).filter(parameters).get_forecast(m, exog=x[n:, None])  # fmt: skip
    assert mean == pytest.approx(np.asarray(theirs.predicted_mean), rel=1e-9)
    assert np.sqrt(np.diag(joint)) == pytest.approx(np.asarray(theirs.se_mean), rel=1e-9)


def test_the_covariance_of_a_wandering_level_by_hand() -> None:
    # Level with steps of variance 2, noise 1, known to be at 0 after many periods of no noise:
    # cov(y_i, y_j) = P + 2 min(i, j), with P the variance of the level one step ahead.
    y = np.append(np.zeros(200), np.full(3, np.nan))
    model = _model(y, np.empty((203, 0)), Structure(), diffuse=True)
    done = model.filter([1.0, 2.0])
    mean, joint = _ahead(model, done, 200, 3)
    # Steady state: p^2 - 2 p - 2 = 0 for the prediction's variance p = 1 + sqrt(3).
    p = 1 + 3**0.5
    by_hand = np.array([[p, p, p], [p, p + 2, p + 2], [p, p + 2, p + 4]]) + np.eye(3)
    assert joint == pytest.approx(by_hand, rel=1e-9)
    assert mean == pytest.approx([0, 0, 0], abs=1e-9)


def test_units_of_the_outcome_only_scale_the_answer() -> None:
    y, x = wandering(np.random.default_rng(5), 72, effect=3)
    one, million = (
        local_level(y * k, 60, rng=np.random.default_rng(1), controls={"x": x}, checks=False)
        for k in (1.0, 1e6)
    )
    assert one.average.value is not None
    assert one.average.low is not None
    assert million.average.value == pytest.approx(one.average.value * 1e6, rel=1e-3)
    assert million.average.low == pytest.approx(one.average.low * 1e6, rel=1e-2)


@pytest.mark.parametrize(("step", "control"), [(0.0, False), (0.3, False), (0.1, True)])
def test_intervals_hold_what_was_planted(step: float, control: bool) -> None:
    rng = np.random.default_rng(7)
    held, runs = 0, 24
    for _ in range(runs):
        y, x = wandering(rng, 52, step, effect=3.0, at=40)
        found = local_level(
            y, 40, rng=rng, controls={"x": x} if control else None, checks=False, draws=1000
        )
        assert found.average.low is not None
        assert found.average.high is not None
        held += found.average.low <= 3 <= found.average.high
    # At 95 %, 20 or more of 24 hold it with a probability of 99 %.
    assert held >= 20


def test_a_recovery_from_a_crisis_is_never_grade_b_without_a_control() -> None:
    # A dip before the change that heals by itself: nothing was changed at all.
    rng = np.random.default_rng(8)
    t = np.arange(80)
    dip = -15 * np.exp(-0.5 * ((t - 48) / 4.0) ** 2)
    y = 100 + dip + rng.normal(size=80)
    alone = local_level(y, 52, rng=rng)
    assert alone.grade in ("C", "D")
    assert any("Nothing that was not changed" in note for note in alone.notes)
    beside = local_level(
        y, 52, rng=rng, controls={"other": 50 + dip * 0.8 + rng.normal(size=80) * 0.5}
    )
    assert not beside.clear


def test_a_control_that_moved_too_is_told() -> None:
    rng = np.random.default_rng(9)
    y, x = wandering(rng, 72, effect=3)
    x = 50 + rng.normal(size=72)
    x[60:] += 12
    found = local_level(y, 60, rng=rng, controls={"x": x})
    assert check(found, "controls-untouched").passed is False
    assert found.grade == "C"


def test_a_date_before_the_change_that_shows_lowers_the_grade() -> None:
    rng = np.random.default_rng(10)
    y, x = wandering(rng, 90, step=0, effect=8, at=50)
    found = local_level(y, 75, rng=rng, controls={"x": x}, placebos=[50])
    assert check(found, "placebo-time").passed is False
    assert found.details["placebo_dates"]["50"] == pytest.approx(8, abs=2)
    with pytest.raises(StudyError, match="placebo date"):
        local_level(y, 75, rng=rng, placebos=[80])


def test_a_season_and_holes_and_an_end() -> None:
    rng = np.random.default_rng(12)
    t = np.arange(70)
    y = 20 + 5 * (t % 7 == 6) + rng.normal(size=70) * 0.3
    y[56:63] += 2
    y[[3, 20, 58]] = np.nan
    found = local_level(
        y, 56, rng=rng, structure=Structure(seasonal=7), until=63, periods=[f"d{n}" for n in t]
    )
    assert found.average.value == pytest.approx(2, abs=0.5)
    # Six of the seven days counted have a figure.
    assert found.cumulative.value == pytest.approx(6 * found.average.value)  # type: ignore[operator]
    assert found.periods[58].observed is None
    assert found.periods[58].effect.status == "not_measured"
    assert found.periods[60].relative == 4
    assert found.periods[60].period == "d60"
    assert any("3 periods" in note for note in found.notes)


def test_in_logarithms_a_factor_is_found() -> None:
    rng = np.random.default_rng(13)
    y = np.exp(3 + rng.normal(size=80) * 0.1)
    y[60:] *= 1.5
    found = local_level(y, 60, rng=rng, log=True)
    assert found.relative.value == pytest.approx(0.5, abs=0.08)
    assert found.relative.low is not None
    assert found.relative.low > 0.3
    with pytest.raises(StudyError, match="logarithm"):
        local_level(np.zeros(80), 60, rng=rng, log=True)


def test_coefficients_are_found_and_a_flat_regressor_is_refused() -> None:
    rng = np.random.default_rng(14)
    x = rng.normal(size=(60, 1)) * 3 + 7
    y = 10 + 2 * x[:, 0] + rng.normal(size=60) * 0.1
    found = carry_on(y[:50], x[:50], x[50:], Structure(), 200, rng)
    assert found.coefficients == pytest.approx([2], abs=0.02)
    assert found.mean == pytest.approx(y[50:], abs=0.5)
    with pytest.raises(StudyError, match="does not change"):
        local_level(y, 50, rng=rng, regressors={"flat": np.ones(60)})


def test_what_does_not_fit_is_refused_with_reasons() -> None:
    rng = np.random.default_rng(15)
    y = rng.normal(size=40)
    hole = np.where(np.arange(40) == 5, np.nan, y)
    with pytest.raises(StudyError, match="x has no figure in 5"):
        local_level(y, 30, rng=rng, controls={"x": hole})
    with pytest.raises(StudyError, match="not between"):
        local_level(y, 40, rng=rng)
    with pytest.raises(StudyError, match="at least 5 are needed"):
        local_level(y, 3, rng=rng)
    with pytest.raises(StudyError, match="at once"):
        local_level(y, 30, rng=rng, controls={"x": y}, regressors={"x": y})
    with pytest.raises(StudyError, match="no level"):
        Structure("up and down")  # type: ignore[arg-type]


def test_the_same_generator_gives_the_same_answer() -> None:
    y, x = wandering(np.random.default_rng(16), 72)
    one, two = (
        local_level(y, 60, rng=np.random.default_rng(2), controls={"x": x}, checks=False)
        for _ in range(2)
    )
    assert one.average == two.average
