"""What power promises is what experiments of that kind then find, within simulation error."""

import datetime as dt
import math

import numpy as np
import pytest
from tests.improve.experiments.worlds import (
    CLUSTERS,
    COUNTRIES,
    FIRST,
    POSTS,
    SWITCHBACK,
    daily,
    switched,
    table,
)

from howfar.errors import StudyError
from howfar.improve.experiments.analyse import analyse
from howfar.improve.experiments.compare import autocorrelation, layouts
from howfar.improve.experiments.outcomes import Panel, Posts, panel_of, posts_of
from howfar.improve.experiments.placebo import placebos
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.experiments.power import cost_of, power_at, promise, share, smallest_effect
from howfar.improve.experiments.register import register
from howfar.study.panel_table import parse_panel

RUNS = 120
DAYS = 60
CHANNELS = ("nordwelle", "ostfunk")


def past_of(plan: Plan, days: int, rng: np.random.Generator) -> Panel:
    series = daily(plan.lot.units, days, rng)
    return Panel(plan.lot.units, np.array(list(series.values())))


def test_share_is_wilsons() -> None:
    found = share(0.8, 10)
    # Wilson by hand: (.8 + .19207) / 1.38415 -+ .. = .490 to .943.
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize("effect", [0.0, 0.2])
def test_a_switchback_finds_as_often_as_promised(effect: float) -> None:
    """The past of 600 days promises; then 120 new worlds are registered, run and analysed.

    Trend, weekly season and autocorrelation in both. Found and promised may differ by three
    standard errors of both simulations.
    """
    rng = np.random.default_rng(11)
    plan = parse_plan(SWITCHBACK, "plan.toml")
    past = past_of(plan, 600, rng)
    promised = power_at(placebos(plan, past, 400, rng), effect).value
    assert promised is not None
    if effect == 0.0:
        assert promised < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    found = covered = 0
    for run in range(RUNS):
        made = register(SWITCHBACK, "p", past, on=dt.date(2023, 12, 1), seed=run, howfar="0")
        arms = switched(made.schedule.rows(), DAYS, 3)
        world = {name: np.round(values * (1 + effect * arms[name]))
                 for name, values in daily(CHANNELS, DAYS, rng).items()}  # fmt: skip
        data = parse_panel(table(world, "channel", "date", FIRST, arms), "d", "date", "channel")
        done = analyse(made.text, "r", data, deposited=made.sha256)
        found += done.p <= 0.05
        relative = done.effect.relative
        assert relative.low is not None
        assert relative.high is not None
        covered += relative.low <= effect <= relative.high
        # The interval and the test are one.
        assert (done.p <= 0.05) == (relative.low > 0 or relative.high < 0)
    error = math.sqrt(promised * (1 - promised) * (1 / 400 + 1 / RUNS)) + 1 / RUNS
    assert abs(found / RUNS - promised) <= 3 * error
    assert covered / RUNS >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.parametrize("scale", ["ratio", "difference", "log"])
def test_posts_and_clusters_keep_the_level_and_grow_with_the_effect(scale: str) -> None:
    rng = np.random.default_rng(12)
    posts = POSTS.replace("[columns]", f'scale = "{scale}"\n[columns]', 1)
    clusters = CLUSTERS.replace("[columns]", f'scale = "{scale}"\n[columns]', 1)
    for text in (posts, clusters):
        plan = parse_plan(text, "plan.toml")
        if plan.design == "posts":
            values = {name: 1.0 + rng.negative_binomial(2, 0.1, 900) for name in CHANNELS}
            past: Posts | Panel = Posts(values, {n: np.empty((900, 0)) for n in values},
                                        dict.fromkeys(values, 2.0))  # fmt: skip
        else:
            past = past_of(plan, 400, rng)
        found = placebos(plan, past, 300, rng)
        powers = [power_at(found, effect).value or 0.0 for effect in (0.0, 0.1, 0.3, 1.0)]
        assert powers[0] <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)
        assert powers == sorted(powers)
        # Countries of unlike sizes are unlike in units, and alike on the scale log only.
        assert powers[-1] > (0.9 if scale == "log" or plan.design == "posts" else 0.7)


def test_the_smallest_effect_has_the_target_power() -> None:
    rng = np.random.default_rng(13)
    plan = parse_plan(SWITCHBACK, "plan.toml")
    found = placebos(plan, past_of(plan, 600, rng), 300, rng)
    least = smallest_effect(found)
    assert least.value is not None
    assert (power_at(found, least.value).value or 0) >= 0.8
    assert (power_at(found, 0.97 * least.value).value or 0) < 0.8
    assert least.low is not None
    assert least.low <= least.value
    down = plan.model_copy(update={"test": plan.test.model_copy(update={"side": "less"})})
    decline = smallest_effect(placebos(down, past_of(plan, 600, rng), 300, rng)).value
    assert decline is not None
    assert -0.9 < decline < 0


