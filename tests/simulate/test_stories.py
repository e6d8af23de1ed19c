"""Dormant stories: an oracle that reads links and times finds when and where they come back."""

import numpy as np
import pyarrow as pa
import pytest
from tests.simulate.hand import crowd, made, plan, same

from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import DAY
from howfar.simulate.posts import Posts, together
from howfar.simulate.society import society
from howfar.simulate.stories import MECHANISM, Stories


def returns(posts: Posts, days: float) -> dict[int, tuple[str, int, float]]:
    """By object: platform and time of a burst on another platform after so many quiet days."""
    found = {}
    number, counts = np.unique(posts["object"], return_counts=True)
    for each in number[counts >= 60].tolist():
        rows = np.flatnonzero(posts["object"] == each)
        rows = rows[np.argsort(posts["created"][rows], kind="stable")]
        where, when = posts["platform"][rows], posts["created"][rows]
        old = where == where[0]
        if old.all():
            continue
        woke = when[~old].min()
        # The first platform's own burst: the first nine tenths of its posts.
        faded = np.quantile(when[old], 0.9)
        if woke - faded >= days * DAY:
            found[each] = (PLATFORMS[where[~old][0]], int(woke), (woke - when[0]) / DAY)
    return found


def planted(table: pa.Table) -> dict[int, tuple[str, int, float]]:
    life = Stories().life
    return {
        row["story"]: (
            row["back"],
            int(row["woke"].timestamp() * 1e6),
            row["sleep_days"] + life,
        )
        for row in table.to_pylist()
        if row["woke"] is not None
    }


def test_stories_come_back_when_and_where_planted() -> None:
    world = plan(MECHANISM.name, size=200_000)
    posts = together([made(world, MECHANISM), crowd(world, 20_000)])
    table = MECHANISM.tables(world, society(world))["stories"]
    truth = planted(table)
    assert len(truth) == 6
    assert table.num_rows == 8
    found = returns(posts, 14)
    assert found.keys() == truth.keys()
    for story, (platform, woke, days) in truth.items():
        assert (
            found[story][0]
            == platform
            != table["platform"][story - min(table["story"].to_pylist())].as_py()
        )
        assert found[story][1] == woke
        assert found[story][2] == pytest.approx(days, abs=1e-9)


def test_turned_off_nothing_comes_back() -> None:
    world = plan(size=200_000)
    assert not returns(together([made(world, MECHANISM), crowd(world, 20_000)]), 14)


def test_a_life_decays_and_ends_as_stated() -> None:
    world = plan(MECHANISM.name, size=1_000_000)
    posts = made(world, MECHANISM)
    settings, delays = Stories(), []
    for row in MECHANISM.tables(world, society(world))["stories"].to_pylist():
        mine = (posts["story"] == row["story"]) & (
            posts["platform"] == PLATFORMS.index(row["platform"])
        )
        delay = (posts["created"][mine] - int(row["began"].timestamp() * 1e6)) / DAY
        first = delay[delay <= settings.life]
        assert len(first) == row["posts_first"]
        assert (delay > settings.life).sum() <= 20  # the trickle: 4.5 posts in 90 days
        delays.append(first[1:])
    every = np.concatenate(delays)
    # Mean of an exponential cut at its life: decay - life / (exp(life / decay) - 1).
    mean = settings.decay - settings.life / np.expm1(settings.life / settings.decay)
    assert every.mean() == pytest.approx(mean, abs=4 * every.std() / np.sqrt(len(every)))


def test_a_window_too_short_for_a_sleep_says_that_it_does_not_come_back() -> None:
    world = plan(MECHANISM.name)
    world = type(world)(7, 100_000, "test", world.mechanisms, days=40)
    table = MECHANISM.tables(world, society(world))["stories"]
    assert [s is not None for s in table["sleep_days"].to_pylist()] == [False, False, True, False]
    assert len(made(world, MECHANISM)) > 0


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    one = made(plan(MECHANISM.name), MECHANISM)
    assert same(one, made(plan(MECHANISM.name), MECHANISM))
    assert not same(one, made(plan(MECHANISM.name, seed=8), MECHANISM))
