"""Costs of one more: arithmetic, when there is none, ways apart, and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.improve.average_cost import average_cost, average_of_totals
from howfar.improve.costs import cost_of_difference, costs_by_way, incremental_cost
from howfar.improve.effect import Effect
from howfar.improve.evidence import Check, Grade
from howfar.schema.estimate import Estimate, exact, not_measured
from howfar.study.costs_table import Spend

SPEND = Spend(1000.0, "EUR", 3)


def estimate(value: float, low: float, high: float, unit: str = "clicks") -> Estimate:
    return Estimate(value, low, high, "confidence", 0.95, 40, None, 1, unit, "a method", "measured")


def effect(cumulative: Estimate, passed: bool = True, compared: bool = True) -> Effect:
    check = Check("pre-trend", "Were they alike before?", passed, "said")
    names = ("peer",) if compared else ()
    return Effect(
        "did", "clicks", "clicks", cumulative, cumulative, cumulative, (), (check,), names
    )


def test_by_hand() -> None:
    cost = incremental_cost(SPEND, effect(estimate(50, 20, 100)))
    assert (cost.estimate.value, cost.estimate.low, cost.estimate.high) == (20, 10, 50)
    assert cost.estimate.unit == "EUR / clicks"
    assert cost.name == "incremental cost"
    assert cost.grade == "B"
    assert (cost.estimate.n_posts, cost.estimate.n_channels) == (40, 1)


@pytest.mark.parametrize(
    ("cumulative", "told"),
    [
        (
            estimate(50, -10, 110),
            "not clear of zero; if there is one, each cost at least 9.091 EUR",
        ),
        (estimate(50, 0, 100), "not clear of zero"),
        (estimate(-50, -90, -10), "there were not more clicks with the change (-90 to -10)"),
        (estimate(-50, -90, 10), "not clear of zero"),
        (not_measured("clicks", "too few weeks"), "not identified: too few weeks"),
    ],
)
def test_not_identified(cumulative: Estimate, told: str) -> None:
    cost = incremental_cost(SPEND, effect(cumulative))
    assert not cost.identified
    assert cost.estimate.reason is not None
    assert cost.estimate.reason.startswith("not identified")
    assert told in cost.estimate.reason


@pytest.mark.parametrize("unit", ["log of reactions", "Log reactions", "logarithm of clicks"])
def test_nothing_is_spent_for_logarithms(unit: str) -> None:
    cost = incremental_cost(SPEND, effect(estimate(0.5, 0.2, 1, unit)), counted="reactions")
    assert cost.estimate.reason is not None
    assert "which is no count" in cost.estimate.reason
    assert incremental_cost(SPEND, effect(estimate(50, 20, 100, "logins"))).identified


@pytest.mark.parametrize(("passed", "compared"), [(False, True), (True, False), (False, False)])
def test_no_cost_of_one_more_below_grade_b(passed: bool, compared: bool) -> None:
    weak = effect(estimate(50, 20, 100), passed, compared)
    assert weak.grade in ("C", "D")
    cost = incremental_cost(SPEND, weak)
    assert cost.estimate.reason is not None
    assert "which names no effect" in cost.estimate.reason
    with pytest.raises(ValueError, match="grade"):
        incremental_cost(SPEND, estimate(50, 20, 100))


def test_fewer_may_be_what_is_wanted() -> None:
    cost = incremental_cost(SPEND, effect(estimate(-50, -100, -20, "complaints")), direction=-1)
    assert (cost.estimate.value, cost.estimate.low, cost.estimate.high) == (20, 10, 50)
    cost = incremental_cost(SPEND, effect(estimate(50, 20, 100, "complaints")), direction=-1)
    assert cost.estimate.reason is not None
    assert "there were not fewer complaints with the change (20 to 100)" in cost.estimate.reason


def test_a_spend_with_an_error_widens_the_interval() -> None:
    plain = incremental_cost(SPEND, effect(estimate(50, 20, 100))).estimate
    unsure = Spend(1000.0, "EUR", standard_error=200.0)
    wide = incremental_cost(unsure, effect(estimate(50, 20, 100))).estimate
    assert (plain.low, plain.high) == (10, 50)
    assert wide.low is not None
    assert wide.high is not None
    # MOVER-R by hand: the spend alone lies 392 to either side, the effect 30 below and 50 above.
    h = 200 * 1.959964
    root = math.sqrt((1000 * 30) ** 2 + (50 * h) ** 2 - (30 * h) ** 2)
    assert wide.high == pytest.approx((1000 * 50 + root) / (20 * 80))
    root = math.sqrt((1000 * 50) ** 2 + (50 * h) ** 2 - (50 * h) ** 2)
    assert wide.low == pytest.approx((1000**2 - h**2) / (1000 * 50 + root))


def test_replicates_that_move_together_narrow_it() -> None:
    rng = np.random.default_rng(5)
    weeks = 1 + 0.2 * rng.standard_normal(2_000)
    spent, clicks = 1000 * weeks, 50 * weeks
    both = incremental_cost(
        SPEND, estimate(50, 30, 70), grade="A", replicates=(spent, clicks)
    ).estimate
    assert both.low == pytest.approx(20, abs=1e-3)
    assert both.high == pytest.approx(20, abs=1e-3)


def test_averages_by_hand() -> None:
    # Clusters of 10 by 2, 3 and 5: 3 for one; variance (16 / .8 + 1 / .7 + 25 / .5) / 100.
    cost = average_cost([10, 10, 10], [2, 3, 5], currency="EUR", counted="clicks")
    assert cost.name == "average cost, not incremental"
    assert cost.estimate.value == 3
    assert cost.estimate.low is not None
    assert cost.estimate.high is not None
    assert cost.estimate.low * cost.estimate.high == pytest.approx(9)
    assert cost.grade is None
    assert any("no effect is identified" in note for note in cost.notes)


@pytest.mark.parametrize(
    ("spend", "count", "told"),
    [
        ([1, 2], [0, 0], "not identified: there were no clicks"),
        ([0, 0], [1, 2], "nothing was spent"),
        ([1, math.nan], [math.nan, 2], "no row has both"),
        ([1, 2], [0, 2], "one cluster only"),
        ([], [], "no row has both"),
    ],
)
def test_no_average(spend: list[float], count: list[float], told: str) -> None:
    cost = average_cost(spend, count, currency="EUR", counted="clicks")
    assert cost.estimate.reason is not None
    assert told in cost.estimate.reason


def test_rows_without_a_count_stay_and_rows_without_a_spend_are_told() -> None:
    cost = average_cost([5, 5, 5, math.nan], [1, 0, 1, 9], currency="EUR", counted="clicks")
    assert cost.estimate.value == 7.5
    assert any("left out: 1 of 4" in note for note in cost.notes)


def test_one_cluster_that_makes_the_figure_is_told() -> None:
    spend, count = [100.0] * 12, [10.0] * 11 + [2000.0]
    (check,) = average_cost(spend, count, currency="EUR", counted="clicks").checks
    assert check.figures["largest"] > 0.9
    even = average_cost(spend, [10.0, 12.0] * 6, currency="EUR", counted="clicks")
    assert even.checks[0].passed is True


def test_fieller_may_be_asked_for() -> None:
    cost = average_cost(
        [10, 11, 9, 10], [2, 3, 2, 3], currency="EUR", counted="clicks", method="fieller"
    )
    assert cost.estimate.value == 4
    assert "Fieller" in cost.estimate.method
    wild = average_cost(
        [1, 1, 1, 90], [0, 0, 0, 50], currency="EUR", counted="clicks", method="fieller"
    )
    assert wild.estimate.reason is not None
    assert "one cluster" in wild.estimate.reason
    unclear = average_cost(
        [1, 1, 1, 90], [0, 0, 1, 50], currency="EUR", counted="clicks", method="fieller"
    )
    assert unclear.estimate.reason is not None
    assert "not clear of zero" in unclear.estimate.reason


def test_totals() -> None:
    cost = average_of_totals(SPEND, exact(400, "clicks", "a count"), counted="clicks")
    assert (cost.estimate.value, cost.estimate.low_kind) == (2.5, "bound")
    cost = average_of_totals(SPEND, estimate(400, 250, 500), counted="clicks")
    assert (cost.estimate.low, cost.estimate.high) == (2, 4)
    for low in (-2, 0):
        cost = average_of_totals(SPEND, estimate(4, low, 5), counted="clicks")
        assert not cost.identified


def test_ways_are_kept_apart() -> None:
    told = costs_by_way(
        {"paid": Spend(100.0, "EUR"), "broadcast": Spend(300.0, "EUR")},
        {
            "paid": effect(estimate(10, 5, 20)),
            "word of mouth": effect(estimate(30, 15, 60)),
            "together": effect(estimate(40, 20, 80)),
        },
        {"broadcast": exact(600, "clicks", "a count")},
        counted="clicks",
    )
    by = {(cost.part, cost.kind): cost for cost in told}
    assert by["paid", "incremental"].estimate.value == 10
    assert by["broadcast", "average"].estimate.value == 0.5
    assert by["together", "incremental"].estimate.value == 10
    mouth = by["word of mouth", "incremental"]
    assert mouth.estimate.reason is not None
    assert mouth.estimate.reason.startswith("no spend of its own")
    assert len(by) == 4


def test_currencies_of_ways_are_never_added_up() -> None:
    told = costs_by_way(
        {"paid": Spend(100.0, "EUR"), "broadcast": Spend(300.0, "USD")},
        {"together": effect(estimate(40, 20, 80))},
        {},
        counted="clicks",
    )
    (together,) = [cost for cost in told if cost.part == "together"]
    assert not together.identified


@given(st.floats(1, 1e6), st.floats(0.1, 1e3), st.floats(0.01, 0.9), st.floats(0.5, 100))
def test_the_unit_of_money_does_not_matter(
    amount: float, gain: float, spread: float, rate: float
) -> None:
    at = estimate(gain, gain * (1 - spread), gain * (1 + 2 * spread))
    one = incremental_cost(Spend(amount, "EUR"), effect(at)).estimate
    other = incremental_cost(Spend(amount * rate, "USD"), effect(at)).estimate
    for a, b in ((one.value, other.value), (one.low, other.low), (one.high, other.high)):
        assert a is not None
        assert b == pytest.approx(a * rate)


@given(st.floats(0.01, 1e4), st.floats(1.01, 50), st.floats(1.01, 50), st.floats(0.001, 1e5))
def test_a_cost_holds_the_truth_where_its_effect_does(
    gain: float, down: float, up: float, truth: float
) -> None:
    at = estimate(gain, gain / down, gain * up)
    cost = incremental_cost(SPEND, effect(at)).estimate
    assert at.low is not None
    assert at.high is not None
    assert cost.low is not None
    assert cost.high is not None
    margin = min(abs(truth / at.low - 1), abs(truth / at.high - 1))
    if margin > 1e-9:
        inside = cost.low <= SPEND.amount / truth <= cost.high
        assert inside == (at.low <= truth <= at.high)


@pytest.mark.parametrize("grade", ["A", "B"])
def test_arms(grade: Grade) -> None:
    treated = [12.0, 14, 13, 13], [30.0, 34, 31, 33]
    control = [2.0, 4, 3, 3], [10.0, 12, 11, 11]
    cost = cost_of_difference(treated, control, currency="EUR", counted="clicks", grade=grade)
    assert cost.estimate.value == pytest.approx(10 / 21)
    more = [*treated[0], math.nan], [*treated[1], 900.0]
    same = cost_of_difference(more, control, currency="EUR", counted="clicks", grade=grade)
    assert same.estimate == cost.estimate
    few = cost_of_difference(([1.0], [2.0]), control, currency="EUR", counted="clicks", grade=grade)
    assert not few.identified
    weak = cost_of_difference(treated, control, currency="EUR", counted="clicks", grade="C")
    assert not weak.identified
    turned = cost_of_difference(control, treated, currency="EUR", counted="clicks", grade=grade)
    assert turned.estimate.reason is not None
    assert "not more clicks where it was spent" in turned.estimate.reason


def test_coverage_of_arms_and_of_not_identified() -> None:
    """True cost 2 of one more click: held in 95 of 100 where told; no effect: told in 2.5 only."""
    rng = np.random.default_rng(8)

    def arms(lift: float) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        base = rng.standard_normal((2, 30))
        spent = 10 + 0.5 * base[0] + rng.standard_normal(30) * 0.3, 50 + lift + 4 * base[0]
        return spent, (0.1 * rng.standard_normal(30), 50 + 4 * base[1])

    hits = told = wrongly = 0
    for _ in range(1_000):
        cost = cost_of_difference(*arms(5), currency="EUR", counted="clicks", grade="A").estimate
        if cost.low is not None and cost.high is not None:
            told += 1
            hits += cost.low <= 2 <= cost.high
        none = cost_of_difference(*arms(0), currency="EUR", counted="clicks", grade="A")
        wrongly += none.identified
    assert told > 950
    assert hits / told == pytest.approx(0.95, abs=0.025)
    assert wrongly / 1_000 == pytest.approx(0.025, abs=0.015)
