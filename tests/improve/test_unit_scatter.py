"""How much each unit scatters by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma

from howfar.improve import few_units
from howfar.improve.aggregate_att import aggregate_att
from howfar.improve.att_gt import att_gt
from howfar.improve.cohorts import cohorts
from howfar.improve.unit_scatter import moderated, own_scatter


def test_alike_beyond_chance_is_one_variance() -> None:
    # The geometric mean, less what the logarithm of a chi-square of 10 degrees falls short by.
    variance = np.array([1.0, 1.1, 0.9, 1.05, 0.95])
    expected = np.exp(np.log(variance).mean() - digamma(5) + np.log(5))
    assert moderated(variance, np.full(5, 10.0)) == pytest.approx(np.full(5, expected))


def test_a_variance_far_from_the_others_keeps_most_of_itself() -> None:
    variance = np.array([1.0, 1.1, 0.9, 1.05, 40.0])
    found = moderated(variance, np.full(5, 20.0))
    assert found.argmax() == 4
    assert 20 < found[4] < 40


def test_drawing_together_comes_nearer_to_the_truth() -> None:
    rng = np.random.default_rng(1)
    own, drawn = 0.0, 0.0
    for _ in range(200):
        truth = np.exp(rng.normal(0, 0.7, 12))
        seen = truth * rng.chisquare(12, 12) / 12
        own += ((np.log(seen) - np.log(truth)) ** 2).mean()
        drawn += ((np.log(moderated(seen, np.full(12, 12.0))) - np.log(truth)) ** 2).mean()
    assert drawn < 0.9 * own


def test_what_all_do_is_no_scatter_of_one() -> None:
    rng = np.random.default_rng(2)
    alone = rng.normal(size=(6, 30)) * np.array([[1.0], [1], [1], [1], [1], [6]])
    shared = alone + 20 * rng.normal(size=30)
    shared[:, 20:] += 100
    found = own_scatter(shared, 20)
    assert found == pytest.approx(own_scatter(alone, 20))
    assert found[5] / found[0] == pytest.approx(6, rel=0.5)


@pytest.mark.parametrize(("units", "quiet"), [(3, 20), (6, 7)])
def test_too_few_to_tell_are_alike(units: int, quiet: int) -> None:
    y = np.random.default_rng(3).normal(size=(units, 30)) * 9
    assert (own_scatter(y, quiet) == 1).all()


def test_a_unit_seldom_seen_has_the_middle_of_the_others() -> None:
    y = np.random.default_rng(7).normal(size=(6, 30))
    y[5, 4:20] = np.nan
    found = own_scatter(y, 20)
    assert found[5] == pytest.approx(np.exp(np.log(found[:5]).mean()))


def test_units_that_move_exactly_alike_are_alike() -> None:
    y = np.random.default_rng(4).normal(size=30) + np.arange(6.0)[:, None]
    assert (own_scatter(y, 20) == 1).all()


def test_intervals_hold_where_the_changed_scatter_more() -> None:
    """2 of 12 changed and scatter three times as much as the others: one scatter would not do."""
    held = np.zeros(2, dtype=int)
    first = np.array([25.0] * 2 + [np.nan] * 10)
    unit, time = np.repeat(np.arange(12), 40), np.tile(np.arange(1.0, 41), 12)
    for seed in range(120):
        rng = np.random.default_rng([6, seed])
        y = rng.normal(size=(12, 40)) * np.where(np.arange(12) < 2, 3.0, 1.0)[:, None]
        found = att_gt(cohorts(y.ravel(), unit, time, first[unit]))
        one = aggregate_att(found, "simple")
        what = few_units.linear(found, one.cells[None, :])
        assert what.quiet == 24
        for n, quiet in enumerate((what.quiet, 0)):
            alike = few_units.Linear(
                what.cells, what.now, what.then, what.ours, what.theirs, what.cohort,
                what.outcome, quiet,
            )  # fmt: skip
            root, df = few_units.pooled(alike)
            held[n] += abs(one.overall) <= stats.t.ppf(0.975, df) * np.sqrt((root**2).sum())
    assert held[0] >= 108
    assert held[1] < 90
