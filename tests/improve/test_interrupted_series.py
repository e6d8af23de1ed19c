"""Interrupted series: arithmetic by hand, what does not matter, and what is refused."""

import math

import numpy as np
import pytest
from scipy import stats

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.interrupted_series import interrupted_series
from howfar.schema.estimate import Estimate

BEFORE = [8.0, 12.0, 10.0, 11.0, 9.0, 10.0, 12.0, 8.0]
WITH = [15.0, 14.0, 16.0, 13.0, 17.0, 15.0]
PLAIN = {"trend": 0, "errors": "independent", "checks": False}


def figures(estimate: Estimate) -> tuple[float, float, float]:
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.value, estimate.low, estimate.high


def test_a_step_of_counts_by_hand() -> None:
    effect = interrupted_series(BEFORE + WITH, 8, family="poisson", **PLAIN)
    # 80 in 8 periods, 90 in 6: 15 / 10. Error of the log ratio: sqrt(1 / 80 + 1 / 90).
    error = math.sqrt(1 / 80 + 1 / 90)
    low, high = 1.5 * math.exp(-1.959964 * error), 1.5 * math.exp(1.959964 * error)
    assert figures(effect.more["rate_ratio"]) == pytest.approx((1.5, low, high))
    assert figures(effect.relative) == pytest.approx((0.5, low - 1, high - 1))
    assert figures(effect.average) == pytest.approx((5.0, 15 - 15 / low, 15 - 15 / high))
    assert figures(effect.cumulative) == pytest.approx((30.0, 90 - 90 / low, 90 - 90 / high))
    assert effect.clear
    assert [p.relative for p in effect.periods] == list(range(-8, 6))
    last = effect.periods[-1]
    assert (last.observed, last.expected) == (15.0, pytest.approx(10.0))
    assert last.effect.value == pytest.approx(5.0)
    # One more period without the change: variance 10 of its own, 10^2 / 80 of the level.
    assert last.effect.high == pytest.approx(5 + 1.959964 * math.sqrt(10 + 100 / 80))


def test_quasi_poisson_widens_by_the_root_of_the_dispersion() -> None:
    poisson = interrupted_series(BEFORE + WITH, 8, family="poisson", **PLAIN)
    quasi = interrupted_series(BEFORE + WITH, 8, family="quasi-poisson", **PLAIN)
    squares = sum((y - 10) ** 2 / 10 for y in BEFORE) + sum((y - 15) ** 2 / 15 for y in WITH)
    phi = squares / (14 - 2)
    assert quasi.details["dispersion"]["outcome"] == pytest.approx(phi)
    widths = [
        math.log(high / low)
        for _, low, high in (figures(e.more["rate_ratio"]) for e in (quasi, poisson))
    ]
    assert widths[0] / widths[1] == pytest.approx(math.sqrt(phi))


def test_a_difference_of_means_by_hand() -> None:
    effect = interrupted_series(BEFORE + WITH, 8, family="gaussian", **PLAIN)
    left = [y - 10 for y in BEFORE] + [y - 15 for y in WITH]
    s = math.sqrt(sum(x * x for x in left) / 12)
    half = stats.t.ppf(0.975, 12) * s * math.sqrt(1 / 8 + 1 / 6)
    assert figures(effect.average) == pytest.approx((5, 5 - half, 5 + half))
    assert figures(effect.relative) == pytest.approx(
        (0.5, (5 - half) / (10 + half), (5 + half) / (10 - half))
    )


def test_an_exposure_makes_rates() -> None:
    effect = interrupted_series(
        BEFORE + WITH, 8, family="poisson", exposure=[2.0] * 8 + [4.0] * 6, **PLAIN
    )
    # 5 per unit before, 3.75 with the change.
    assert effect.more["rate_ratio"].value == pytest.approx(0.75)
    assert effect.average.value == pytest.approx(15 - 20)


def test_an_offset_is_the_logarithm_of_an_exposure() -> None:
    exposure = np.linspace(1, 3, 14)
    one = interrupted_series(BEFORE + WITH, 8, exposure=exposure)
    other = interrupted_series(BEFORE + WITH, 8, offset=np.log(exposure))
    assert figures(one.average) == pytest.approx(figures(other.average))


