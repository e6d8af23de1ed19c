"""Scores by hand: bias, RMSE, coverage with clustered error, power and false alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from howfar.validate.scores import Outcome, clustered_error, coverage_error, score


def outcome(truth: float, value: float | None, half: float = 1.0, **more: object) -> Outcome:
    given: dict[str, object] = {"measure": "m", "figure": "f", "scope": "a", "study": "1"}
    given |= {"kind": "process", "level": 0.95}
    if value is not None:
        given |= {"low": value - half, "high": value + half}
    return Outcome(truth=truth, value=value, **(given | more))  # type: ignore[arg-type]


def test_bias_rmse_and_coverage_of_four_figures() -> None:
    given = [
        outcome(10.0, 11.0, study="1"),
        outcome(10.0, 9.5, study="2"),
        outcome(10.0, 13.0, study="3"),
        outcome(20.0, 17.0, study="3", scope="b"),
        outcome(10.0, None, study="4"),
    ]
    (found,) = score(given, "plain")
    assert (found.studies, found.measured, found.not_measured) == (4, 4, 1)
    assert found.bias == pytest.approx((1 - 0.5 + 3 - 3) / 4)
    assert found.relative_bias == pytest.approx((0.1 - 0.05 + 0.3 - 0.15) / 4)
    assert found.rmse == pytest.approx(math.sqrt((1 + 0.25 + 9 + 9) / 4))
    assert found.coverage == pytest.approx(0.5)
    assert (found.below, found.above) == (0.25, 0.25)
    assert found.intervals == 4
    # One figure in b says nothing of b.
    assert (found.worst, found.worst_scope) == (None, None)


def test_the_least_of_one_scope_is_of_scopes_with_figures_enough() -> None:
    def of(scope: str, held: int, number: int) -> list[Outcome]:
        return [outcome(0.0, 0.0 if k < held else 5.0, scope=scope) for k in range(number)]

    (found,) = score(of("a", 9, 10) + of("b", 8, 10) + of("c", 0, 9), "plain")
    assert (found.worst, found.worst_scope) == (0.8, "b")


def test_the_error_of_a_mean_takes_whole_studies_as_units() -> None:
    values = np.array([1.0, 1.0, 0.0, 0.0])
    alone = clustered_error(values, np.array(["1", "2", "3", "4"]))
    paired = clustered_error(values, np.array(["1", "1", "2", "2"]))
    assert alone == pytest.approx(math.sqrt(4 / 3 * 4 * 0.25) / 4)
    assert paired == pytest.approx(math.sqrt(2 * 2 * 1.0) / 4)
    assert clustered_error(values, np.array(["1"] * 4)) == math.inf


def test_a_coverage_of_one_has_an_error() -> None:
    error = coverage_error(np.ones(100, bool), np.arange(100).astype(str), 0.95)
    assert error == pytest.approx(math.sqrt(0.95 * 0.05 / 100))


@pytest.mark.parametrize(("held", "verdict"), [(1.0, "cautious"), (0.95, "holds"), (0.90, "fails")])
def test_the_verdict_allows_for_monte_carlo_error_and_no_more(held: float, verdict: str) -> None:
    n = 1_000
    given = [outcome(0.0, 0.0 if k < held * n else 5.0, study=str(k)) for k in range(n)]
    (found,) = score(given, "plain")
    assert found.coverage == pytest.approx(held)
    assert found.verdict == verdict


def test_counted_figures_are_exact_or_wrong() -> None:
    same = [outcome(3.0, 3.0, 0.0, bound=True, level=None, kind="realised")]
    assert score(same, "plain")[0].verdict == "exact"
    other = [outcome(3.0, 4.0, 0.0, bound=True, level=None, kind="realised")]
    assert score(same + other, "plain")[0].verdict == "wrong"


def test_wrong_bounds_are_not_hidden_by_intervals_of_the_same_figure() -> None:
    right = [outcome(3.0, 3.0, study=str(k), scope=str(k % 7)) for k in range(400)]
    wrong = [outcome(3.0, 4.0, 0.0, bound=True, level=None, study=str(k)) for k in range(20)]
    none = [outcome(3.0, None, level=None, study=str(k)) for k in range(5)]
    bare = [outcome(3.0, 3.0, low=None, high=None, level=None)]
    level, bounds = score([*right, *wrong, *none, *bare], "plain")
    assert (level.level, level.verdict) == (0.95, "cautious")
    assert (level.measured, level.not_measured, level.intervals) == (401, 5, 400)
    assert (bounds.level, bounds.verdict) == (None, "wrong")
    assert (bounds.measured, bounds.not_measured, bounds.intervals) == (20, 0, 20)


def test_what_was_not_measured_is_no_row_beside_bounds() -> None:
    exact = outcome(3.0, 3.0, 0.0, bound=True, level=None)
    (found,) = score([exact, outcome(3.0, None, level=None), outcome(3.0, None)], "plain")
    assert (found.measured, found.not_measured, found.verdict) == (1, 2, "exact")
    (found,) = score([outcome(3.0, None)], "plain")
    assert (found.measured, found.not_measured, found.verdict) == (0, 1, "no interval")


def test_power_is_counted_where_there_is_an_effect_and_alarms_where_there_is_none() -> None:
    given = [
        outcome(2.0, 3.0, study="1", null=1.0),  # an effect, seen
        outcome(2.0, 1.5, study="2", null=1.0),  # an effect, missed
        outcome(1.0, 1.2, study="3", null=1.0),  # none, none seen
        outcome(1.001, 2.9, study="4", null=1.0, error=0.001),  # none, one seen
        outcome(1.0, 0.1, study="5", null=1.0, half=0.1),  # none, one seen
    ]
    (found,) = score(given, "plain")
    assert found.power == pytest.approx(1 / 2)
    assert found.false_alarms == pytest.approx(2 / 3)
