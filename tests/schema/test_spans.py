"""The span in which a channel's posts can have been seen, and its days by week."""

from __future__ import annotations

import math

import numpy as np
import pytest

from howfar.schema.measure import Sampling
from howfar.schema.spans import DAY_S, days_by_week, span
from howfar.stats.blocks import draw_blocks, weeks_between

MONDAY = 19_723 * DAY_S
"""2024-01-01, a Monday."""
NEVER = math.nan


def sampling(first: int, last: int) -> Sampling:
    start, end = ((MONDAY + d * DAY_S) * 1_000_000 for d in (first, last))
    rng = np.random.default_rng(1)
    return Sampling(start, end, 0.95, draw_blocks(weeks_between(start, end), 10, rng), rng)


@pytest.mark.parametrize(
    ("from_day", "until_day", "ends_day", "expected"),
    [
        (NEVER, NEVER, NEVER, (0, 28)),
        (7, NEVER, NEVER, (7, 28)),
        (-5, 99, 99, (0, 28)),
        (NEVER, 20.5, NEVER, (0, 20.5)),
        (NEVER, 20.5, 14, (0, 14)),
        (3, 10, 14, (3, 10)),
    ],
)
def test_the_narrowest_of_window_look_and_source(
    from_day: float, until_day: float, ends_day: float, expected: tuple[float, float]
) -> None:
    moments = (MONDAY + d * DAY_S for d in (from_day, until_day, ends_day))
    start, end = span(sampling(0, 28), *moments)
    assert ((start - MONDAY) / DAY_S, (end - MONDAY) / DAY_S) == expected


def test_days_of_whole_and_cut_weeks() -> None:
    days = days_by_week(sampling(2, 28), MONDAY + 2 * DAY_S, MONDAY + 15.5 * DAY_S)
    assert days.tolist() == [5, 7, 1.5, 0]
    assert days.sum() == 13.5