def test_a_control_takes_away_its_own_step() -> None:
    control = [20.0] * 4 + [18.0, 22.0] * 2 + [25.0, 23.0, 24.0, 26.0, 22.0, 24.0]
    effect = interrupted_series(
        BEFORE + WITH, 8, controls={"peer": control}, family="poisson", **PLAIN
    )
    # (15 / 10) / (24 / 20) = 1.25; without the change 10 x 1.2 = 12 would have been seen.
    error = math.sqrt(1 / 80 + 1 / 90 + 1 / 160 + 1 / 144)
    value, low, high = figures(effect.more["rate_ratio"])
    assert value == pytest.approx(1.25)
    assert math.log(high / low) == pytest.approx(2 * 1.959964 * error)
    assert effect.more["control_ratio"].value == pytest.approx(1.2)
    assert effect.average.value == pytest.approx(3.0)
    assert effect.periods[-1].expected == pytest.approx(12.0)
    assert effect.compared == ("peer",)
    assert not effect.notes
    assert interrupted_series(BEFORE + WITH, 8, **PLAIN).notes


def test_set_against_others_what_moved_all_is_gone() -> None:
    others = np.array([1.0, 2.0] * 7)
    own = np.array([11.0, 18.0] * 4 + [15.0, 30.0] * 3)
    effect = interrupted_series(
        own, 8, offset=np.log(others), against={"peers": np.full(14, np.nan)}, **PLAIN
    )
    # 15 for each of theirs instead of (4 x 11 + 4 x 18) / 12.
    assert effect.more["rate_ratio"].value == pytest.approx(15 / (116 / 12))
    assert effect.periods[9].expected == pytest.approx(2 * 116 / 12)
    assert effect.compared == ("peers",)
    assert not effect.notes


def test_each_that_it_is_set_against_is_left_out() -> None:
    rng = np.random.default_rng(8)
    low, high = rng.poisson(100, 30), rng.poisson(200, 30)
    high[20:] *= 3
    both = np.log(low + high)
    effect = interrupted_series(
        rng.poisson(100, 30), 20, offset=both, trend=0,
        against={"low": np.log(high), "high": np.log(low)},
    )  # fmt: skip
    (check,) = (one for one in effect.checks if one.id == "leave-one-out")
    assert check.passed is False
    assert "high" in check.said
    # Beside low alone nothing happened; beside high alone it fell to a third.
    assert check.figures["most"] == pytest.approx(0, abs=0.1)
    assert check.figures["least"] == pytest.approx(-2 / 3, abs=0.05)


def test_companions_tell_how_closely_errors_follow() -> None:
    """Ten others of no autocorrelation: the interval is nearly that of independent errors."""
    width = np.zeros(3)
    for seed in range(8):
        rng = np.random.default_rng([9, seed])
        own = rng.normal(100, 5, 24)
        others = {f"c{n}": rng.normal(100, 5, 24) for n in range(10)}
        plain = {"family": "gaussian", "trend": 0, "checks": False}
        alone = interrupted_series(own, 12, errors="autoregressive", **plain)
        beside = interrupted_series(own, 12, errors="autoregressive", companions=others, **plain)
        least = interrupted_series(own, 12, errors="independent", reference="t", **plain)
        width += [one.average.high - one.average.low for one in (alone, beside, least)]
    assert width[0] > 1.3 * width[1]
    # A little more: now and then the others moved more at the date than the model lets them.
    assert width[2] < width[1] < 1.3 * width[2]
    assert "told by 10 others" in beside.average.method
    assert beside.compared == ()
    assert beside.grade != "B"


