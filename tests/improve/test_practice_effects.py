"""Changes of one practice on several dates, told as one effect."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from tests.improve.weekly_panels import panel, wandering

from howfar.improve.change_effects import cast_of
from howfar.improve.practice_effects import as_one, practice_effect, practices
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.schema.estimate import Estimate
from howfar.study.changes import Change

DATES = (dt.date(2024, 4, 1), dt.date(2024, 5, 13))
"""Mondays of the 14th and the 20th week after 2024-01-01 began."""
EPOCH = dt.date(1970, 1, 1)


def changes(**more: object) -> tuple[Change, ...]:
    return tuple(
        Change.model_validate(
            {
                "id": f"start-{n}",
                "date": date,
                "channels": (f"c{n}",),
                "property": "latency",
                "what": "faster",
                "practice": "faster",
                **more,
            }
        )
        for n, date in enumerate(DATES)
    )


def effect_in(made: WeeklyPanel, of: tuple[Change, ...]) -> Estimate:
    compared = frozenset(made.series)
    casts = [
        cast_of(made, one, of, compared, (date - EPOCH).days, None)
        for one, date in zip(of, DATES, strict=True)
    ]
    found = practice_effect(made, casts, confidence=0.95, rng=np.random.default_rng(1))
    return found.relative


def test_both_dates_count_from_their_own_day_on() -> None:
    """Two channels go up by a fifth, on dates of their own; others go on as they were."""
    means = wandering(np.random.default_rng(5), 12, 30, noise=0.01, memory=0.0)
    means[0, 13:] *= 1.2
    means[1, 19:] *= 1.2
    relative = effect_in(panel(means), changes())
    assert relative.value == pytest.approx(0.2, abs=0.05)
    assert relative.low < 0.2 < relative.high
    assert relative.low > 0.1


def test_two_together_are_told_better_than_one() -> None:
    width = np.zeros(2)
    for seed in range(10):
        means = wandering(np.random.default_rng(seed), 12, 30, noise=0.1, memory=0.0)
        relative = effect_in(panel(means), changes())
        width[0] += relative.high - relative.low
        one = changes()[:1]
        made = panel(np.delete(means, 1, axis=0))
        cast = cast_of(made, one[0], one, frozenset(made.series), (DATES[0] - EPOCH).days, None)
        alone = practice_effect(made, [cast], confidence=0.95, rng=np.random.default_rng(1))
        width[1] += alone.relative.high - alone.relative.low
    # Half the variance, but for the controls' own.
    assert width[0] < 0.9 * width[1]


def test_a_date_outside_leaves_nothing_measured() -> None:
    made = panel(wandering(np.random.default_rng(6), 8, 16))
    relative = effect_in(made, changes())
    assert relative.status == "not_measured"
    assert "outside the whole weeks" in str(relative.reason)
    assert effect_in(
        panel(wandering(np.random.default_rng(6), 8, 30)), changes(outcome="views")
    ).reason


def test_a_practice_is_several_changes_of_one_name() -> None:
    first, second = changes(after=("night",))
    alone = first.model_copy(update={"id": "alone", "practice": "other"})
    found = practices([second, first, alone])
    assert found == {"faster": (second, first)}
    one = as_one("faster", found["faster"])
    assert one.id == "faster"
    assert one.date == DATES[0]
    assert one.channels == ("c1", "c0")
    assert one.after == ("night",)


def test_several_platforms_are_no_one_practice() -> None:
    made = panel(wandering(np.random.default_rng(7), 8, 30))
    series = tuple((name, "y" if n == 1 else platform)
                   for n, (name, platform) in enumerate(made.series))  # fmt: skip
    relative = effect_in(replace(made, series=series), changes())
    assert relative.status == "not_measured"
    assert "on several platforms (x, y)" in str(relative.reason)


def test_a_channel_without_posts_is_named() -> None:
    made = panel(wandering(np.random.default_rng(8), 8, 30))
    gone = replace(made, series=(made.series[0], ("other", "x"), *made.series[2:]))
    assert effect_in(gone, changes()).reason == "no posts of c1 in whole weeks"
