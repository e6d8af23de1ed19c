"""Averages of ATT(g, t): by hand, and their errors by simulation of cohort sizes."""

import numpy as np
import numpy.typing as npt
import pytest

from howfar.errors import StudyError
from howfar.improve.aggregate_att import AGGREGATES, aggregate_att
from howfar.improve.att_gt import GroupTime, att_gt
from howfar.improve.cohorts import cohorts

PERIODS = 5


def world(rng: np.random.Generator, n: int) -> GroupTime:
    """Cohorts 3 and 4 with effects that grow, drawn by lot with P = .2 and .3."""
    first = rng.choice([3.0, 4.0, np.nan], size=n, p=[0.2, 0.3, 0.5])
    time = np.arange(1, PERIODS + 1)
    effect = np.where(time >= first[:, None], 1.0 + time - first[:, None], 0.0)
    effect *= np.where(first == 3, 2.0, 1.0)[:, None]
    y = rng.normal(size=(n, 1)) + rng.normal(size=(n, PERIODS)) + effect
    unit = np.repeat(np.arange(n), PERIODS)
    data = cohorts(y.ravel(), unit, np.tile(time, n), first[unit])
    return att_gt(data)


@pytest.fixture
def one() -> GroupTime:
    return world(np.random.default_rng(1), 200)


def cell(found: GroupTime, g: float, t: float) -> float:
    return float(found.att[(found.group == g) & (found.time == t)][0])


def test_averages_by_hand(one: GroupTime) -> None:
    a = {(g, t): cell(one, g, t) for g in (3, 4) for t in range(g, PERIODS + 1)}
    three, four = (int((one.data.first == g).sum()) for g in (3, 4))
    all_ = three * (a[3, 3] + a[3, 4] + a[3, 5]) + four * (a[4, 4] + a[4, 5])
    assert aggregate_att(one, "simple").overall == pytest.approx(all_ / (3 * three + 2 * four))
    by_group = [(a[3, 3] + a[3, 4] + a[3, 5]) / 3, (a[4, 4] + a[4, 5]) / 2]
    group = aggregate_att(one, "group")
    assert group.att == pytest.approx(by_group)
    assert group.overall == pytest.approx(np.average(by_group, weights=[three, four]))
    by_time = [a[3, 3], *(np.average([a[3, t], a[4, t]], weights=[three, four]) for t in (4, 5))]
    calendar = aggregate_att(one, "calendar")
    assert calendar.keys.tolist() == [3, 4, 5]
    assert calendar.att == pytest.approx(by_time)
    assert calendar.overall == pytest.approx(np.mean(by_time))
    by_event = [np.average([a[3, 3 + e], a[4, 4 + e]], weights=[three, four]) for e in (0, 1)]
    dynamic = aggregate_att(one, "dynamic")
    assert dynamic.keys.tolist() == [-2, -1, 0, 1, 2]
    assert dynamic.att[2:] == pytest.approx([*by_event, a[3, 5]])
    assert dynamic.overall == pytest.approx(np.mean([*by_event, a[3, 5]]))


def test_cells_say_how_the_overall_figure_is_made(one: GroupTime) -> None:
    for kind in AGGREGATES:
        found = aggregate_att(one, kind)
        assert found.cells @ one.att == pytest.approx(found.overall)
        assert found.cells.sum() == pytest.approx(1)
        assert found.part_cells @ one.att == pytest.approx(found.att)


def test_windows(one: GroupTime) -> None:
    even = aggregate_att(one, "dynamic", balance_e=1)
    # Both cohorts are seen for e = 0 and 1, and before by one period at least.
    assert even.keys.tolist() == [-2, -1, 0, 1]
    last = aggregate_att(one, "dynamic", balance_e=2)
    assert last.keys.tolist() == [-1, 0, 1, 2]
    assert last.att[1:] == pytest.approx([cell(one, 3, t) for t in (3, 4, 5)])
    short = aggregate_att(one, "group", max_e=0)
    assert short.att == pytest.approx([cell(one, 3, 3), cell(one, 4, 4)])
    late = aggregate_att(one, "simple", min_e=2)
    assert late.overall == pytest.approx(cell(one, 3, 5))
    with pytest.raises(StudyError, match="nothing after the change"):
        aggregate_att(one, "dynamic", max_e=-1)
    with pytest.raises(StudyError, match="is left to average"):
        aggregate_att(one, "simple", min_e=9)


def test_errors_are_the_scatter_over_samples() -> None:
    """Cohort sizes are drawn anew each time: the errors have to carry that."""
    seen: dict[str, list[float]] = {kind: [] for kind in AGGREGATES}
    said: dict[str, list[float]] = {kind: [] for kind in AGGREGATES}
    for seed in range(250):
        found = world(np.random.default_rng([2, seed]), 150)
        for kind in AGGREGATES:
            one = aggregate_att(found, kind)
            seen[kind].append(one.overall)
            said[kind].append(float(found.error(one.influence)))
    for kind in AGGREGATES:
        # The scatter of 250 draws is known to about 4.5 %.
        assert np.mean(said[kind]) == pytest.approx(np.std(seen[kind]), rel=0.13), kind


def test_clusters_that_move_together_widen_the_error() -> None:
    rng = np.random.default_rng(7)
    clusters, each, periods = 40, 10, 4
    n = clusters * each
    cluster = np.repeat(np.arange(clusters), each)
    shocks: npt.NDArray[np.float64] = rng.normal(size=(clusters, periods))[cluster]
    y = shocks + 0.2 * rng.normal(size=(n, periods))
    first = np.where(cluster < 20, 3.0, np.nan)
    unit = np.repeat(np.arange(n), periods)
    rows = (y.ravel(), unit, np.tile(np.arange(1.0, 5.0), n), first[unit])
    alone, grouped = (att_gt(cohorts(*rows, cluster=c)) for c in (None, cluster[unit]))
    errors = [float(f.error(aggregate_att(f, "simple").influence)) for f in (alone, grouped)]
    assert grouped.data.clusters == 40
    assert errors[1] == pytest.approx(errors[0] * np.sqrt(each), rel=0.1)
