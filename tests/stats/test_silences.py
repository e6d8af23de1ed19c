"""Silences: what is usual, by hand; false alarms and planted holes, by seeded simulation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from howfar.stats.silences import (
    FALSE_ALARMS,
    IMPOSSIBLE,
    USUAL_DAYS,
    Silence,
    silences,
    usual_days,
)

Make = Callable[[np.random.Generator, int], np.ndarray]
OFFICE = np.array([1, 1, 1, 1, 1, 0, 0])
WEEK = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5])


def judged(counts: np.ndarray) -> list[Silence]:
    return silences(counts, np.ones(len(counts), bool))


def cox(
    mean: float,
    alpha: float = 0.0,
    rho: float = 0.0,
    week: np.ndarray | None = None,
    grows: float = 1.0,
) -> Make:
    """Poisson counts around a lognormal intensity of relative variance alpha, correlated by day."""

    def make(rng: np.random.Generator, n: int) -> np.ndarray:
        spread, level = math.log1p(alpha), np.empty(n)
        level[0] = rng.normal()
        for t in range(1, n):
            level[t] = rho * level[t - 1] + math.sqrt(1 - rho**2) * rng.normal()
        rate = mean * np.exp(math.sqrt(spread) * level - spread / 2)
        rate = rate * np.geomspace(1 / grows, 1, n)
        return rng.poisson(rate if week is None else rate * np.resize(week, n))

    return make


def test_the_usual_is_the_mean_of_the_eight_nearest_same_weekdays() -> None:
    counts = np.arange(140)
    usual = usual_days(counts, np.ones(140, bool))
    # Day 70: four weeks before (42 to 63) and four after (77 to 98), itself left out.
    assert usual.mean[70] == np.mean([42, 49, 56, 63, 77, 84, 91, 98])
    # Day 0: the eight Mondays after it.
    assert usual.mean[0] == np.mean(np.arange(7, 57, 7))
    told = np.ones(140, bool)
    told[77] = False
    assert usual_days(counts, told).mean[70] == np.mean([42, 49, 56, 63, 84, 91, 98, 35])


def test_too_few_days_tell_of_nothing() -> None:
    counts = np.array([3] * (USUAL_DAYS - 1) + [0] * 5)
    (one,) = judged(counts)
    assert (one.p, one.expected, one.impossible, one.usual) == (None, None, False, False)


def test_a_run_is_judged_by_poisson_chance_where_days_scatter_no_more() -> None:
    """Four a day, evenly: no overdispersion, and the usual itself is known from 56 days."""
    counts = np.full(100, 4)
    counts[50:54] = 0
    (one,) = judged(counts)
    assert (one.first, one.length, one.days, one.others) == (50, 4, 4, 0)
    assert one.expected == 16
    # Told by four weekdays with eight days each: (1 + 16 c) ** (-1 / c), c = (4 / 16) / 32.
    over = (4 / 16) / 32
    assert one.p_volume == pytest.approx(100 * (1 + 16 * over) ** (-1 / over), rel=1e-12)
    assert one.p == one.p_volume
    assert one.impossible


def test_a_channel_that_is_silent_each_weekend_is_no_source_with_holes() -> None:
    counts = np.resize(5 * OFFICE, 120)
    assert all(one.usual or one.expected == 0 for one in judged(counts))
    assert not any(one.impossible for one in judged(counts))
    counts[70:84] = 0
    # The zeros of the weekend after (day 82 and 83 are one) belong to the run.
    assert [one.first for one in judged(counts) if one.impossible] == [68]


def test_other_silences_that_chance_does_not_explain_speak_for_a_pause() -> None:
    counts = np.full(200, 20)
    counts[50:60] = counts[120:130] = 0
    assert not any(one.impossible or one.usual for one in judged(counts))
    counts[120:130] = 20
    assert [one.first for one in judged(counts) if one.impossible] == [50]


def test_a_quiet_channel_is_silent_as_usual() -> None:
    counts = np.random.default_rng(3).poisson(0.4, 200)
    runs = [one for one in judged(counts) if one.length > 1]
    assert len(runs) > 10
    assert all(one.usual for one in runs)


SERIES: dict[str, Make] = {
    "one a day": cox(1),
    "eight a day": cox(8),
    "overdispersed, quiet": cox(0.5, 0.5),
    "overdispersed": cox(4, 0.5),
    "autocorrelated, quiet": cox(1, 0.5, 0.7),
    "autocorrelated": cox(6, 0.5, 0.7),
    "with a weekly pattern": cox(2, 0.2, 0.4, WEEK),
    "of an office": cox(4, 0.2, 0.4, OFFICE),
    "growing": cox(3, 0.2, 0.3, grows=8),
}


@pytest.mark.parametrize("name", SERIES)
def test_series_without_a_hole_are_flagged_less_often_than_promised(name: str) -> None:
    """120 seeded series of ten weeks; the bound holds within three standard errors."""
    rng, series = np.random.default_rng([7, len(name)]), 120
    flagged = sum(any(s.impossible for s in judged(SERIES[name](rng, 70))) for _ in range(series))
    error = math.sqrt(FALSE_ALARMS * (1 - FALSE_ALARMS) / series)
    assert flagged / series <= FALSE_ALARMS + 3 * error


def test_false_alarms_over_all_kinds_of_series_together() -> None:
    """The same series taken together: 540 of them, where a rate above the promise would show."""
    flagged = 0
    for name, make in SERIES.items():
        rng = np.random.default_rng([8, len(name)])
        flagged += sum(any(s.impossible for s in judged(make(rng, 84))) for _ in range(60))
    assert flagged / (60 * len(SERIES)) <= FALSE_ALARMS


@pytest.mark.parametrize(
    ("make", "length", "least"),
    [(cox(8), 2, 0.9), (cox(4), 5, 0.9), (cox(2), 14, 0.7), (cox(6, 0.3, 0.5), 14, 0.6)],
)
def test_planted_holes_are_found(make: Make, length: int, least: float) -> None:
    found = 0
    for seed in range(40):
        counts = make(np.random.default_rng([9, seed]), 100)
        counts[40 : 40 + length] = 0
        found += any(s.impossible and s.first <= 40 < s.first + s.length for s in judged(counts))
    assert found / 40 >= least


def test_the_prediction_interval_holds_the_days_that_it_promises() -> None:
    """Overdispersed days: 95 % of them lie inside, within three standard errors by series."""
    inside = total = 0
    for seed in range(30):
        counts = cox(6, 0.3)(np.random.default_rng([10, seed]), 150)
        low, high = usual_days(counts, np.ones(150, bool)).interval(0.95)
        inside += int(((counts >= low) & (counts <= high)).sum())
        total += 150
    assert 0.93 <= inside / total <= 0.99


def test_the_threshold_is_below_the_promise() -> None:
    assert IMPOSSIBLE < FALSE_ALARMS
