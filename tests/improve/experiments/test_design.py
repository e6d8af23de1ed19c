"""Units, strata and outcomes of a lot, by hand."""

import numpy as np
import pytest
from tests.improve.experiments.worlds import CLUSTERS, POSTS, SWITCHBACK

from howfar.errors import StudyError
from howfar.improve.experiments.design import (
    block_of,
    chosen,
    draw_schedule,
    frame_of,
    schedule_of,
    tellable,
)
from howfar.improve.experiments.outcomes import Panel, of_blocks, of_clusters
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.stats.assignment import treated_sizes


def plan_of(text: str, *changes: tuple[str, str]) -> Plan:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text, "plan.toml")


def test_posts_stand_in_rows_and_a_rest_of_one_joins_the_row_before() -> None:
    frame = frame_of(plan_of(POSTS, ("nordwelle = 40, ostfunk = 24", "a = 9, b = 6")))
    assert frame.units[:2] == ("a/1", "a/2")
    assert frame.units[9] == "b/1"
    assert frame.strata == ("a 1",) * 4 + ("a 2",) * 5 + ("b 1",) * 4 + ("b 2",) * 2
    # Half of 4, of 5 rounded up, of 4, of 2.
    assert treated_sizes(frame.strata).tolist() == [2, 3, 2, 1]


def test_switchbacks_pair_neighbouring_blocks() -> None:
    frame = frame_of(plan_of(SWITCHBACK, ("blocks = 20", "blocks = 4")))
    assert frame.units[:5] == ("nordwelle/1", "nordwelle/2", "nordwelle/3", "nordwelle/4",
                               "ostfunk/1")  # fmt: skip
    assert frame.strata[:4] == ("nordwelle 1", "nordwelle 1", "nordwelle 2", "nordwelle 2")
    arms = draw_schedule(frame, np.random.default_rng(1)).arms
    assert arms.reshape(-1, 2).sum(axis=1).tolist() == [1, 1, 1, 1]
    alone = frame_of(plan_of(SWITCHBACK, ("washout = 1", "pairs = false")))
    assert set(alone.strata) == {"nordwelle", "ostfunk"}


def test_blocks_of_time_and_washouts() -> None:
    plan = plan_of(SWITCHBACK, ("blocks = 20", "blocks = 2"))
    # From step 2 on: two blocks of three periods, the first of each left out.
    found = block_of(plan, np.arange(10), 2)
    assert found.tolist() == [-1, -1, -1, 0, 0, -1, 1, 1, -1, -1]


def test_outcomes_of_blocks_by_hand() -> None:
    plan = plan_of(SWITCHBACK, ("blocks = 20", "blocks = 2"), ("[columns]", "cap = 50\n[columns]"))
    values = np.array([[9.0, 9, 1, 2, 4, 3, 60, np.nan], [9.0, 9, 0, 1, 1, 0, np.nan, np.nan]])
    found = of_blocks(plan, Panel(("nordwelle", "ostfunk"), values), 2)
    # Means of 2 and 4; of 60, which counts as 50, alone; of 1 and 1; of nothing.
    assert found.y[:3].tolist() == [3.0, 50.0, 1.0]
    assert np.isnan(found.y[3])
    assert found.periods.tolist() == [2, 1, 2, 0]


@pytest.mark.parametrize(
    ("scale", "wanted"),
    # Past means 10 and 20, tests 15 and 20; the mean unit's past is 15.
    [("ratio", [22.5, 15.0]), ("log", [22.5, 15.0]), ("difference", [20.0, 15.0])],
)
def test_clusters_are_relative_to_their_own_past(scale: str, wanted: list[float]) -> None:
    plan = plan_of(
        CLUSTERS,
        ("[columns]", f'scale = "{scale}"\n[columns]'),
        ("length = 20\nwashout = 2", "length = 2\nbefore = 2"),
    )
    values = np.array([[99.0, 9, 11, 14, 16, 99], [99.0, 20, 20, 21, 19, 99]])
    found = of_clusters(plan, Panel(("c00", "c01"), values), 3)
    assert found.y.tolist() == pytest.approx(wanted)
    assert found.seen.tolist() == [15.0, 20.0]
    assert found.past is not None
    assert found.past.tolist() == [10.0, 20.0]


def test_a_lot_says_what_it_can_tell() -> None:
    few = plan_of(CLUSTERS, ("draws = 399", "draws = 199"))
    # Six pairs: 64 assignments, and the mirror of each is as far out.
    found = tellable(few, frame_of(few))
    assert (found.units, found.changed, found.assignments) == (12, 6, 64)
    assert found.smallest_p == 2 / 64
    assert found.enough
    sharp = plan_of(CLUSTERS, ("[test]", "[test]\nconfidence = 0.99"))
    assert not tellable(sharp, frame_of(sharp)).enough


def test_pairs_without_a_past_stand_in_the_order_of_the_plan() -> None:
    plan = plan_of(CLUSTERS)
    assert frame_of(plan).strata[:4] == ("pair 1", "pair 1", "pair 2", "pair 2")
    means = {unit: float(n % 2) for n, unit in enumerate(plan.lot.units)}
    paired = dict(zip(plan.lot.units, frame_of(plan, means).strata, strict=True))
    assert paired["c01"] == paired["c03"] == "pair 1"


def test_units_by_choice_and_a_schedule_of_another_plan() -> None:
    frame = frame_of(plan_of(CLUSTERS))
    assert chosen(frame, ["c02"]).arms.tolist() == [0, 0, 1] + [0] * 9
    text = POSTS + '\n[registered]\non = 2024-01-01\nhowfar = "0"\nseed = 1\n'
    text += '[assignment]\n"nordwelle/01" = ["nordwelle 1", "change"]\n'
    plan = parse_plan(text, "r")
    with pytest.raises(StudyError, match="not those of the plan above it"):
        schedule_of(plan, "r")
