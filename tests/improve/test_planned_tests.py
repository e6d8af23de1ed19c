"""The test that would settle a step: its design, its length, what it could find."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.improve.weekly_panels import panel, wandering

from howfar.improve.planned_tests import WEEKS, Planner
from howfar.study.within_control import PROPERTIES


def planner(channels: int = 3, weeks: int = 60, spread: float = 0.5) -> Planner:
    """Three channels with forty posts a week."""
    rng = np.random.default_rng(2)
    made = panel(wandering(rng, channels, weeks, noise=0.02))
    names = np.repeat([f"c{n}" for n in range(channels)], 40 * weeks)
    figures = np.round(50 * np.exp(spread * rng.standard_normal(names.size)))
    posts = pa.table({"channel": names, "reactions": figures})
    return Planner(made, posts, 0.95, np.random.default_rng(3))


def test_a_test_of_posts_finds_more_the_longer_it_runs() -> None:
    made = planner()
    settling, powers = made.settling("kind", ("c0", "c1"), "reactions", 0.15)
    assert settling.design == "posts"
    assert settling.weeks in WEEKS
    assert settling.detectable.value is not None
    assert settling.detectable.value <= 0.15
    assert powers[0.2].value is not None
    assert powers[0.05].value is not None
    assert powers[0.05].value <= powers[0.1].value <= powers[0.2].value  # type: ignore[operator]
    larger, _ = made.settling("kind", ("c0", "c1"), "reactions", 0.3)
    assert larger.weeks is not None
    assert larger.weeks <= settling.weeks


def test_where_none_is_long_enough_the_longest_says_what_it_would_find() -> None:
    settling, _ = planner(spread=2.0).settling("kind", ("c0",), "reactions", 0.005)
    assert settling.weeks == max(WEEKS)
    assert settling.detectable.value is not None
    assert settling.detectable.value > 0.005


@pytest.mark.parametrize("aspect", PROPERTIES)
def test_every_property_has_a_design_or_says_why_not(aspect: str) -> None:
    settling, powers = planner(weeks=30).settling(aspect, ("c0",), "reactions", 0.3)  # type: ignore[arg-type]
    assert settling.said
    if aspect == "openness":
        # What is openly said is not to be taken back: no lot over weeks.
        assert settling.detectable.status == "not_measured"
        assert not powers
    else:
        assert settling.weeks in WEEKS


def test_how_often_is_posted_is_no_matter_of_single_posts() -> None:
    settling, powers = planner().settling("kind", ("c0",), "publishing_volume", 0.3)
    assert settling.detectable.status == "not_measured"
    assert not powers


def test_the_same_test_is_simulated_once() -> None:
    made = planner(weeks=30)
    first = made.settling("latency", ("c0", "c1"), "reactions", 0.3)
    assert made.settling("replies", ("c1", "c0"), "reactions", 0.3) is first


def test_too_short_a_past_says_so() -> None:
    settling, _ = planner(weeks=3).settling("latency", ("c0",), "reactions", 0.1)
    assert settling.detectable.status == "not_measured"
    assert settling.detectable.reason
