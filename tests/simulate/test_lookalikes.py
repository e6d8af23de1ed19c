"""Organic look-alikes: they share in step, as stated, and belong to no group."""

import numpy as np
import pytest
from tests.simulate.hand import made, pairs, plan, same

from howfar.simulate.lookalikes import BREAKING, FANS, MECHANISM, SYNDICATED, Lookalikes, kinds
from howfar.simulate.places import COUNTRIES
from howfar.simulate.posts import SHARE, Posts
from howfar.simulate.society import society

SIZE = 400_000
OURS = Lookalikes()


@pytest.fixture(scope="module")
def posts() -> Posts:
    return made(plan(MECHANISM.name, size=SIZE), MECHANISM)


def those(posts: Posts, kind: str) -> list[Posts]:
    """The posts of each event of a kind."""
    found = enumerate(kinds(plan(size=SIZE)))
    rows = [np.flatnonzero(posts["lookalike"] == i) for i, each in found if each == kind]
    return [posts.take(one) for one in rows]


def test_each_event_is_there_and_in_no_group(posts: Posts) -> None:
    table = MECHANISM.tables(plan(size=SIZE), society(plan(size=SIZE)))["lookalikes"]
    assert table["kind"].to_pylist() == [BREAKING] * 20 + [SYNDICATED] * 4 + [FANS] * 8
    assert set(posts["lookalike"].tolist()) == set(table["lookalike"].to_pylist())
    assert (posts["group"] == -1).all()


def test_breaking_stories_are_shared_once_each_within_minutes_by_those_awake(posts: Posts) -> None:
    offsets = np.array([place.offset for place in COUNTRIES])
    table = MECHANISM.tables(plan(size=SIZE), society(plan(size=SIZE)))["lookalikes"]
    broke = table["broke"].cast("int64").to_pylist()
    delays = []
    for story in those(posts, BREAKING):
        assert len(set(story["account"].tolist())) == len(story)
        assert len(set(story["object"].tolist())) == 1
        local = (story["created"] / 3.6e9 + offsets[story["country"]]) % 24
        assert (local > 6.99).all()
        minutes = (story["created"] - broke[story["lookalike"][0]]) / 6e7
        delays.append(np.log(minutes))
    every = np.concatenate(delays)
    assert len(every) > 1_000
    error = OURS.news_spread / np.sqrt(len(every))
    assert every.mean() == pytest.approx(np.log(OURS.news_minutes), abs=4 * error)
    assert every.std() == pytest.approx(OURS.news_spread, abs=4 * error)


def test_feeds_take_items_at_their_own_looks(posts: Posts) -> None:
    for wire in those(posts, SYNDICATED):
        assert (wire["object"] == wire["recycled"]).all()
        takers = len(set(wire["account"].tolist()))
        chances = takers * OURS.items
        error = np.sqrt(OURS.taken * (1 - OURS.taken) / chances)
        assert len(wire) / chances == pytest.approx(OURS.taken, abs=4 * error)
        for account in set(wire["account"].tolist()):
            # Times within the interval, from the feed's own second: publishing alone spreads them.
            second = wire["created"][wire["account"] == account] / 1e6 % OURS.interval
            angle = np.exp(2j * np.pi * second / OURS.interval)
            assert abs(angle.mean()) > 0.98
        for item in set(wire["object"].tolist()):
            when = wire["created"][wire["object"] == item]
            assert np.ptp(when) / 1e6 < OURS.interval + 60


def test_fans_react_to_their_star_with_the_stated_delay(posts: Posts) -> None:
    delays = []
    for club in those(posts, FANS):
        shares = club["relation"] == SHARE
        assert len(set(club["account"][~shares].tolist())) == 1
        assert len(set(club["account"][shares].tolist())) <= OURS.fans
        roots = club["created"][club["root"]]
        delays.append((club["created"] - roots)[shares] / 1e6)
    every = np.concatenate(delays)
    # A second to react, and times cut to seconds: both together move the mean by one second.
    error = OURS.reaction_seconds / np.sqrt(len(every))
    assert every.mean() == pytest.approx(OURS.reaction_seconds + 1, abs=4 * error)


def test_feeds_and_fans_look_like_groups_and_breaking_stories_do_not(posts: Posts) -> None:
    # Several same objects within five minutes, as a search for groups would ask.
    for wire in those(posts, SYNDICATED):
        assert len(pairs(wire, 300, 5)) > 20
    for club in those(posts, FANS):
        assert len(pairs(club, 300, 5)) > 20
    news = np.isin(posts["lookalike"], range(20))
    readers = pairs(posts.take(np.flatnonzero(news)), 300, 1)
    assert len(readers) > 1_000
    assert not pairs(posts.take(np.flatnonzero(news)), 300, 5)


def test_turned_off_there_are_none() -> None:
    assert len(made(plan(), MECHANISM)) == 0


def test_a_seed_gives_its_world_and_another_seed_another(posts: Posts) -> None:
    one = made(plan(MECHANISM.name), MECHANISM)
    assert same(one, made(plan(MECHANISM.name), MECHANISM))
    assert not same(one, made(plan(MECHANISM.name, seed=8), MECHANISM))
