"""An estimate cannot be a bare number, and cannot hide why it is missing."""

import math

import pytest

from howfar.schema.estimate import Estimate, exact, not_measured


def made(**changes: object) -> Estimate:
    fields: dict[str, object] = {
        "value": 2.0,
        "low": 1.0,
        "high": 3.0,
        "low_kind": "confidence",
        "confidence": 0.95,
        "n_posts": 40,
        "n_persons": None,
        "n_channels": 1,
        "unit": "posts per day",
        "method": "by hand",
        "status": "measured",
    }
    return Estimate(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_measured_estimate_holds_its_interval() -> None:
    estimate = made()
    assert (estimate.value, estimate.low, estimate.high) == (2.0, 1.0, 3.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},
        {"low": None},
        {"high": None},
        {"low_kind": None},
        {"value": math.nan},
        {"value": math.inf},
        {"low": math.nan},
        {"high": math.nan},
        {"low": 3.5},
        {"confidence": None},
        {"low_kind": "posterior", "confidence": None},
    ],
)
def test_a_bare_broken_or_unexplained_number_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        made(**changes)


def test_a_bound_needs_no_level_and_may_be_open() -> None:
    assert made(low_kind="bound", confidence=None, high=math.inf).high == math.inf


def test_what_is_not_measured_says_why_and_carries_no_figure() -> None:
    assert not_measured("posts", "no views in the data").reason == "no views in the data"
    with pytest.raises(ValueError, match="say why"):
        not_measured("posts", "")
    with pytest.raises(ValueError, match="must not carry"):
        made(status="not_measured", reason="none")


def test_suppression_removes_every_figure_and_the_counts() -> None:
    hidden = made(n_persons=3).suppressed("fewer than 10 persons")
    assert hidden.status == "suppressed"
    assert hidden.reason == "fewer than 10 persons"
    assert (hidden.value, hidden.low, hidden.high, hidden.n_posts, hidden.n_persons) == (None,) * 5


def test_an_exact_count_is_its_own_bound() -> None:
    count = exact(14, "rows", "counted", n_posts=14)
    assert (count.value, count.low, count.high, count.low_kind) == (14, 14, 14, "bound")
