"""Synchronised groups: an oracle that reads shares alone finds those planted and no others."""

import numpy as np
import pytest
from tests.simulate.hand import crowd, made, pairs, plan, same

from howfar.simulate.posts import SHARE, together
from howfar.simulate.society import society
from howfar.simulate.synchrony import MECHANISM, Manner, Synchrony


def test_pairs_that_share_within_minutes_are_those_planted() -> None:
    world = plan("synchrony")
    posts = together([made(world, MECHANISM), crowd(world, 20_000)])
    groups = MECHANISM.tables(world, society(world))["members"]
    of = dict(zip(groups["account"].to_pylist(), groups["group"].to_pylist(), strict=True))
    manner = Synchrony().manners
    found = pairs(posts, 90, 3)
    assert all(of.get(a) is not None and of.get(a) == of.get(b) for a, b in found)
    # Where the jitter is far below the window a pair is missed only if it joined together less
    # than three times: for 8 actions and 0.9 of each, P(Binomial(8, 0.81) < 3) = 0.001.
    for group in (0, 4):
        planted = manner[group].members * (manner[group].members - 1) // 2
        assert 0.99 * planted <= sum(of[a] == group for a, _ in found) <= planted


def test_without_groups_nobody_shares_in_step() -> None:
    world = plan()
    posts = together([made(world, MECHANISM), crowd(world, 20_000)])
    assert (posts["group"] == -1).all()
    assert not pairs(posts, 90, 2)


def test_moments_scatter_by_the_stated_jitter_and_members_join_as_often_as_stated() -> None:
    world = plan("synchrony", size=300_000)
    posts = made(world, MECHANISM)
    manners = Synchrony().manners
    for group, manner in enumerate(manners):
        rows = np.flatnonzero(posts["group"] == group)
        column = {"text": "recycled", "picture": "picture"}.get(manner.what, "object")
        what, when = posts[column][rows], posts["created"][rows] / 1e6
        _, place, number = np.unique(what, return_inverse=True, return_counts=True)
        assert len(number) == manner.objects
        assert (posts["relation"][rows] == (SHARE if manner.what == "share" else 0)).all()
        mean = np.bincount(place, when) / number
        freedom = len(rows) - manner.objects
        spread = np.sqrt(((when - mean[place]) ** 2).sum() / freedom)
        # Sampling error of a standard deviation: 1 / sqrt(2 freedom); times are whole seconds.
        assert spread == pytest.approx(manner.jitter, rel=4 / np.sqrt(2 * freedom) + 0.01)
        chances = manner.members * manner.objects
        error = np.sqrt(manner.taking_part * (1 - manner.taking_part) / chances)
        assert len(rows) / chances == pytest.approx(manner.taking_part, abs=4 * error)


def test_the_stated_part_of_what_members_post_is_their_own() -> None:
    world = plan("synchrony", size=300_000)
    posts = made(world, MECHANISM)
    table = MECHANISM.tables(world, society(world))["members"]
    assert len(set(table["account"].to_pylist())) == table.num_rows
    for group, manner in enumerate(Synchrony().manners):
        who = table["account"].to_numpy()[table["group"].to_numpy() == group]
        theirs = np.isin(posts["account"], who)
        own = theirs & (posts["group"] < 0)
        share = own.sum() / theirs.sum()
        error = np.sqrt(manner.organic * (1 - manner.organic) / theirs.sum())
        # Outsiders' and authors' draws may hit a member of another group now and then.
        assert share == pytest.approx(manner.organic, abs=4 * error + 0.01)


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    one = made(plan("synchrony"), MECHANISM)
    assert same(one, made(plan("synchrony"), MECHANISM))
    assert not same(one, made(plan("synchrony", seed=8), MECHANISM))


def test_a_small_world_has_groups_as_long_as_persons_are_left() -> None:
    world = plan("synchrony", size=1_000, Synchrony=Synchrony((Manner(20, 5, "link", 9, 1, 0.5),)))
    assert MECHANISM.parts(world, society(world)) == 2
    world = plan("synchrony", size=1_000, Synchrony=Synchrony((Manner(90, 5, "link", 9, 1, 0.5),)))
    assert MECHANISM.parts(world, society(world)) == 0
