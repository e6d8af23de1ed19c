"""What came back, analysed as registered: grades, deviations, and who saw what."""

import datetime as dt

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
from howfar.improve.experiments.analyse import Analysis, analyse
from howfar.improve.experiments.design import schedule_of
from howfar.improve.experiments.outcomes import Panel, Posts
from howfar.improve.experiments.plan import parse_plan
from howfar.improve.experiments.register import Registration, register, sha256_of
from howfar.study.panel_table import parse_panel

ON = dt.date(2023, 12, 1)
CHANNELS = ("nordwelle", "ostfunk")


def posts_past() -> Posts:
    rng = np.random.default_rng(1)
    values = {name: rng.negative_binomial(2, 0.1, 300).astype(float) for name in CHANNELS}
    return Posts(values, {n: np.empty((300, 0)) for n in values}, dict.fromkeys(values, 2.0))


def registered(text: str, seed: int = 3) -> Registration:
    if 'design = "posts"' in text:
        return register(text, "p", posts_past(), on=ON, seed=seed, howfar="0.1")
    plan = parse_plan(text, "p")
    series = daily(plan.lot.units, 200, np.random.default_rng(2))
    past = Panel(plan.lot.units, np.array(list(series.values())))
    return register(text, "p", past, on=ON, seed=seed, howfar="0.1")


def posts_data(made: Registration, effect: float = 1.0, **more: object) -> list[dict[str, object]]:
    rng = np.random.default_rng(5)
    rows = []
    for unit, _, arm in made.schedule.rows():
        y = int(rng.negative_binomial(2, 0.1))
        y = round(y * (1 + effect)) if arm == "change" else y
        rows.append({"unit": unit, "date": "2024-01-05", "reactions": y, "arm": arm, **more})
    return rows


def of_posts(text: str, rows: list[dict[str, object]], deposited: str | None) -> Analysis:
    head = list(rows[0])
    lines = [",".join(head), *(",".join(str(row[name]) for name in head) for row in rows)]
    time = "date" if "date" in head else None
    data = parse_panel("\n".join(lines), "data.csv", time, "unit", repeated=True)
    return analyse(text, "r", data, deposited=deposited)


def state(found: Analysis) -> dict[str, bool | None]:
    return {check.id: check.passed for check in found.effect.checks}


def test_registration_is_the_plan_with_the_lot_and_its_hash() -> None:
    made = registered(POSTS)
    assert made.text.startswith(POSTS.rstrip("\n"))
    assert made.sha256 == sha256_of(made.text)
    assert schedule_of(made.plan, "r").rows() == made.schedule.rows()
    # Rows of four posts in order: two of each four get the change.
    assert made.schedule.arms.reshape(-1, 4).sum(axis=1).tolist() == [2] * 16
    assert registered(POSTS).sha256 == made.sha256
    assert registered(POSTS, seed=4).sha256 != made.sha256
    with pytest.raises(StudyError, match="registered already"):
        register(made.text, "p", posts_past(), on=ON, seed=3, howfar="0.1")
    with pytest.raises(StudyError, match="not registered"):
        schedule_of(parse_plan(POSTS, "p"), "p")


def test_a_lot_that_can_find_nothing_is_not_registered() -> None:
    small = POSTS.replace("nordwelle = 40, ostfunk = 24", "nordwelle = 4")
    with pytest.raises(StudyError, match=r"smallest p .* is 0.33, above 0.05"):
        registered(small)


def test_pairs_are_those_most_alike_in_the_past() -> None:
    made = registered(CLUSTERS)
    strata = {unit: stratum for unit, stratum, _ in made.schedule.rows()}
    # Levels grow from c00 to c11, so neighbours are alike.
    assert all(strata[f"c{n:02}"] == strata[f"c{n + 1:02}"] for n in range(0, 12, 2))
    assert made.schedule.arms.reshape(6, 2).sum(axis=1).tolist() == [1] * 6


def test_an_experiment_that_was_kept_to_has_grade_a() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    found = of_posts(made.text, rows, made.sha256)
    arms = np.array([row["arm"] == "change" for row in rows])
    y = np.array([row["reactions"] for row in rows], dtype=float)
    assert found.effect.relative.value == pytest.approx(y[arms].mean() / y[~arms].mean() - 1)
    assert found.effect.average.value == pytest.approx(y[arms].mean() - y[~arms].mean())
    assert found.effect.cumulative.value == pytest.approx(32 * (y[arms].mean() - y[~arms].mean()))
    assert found.effect.grade == "A"
    assert found.deviations == ()
    assert found.p < 0.05


def test_the_same_data_give_the_same_answer() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    one, other = (of_posts(made.text, rows, made.sha256) for _ in range(2))
    turned = of_posts(made.text, rows[::-1], made.sha256)
    assert one.effect.relative == other.effect.relative
    assert turned.effect.relative.value == pytest.approx(one.effect.relative.value)
    assert turned.p == one.p


