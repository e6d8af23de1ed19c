"""Checks of interrupted series: each passes where it should, and fails where it should."""

import numpy as np
import pytest

from howfar.improve.effect import Effect
from howfar.improve.evidence import Check
from howfar.improve.interrupted_series import interrupted_series
from howfar.improve.lexicon import causal_words


def check(effect: Effect, id: str) -> Check:
    return next(one for one in effect.checks if one.id == id)


def counts(rng: np.random.Generator, mu: np.ndarray, phi: float = 2.0) -> np.ndarray:
    """Counts with variance phi mu."""
    return rng.negative_binomial(mu / (phi - 1), 1 / phi).astype(float)


def crisis(rng: np.random.Generator) -> np.ndarray:
    """Figures that fall by 60 % on day 54 and come back by themselves; nothing else happens."""
    t = np.arange(120)
    left = np.where(t < 54, 0, np.exp(-np.maximum(t - 54, 0) / 12))
    return counts(rng, 400 * (1 - 0.6 * left))


MEASURE = 59  # five days after the onset, at the worst


@pytest.mark.parametrize("errors", ["auto", "independent"])
def test_recovery_from_a_crisis_alone_is_never_b(errors: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        effect = interrupted_series(crisis(rng), MEASURE, errors=errors)
        assert effect.grade in ("C", "D")
        assert not effect.compared


def test_recovery_from_a_crisis_that_the_controls_did_not_have_is_never_b() -> None:
    rng = np.random.default_rng(2)
    for _ in range(5):
        peers = {f"peer {k}": counts(rng, np.full(120, 300.0)) for k in range(2)}
        effect = interrupted_series(crisis(rng), MEASURE, controls=peers)
        assert effect.grade == "C"
        assert not check(effect, "dip-before").holds


def test_a_true_step_beside_quiet_controls_is_b() -> None:
    rng = np.random.default_rng(3)
    good = 0
    for _ in range(10):
        mu = np.where(np.arange(80) >= 50, 480.0, 400.0)
        peers = {f"peer {k}": counts(rng, np.full(80, 300.0)) for k in range(2)}
        effect = interrupted_series(counts(rng, mu), 50, controls=peers, order=1)
        good += effect.grade == "B" and effect.clear
    # Four checks that fail by chance once in twenty times each.
    assert good >= 6


def test_a_step_before_the_change_fails_the_placebo_dates() -> None:
    rng = np.random.default_rng(4)
    t = np.arange(100)
    y = counts(rng, 300.0 * np.where(t >= 30, 1.4, 1.0))
    effect = interrupted_series(y, 70)
    found = check(effect, "placebo-time")
    assert found.passed is False
    assert "30" in found.said
    assert found.figures["p"] < 0.01
    quiet = interrupted_series(counts(rng, np.full(100, 300.0)), 70)
    assert check(quiet, "placebo-time").passed


def test_one_low_figure_right_before_the_change_fails_the_dip() -> None:
    rng = np.random.default_rng(5)
    y = counts(rng, np.full(60, 300.0))
    quiet = check(interrupted_series(y, 40, errors="independent"), "dip-before")
    y[39] = 150
    low = check(interrupted_series(y, 40, errors="independent"), "dip-before")
    assert quiet.passed
    assert low.passed is False
    assert "last 1 periods" in low.said
    assert "lower" in low.said


def test_the_checks_of_the_past_fail_about_as_seldom_as_they_say() -> None:
    rng = np.random.default_rng(6)
    failed = {"placebo-time": 0, "dip-before": 0, "sensitivity": 0, "autocorrelation": 0}
    n = 60
    for _ in range(n):
        y = 50 + rng.normal(size=50)
        effect = interrupted_series(y, 32, family="gaussian", errors="independent")
        for id in failed:
            failed[id] += check(effect, id).passed is False
    # 5 % of 60 are 3; 9 and more have a probability below .01.
    assert max(failed.values()) <= 8, failed


def test_errors_that_follow_each_other_are_found_and_reckoned_with() -> None:
    rng = np.random.default_rng(7)
    e = rng.normal(size=120)
    for t in range(1, 120):
        e[t] += 0.7 * e[t - 1]
    plain = interrupted_series(20 + e, 80, family="gaussian", errors="independent")
    known = interrupted_series(20 + e, 80, family="gaussian")
    robust = interrupted_series(20 + e, 80, family="gaussian", errors="newey-west")
    assert check(plain, "autocorrelation").passed is False
    assert check(known, "autocorrelation").passed
    assert check(robust, "autocorrelation").passed
    widths = [(e.average.high or 0) - (e.average.low or 0) for e in (plain, robust, known)]
    assert widths == sorted(widths)


def test_newey_west_does_not_save_a_short_series() -> None:
    rng = np.random.default_rng(8)
    e = rng.normal(size=50)
    for t in range(1, 50):
        e[t] += 0.9 * e[t - 1]
    effect = interrupted_series(20 + e, 30, family="gaussian", errors="newey-west")
    assert check(effect, "autocorrelation").passed is False


def test_zeros_among_large_counts_are_days_without_data() -> None:
    rng = np.random.default_rng(9)
    y = counts(rng, np.full(60, 300.0))
    assert check(interrupted_series(y, 40), "zeros").passed
    y[[20, 21]] = 0
    found = check(interrupted_series(y, 40), "zeros")
    assert found.passed is False
    assert "2 zeros" in found.said
    rare = rng.poisson(1.5, 60).astype(float)
    assert check(interrupted_series(rare, 40), "zeros").passed


def test_a_trend_that_bends_is_seen_by_the_other_models() -> None:
    rng = np.random.default_rng(10)
    t = np.arange(80)
    y = 100 + 0.03 * (t - 20.0) ** 2 + rng.normal(size=80)
    effect = interrupted_series(y, 50, family="gaussian", errors="independent")
    found = check(effect, "sensitivity")
    assert found.passed is False
    assert "a bent trend" in found.said
    models = [one["model"] for one in effect.details["other_models"]]
    assert "a bent trend" in models


def test_a_clear_result_that_hangs_on_a_straight_trend_is_not_built_upon() -> None:
    """Figures that sink and rise again, as of a real newsroom; at no date was anything changed."""
    rng = np.random.default_rng(14)
    t = np.arange(118)
    mu = 300 * np.exp(-0.5 * np.sin(np.pi * t / 117))
    clear = sound = 0
    for date in (25, 35, 85, 95):
        effect = interrupted_series(counts(rng, mu, phi=20.0), date, errors="autoregressive")
        clear += effect.clear
        sound += effect.clear and all(one.holds for one in effect.checks)
    assert clear >= 3
    assert sound == 0


def test_one_control_that_decides_is_named() -> None:
    rng = np.random.default_rng(11)
    t = np.arange(80)
    y = counts(rng, np.full(80, 400.0))
    peers = {f"peer {k}": counts(rng, np.full(80, 400.0)) for k in range(3)}
    peers["odd"] = counts(rng, np.where(t >= 50, 200.0, 400.0))
    found = check(interrupted_series(y, 50, controls=peers), "leave-one-out")
    assert found.passed is False
    assert "“odd”" in found.said
    del peers["odd"]
    assert check(interrupted_series(y, 50, controls=peers), "leave-one-out").passed


def test_trends_that_part_before_the_change_fail_where_they_are_shared() -> None:
    rng = np.random.default_rng(12)
    t = np.arange(60)
    y, peer = counts(rng, 300 * np.exp(0.01 * t)), counts(rng, np.full(60, 300.0))
    shared = interrupted_series(y, 40, controls={"p": peer}, control_trend="shared")
    assert check(shared, "pre-trend").passed is False
    assert not check(shared, "pre-trend").holds
    own = interrupted_series(y, 40, controls={"p": peer})
    assert check(own, "pre-trend").holds
    assert own.relative.low is not None
    assert own.relative.low < 0 < (own.relative.high or 0)


def test_too_few_periods_are_said() -> None:
    effect = interrupted_series([5.0, 7, 6, 8, 7, 9, 9, 8], 5)
    assert check(effect, "enough-periods").passed is False
    assert check(effect, "placebo-time").passed is None
    assert effect.grade == "D"
    season = interrupted_series(
        np.tile([5.0, 9, 7], 10), 10, harmonics=1, period=12, errors="independent"
    )
    assert check(season, "enough-periods").passed is False


def test_no_check_says_more_than_it_may() -> None:
    rng = np.random.default_rng(13)
    peers = {"p": counts(rng, np.full(60, 300.0)), "q": counts(rng, np.full(60, 300.0))}
    for family in ("poisson", "quasi-poisson", "negative-binomial", "gaussian"):
        effect = interrupted_series(
            counts(rng, np.full(60, 300.0)), 40, controls=peers, harmonics=1, family=family
        )
        words = [one.asks + " " + one.said for one in effect.checks]
        words += [one["model"] for one in effect.details["other_models"]]
        words += [*effect.notes, effect.average.method]
        assert not [word for text in words for word in causal_words(text)]
