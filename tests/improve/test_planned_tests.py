"""The test that would settle a step: its design, its length, what it could find."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.improve.weekly_panels import FIRST, panel, wandering

from howfar.improve.path_rows import settling_results
from howfar.improve.planned_tests import WEEKS, Planner, first_changes
from howfar.study.within_control import PROPERTIES


def planner(channels: int = 3, weeks: int = 60, spread: float = 0.5) -> Planner:
    """Three channels with forty posts a week."""
    rng = np.random.default_rng(2)
    made = panel(wandering(rng, channels, weeks, noise=0.02))
    names = np.repeat([f"c{n}" for n in range(channels)], 40 * weeks)
    figures = np.round(50 * np.exp(spread * rng.standard_normal(names.size)))
    week = np.tile(np.repeat(FIRST + np.arange(weeks), 40), channels)
    posts = pa.table({"channel": names, "week": week, "reactions": figures})
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


def test_nothing_after_a_first_change_counts_as_past() -> None:
    """Ten times as much from the change on: with the change in the past, a test sees nothing."""
    made = planner(weeks=60)
    made.panel.total["reactions"][:, 40:] *= 10
    figures = made.posts["reactions"].to_numpy()
    after = made.posts["week"].to_numpy() >= FIRST + 40
    posts = made.posts.set_column(2, "reactions", pa.array(np.where(after, 10, 1) * figures))
    cut = Planner(made.panel, posts, 0.95, made.rng, dict.fromkeys(("c0", "c1", "c2"), 40))
    past = cut._weeks(("c0", "c1", "c2"), "reactions")
    assert past.values.shape == (3, 40)
    assert (past.values == made.panel.mean("reactions")[:, :40]).all()
    alone = cut._posts(("c0",), "reactions")
    assert alone.values["c0"].tolist() == figures[: 40 * 40].tolist()
    assert alone.rate == {"c0": 40.0}


def test_one_early_change_does_not_cut_the_past_of_the_others() -> None:
    made = planner(weeks=60)
    made.changed = {"c0": 3, "c1": 50}
    past = made._weeks(("c0", "c1", "c2"), "reactions")
    # 3 weeks of three channels, 50 of two or 60 of one: 50 of two are the most.
    assert (past.units, past.values.shape) == (("c1", "c2"), (2, 50))
    made.changed = {"c0": -2}
    assert made._posts(("c0", "c1"), "reactions").rate == {"c1": 40.0}
    settling, _ = made.settling("latency", ("c0",), "reactions", 0.1)
    assert settling.detectable.reason == "no channel has a week before its first change"


def test_the_first_change_of_a_channel_counts() -> None:
    made = planner(weeks=30)
    monday = FIRST * 7 + 4
    changes = [(monday + 70, ("c0", "c1")), (monday + 22, ("c1",)), (monday - 1, ("c2",))]
    # The week at place 3 holds day 22: it counts as changed though it began before.
    assert first_changes(made.panel, changes) == {"c0": 10, "c1": 3, "c2": -1}


def test_a_test_says_in_what_it_would_be_seen() -> None:
    made = planner(weeks=30)
    kind, powers = made.settling("kind", ("c0",), "reactions", 0.3)
    assert kind.said.endswith("on 1 channel, seen in reactions a post")
    volume, _ = made.settling("latency", ("c0", "c1"), "publishing_volume", 0.3)
    assert volume.said.endswith("on 2 channels, seen in posts a week")
    rows = list(settling_results(kind, "a", powers))
    assert len(rows) == 1 + len(powers)
    assert all("outcome=reactions" in str(row.dims["params"]).split(";") for row in rows)
