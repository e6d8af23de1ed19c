"""Outliers: when a column is touched, and how far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.tables import table

from howfar.assess.recipe import Treat
from howfar.assess.treat import passes, treat, treat_column, winsorise
from howfar.errors import StudyError

TEN = [float(k) for k in range(1, 11)]
SPEC = Treat("winsorise")


def test_one_outlier_goes_to_the_next() -> None:
    x = np.array([*TEN, 100.0])
    assert not passes(x, SPEC)
    moved, points = winsorise(x, SPEC)
    assert moved.tolist() == [*TEN, 10.0]
    assert points == 1
    assert passes(moved, SPEC)


def test_low_outliers_go_up() -> None:
    moved, points = winsorise(np.array([*TEN, -100.0]), SPEC)
    assert moved.tolist() == [*TEN, 1.0]
    assert points == 1


def test_ties_move_together_and_all_count() -> None:
    x = np.array([*(TEN * 3), 100.0, 100.0])
    moved, points = winsorise(x, SPEC)
    assert moved.tolist() == [*(TEN * 3), 10.0, 10.0]
    assert points == 2


def test_no_more_than_asked_and_then_the_log_of_the_untreated_column() -> None:
    x = np.array([*np.linspace(1, 2, 40), 50.0, 70.0, 100.0])
    spec = Treat("winsorise", max_points=1)
    assert winsorise(x, spec)[1] == 1
    assert not passes(winsorise(x, spec)[0], spec)
    data, step = treat(table(x[:, None]), spec)
    np.testing.assert_allclose(data.column("a"), np.log(x - 1 + 0.01 * 99))
    assert step.done["a"]["method"] == "log"


def test_without_another_way_the_winsorised_column_stays() -> None:
    x = np.array([*np.linspace(1, 2, 40), 50.0, 70.0, 100.0])
    found = treat_column(x, Treat("winsorise", otherwise="none", max_points=1))
    assert found.method == "winsorise"
    assert not found.passes
    assert found.apply(x).max() == 70.0


@pytest.mark.parametrize(
    ("method", "of"),
    [
        ("log", lambda x: np.log(x - 1 + 0.99)),
        ("log_plain", lambda x: np.log(x - 1 + 1)),
        ("log_gii", lambda x: np.log(99 * (x - 1) / 99 + 1)),
    ],
)  # type: ignore[misc]
def test_logs(method: str, of: object) -> None:
    x = np.array([*TEN, 100.0])
    data, _ = treat(table(x[:, None]), Treat(method, otherwise="none"))
    np.testing.assert_allclose(data.column("a"), of(x))  # type: ignore[operator]


def test_box_cox_makes_it_pass_and_keeps_the_order() -> None:
    x = np.exp(np.linspace(0, 12, 40))
    data, step = treat(table(x[:, None]), Treat("boxcox"))
    assert step.done["a"] == {"method": "boxcox", "points": 40, "passes": True}
    assert (np.diff(data.column("a")) > 0).all()


@pytest.mark.parametrize(("power", "of"), [(0.0, np.log), (0.5, lambda y: 2 * (y**0.5 - 1))])  # type: ignore[misc]
def test_box_cox_with_a_given_power(power: float, of: object) -> None:
    x = np.array([*TEN, 100.0])
    data, _ = treat(table(x[:, None]), Treat("boxcox", "none", power=power))
    np.testing.assert_allclose(data.column("a"), of(x - 1 + 1))  # type: ignore[operator]


def test_the_log_that_can_turn_a_column_around_is_refused() -> None:
    x = np.array([*np.linspace(0.1, 0.2, 20), 1.0])
    with pytest.raises(StudyError, match="turns a column around"):
        treat(table(x[:, None]), Treat("log_gii"))


def test_rule_or_and() -> None:
    # Two far values on opposite sides: no skew (-0.0), kurtosis above 3.5.
    x = np.array([*TEN, 60.0, -49.0])
    assert passes(x, Treat(rule="or"))
    assert not passes(x, Treat(rule="and"))


def test_only_named_columns_and_missing_values_stay() -> None:
    x = np.array([[*TEN, 100.0, np.nan]] * 2).T
    data, step = treat(table(x), Treat("winsorise", columns=("b",)))
    assert data.column("a")[10] == 100.0
    assert data.column("b")[10] == 10.0
    assert np.isnan(data.values[11]).all()
    assert set(step.done) == {"b"}


def test_the_reference_decides_for_all() -> None:
    x = np.array([*TEN, 100.0, 55.0, -3.0])
    reference = np.arange(13) < 11
    data, _ = treat(table(x[:, None]), SPEC, reference)
    assert data.column("a").tolist() == [*TEN, 10.0, 10.0, 1.0]


def test_nothing_to_treat_in_short_or_level_columns() -> None:
    for x in ([1.0, 1.0, 9.0], [5.0] * 8):
        assert passes(np.array(x), SPEC)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 50), st.floats(-100, 100))
def test_winsorising_does_not_depend_on_the_unit(seed: int, scale: float, shift: float) -> None:
    x = np.random.default_rng(seed).standard_t(1.5, size=30)
    first, points = winsorise(x, SPEC)
    second, again = winsorise(x * scale + shift, SPEC)
    assert points == again
    np.testing.assert_allclose(second, first * scale + shift, rtol=1e-9, atol=1e-9)
