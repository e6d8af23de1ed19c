"""The staggered comparison as one effect: what it says, what lowers its grade, how it errs."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.lexicon import causal_words
from howfar.improve.staggered import staggered

Floats = npt.NDArray[np.float64]


def rows(y: Floats, first: Floats) -> tuple[Any, ...]:
    n, periods = y.shape
    unit = np.repeat(np.arange(n), periods)
    return y.ravel(), unit, np.tile(np.arange(1.0, periods + 1), n), first[unit]


def world(
    seed: int, n: int = 16, periods: int = 24, starts: dict[int, float] | None = None, by: float = 0
) -> tuple[Floats, Floats]:
    """Channels with levels of their own, a common trend and season, and autocorrelated weeks."""
    rng = np.random.default_rng([11, seed])
    noise = np.zeros((n, periods))
    noise[:, 0] = rng.normal(size=n)
    for t in range(1, periods):
        noise[:, t] = 0.5 * noise[:, t - 1] + np.sqrt(0.75) * rng.normal(size=n)
    weeks = np.arange(periods)
    y = 30 + 3 * rng.normal(size=(n, 1)) + 0.1 * weeks + 2 * np.sin(weeks / 2) + noise
    first = np.full(n, np.nan)
    for unit, start in (starts or {0: 15.0, 1: 15.0, 2: 15.0}).items():
        first[unit] = start
        y[unit, int(start) - 1 :] += by
    return y, first


def effect(y: Floats, first: Floats, seed: int = 0, **given: Any) -> Effect:
    rng = np.random.default_rng(seed)
    return staggered(*rows(y, first), rng=rng, replicates=given.pop("replicates", 199), **given)


@pytest.fixture(scope="module")
def mpdta(shared: Path) -> tuple[Any, ...]:
    with (shared / "oracles" / "mpdta.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    names = ("lemp", "countyreal", "year", "first.treat")
    return tuple(np.array([float(row[name]) for row in table]) for name in names)


def test_o12_through_the_effect(mpdta: tuple[Any, ...]) -> None:
    found = staggered(
        *mpdta, rng=np.random.default_rng(1), aggregate="dynamic", log=True, name="employment"
    )
    assert found.average.value == pytest.approx(-0.0772398214573151, abs=1e-12)
    assert found.more["ATT(2004, 2006)"].value == pytest.approx(-0.1373, abs=5e-5)
    assert found.more["ATT(2007, 2007)"].value == pytest.approx(-0.0261, abs=5e-5)
    assert found.more["group 2004"].value == pytest.approx(-0.0797491265747291, abs=1e-12)
    assert found.more["calendar 2005"].value == pytest.approx(-0.0704231581031467, abs=1e-12)
    assert found.more["dynamic -3"].value == pytest.approx(0.0305066555832928, abs=1e-12)
    errors = found.details["standard_errors"]
    assert errors["simple"] == pytest.approx(0.0120340127701854, abs=1e-12)
    assert found.arguments["errors"] == "linearised"
    assert found.relative.value == pytest.approx(np.expm1(-0.0772398214573151))
    assert found.cumulative.status == "not_measured"
    checks = {check.id: check for check in found.checks}
    assert checks["pre-trend"].figures["wald"] == pytest.approx(7.79123662720035, abs=1e-9)
    assert checks["pre-trend"].figures["p_wald"] == pytest.approx(0.16812, abs=5e-6)
    assert found.grade == "B"
    assert len(found.compared) == 309
    # The end of the interval nearer 0 over the largest of the five differences before.
    assert found.details["undone_by"] == pytest.approx(0.038108 / 0.0310871, rel=1e-3)


def test_o12_bootstrap_comes_near_the_linearised_errors(mpdta: tuple[Any, ...]) -> None:
    plain, drawn = (
        staggered(*mpdta, rng=np.random.default_rng(1), errors=errors, replicates=4000)
        for errors in ("linearised", "bootstrap")
    )
    ours, theirs = (e.details["standard_errors"] for e in (plain, drawn))
    for name, error in ours.items():
        assert theirs[name] == pytest.approx(error, rel=0.1), name
    # The reference documents a simultaneous critical value near 2.7 for the 12 effects.
    critical = drawn.details["critical"]["simultaneous"]["ATT(g, t)"]
    assert 2.6 < critical < 2.9


def test_a_single_date_shows_seen_expected_and_the_difference() -> None:
    y, first = world(0, by=4)
    found = effect(y, first, name="reactions", measured_in="reactions", labels={15.0: "2024-W15"})
    assert [p.relative for p in found.periods] == list(range(-13, 10))
    assert {p.relative: p.period for p in found.periods}[0] == "2024-W15"
    for p in found.periods:
        assert p.observed is not None
        assert p.expected is not None
        assert p.effect.value is not None
        assert p.observed - p.expected == pytest.approx(p.effect.value)
    after = [p for p in found.periods if p.relative >= 0]
    assert found.average.value == pytest.approx(np.mean([p.effect.value for p in after]))
    assert found.cumulative.value == pytest.approx(3 * sum(p.effect.value or 0 for p in after))
    would = np.mean([p.expected for p in after])
    assert found.relative.value == pytest.approx((found.average.value or 0) / would)
    assert found.clear
    assert found.grade == "B"
    assert found.unit == found.average.unit == "reactions"
    assert found.average.n_channels == 16


def test_several_dates_are_averaged_by_time_since_the_change() -> None:
    y, first = world(0, n=20, starts={0: 12.0, 1: 12.0, 2: 15.0, 3: 18.0}, by=3)
    found = effect(y, first, control="not-yet")
    assert all(p.observed is None for p in found.periods)
    assert found.periods[0].period == "-16"
    assert found.average.low is not None
    assert found.average.high is not None
    assert found.average.low < 3 < found.average.high
    assert len(found.compared) == 18
    assert "other-controls" in {c.id for c in found.checks if c.passed is not None}


def test_a_universal_base_names_its_reference() -> None:
    found = effect(*world(3), base="universal")
    reference = {p.relative: p for p in found.periods}[-1]
    assert reference.effect.value == 0.0
    assert reference.effect.low_kind == "bound"
    assert found.more["ATT(15, 14)"].value == 0.0
    assert found.more["dynamic -1"].value == 0.0


@pytest.mark.parametrize("by", [0.0, 2.0])
def test_intervals_hold_what_was_planted(by: float) -> None:
    """3 of 16 channels change: 95 % intervals, and at most 5 % false positives (n = 120)."""
    held = clear = graded = 0
    for seed in range(120):
        found = effect(*world(seed, by=by), replicates=99)
        low, high = found.average.low, found.average.high
        assert low is not None
        assert high is not None
        held += low <= by <= high
        clear += found.clear
        graded += found.grade == "B"
    # 95 % less 2 standard errors of 2 %, 5 % and as many more.
    assert held >= 109
    if by == 0:
        assert clear <= 11
    # Sound comparisons keep grade B except for the tests' own chance.
    assert graded >= 96


def test_one_changed_unit_has_an_interval_and_can_be_graded() -> None:
    held = 0
    for seed in range(60):
        found = effect(*world(seed, starts={0: 15.0}, by=3), replicates=99)
        assert found.arguments["errors"] == "pooled"
        assert found.average.low is not None
        assert found.average.high is not None
        held += found.average.low <= 3 <= found.average.high
    assert held >= 53


def test_a_recovery_from_a_dip_is_not_graded_b() -> None:
    """What fell by chance before the change comes back by itself."""
    graded = 0
    for seed in range(40):
        y, first = world(seed)
        y[:3, 10:14] -= 3.5
        found = effect(y, first, replicates=99)
        graded += found.grade == "B"
        if seed == 0:
            assert found.clear
            assert found.grade == "C"
            failed = [c.id for c in found.checks if c.passed is False]
            assert "placebo-time" in failed
    assert graded <= 2


def test_channels_that_scatter_more_are_not_judged_by_the_others() -> None:
    found = 0
    for seed in range(20):
        y, first = world(seed)
        y[:3] = y[:3].mean(axis=1, keepdims=True) + 2.5 * (y[:3] - y[:3].mean(axis=1)[:, None])
        failed = [c.id for c in effect(y, first, replicates=99).checks if c.passed is False]
        found += "scatter" in failed
    assert found >= 16


def test_a_drift_that_was_there_before_is_found() -> None:
    y, first = world(4, n=40, starts=dict.fromkeys(range(15), 15.0))
    y[:15] += 0.25 * np.arange(24)
    found = effect(y, first)
    assert found.clear
    assert found.grade == "C"


def test_no_word_claims_a_cause() -> None:
    for given in ({}, {"errors": "bootstrap"}, {"base": "universal"}):
        found = effect(*world(5, by=5), **given)
        said = [c.asks + " " + c.said for c in found.checks]
        said += [e.method + " " + (e.reason or "") for e in found.more.values()]
        said += [p.effect.method for p in found.periods]
        said += [found.average.method, found.relative.method, found.cumulative.method]
        said += [*found.notes, json.dumps(found.details), json.dumps(dict(found.arguments))]
        assert causal_words(" ".join(said)) == ()


def test_all_that_is_said_can_be_written_as_json() -> None:
    y, first = world(6)
    y[3, 4] = np.nan
    found = effect(y, first, layout="unbalanced", min_e=0, max_e=3)
    assert json.loads(json.dumps({"d": found.details, "a": dict(found.arguments)}))
    assert "1 rows with something missing were left out" in found.notes
    assert found.arguments["max_e"] == 3


def test_a_few_holes_do_not_lower_the_grade() -> None:
    y, first = world(0, by=4)
    y[[0, 5, 9], [3, 20, 11]] = np.nan
    found = effect(y, first, layout="pairs")
    assert found.arguments["errors"] == "pooled"
    assert found.grade == "B"
    assert found.average.n_channels == 16
    whole = effect(*world(0, by=4))
    assert found.average.value == pytest.approx(whole.average.value, abs=0.3)


def test_units_that_come_and_go_look_like_a_change_and_are_found_out() -> None:
    """Small channels of one side are seen after the change only; nobody changed anything."""
    rng = np.random.default_rng(10)
    y = np.where(np.arange(80) % 2, 10.0, 0.0)[:, None] + rng.normal(size=(80, 6))
    first = np.where(np.arange(80) < 40, 4.0, np.nan)
    y[:40:2, :3] = np.nan
    y[0, 0] = 0.0
    gone = effect(y, first, layout="unbalanced")
    assert gone.clear
    assert gone.grade == "C"
    assert "composition" in [c.id for c in gone.checks if c.passed is False]
    kept = effect(y, first, layout="pairs")
    assert not kept.clear


def test_the_order_of_rows_and_names_of_units_do_not_matter() -> None:
    y, first = world(7, by=2)
    columns = rows(y, first)
    order = np.random.default_rng(1).permutation(len(columns[0]))
    mixed = [np.asarray(c)[order] for c in columns]
    mixed[1] = np.array([f"channel {99 - u}" for u in mixed[1]])
    plain = staggered(*columns, rng=np.random.default_rng(2))
    other = staggered(*mixed, rng=np.random.default_rng(2))
    assert other.average.value == pytest.approx(plain.average.value)
    assert other.average.low == pytest.approx(plain.average.low)


def test_a_window_that_leaves_nothing_of_another_average_is_no_error() -> None:
    y, first = world(8, by=2)
    found = effect(y, first, aggregate="calendar", min_e=50)
    assert "simple" not in found.more
    assert found.average.value is not None
    assert found.periods == ()
    with pytest.raises(StudyError, match="left to average"):
        effect(y, first, min_e=50)


def test_covariates_change_the_comparison_and_stand_in_the_method() -> None:
    rng = np.random.default_rng(9)
    n = 300
    x = rng.normal(size=n)
    first = np.where(rng.random(n) < 1 / (1 + np.exp(-x)), 3.0, np.nan)
    y = x[:, None] * np.arange(4) + rng.normal(size=(n, 4))
    columns = rows(y, first)
    plain = staggered(*columns, rng=rng)
    held = staggered(*columns, rng=rng, covariates={"size": np.repeat(x, 4)})
    assert plain.clear
    assert not held.clear
    assert "doubly robust with size" in held.average.method


def test_pooled_errors_are_refused_where_they_mean_nothing() -> None:
    with pytest.raises(ValueError, match="pooled errors need"):
        effect(*world(1), errors="pooled", weights=np.arange(16 * 24) + 1.0)
    with pytest.raises(ValueError, match="confidence"):
        effect(*world(1), confidence=95)
