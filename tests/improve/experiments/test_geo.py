"""Tests in few places: the gap by hand where the others fit exactly, power on the past."""

import numpy as np
import pytest
from tests.improve.experiments.worlds import CLUSTERS, COUNTRIES

from howfar.errors import StudyError
from howfar.improve.experiments.geo import geo_lift, geo_placebos
from howfar.improve.experiments.outcomes import Panel
from howfar.improve.experiments.placebo import frame_for
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.experiments.power import power_at, promise, smallest_effect

GEO = CLUSTERS.replace('"clusters"', '"geo"').replace("length = 20", "length = 20\ntreat = 2")


def plan_of(*changes: tuple[str, str]) -> Plan:
    text = GEO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text, "plan.toml")


def world(days: int, seed: int, noise: float = 2.0) -> Panel:
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    common = 100 * np.exp(0.2 * np.sin(at / 5)) + 10 * np.sin(2 * np.pi * at / 7)
    values = [common * (1 + n / 10) + rng.normal(0, noise, days) for n in range(12)]
    return Panel(COUNTRIES, np.array(values))


def test_the_gap_is_what_was_added_where_the_others_fit_exactly() -> None:
    plan = plan_of(("washout = 2", "washout = 0"))
    panel = world(80, 1, noise=0.0)
    before = panel.values.copy()
    panel.values[[3, 4], 60:] += 12.0
    found = geo_lift(plan, panel, ("c03", "c04"), 60, np.random.default_rng(1))
    assert found.average.value == pytest.approx(12.0, abs=1e-6)
    # Two places over twenty days.
    assert found.cumulative.value == pytest.approx(2 * 20 * 12.0, abs=1e-4)
    expected = before[[3, 4], 60:].mean()
    assert found.relative.value == pytest.approx(12.0 / expected, abs=1e-6)
    assert set(found.compared) == set(COUNTRIES) - {"c03", "c04"}
    assert found.design == "experiment"


@pytest.mark.parametrize(
    "change",
    [("draws = 399", "ridge = true"), ("draws = 399", 'permutations = "iid"\ndraws = 399')],
)
def test_other_ways_to_fit_and_to_exchange_find_it_too(change: tuple[str, str]) -> None:
    panel = world(80, 2)
    panel.values[[3, 4], 60:] *= 1.1
    found = geo_lift(plan_of(change), panel, ("c03", "c04"), 60, np.random.default_rng(1))
    assert found.relative.value == pytest.approx(0.1, abs=0.02)
    assert found.relative.low is not None
    assert found.relative.low > 0
    # Washout: the first two days since are not in the average.
    assert found.arguments["average_over"][0] == "62"


def test_power_on_the_past_keeps_the_level_and_grows() -> None:
    rng = np.random.default_rng(3)
    plan, past = plan_of(), world(220, 4, noise=4.0)
    found = geo_placebos(plan, past, frame_for(plan, past), 120, rng)
    assert len(set(found.lots)) > 10
    powers = [power_at(found, effect).value or 0.0 for effect in (0.0, 0.02, 0.1)]
    # Nine stretches of twenty days that do not overlap: the interval is that of nine tests.
    assert found.effective == 9
    none = power_at(found, 0.0)
    assert none.low is not None
    assert none.high is not None
    assert none.low <= 0.05 <= none.high
    assert none.high - none.low > 0.3
    assert powers == sorted(powers)
    assert powers[2] > 0.9
    least = smallest_effect(found).value
    assert least is not None
    assert 0 < least < 0.1


def test_the_level_holds_in_worlds_of_their_own() -> None:
    plan, rng = plan_of(), np.random.default_rng(9)
    found = 0
    for seed in range(150):
        past = world(80, 100 + seed, noise=4.0)
        found += geo_placebos(plan, past, frame_for(plan, past), 1, rng).p_at(0.0)[0] <= 0.05
    assert found / 150 <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5


def test_places_by_choice_are_the_same_in_every_simulation() -> None:
    rng = np.random.default_rng(5)
    plan = plan_of(("treat = 2", 'treated = ["c03", "c08"]'), ("draws = 399", "ridge = true"))
    found = promise(plan, world(66, 6), rng, (0.0, 0.1), sizes=False)
    assert found.lot.said == "tested by exchanging periods, not by the lot"
    assert found.curve[1].power.value == pytest.approx(1.0, abs=0.1)
    assert any("dates overlap" in note for note in found.notes)


def test_a_past_without_room_is_refused() -> None:
    plan = plan_of()
    with pytest.raises(StudyError, match="takes 60"):
        geo_placebos(
            plan, world(50, 7), frame_for(plan, world(50, 7)), 100, np.random.default_rng(1)
        )
    with pytest.raises(StudyError, match="5 periods before the start"):
        geo_lift(plan, world(30, 8), ("c01",), 5, np.random.default_rng(1))
