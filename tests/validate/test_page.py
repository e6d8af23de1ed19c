"""Pictures of the validation page show no interval that the scores do not have."""

from __future__ import annotations

from typing import Any

import pytest

from howfar.validate.page import PICTURES, _dot, pictures


def row(coverage: float, intervals: int, error: float | None, **more: Any) -> dict[str, Any]:
    told = {"measure": "m", "figure": "f", "scenario": "plain", "level": 0.95, "verdict": "fails"}
    counts = {"measured": 1_000, "intervals": intervals}
    return {**told, **counts, "coverage": coverage, "coverage_error": error, **more}


def test_one_figure_has_its_95_percent_interval() -> None:
    dot = _dot([row(0.8, 100, 0.05)])
    assert (dot.value, dot.low, dot.high) == (0.8, pytest.approx(0.702), pytest.approx(0.898))
    assert dot.kind == "confidence"
    assert _dot([row(0.99, 100, 0.05)]).high == 1.0


def test_what_has_no_error_has_no_interval() -> None:
    for rows in ([row(0.8, 100, None)], [row(0.8, 100, 0.05)] * 2):
        dot = _dot(rows)
        assert (dot.low, dot.high, dot.kind) == (None, None, "")


def test_figures_weigh_by_their_intervals_and_not_by_what_has_none() -> None:
    assert _dot([row(1.0, 300, 0.01), row(0.6, 100, 0.01)]).value == pytest.approx(0.9)


def test_pictures_are_drawn_of_figures_with_and_without_error() -> None:
    rows = [row(0.8, 100, None), row(0.7, 100, 0.05, figure="g"), row(1.0, 9, None, level=None)]
    drawn = pictures({"rows": rows, "scenarios": [{"scenario": "plain"}]})
    assert drawn.keys() == set(PICTURES.values())
    assert all("NaN" not in svg and "75%" in drawn[PICTURES["coverage"]] for svg in drawn.values())