def test_who_got_the_other_arm_counts_as_the_lot_gave_it() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    plain = of_posts(made.text, rows, made.sha256)
    first = rows[0]
    first["arm"] = "control" if first["arm"] == "change" else "change"
    found = of_posts(made.text, rows, made.sha256)
    assert found.effect.average == plain.effect.average
    assert "nordwelle/01 got the other arm" in found.deviations[0].said
    assert found.deviations[0].serious
    assert state(found)["lot-followed"] is False
    assert not found.effect.verified
    assert found.effect.grade == "C"


def test_every_deviation_is_listed() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    rows[2]["reactions"] = ""
    rows.append({"unit": "nordwelle/99", "date": "2024-01-09", "reactions": 4, "arm": "change"})
    rows.pop(10)
    said = [one.said for one in of_posts(made.text, rows, made.sha256).deviations]
    assert "no outcome of nordwelle/03, nordwelle/11; left out" in said
    assert "nordwelle/99 not registered; left out" in said
    # A post lost here and there is no reason to doubt the rest; eight of one arm are.
    assert of_posts(made.text, rows, made.sha256).effect.grade == "A"
    fewer = [row for row in rows if row["arm"] == "control" or str(row["unit"])[-2:] > "20"]
    lost = of_posts(made.text, fewer, made.sha256)
    assert state(lost)["all-returned"] is False
    assert lost.effect.grade == "C"


def test_without_a_column_of_arms_there_is_no_grade_a() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    for row in rows:
        del row["arm"]
    found = of_posts(made.text, rows, made.sha256)
    assert state(found)["lot-followed"] is None
    assert found.effect.grade == "B"


def test_a_registration_that_was_changed_or_late_lowers_the_grade() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    changed = made.text.replace("draws = 399", "draws = 499")
    assert state(of_posts(changed, rows, made.sha256))["registered"] is False
    assert of_posts(changed, rows, made.sha256).effect.grade == "C"
    assert of_posts(made.text, rows, None).effect.grade == "C"
    late = made.text.replace("on = 2023-12-01", "on = 2024-01-06")
    found = of_posts(late, rows, sha256_of(late))
    assert state(found)["registered"] is False
    assert "after the first outcomes" in next(
        check.said for check in found.effect.checks if check.id == "registered"
    )


def test_a_split_test_of_a_platform_has_to_show_that_it_reached_the_same_people() -> None:
    text = POSTS.replace("[columns]", '[delivery]\nby = "platform"\n\n[columns]').replace(
        'stratum = "channel"', 'stratum = "channel"\naudience = ["young", "old"]'
    )
    made = registered(text)
    even = posts_data(made)
    rng = np.random.default_rng(8)
    for row in even:
        row["young"], row["old"] = 500 + int(rng.integers(40)), 500 + int(rng.integers(40))
    found = of_posts(made.text, even, made.sha256)
    assert state(found)["delivery"] is True
    assert found.effect.grade == "A"
    for row in even:
        row["young"] = int(str(row["young"])) + (400 if row["arm"] == "change" else 0)
    skewed = of_posts(made.text, even, made.sha256)
    assert state(skewed)["delivery"] is False
    assert not skewed.effect.verified
    assert skewed.effect.grade == "C"
    silent = registered(text.replace('\naudience = ["young", "old"]', ""))
    found = of_posts(silent.text, posts_data(silent), silent.sha256)
    assert state(found)["delivery"] is None
    assert found.effect.randomised
    assert not found.effect.verified
    assert found.effect.grade == "B"


def test_covariates_sharpen_and_unlike_arms_are_told() -> None:
    text = POSTS.replace('stratum = "channel"', 'stratum = "channel"\ncovariates = ["usual"]')
    rng = np.random.default_rng(9)
    values = {name: rng.negative_binomial(2, 0.1, 300).astype(float) for name in CHANNELS}
    past = Posts(values, {n: v[:, None] for n, v in values.items()}, dict.fromkeys(values, 2.0))
    made = register(text, "p", past, on=ON, seed=3, howfar="0.1")
    rows = posts_data(made, effect=0.0)
    for row in rows:
        row["usual"] = int(str(row["reactions"])) + int(rng.integers(3))
    sharp = of_posts(made.text, rows, made.sha256)
    plain_text = registered(POSTS)
    plain = of_posts(plain_text.text, posts_data(plain_text, effect=0.0), plain_text.sha256)
    wide = [
        (one.effect.average.high or 0) - (one.effect.average.low or 0) for one in (sharp, plain)
    ]
    assert wide[0] < wide[1] / 3
    assert state(sharp)["balance"] is True
    for row in rows:
        row["usual"] = int(str(row["usual"])) + (60 if row["arm"] == "change" else 0)
    assert state(of_posts(made.text, rows, made.sha256))["balance"] is False