def test_companions_that_jump_at_the_date_make_the_interval_wider() -> None:
    """Five others go up or down by 30 at that very date: so much can come by itself."""
    rng = np.random.default_rng(10)
    own = rng.normal(100, 5, 40)
    calm = {f"c{n}": rng.normal(100, 5, 40) for n in range(5)}
    late = np.arange(40) >= 20
    jumped = {name: y + 30 * (-1) ** n * late for n, (name, y) in enumerate(calm.items())}
    plain = {"family": "gaussian", "trend": 0, "checks": False, "errors": "autoregressive"}
    beside, wild = (
        interrupted_series(own, 20, companions=others, **plain) for others in (calm, jumped)
    )
    assert wild.average.value == pytest.approx(beside.average.value)
    width = [one.average.high - one.average.low for one in (beside, wild)]
    # A step of 30 with an error of 5 sqrt(2 / 20) = 1.6 is 19 errors.
    assert width[1] == pytest.approx(19 * width[0], rel=0.25)
    # Two say too little of what comes by itself.
    few = dict(list(jumped.items())[:2])
    narrow = interrupted_series(own, 20, companions=few, **plain)
    assert narrow.average.high - narrow.average.low < 2 * width[0]


def test_companions_and_others_that_do_not_fit_are_told() -> None:
    with pytest.raises(StudyError) as error:
        interrupted_series(
            BEFORE + WITH, 8, companions={"a": [1.0] * 3}, companion_offsets={"b": [0.0] * 14},
            against={"c": [0.0] * 14},
        )  # fmt: skip
    for part in ("companion 'a'", "'b', which is no companion", "there is no offset of theirs"):
        assert part in str(error.value)


def test_a_slope_by_hand() -> None:
    t = np.arange(20.0)
    y = 100 + 2 * t + np.where(t >= 12, 5 + 3 * (t - 12), 0)
    y = y + np.tile([0.1, -0.1], 10)
    effect = interrupted_series(y, 12, family="gaussian", slope=True, errors="independent")
    assert effect.more["step"].value == pytest.approx(5, abs=0.2)
    assert effect.more["slope"].value == pytest.approx(3, abs=0.05)
    assert effect.more["trend"].value == pytest.approx(2, abs=0.05)
    # Mean of 5, 8, ..., 26.
    assert effect.average.value == pytest.approx(15.5, abs=0.1)
    assert effect.cumulative.value == pytest.approx(8 * 15.5, abs=0.8)


def test_washout_and_an_end_leave_periods_out() -> None:
    y = [10.0, 11, 9, 10, 10, 10, 99, 20, 21, 19, 20, 10, 9, 11]
    effect = interrupted_series(y, 6, washout=1, until=11, family="gaussian", **PLAIN)
    assert effect.average.value == pytest.approx(10.0)
    assert effect.details["periods_with_the_change"] == 4
    assert effect.periods[6].observed == 99
    assert effect.periods[12].relative == 6


def test_missing_figures_are_left_out_and_said() -> None:
    y = [*BEFORE, math.nan, *WITH]
    effect = interrupted_series(y, 8, family="poisson", **PLAIN)
    assert effect.average.value == pytest.approx(5.0)
    assert effect.periods[8].observed is None
    assert effect.periods[8].effect.status == "not_measured"


def test_names_periods_and_choices_are_kept() -> None:
    days = [f"2024-01-{d:02}" for d in range(1, 15)]
    effect = interrupted_series(
        BEFORE + WITH, 8, periods=days, name="likes", unit="likes per day", trend=0
    )
    assert effect.outcome == "likes"
    assert effect.unit == effect.average.unit == "likes per day"
    assert effect.periods[8].period == "2024-01-09"
    assert effect.arguments["change_period"] == "2024-01-09"
    assert effect.arguments["trend"] == 0
    assert effect.arguments["errors"] == "auto"


