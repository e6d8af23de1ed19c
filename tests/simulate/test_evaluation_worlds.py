"""In a whole world: precedence and effects come back beside rhythm, news and spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from tests.simulate.hand import same

from howfar.simulate.agenda import AgendaSettings
from howfar.simulate.background import rates
from howfar.simulate.making import finished, parts
from howfar.simulate.places import TOPICS
from howfar.simulate.plain import ours, plain
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts, together
from howfar.simulate.practice import FIGURE, VOLUME, changes, kept, without
from howfar.simulate.scenarios import scenarios
from howfar.simulate.society import Society, society


def world(name: str, size: int) -> tuple[Plan, Society, Posts]:
    plan = Plan(3, size, name, scenarios()[name].mechanisms)
    people = society(plan)
    made = [finished(plan, people, place, part) for place, part in enumerate(parts(plan, people))]
    return plan, people, together(made)


def originals_of_channels(name: str, size: int) -> tuple[Plan, Society, Posts]:
    """As world, but only what channels wrote themselves, which takes little memory."""
    plan = Plan(3, size, name, scenarios()[name].mechanisms)
    people = society(plan)
    made = []
    for place, part in enumerate(parts(plan, people)):
        posts = finished(plan, people, place, part)
        own = (posts["parent"] < 0) & (posts["account"] < len(people.channels))
        made.append(posts.take(np.flatnonzero(own)))
    return plan, people, together(made)


def precedence(plan: Plan, people: Society, posts: Posts, topic: str) -> float:
    """What ours of three days ago add to others of today beyond their yesterday, in errors."""
    settings = AgendaSettings()
    counted = plain(posts) & (posts["news"] < 0)
    ours_ = ours(people)[posts["account"]]
    day = (posts["created"] - plan.begins) // DAY
    pair = [TOPICS.index(t) for t in (settings.led, settings.free)]
    series = []
    for side in (ours_, ~ours_):
        rows = counted & side
        on = np.bincount(day[rows & (posts["topic"] == TOPICS.index(topic))], minlength=plan.days)
        off = np.bincount(day[rows & ~np.isin(posts["topic"], pair)], minlength=plan.days)
        log = np.log((on + 0.5) / (off + 0.5))
        series.append(log - log.mean())
    x, y = series
    design = np.column_stack([y[2:-1], x[:-3]])
    found, residual, *_ = np.linalg.lstsq(design, y[3:], rcond=None)
    error = np.sqrt(np.linalg.inv(design.T @ design)[1, 1] * residual[0] / (len(design) - 2))
    return float(found[1] / error)


def test_who_leads_is_found_and_not_where_nobody_does() -> None:
    told = world("agenda", 200_000)
    assert precedence(*told, "trade") > 6
    assert abs(precedence(*told, "culture")) < 3.5


def test_without_the_mechanism_nobody_leads() -> None:
    assert abs(precedence(*world("plain", 200_000), "trade")) < 3.5


def effects_found(
    plan: Plan, people: Society, posts: Posts, size: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Effects on figures and on volume of the channels with this planted effect, and errors.

    Volume: posts over what the background's rates and the planted levels without the change
    expect. Figures: means of logarithms, the planted levels taken off.
    """
    channels, days = len(people.channels), plan.days
    hourly = rates(plan, people, np.arange(days * 24), "channels")
    expected = hourly.reshape(days, 24, channels).sum(axis=1).T
    base = without(plan, people)
    rows = np.flatnonzero(plain(posts) & (posts["account"] < channels) & (posts["views"] > 0))
    account = posts["account"][rows]
    day = (posts["created"][rows] - plan.begins) // DAY
    views = np.log(posts["views"][rows]) - base[FIGURE, account, day]
    counts = np.zeros((2, 2))
    logs: list[list[npt.NDArray[np.float64]]] = [[], []]
    for change in changes(plan, people):
        own = account == change.account
        if change.figures == size:
            centred = views - np.log(people.channels[change.account].reach)
            for after in (0, 1):
                logs[after].append(centred[own & ((day >= change.day) == bool(after))])
        if change.volume == size:
            level = expected[change.account] * np.exp(base[VOLUME, change.account])
            for after, span in enumerate((slice(change.day), slice(change.day, days))):
                counts[after, 0] += (own & ((day >= change.day) == bool(after))).sum()
                counts[after, 1] += level[span].sum()
    before, after = (np.concatenate(one) for one in logs)
    figures = np.exp(after.mean() - before.mean()) - 1
    rate = counts[:, 0] / counts[:, 1]
    spread = np.sqrt(after.var() / len(after) + before.var() / len(before))
    errors = [(1 + figures) * spread, rate[1] / rate[0] * np.sqrt((1 / counts[:, 0]).sum())]
    return np.array([figures, rate[1] / rate[0] - 1]), np.array(errors)


@pytest.fixture(scope="module")
def practised() -> tuple[Plan, Society, Posts]:
    return originals_of_channels("practice", 900_000)


@pytest.mark.parametrize("size", [0.0, 0.05, 0.20])
def test_effects_come_back_beside_all_else(
    practised: tuple[Plan, Society, Posts], size: float
) -> None:
    found, error = effects_found(*practised, size)
    assert (error < 0.03).all()
    assert (np.abs(found - size) < 4 * error).all()


def test_volumes_are_what_rates_and_levels_say(practised: tuple[Plan, Society, Posts]) -> None:
    plan, people, posts = practised
    channels = len(people.channels)
    hourly = rates(plan, people, np.arange(plan.days * 24), "channels")
    daily = hourly.reshape(plan.days, 24, channels).sum(axis=1).T
    expected = (daily * kept(plan, people)).sum(axis=1)
    rows = plain(posts) & (posts["account"] < channels)
    counted = np.bincount(posts["account"][rows], minlength=channels)
    assert (np.abs(counted - expected) < 4.5 * np.sqrt(expected)).all()


def test_without_the_mechanism_the_effect_is_gone() -> None:
    plan, people, posts = originals_of_channels("plain", 400_000)
    channels = len(people.channels)
    rows = plain(posts) & (posts["account"] < channels)
    day = (posts["created"] - plan.begins) // DAY
    daily = rates(plan, people, np.arange(plan.days * 24), "channels")
    daily = daily.reshape(plan.days, 24, channels).sum(axis=1).T
    counts = np.zeros((2, 2))
    for change in changes(plan, people):
        if change.volume == 0.20:
            own = rows & (posts["account"] == change.account)
            for after, span in enumerate((slice(change.day), slice(change.day, plan.days))):
                counts[after, 0] += (own & ((day >= change.day) == bool(after))).sum()
                counts[after, 1] += daily[change.account, span].sum()
    rate = counts[:, 0] / counts[:, 1]
    error = np.sqrt((1 / counts[:, 0]).sum())
    assert rate[1] / rate[0] - 1 == pytest.approx(0, abs=4 * error)
    assert error < 0.03


def test_captured_or_not_a_world_has_the_same_posts() -> None:
    _, _, whole = world("plain", 20_000)
    _, _, held = world("capture", 20_000)
    assert whole["captured"].all()
    assert 0.2 < held["captured"].mean() < 0.7
    assert same(held.with_columns(captured=whole["captured"]), whole)
