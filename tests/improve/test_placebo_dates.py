"""The switch of nothing at all, where there is nothing, and where there is something."""

import numpy as np
import pytest

from howfar.errors import StudyError
from howfar.improve.placebo_dates import placebo_dates


def noise(seed: int, n: int = 120) -> np.ndarray:
    return 50 + np.random.default_rng(seed).normal(size=n)


def test_nothing_is_found_about_as_seldom_as_the_level_says() -> None:
    clear, dates = 0, 0
    for seed in range(6):
        found = placebo_dates(noise(seed), family="gaussian", errors="independent", count=40)
        clear += sum(one.clear for one in found.dates)
        dates += len(found.dates)
        assert found.false_positives.low is not None
        assert found.false_positives.low <= 0.06
    assert dates == 240
    assert clear / dates < 0.15


def test_dates_that_share_their_data_count_as_fewer() -> None:
    found = placebo_dates(noise(1), family="gaussian", count=100)
    assert len(found.dates) == 100
    assert 2 < found.independent < 30
    assert f"100 dates that count as {found.independent:.1f}" in found.false_positives.method


def test_a_step_that_is_there_is_found_at_its_date() -> None:
    y = noise(2)
    y[60:] += 8
    found = placebo_dates(y, family="gaussian", count=30, dates=[58, 60, 62])
    assert all(one.clear for one in found.dates)
    assert found.false_positives.value == 1.0
    assert found.dates[1].average.value == pytest.approx(8, abs=1.5)


def test_only_figures_before_the_true_change_are_used() -> None:
    y = noise(3)
    y[80:] += 100
    found = placebo_dates(y, change=80, family="gaussian", count=20)
    assert max(one.index for one in found.dates) <= 72
    assert all(abs(one.average.value or 0) < 10 for one in found.dates)


def test_a_window_keeps_to_the_periods_around_each_date() -> None:
    y = noise(4)
    y[:20] += 1000
    found = placebo_dates(y, family="gaussian", dates=[60, 100], window=30, trend=0)
    assert all(abs(one.average.value or 0) < 5 for one in found.dates)
    assert [one.index for one in found.dates] == [60, 100]
    assert found.independent == pytest.approx((40 + 60) / 60)


def test_dates_that_cannot_be_are_refused_and_those_without_data_listed() -> None:
    with pytest.raises(StudyError, match="no date with 8 on each side"):
        placebo_dates(noise(5, 12))
    with pytest.raises(StudyError, match="outside"):
        placebo_dates(noise(5), dates=[500])
    y = np.r_[np.zeros(30), np.full(30, 9.0)]
    found = placebo_dates(y, dates=[10, 40], trend=0, errors="independent")
    assert len(found.dates) == 1
    assert "no count above 0 before" in found.not_estimated[0]