def test_promise_tells_size_length_and_cost() -> None:
    rng = np.random.default_rng(14)
    plan = parse_plan(POSTS.replace("effect = 0.5", "effect = 0.4\nsimulations = 200"), "plan.toml")
    values = {name: rng.negative_binomial(2, 0.1, 900).astype(float) for name in CHANNELS}
    past = Posts(values, {n: np.empty((900, 0)) for n in values}, {"nordwelle": 2, "ostfunk": 3})
    found = promise(plan, past, rng)
    planned = next(one for one in found.sizes if one.units == 64)
    # 40 posts at 2 a day; 100 + 10 for each of 32 + 1 for each of 20 days.
    assert planned.periods == 20
    assert planned.cost == 100 + 320 + 20
    assert cost_of(plan, past) == 440
    assert found.needed is not None
    assert (found.needed.power.value or 0) >= 0.8
    smaller = [one for one in found.sizes if one.units < found.needed.units]
    assert all((one.power.value or 0) < 0.8 for one in smaller)
    detectable = [one.detectable.value or 99 for one in found.sizes]
    assert detectable[0] > detectable[-1]


def test_a_short_past_is_refused_or_told() -> None:
    rng = np.random.default_rng(15)
    plan = parse_plan(SWITCHBACK, "plan.toml")
    with pytest.raises(StudyError, match="59 periods and the experiment takes 60"):
        placebos(plan, past_of(plan, 59, rng), 100, rng)
    found = promise(plan, past_of(plan, 100, rng), rng, (0.0,), sizes=False)
    assert any("rests on few" in note for note in found.notes)


def test_a_past_that_a_unit_is_missing_from_is_refused() -> None:
    rng = np.random.default_rng(15)
    plan = parse_plan(CLUSTERS, "plan.toml")
    past = past_of(plan, 300, rng)
    past.values[1, 10:] = np.nan
    with pytest.raises(StudyError, match="of 60 experiments on the past could not be judged"):
        placebos(plan, past, 60, rng)


def test_layouts_are_set_side_by_side() -> None:
    rng = np.random.default_rng(16)
    plan = parse_plan(SWITCHBACK.replace("effect = 0.3", "simulations = 100"), "plan.toml")
    past = past_of(plan, 300, rng)
    made = layouts(plan, past, rng)
    assert [one.chosen for one in made].count(True) == 1
    assert all(one.periods is not None and 54 <= one.periods <= 60 for one in made)
    alike = autocorrelation(past)
    assert alike is not None
    assert 0.3 < alike < 0.7
    assert autocorrelation(Posts({}, {}, {})) is None


def test_the_past_is_read_from_tables() -> None:
    rng = np.random.default_rng(17)
    plan = parse_plan(CLUSTERS, "plan.toml")
    series = daily(COUNTRIES, 70, rng)
    text = table(series, "country", "day")
    panel = panel_of(plan, parse_panel(text, "past.csv", "day", "country"), plan.lot.units)
    assert panel.values.shape == (12, 70)
    assert panel.values[3].tolist() == series["c03"].tolist()
    short = "\n".join(line for line in text.splitlines() if not line.startswith("c11"))
    fewer = parse_panel(short, "past.csv", "day", "country")
    with pytest.raises(StudyError, match='no unit "c11"'):
        panel_of(plan, fewer, plan.lot.units)
    posts = parse_plan(POSTS, "plan.toml")
    rows = ["channel,date,reactions", "nordwelle,2024-01-02,5", "nordwelle,2024-01-01,4",
            "ostfunk,2024-01-01,", "ostfunk,2024-01-01,1", "ostfunk,2024-01-02,2"]  # fmt: skip
    found = posts_of(posts, parse_panel("\n".join(rows), "past.csv", "date", repeated=True))
    assert found.values["nordwelle"].tolist() == [4, 5]
    assert found.values["ostfunk"].tolist() == [1, 2]
    assert found.rate == {"nordwelle": 1.0, "ostfunk": 1.0}
    few = parse_panel("\n".join(rows[:3]), "past.csv", "date", repeated=True)
    with pytest.raises(StudyError, match='0 posts of the stratum "ostfunk"'):
        posts_of(posts, few)
