"""Weekly figures of channels, by hand, through the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.measures.conftest import Bench, bench

from howfar.improve.weekly_panel import WeeklyPanel, panel_rows, weekly_panel
from howfar.study.changes import VOLUME

__all__ = ["bench"]

MONDAY = 2817
"""The week of 2024-01-01."""
Made = Callable[..., WeeklyPanel]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def post(channel: str | None, week: int, **more: Any) -> dict[str, Any]:
    """A post on the Wednesday of a week, settled when observed."""
    day = (MONDAY + week) * 7 + 4 + 2
    at = dict.fromkeys(("channel", "author"), channel) | {"platform": "x", "week": MONDAY + week}
    return at | {"day": day, "created_s": day * 86_400, "age_s": 900_000, "input": 1} | more


@pytest.fixture
def made(bench: Bench) -> Made:
    """The panel of posts."""

    def make(posts: list[dict[str, Any]], end: str = "2024-01-29") -> WeeklyPanel:
        expression = panel_rows(bench.tables({"observed": posts, "coverage": [{"input": 1}]}))
        rows = expression.order_by(expression.columns).to_pyarrow()
        return weekly_panel(rows, bench.sampling("path", ("2024-01-01", end)))

    return make


def test_sums_counts_and_logs_by_hand(made: Made) -> None:
    found = made([
        post("a", 0, reactions=3),
        post("a", 0, reactions=5),
        post("a", 1, reactions=0),
        post("a", 3, reactions=7, views=100),
        post("b", 0, views=10),
    ])  # fmt: skip
    assert found.series == (("a", "x"), ("b", "x"))
    assert found.weeks.tolist() == [MONDAY, MONDAY + 1, MONDAY + 2, MONDAY + 3]
    assert found.posts.tolist() == [[2, 1, 0, 1], [1, 0, 0, 0]]
    assert found.total["reactions"].tolist() == [[8, 0, 0, 7], [0, 0, 0, 0]]
    assert found.counted["reactions"].tolist() == [[2, 1, 0, 1], [0, 0, 0, 0]]
    assert found.mean("reactions")[0].tolist() == pytest.approx([4, 0, np.nan, 7], nan_ok=True)
    assert found.mean(VOLUME).tolist() == found.posts.tolist()
    assert np.isnan(found.mean("clicks")).all()
    assert found.label(1) == "2024-01-08"


def test_posts_that_tell_nothing_have_no_figures_but_are_counted(made: Made) -> None:
    found = made([
        post("a", 0, reactions=10),
        post("a", 0, reactions=99, relation="repost"),
        post("a", 0, reactions=99, age_s=3_600),
        post("a", 0, reactions=99, exposure="paid"),
        post(None, 0, reactions=99, author="p1"),
    ])  # fmt: skip
    assert found.series == (("a", "x"),)
    assert found.posts[0, 0] == 4
    assert found.total["reactions"][0, 0] == 10
    assert found.counted["reactions"][0, 0] == 1


def test_weeks_that_the_window_cuts_do_not_count(made: Made) -> None:
    found = made([post("a", n, reactions=n) for n in range(4)], end="2024-01-25")
    assert found.weeks.tolist() == [MONDAY, MONDAY + 1, MONDAY + 2]
    assert found.total["reactions"].tolist() == [[0, 1, 2]]


def test_weeks_in_which_a_channel_cannot_have_been_seen_are_missing_not_zero(made: Made) -> None:
    looked = EPOCH + dt.timedelta((MONDAY + 2) * 7 + 4)
    found = made([post("a", n, reactions=1, observed_at=looked) for n in range(2)])
    assert found.posts[0, :2].tolist() == [1, 1]
    assert np.isnan(found.posts[0, 2:]).all()
    assert np.isnan(found.mean("reactions")[0, 2:]).all()


def test_a_day_is_found_in_its_week(made: Made) -> None:
    found = made([post("a", n, reactions=1) for n in range(4)])
    monday = (dt.date(2024, 1, 15) - dt.date(1970, 1, 1)).days
    assert found.week_at(monday) == (2, True)
    assert found.week_at(monday + 6) == (2, False)
    assert found.week_at(monday - 21) == (-1, True)
    assert found.week_at(monday + 0.5) == (2, False)
