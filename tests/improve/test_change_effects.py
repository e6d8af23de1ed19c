"""What a study's changes did: who is compared, what is found of it, what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.improve.weekly_panels import panel, wandering

from howfar.improve.change_effects import (
    Cast,
    cast_of,
    change_effect,
    did_effect,
    weekly_relative,
)
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.study.changes import Change

MONDAY = dt.date(2024, 4, 1)
"""The 14th week after 2024-01-01 begins on it."""
DAY = (MONDAY - dt.date(1970, 1, 1)).days


def changed(**more: Any) -> Change:
    told = {"id": "a", "date": MONDAY, "channels": ("c0",), "property": "latency", "what": "faster"}
    return Change.model_validate(told | more)


def cast(of: WeeklyPanel, change: Change | None = None, *others: Change, day: int = DAY) -> Cast:
    change = change or changed()
    return cast_of(of, change, (change, *others), frozenset(of.series), day, None)


def found(of: WeeklyPanel, one: Cast) -> Any:
    return change_effect(of, one, confidence=0.95, rng=np.random.default_rng(1))


def test_a_step_of_the_changed_channel_alone_is_found_to_its_size() -> None:
    # 100 before and 120 after, others 50 all along, with a little that goes up and down.
    waves = 1 + 0.01 * np.cos(np.arange(26))
    means = np.vstack([100 * waves, *([50 * waves] * 4)])
    means[0] *= 1 + 0.001 * np.cos(2 * np.arange(26))
    means[0, 13:] *= 1.2
    effect = found(panel(means), cast(panel(means)))
    assert effect.relative.value == pytest.approx(0.2, abs=0.002)
    # 20 more a post, of 40 posts a week.
    assert effect.average.value == pytest.approx(20 * 40, rel=0.02)
    assert effect.cumulative.value == pytest.approx(20 * 40 * 13, rel=0.02)
    weekly = weekly_relative(effect)
    assert weekly["2024-04-01"].value == pytest.approx(0.2, abs=0.01)
    assert weekly["2024-03-25"].value == pytest.approx(0.0, abs=0.01)


def test_what_moves_all_alike_is_no_effect() -> None:
    for seed in range(5):
        means = wandering(np.random.default_rng(seed), 6, 26, noise=0.02)
        before = found(panel(means), cast(panel(means))).relative
        means[:, 13:] *= 1.5
        relative = found(panel(means), cast(panel(means))).relative
        for end in ("value", "low", "high"):
            assert getattr(relative, end) == pytest.approx(getattr(before, end), abs=0.005)


def test_intervals_beside_others_hold_as_often_as_they_say() -> None:
    held, wide = 0, []
    for seed in range(60):
        means = wandering(np.random.default_rng(seed), 7, 52, effect=0.1, change=26, noise=0.1)
        made = panel(means)
        relative = found(made, cast(made, day=DAY + 13 * 7)).relative
        held += relative.low <= 0.1 <= relative.high
        wide.append(relative.high - relative.low)
    # 95 % of 60 is 57; fewer than 51 have a probability of one in 700.
    assert held >= 51
    # Weeks of noise .1 and memory .6 on both sides, and six channels beside, allow for about .2.
    assert np.median(wide) < 0.3


def test_another_mix_of_channels_is_no_effect() -> None:
    # Both channels stay as they are; from the change on only the larger one posts much.
    waves = 1 + 0.01 * np.cos(np.arange(26))
    means = np.vstack([1000 * waves, 10 * waves, *([50 * waves] * 4)])
    means[:2] *= 1 + 0.001 * np.cos(2 * np.arange(26))
    made = panel(means)
    for table in (made.counted, made.total):
        table["reactions"][1, 13:] /= 20
    one = cast(made, changed(channels=("c0", "c1")))
    assert found(made, one).relative.value == pytest.approx(0.0, abs=0.005)


def test_without_controls_there_is_never_grade_b() -> None:
    rng = np.random.default_rng(5)
    for draw in range(5):
        # A crisis: half is lost five weeks before the measure, and comes back by itself.
        means = wandering(rng, 1, 26)
        lost = np.where(np.arange(26) >= 11, 0.6 * np.exp(-(np.arange(26) - 11) / 2), 0.0)
        effect = found(panel(means * (1 - lost)), cast(panel(means)))
        assert effect.compared == ()
        assert effect.grade in ("C", "D"), draw


def test_a_crisis_that_passes_by_itself_gets_no_grade_b_where_others_had_none() -> None:
    rng = np.random.default_rng(6)
    means = wandering(rng, 8, 26)
    means[0] *= 1 - np.where(np.arange(26) >= 11, 0.6 * np.exp(-(np.arange(26) - 11) / 2), 0.0)
    effect = found(panel(means), cast(panel(means)))
    failed = {check.id for check in effect.checks if not check.holds}
    assert effect.grade in ("C", "D")
    assert failed & {"dip-before", "placebo-time", "pre-trend"}


def test_controls_are_those_that_nothing_touched() -> None:
    made = panel(wandering(np.random.default_rng(1), 5, 26))
    other = changed(id="b", channels=("c3",))
    one = cast(made, changed(), other)
    assert one.controls == (1, 2, 4)
    assert one.left_out == {"c3": "changed something itself"}
    named = cast(made, changed(controls=("c2", "c3")), other)
    assert named.controls == (2, 3)


def test_a_channel_with_few_figures_is_no_control() -> None:
    means = wandering(np.random.default_rng(1), 4, 26)
    means[3, ::2] = np.nan
    one = cast(panel(means))
    assert one.controls == (1, 2)
    assert one.left_out == {"c3": "has figures in too few weeks"}


def test_channels_of_other_platforms_are_no_controls() -> None:
    made = panel(wandering(np.random.default_rng(1), 3, 26))
    made = WeeklyPanel(
        (("c0", "x"), ("c1", "youtube"), ("c2", "x")),
        made.weeks, made.posts, made.counted, made.total,
    )  # fmt: skip
    assert cast(made).controls == (2,)


def test_a_week_that_the_change_fell_into_is_left_out() -> None:
    made = panel(wandering(np.random.default_rng(1), 5, 26))
    whole, within = cast(made), cast(made, day=DAY + 3)
    assert (whole.first, whole.whole) == (13, True)
    assert (within.first, within.whole) == (13, False)
    assert found(made, within).arguments["washout"] == 1
    assert found(made, whole).arguments["washout"] == 0


@pytest.mark.parametrize("design", ["its", "did", "synth", "series"])
def test_every_design_finds_a_large_planted_effect(design: str) -> None:
    rng = np.random.default_rng(11)
    made = panel(wandering(rng, 12, 40, effect=0.5, change=20, noise=0.03))
    day = DAY + 7 * 7
    one = cast(made, changed(design=design), day=day)
    effect = found(made, one)
    assert effect.design == design
    assert effect.relative.value == pytest.approx(0.5, abs=0.2)
    assert len(effect.compared) == 11
    assert weekly_relative(effect)


def test_several_dates_of_one_change_together() -> None:
    rng = np.random.default_rng(12)
    means = wandering(rng, 16, 40, noise=0.03)
    casts = []
    changes = [
        changed(id=f"d{n}", channels=tuple(f"c{k}" for k in range(4 * n, 4 * n + 4)))
        for n in range(2)
    ]
    for n in range(2):
        means[4 * n : 4 * n + 4, 18 + 6 * n :] *= 1.3
    made = panel(means)
    for n, change in enumerate(changes):
        day = DAY + 7 * (5 + 6 * n)
        casts.append(cast_of(made, change, changes, frozenset(made.series), day, None))
    effect = did_effect(made, casts, confidence=0.95, rng=np.random.default_rng(1))
    assert effect.relative.value == pytest.approx(0.3, abs=0.08)
    assert len(effect.compared) == 8
    low, high = effect.relative.low, effect.relative.high
    assert low is not None
    assert 0 < low < 0.3 < high


@pytest.mark.parametrize(
    ("more", "day", "reason"),
    [
        ({"channels": ("nobody",)}, DAY, "no posts of nobody"),
        ({"outcome": "clicks"}, DAY, "no post has clicks"),
        ({}, DAY - 7 * 20, "outside the whole weeks"),
        ({}, DAY + 7 * 20, "outside the whole weeks"),
    ],
)
def test_what_cannot_be_measured_says_why(more: dict[str, Any], day: int, reason: str) -> None:
    made = panel(wandering(np.random.default_rng(1), 4, 26))
    effect = found(made, cast(made, changed(**more), day=day))
    assert effect.relative.status == "not_measured"
    assert reason in (effect.relative.reason or "")
    assert effect.grade == "D"


@pytest.mark.parametrize("outcome", ["reactions", "publishing_volume"])
def test_figures_that_never_vary_tell_nothing(outcome: str) -> None:
    made = panel(np.full((5, 26), 50.0))
    effect = found(made, cast(made, changed(outcome=outcome)))
    assert effect.relative.status == "not_measured"
    assert effect.grade == "D"


DESIGNS = ("its", "did", "synth", "series")


@pytest.mark.parametrize("design", DESIGNS)
def test_the_week_that_a_change_fell_into_is_left_out(design: str) -> None:
    """A Wednesday: the odd figures of that week alone are neither before nor after."""
    rng = np.random.default_rng(8)
    means = wandering(rng, 12, 40, noise=0.02)
    means[0, 13] *= 30
    made = panel(means)
    effect = found(made, cast(made, changed(design=design), day=DAY + 2))
    assert abs(effect.relative.value) < 0.1


@pytest.mark.parametrize("design", DESIGNS)
def test_what_comes_after_the_end_is_left_out(design: str) -> None:
    rng = np.random.default_rng(10)
    means = wandering(rng, 12, 40, noise=0.02)
    means[0, 13:23] *= 1.5
    made = panel(means)
    change = changed(design=design)
    one = cast_of(made, change, (change,), frozenset(made.series), DAY, DAY + 70)
    relative = found(made, one).relative
    assert relative.low < 0.5 < relative.high
    # With the weeks after its end it would be a quarter.
    assert relative.value > 0.4


@pytest.mark.parametrize("design", DESIGNS)
def test_a_change_in_the_last_week_is_not_measured(design: str) -> None:
    made = panel(wandering(np.random.default_rng(10), 6, 20))
    effect = found(made, cast(made, changed(design=design), day=DAY + 6 * 7 + 2))
    assert effect.relative.status == "not_measured"
    assert effect.grade == "D"


def test_a_monday_night_is_no_whole_week() -> None:
    made = panel(wandering(np.random.default_rng(11), 3, 26))
    change = changed()
    for hours, whole in ((0, True), (23, False)):
        one = cast_of(made, change, (change,), frozenset(made.series), DAY + hours / 24, None)
        assert (one.first, one.whole) == (13, whole)


def test_who_could_not_serve_is_told() -> None:
    made = panel(wandering(np.random.default_rng(12), 5, 26))
    other = changed(id="b", channels=("c4",))
    effect = found(made, cast(made, changed(), other))
    assert "Not compared with c4: it changed something itself." in effect.notes


def test_a_control_that_cannot_be_left_out_fails_the_check() -> None:
    means = wandering(np.random.default_rng(13), 4, 26)
    # Neither c2 nor c3 is seen with the change: without c1 there is nothing to be set against.
    means[2:, 18:] = np.nan
    made = panel(means)
    effect = found(made, cast(made, day=DAY + 5 * 7))
    (check,) = (one for one in effect.checks if one.id == "leave-one-out")
    assert check.passed is None
    assert effect.grade != "B"


def test_two_controls_are_a_series_beside() -> None:
    made = panel(wandering(np.random.default_rng(14), 3, 26))
    effect = found(made, cast(made))
    assert effect.compared == ("c1", "c2")
    assert effect.arguments["controls"] == ["2 channels that did not change"]
    assert effect.arguments["against"] == []
    assert "leave-one-out" in {check.id for check in effect.checks}


def test_of_two_controls_one_that_halves_makes_no_effect() -> None:
    for seed in range(5):
        means = wandering(np.random.default_rng(seed), 3, 40, noise=0.03)
        means[2, 13:] /= 2
        effect = found(panel(means), cast(panel(means)))
        (check,) = (one for one in effect.checks if one.id == "leave-one-out")
        assert check.passed is False
        assert effect.grade != "B"


def test_a_channel_on_three_platforms_is_one_control() -> None:
    means = wandering(np.random.default_rng(15), 5, 26)
    made = panel(means)
    series = (("c0", "x"), ("c1", "x"), ("c1", "y"), ("c1", "z"), ("c2", "x"))
    made = replace(made, series=series)
    change = changed()
    one = Cast(change, (0,), (1, 2, 3, 4), 13, True, None, {})
    effect = change_effect(made, one, confidence=0.95, rng=np.random.default_rng(1))
    assert effect.compared == ("c1", "c2")
    assert effect.arguments["against"] == []


def test_who_comes_late_moves_nothing() -> None:
    """All grow alike; two of five controls are seen from week 8 on, where figures are higher."""
    growth = np.exp(np.arange(40) / 40) * (1 + 0.01 * np.cos(np.arange(40)))
    means = np.vstack([100 * growth, *([50 * growth] * 5)])
    means *= np.exp(0.005 * np.random.default_rng(16).standard_normal(means.shape))
    for outcome in ("reactions", "publishing_volume"):
        made = panel(means)
        if outcome == "publishing_volume":
            made = replace(made, posts=means.copy())
            made.posts[4:, :8] = np.nan
        else:
            for table in (made.counted, made.total):
                table["reactions"][4:, :8] = 0.0
        relative = found(made, cast(made, changed(outcome=outcome))).relative
        assert relative.value == pytest.approx(0.0, abs=0.01)


def test_who_remembers_longer_than_the_others_loses_grade_b() -> None:
    """The channel has an autocorrelation of .9, the others none: theirs must not speak for it."""
    graded = [0, 0]
    for seed in range(10):
        means = wandering(np.random.default_rng(seed), 9, 60, noise=0.1, memory=0.0)
        for n, memory in enumerate((0.0, 0.9)):
            own = wandering(np.random.default_rng(100 + seed), 1, 60, noise=0.1, memory=memory)
            means[0] = own[0]
            effect = found(panel(means), cast(panel(means), day=DAY + 17 * 7))
            (check,) = (one for one in effect.checks if one.id == "alike-errors")
            assert (check.passed is False) or n == 0 or effect.grade != "B"
            graded[n] += effect.grade == "B"
    assert graded[0] >= 5
    assert graded[1] == 0
