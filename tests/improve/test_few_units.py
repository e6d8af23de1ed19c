"""Errors that take all units to scatter alike, and tests by reassignment."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from howfar.improve import few_units
from howfar.improve.aggregate_att import aggregate_att
from howfar.improve.att_gt import GroupTime, att_gt
from howfar.improve.cohorts import Control, Layout, cohorts


def panel(
    y: npt.NDArray[np.float64],
    first: npt.NDArray[np.float64],
    control: Control = "never",
    layout: Layout = "panel",
) -> GroupTime:
    n, periods = y.shape
    unit = np.repeat(np.arange(n), periods)
    time = np.tile(np.arange(1.0, periods + 1), n)
    return att_gt(
        cohorts(y.ravel(), unit, time, first[unit], control=control, layout=layout),
        control=control,
    )


@pytest.mark.parametrize("control", ["never", "not-yet"])
@pytest.mark.parametrize("holes", [False, True])
def test_figures_are_the_differences_of_means_that_are_promised(
    control: Control, holes: bool
) -> None:
    """A shuffle that gives everybody his own cohort back gives the figure itself."""
    rng = np.random.default_rng(1)
    first = np.array([3.0, 3, 4, 5, *[np.nan] * 6])
    y = rng.normal(size=(10, 6))
    if holes:
        y[[0, 4, 5], [1, 2, 5]] = np.nan
    found = panel(y, first, control, "pairs")
    assert found.data.layout == ("pairs" if holes else "panel")
    for kind in ("simple", "dynamic"):
        one = aggregate_att(found, kind)  # type: ignore[arg-type]
        what = few_units.linear(found, np.vstack([one.cells, one.part_cells]))
        same = few_units.reassigned(what, 1, Same())  # type: ignore[arg-type]
        assert same[0] == pytest.approx([one.overall, *one.att])


class Same:
    """Draws that leave everything in its place."""

    def permuted(
        self, values: npt.NDArray[np.int64], axis: int
    ) -> npt.NDArray[np.int64]:  # fmt: skip
        assert axis == 1
        return values


def test_two_periods_give_the_t_test_with_one_variance() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(9, 2))
    first = np.array([2.0, 2, 2, *[np.nan] * 6])
    found = panel(y, first)
    change = y[:, 1] - y[:, 0]
    root, df = few_units.pooled(few_units.linear(found, np.ones((1, 1))))
    assert df == 7
    t = found.att[0] / np.sqrt((root**2).sum())
    assert t == pytest.approx(stats.ttest_ind(change[:3], change[3:]).statistic)


def test_a_single_changed_unit_is_judged_by_the_scatter_of_the_others() -> None:
    change = np.array([9.0, 1, 2, 3, 4, 5])
    found = panel(np.column_stack([np.zeros(6), change]), np.array([2.0, *[np.nan] * 5]))
    root, df = few_units.pooled(few_units.linear(found, np.ones((1, 1))))
    assert df == 4
    assert np.sqrt((root**2).sum()) == pytest.approx(np.sqrt(2.5 * (1 + 1 / 5)))


def test_reassignments_are_those_of_all_permutations() -> None:
    change = np.array([9.0, 1, 2, 3])
    found = panel(np.column_stack([np.zeros(4), change]), np.array([2.0, *[np.nan] * 3]))
    what = few_units.linear(found, np.ones((1, 1)))
    drawn = few_units.reassigned(what, 400, np.random.default_rng(3))[:, 0]
    possible = [c - np.delete(change, i).mean() for i, c in enumerate(change)]
    assert set(np.round(drawn, 9)) == set(np.round(possible, 9))
    assert few_units.assignments(what) == pytest.approx(4)
    seen = float(found.att[0])
    assert few_units.share_as_large(drawn, seen) == pytest.approx(1 / 4, abs=0.06)
    assert few_units.share_as_large(drawn[np.abs(drawn) < 1], seen) > 0


def test_estimated_effects_are_taken_off_where_asked() -> None:
    rng = np.random.default_rng(4)
    first = np.array([3.0, 3, *[np.nan] * 5])
    y = rng.normal(size=(7, 4))
    y[:2, 2:] += 50
    found = panel(y, first)
    bare = few_units.linear(found, aggregate_att(found, "simple").cells[None, :], bare=True)
    again = panel(bare.outcome, first)
    assert aggregate_att(again, "simple").overall == pytest.approx(0, abs=1e-12)


def test_not_suited_where_weights_or_covariates_are_not_plain() -> None:
    y = np.arange(8.0)
    unit, time = np.repeat(np.arange(4), 2), np.tile([1.0, 2.0], 4)
    first = np.where(unit < 2, 2.0, np.nan)
    assert few_units.suited(att_gt(cohorts(y, unit, time, first)))
    for given in (
        {"covariates": np.repeat([1.0, 2, 2, 3], 2)},
        {"weights": np.repeat([1.0, 2, 2, 3], 2)},
        {"cluster": np.repeat([1, 2, 2, 3], 2)},
        {"layout": "cross-sections"},
    ):
        assert not few_units.suited(att_gt(cohorts(y, unit, time, first, **given)))  # type: ignore[arg-type]


def test_holes_are_reckoned_with() -> None:
    """3 of 12 changed, a tenth of the figures missing: 95 % intervals of pooled errors."""
    held = 0
    for seed in range(150):
        rng = np.random.default_rng([5, seed])
        y = 9 * rng.normal(size=(12, 1)) + np.cumsum(rng.normal(size=(12, 8)), axis=1) / 2
        y[rng.random(y.shape) < 0.1] = np.nan
        found = panel(y, np.array([5.0] * 3 + [np.nan] * 9), layout="pairs")
        one = aggregate_att(found, "simple")
        root, df = few_units.pooled(few_units.linear(found, one.cells[None, :]))
        held += abs(one.overall) <= stats.t.ppf(0.975, df) * np.sqrt((root**2).sum())
    assert held >= 134
