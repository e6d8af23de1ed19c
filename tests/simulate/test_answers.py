"""Answers: survival curves from the posts alone give back the latencies, censored as planted."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from tests.simulate.hand import crowd, made, plan, same

from howfar.simulate.answers import MECHANISM, Answers, Latency
from howfar.simulate.posts import Posts, together
from howfar.simulate.society import society
from howfar.study.events import Event

SIZE = 1_000_000
MANY = {"Answers": Answers(most=400)}


def waits(posts: Posts, end: int) -> dict[int, tuple[float, bool]]:
    """By story: hours to the first post of a channel, or to the window's end, and whether seen."""
    who = society(plan(size=SIZE))
    found = {}
    order = np.argsort(posts["story"], kind="stable")
    order = order[posts["story"][order] >= 0]
    for rows in np.split(order, np.flatnonzero(np.diff(posts["story"][order])) + 1):
        if not len(rows):
            continue
        when, ours = posts["created"][rows], posts["account"][rows] < len(who.channels)
        seen = bool(ours.any())
        until = when[ours].min() if seen else end
        found[int(posts["story"][rows[0]])] = ((until - when.min()) / 3.6e9, seen)
    return found


def survival(told: list[tuple[float, bool]], hours: float) -> tuple[float, float]:
    """Kaplan-Meier's share still unanswered after so many hours, and its error (Greenwood)."""
    share, variance, left = 1.0, 0.0, len(told)
    for wait, seen in sorted(told, key=lambda one: (one[0], not one[1])):
        if wait > hours:
            break
        if seen:
            share *= 1 - 1 / left
            variance += 1 / (left * (left - 1))
        left -= 1
    return share, share * math.sqrt(variance)


def test_the_share_unanswered_falls_as_the_lognormal_says() -> None:
    world = plan(MECHANISM.name, size=SIZE, **MANY)
    posts = together([made(world, MECHANISM), crowd(world, 5_000)])
    found = waits(posts, world.ends)
    table = MECHANISM.tables(world, society(world))["flares"].to_pylist()
    assert found.keys() == {row["story"] for row in table}
    for role, latency in Answers().roles.items():
        told = [found[row["story"]] for row in table if row["role"] == role]
        assert len(told) == 200
        for hours in (1.0, latency.median, latency.overall, 24.0, 96.0):
            answered = norm.cdf(math.log(hours / latency.median) / latency.spread)
            expected = 1 - (1 - latency.never) * answered
            share, error = survival(told, hours)
            assert share == pytest.approx(expected, abs=4 * error + 0.005)


def test_who_is_censored_and_who_never_answers_is_told() -> None:
    world = plan(MECHANISM.name, size=SIZE, **MANY)
    found = waits(made(world, MECHANISM), world.ends)
    table = MECHANISM.tables(world, society(world))["flares"].to_pylist()
    status = [row["status"] for row in table]
    assert all(status.count(name) > 10 for name in ("answered", "censored", "never"))
    for row in table:
        wait, seen = found[row["story"]]
        assert seen == (row["status"] == "answered")
        if seen:
            assert wait == pytest.approx(row["latency_hours"], abs=1 / 3600)
        elif row["status"] == "censored":
            assert row["latency_hours"] > wait
        else:
            assert row["latency_hours"] is None
    shares = [
        (role, np.mean([row["status"] == "never" for row in table if row["role"] == role]))
        for role in Answers().roles
    ]
    for role, share in shares:
        never = Answers().roles[role].never
        assert share == pytest.approx(never, abs=4 * math.sqrt(never * (1 - never) / 200))


def test_half_of_all_are_answered_after_the_overall_median() -> None:
    # 0.5 / (1 - 0.2) = 0.625 = Phi(0.3186), so 10 hours * exp(0.3186).
    assert Latency(10.0, 1.0, 0.2).overall == pytest.approx(10 * math.exp(0.31864), rel=1e-4)
    assert Latency(10.0, 1.0, 0.5).overall == math.inf


@pytest.mark.parametrize("named", [12, 1_000])
def test_the_study_names_onsets_as_the_table_says(named: int) -> None:
    world = plan(MECHANISM.name, Answers=Answers(named=named))
    told = [Event.model_validate(event) for event in MECHANISM.events(world, society(world))]
    flares = MECHANISM.tables(world, society(world))["flares"]
    assert [event.start for event in told] == flares.filter(flares["named"])["onset"].to_pylist()
    assert len(told) == min(named, flares.num_rows) == min(named, 40)
    assert all(event.title.startswith("Simulated") for event in told)


def test_turned_off_nobody_has_anything_to_answer() -> None:
    world = plan(size=SIZE)
    assert not waits(together([made(world, MECHANISM), crowd(world, 5_000)]), world.ends)


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    one = made(plan(MECHANISM.name), MECHANISM)
    assert same(one, made(plan(MECHANISM.name), MECHANISM))
    assert not same(one, made(plan(MECHANISM.name, seed=8), MECHANISM))