def test_clusters_and_their_periods() -> None:
    made = registered(CLUSTERS)
    rng = np.random.default_rng(10)
    world = daily(COUNTRIES, 80, rng)
    arms = {}
    for unit, _, arm in made.schedule.rows():
        arms[unit] = np.where(np.arange(80) >= 60, float(arm == "change"), 0.0)
        world[unit] = np.round(world[unit] * (1 + 0.5 * arms[unit]))
    data = parse_panel(table(world, "country", "day", 0, arms), "d", "day", "country")
    found = analyse(made.text, "r", data, deposited=made.sha256)
    assert found.effect.grade == "A"
    relative = found.effect.relative
    assert relative.low is not None
    assert relative.high is not None
    assert 0 < relative.low < 0.5 < relative.high
    assert [one.relative for one in found.effect.periods] == list(range(-60, 20))
    # What was counted with the change, less what it would have been without, over 18 days.
    seen = sum(world[unit][62:].sum() for unit, arm in arms.items() if arm.any())
    part = (relative.value or 0) / (1 + (relative.value or 0))
    assert found.effect.cumulative.value == pytest.approx(seen * part)
    assert found.effect.average.value == pytest.approx(seen * part / (6 * 18))
    # Twenty days after it ended are left out; ten days too few are told.
    short = parse_panel(
        table({n: v[:70] for n, v in world.items()}, "country", "day", 0, arms), "d", "day",
        "country",
    )  # fmt: skip
    early = analyse(made.text, "r", short, deposited=made.sha256)
    assert "the data end 10 periods before the registered end" in early.deviations[0].said
    assert early.effect.grade == "C"


def test_what_a_block_leaves_behind_is_told() -> None:
    text = SWITCHBACK.replace("washout = 1", "washout = 0").replace("blocks = 20", "blocks = 60")
    made = registered(text.replace("length = 3", "length = 1"))
    rng = np.random.default_rng(12)
    arms = switched(made.schedule.rows(), 60, 1)
    world = {name: 100 + rng.normal(0, 3, 60) for name in CHANNELS}
    for name in CHANNELS:
        world[name] += 30 * arms[name]
    for trace, passed in ((0.0, True), (25.0, False)):
        given = {n: v + trace * np.append(0, arms[n][:-1]) for n, v in world.items()}
        data = parse_panel(table(given, "channel", "date", FIRST, arms), "d", "date", "channel")
        found = analyse(made.text, "r", data, deposited=made.sha256)
        assert state(found)["carry-over"] is passed


GEO = CLUSTERS.replace('"clusters"', '"geo"').replace("length = 20", "length = 20\ntreat = 2")


@pytest.mark.parametrize(("lot", "grade"), [("treat = 2", "A"), ('treated = ["c03", "c08"]', "B")])
def test_a_geo_test_by_lot_and_by_choice(lot: str, grade: str) -> None:
    made = registered(GEO.replace("treat = 2", lot))
    rng = np.random.default_rng(13)
    common = 100 * np.exp(0.2 * np.sin(np.arange(80) / 5))
    world, arms = {}, {}
    for n, (unit, _, arm) in enumerate(made.schedule.rows()):
        arms[unit] = np.where(np.arange(80) >= 60, float(arm == "change"), 0.0)
        base = common * (1 + n / 10) + rng.normal(0, 2, 80)
        world[unit] = base * (1 + 0.1 * arms[unit])
    data = parse_panel(table(world, "country", "day", 0, arms), "d", "day", "country")
    found = analyse(made.text, "r", data, deposited=made.sha256)
    assert found.effect.design == "experiment"
    assert found.effect.relative.value == pytest.approx(0.1, abs=0.02)
    assert found.effect.grade == grade
    assert found.effect.randomised == (grade == "A")
    assert found.p <= 0.05


def test_figures_that_a_scale_cannot_take_are_told() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    nothing = [row | {"reactions": 0 if row["arm"] == "change" else 5} for row in rows]
    found = of_posts(made.text, nothing, made.sha256).effect
    assert found.relative.reason == "nothing was counted with the change"
    assert found.average.value == pytest.approx(-5)
    below = [row | {"reactions": -1} for row in rows[:3]] + rows[3:]
    with pytest.raises(StudyError, match="3 outcomes lie below 0 and have no ratio"):
        of_posts(made.text, below, made.sha256)
    log = registered(POSTS.replace("[columns]", 'scale = "log"\n[columns]', 1))
    with pytest.raises(StudyError, match="are not positive and have no logarithm"):
        of_posts(log.text, nothing, log.sha256)
    positive = [row | {"reactions": int(str(row["reactions"])) + 1} for row in rows]
    found = of_posts(log.text, positive, log.sha256).effect
    arms = np.array([row["arm"] == "change" for row in positive])
    logs = np.log([float(str(row["reactions"])) for row in positive])
    assert found.relative.value == pytest.approx(np.expm1(logs[arms].mean() - logs[~arms].mean()))
    assert found.cumulative.status == "not_measured"


def test_wrong_data_are_refused_with_their_lines() -> None:
    made = registered(POSTS)
    rows = posts_data(made)
    rows[4]["arm"] = "both"
    with pytest.raises(StudyError, match=r'data.csv:6: arm: "both" is no arm'):
        of_posts(made.text, rows, None)
    one_arm = [row for row in posts_data(made) if row["arm"] == "change"]
    with pytest.raises(StudyError, match="no stratum has units of both arms"):
        of_posts(made.text, one_arm, None)