def season(n: int, seed: int, step: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    mu = 200 * np.exp(0.003 * t + 0.3 * np.sin(2 * np.pi * t / 12) + step * (t >= n // 2))
    return rng.poisson(mu).astype(float)


def test_only_ratios_of_exposures_and_units_matter() -> None:
    y, exposure = season(48, 1), np.linspace(1, 2, 48)
    one = interrupted_series(y, 24, exposure=exposure, harmonics=1)
    many = interrupted_series(y, 24, exposure=exposure * 1e6, harmonics=1)
    assert figures(one.relative) == pytest.approx(figures(many.relative), rel=1e-6)
    first = interrupted_series(y, 24, family="gaussian", harmonics=1)
    cents = interrupted_series(y * 100, 24, family="gaussian", harmonics=1)
    assert figures(cents.average) == pytest.approx(
        tuple(100 * x for x in figures(first.average)), rel=1e-4
    )


def test_harmonics_fit_a_season_at_any_phase() -> None:
    y = season(72, 2, step=0.2)
    effect = interrupted_series(y, 36, harmonics=1)
    assert effect.relative.low is not None
    assert effect.relative.low < math.expm1(0.2) < (effect.relative.high or 0)
    # A whole number of pairs up to half a period: the last sine is nought everywhere.
    full = interrupted_series(y, 36, harmonics=6, errors="independent", checks=False)
    assert "sine 6" not in full.details["coefficients"]
    assert "cosine 6" in full.details["coefficients"]


def test_a_covariate_explains_what_it_knows() -> None:
    y = season(60, 3)
    holiday = np.zeros(60)
    holiday[[5, 17, 29, 41, 53]] = 1
    y = y * (1 - 0.5 * holiday)
    effect = interrupted_series(y, 30, harmonics=1, covariates={"holiday": holiday})
    assert effect.details["coefficients"]["holiday"]["value"] == pytest.approx(
        math.log(0.5), abs=0.1
    )


@pytest.mark.parametrize("own", ["own", "shared"])
def test_trends_and_seasons_of_controls_are_theirs_or_shared(own: str) -> None:
    effect = interrupted_series(
        season(60, 4),
        30,
        controls={"a": season(60, 5), "b": season(60, 6)},
        harmonics=1,
        control_trend=own,  # type: ignore[arg-type]
        control_season=own,  # type: ignore[arg-type]
    )
    names = effect.details["coefficients"]
    assert ("trend of a" in names) == (own == "own")
    assert ("sine 1" in names) == (own == "shared")
    assert effect.relative.low is not None
    assert effect.relative.low < 0 < (effect.relative.high or 0)
    needed = {check.id: check.needed for check in effect.checks}
    assert needed["pre-trend"] == (own == "shared")


def nothing(effect: Effect) -> str:
    assert effect.average.status == effect.relative.status == "not_measured"
    assert effect.grade == "D"
    assert not effect.clear
    return effect.average.reason or ""


def test_what_the_data_cannot_tell_is_not_measured() -> None:
    assert "nothing to go on from" in nothing(interrupted_series([1.0, 2, 3, 4], 1))
    assert "does not vary" in nothing(interrupted_series([0.0] * 10 + [3.0] * 10, 10))
    zeros = interrupted_series([0.0] * 10 + [3.0, 4.0] * 5, 10)
    assert "no count above 0 before" in nothing(zeros)
    assert "coefficients" in nothing(interrupted_series([1.0, 2, 1, 2, 1], 3, harmonics=2))
    step = (np.arange(20) >= 10).astype(float)
    same = interrupted_series(np.arange(20.0) + 5, 10, covariates={"new law": step})
    assert "cannot be told apart" in nothing(same)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(StudyError) as caught:
        interrupted_series(
            [1.0, -2.0, 3.0, 4.0],
            4,
            family="poison",  # type: ignore[arg-type]
            exposure=[1.0, 0.0, 1.0, 1.0],
            controls={"b": [1.0, 2.0]},
            control_exposures={"c": [1.0] * 4},
            periods=["a"],
            step=False,
            confidence=95,
        )
    said = str(caught.value)
    for part in (
        "'poison'",
        "below 0",
        "exposure of 0",
        "control 'b' has the shape (2,)",
        "'c', which is no control",
        "1 periods for 4 figures",
        "one side empty",
        "neither a step nor a slope",
        "confidence 95",
    ):
        assert part in said, part


def test_identity_has_no_exposure_and_counts_no_identity() -> None:
    with pytest.raises(StudyError, match="divide the outcome"):
        interrupted_series([1.0, 2, 3, 4], 2, family="gaussian", exposure=[1.0, 2, 3, 4])
    with pytest.raises(StudyError, match="log scale"):
        interrupted_series([1.0, 2, 3, 4], 2, link="identity")
