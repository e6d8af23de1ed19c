"""Spread: branching number, delays and homophily come back from the true parents."""

import numpy as np
import numpy.typing as npt
import pytest
from tests.simulate.hand import plan, same

from howfar.simulate.background import MECHANISM as BACKGROUND
from howfar.simulate.parts import Part
from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import Plan
from howfar.simulate.posts import ORIGINAL, QUOTE, REPLY, SHARE, Posts, together
from howfar.simulate.society import society
from howfar.simulate.spread import MECHANISM, SpreadSettings

OURS = SpreadSettings()


def begotten(seconds: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Share of all offspring that are there after a time (N,) in seconds: the kernel's integral."""
    return 1.0 - (1.0 + np.asarray(seconds) / OURS.scale) ** -OURS.tail


def world(plan: Plan) -> Posts:
    who = society(plan)
    made = []
    for index in range(BACKGROUND.parts(plan, who)):
        posts = BACKGROUND.posts(plan, who, index)
        if plan.on(MECHANISM.name):
            posts = MECHANISM.change(plan, who, Part("background", index), posts)
        made.append(posts)
    return together(made)


@pytest.fixture(scope="module")
def here() -> Plan:
    return plan("background", "spread", size=200_000)


@pytest.fixture(scope="module")
def posts(here: Plan) -> Posts:
    return world(here)


def test_the_branching_number_comes_back_from_true_parents(here: Plan, posts: Posts) -> None:
    # Of the offspring of a post of age a the share F(a) is there: n = children / sum of F(a).
    rows = len(posts)
    parent = posts["parent"]
    children = np.bincount(parent[parent >= 0], minlength=rows)
    expected = begotten((here.ends - posts["created"]) / 1e6)
    for platform, planted in enumerate(OURS.branching):
        on = posts["platform"] == platform
        found = children[on].sum() / expected[on].sum()
        # Poisson about a lognormal appeal of mean 1: var = n + n^2 (exp(sd^2) - 1).
        spread = (planted + planted**2 * (np.exp(OURS.appeal**2) - 1)) ** 0.5
        assert found == pytest.approx(planted, abs=4 * spread / on.sum() ** 0.5), PLATFORMS[
            platform
        ]


def test_the_delays_have_the_planted_kernel(here: Plan, posts: Posts) -> None:
    # Parents from before the last 60 days: delays below 30 days are not cut.
    parent = posts["parent"]
    child = np.flatnonzero(parent >= 0)
    parent = parent[child]
    day = 86_400e6
    early = posts["created"][parent] < here.ends - 60 * day
    delay = (posts["created"][child] - posts["created"][parent])[early] / 1e6
    n = len(delay)
    assert n > 50_000
    whole = begotten(60 * 86_400.0)
    for seconds in (30.0, 300.0, 3_600.0, 86_400.0, 30 * 86_400.0):
        share = float(begotten(seconds) / whole)
        error = (share * (1 - share) / n) ** 0.5
        assert (delay[delay <= 60 * 86_400.0] <= seconds).mean() == pytest.approx(
            share, abs=4 * error + 1e-3
        )


def test_writers_are_near_the_parents_as_often_as_planted(here: Plan, posts: Posts) -> None:
    who = society(here)
    child = np.flatnonzero(posts["parent"] >= 0)
    parent = posts["parent"][child]
    same_country = posts["country"][child] == posts["country"][parent]
    assert (who.platform[posts["account"][child]] == posts["platform"][parent]).all()
    assert (posts["account"][child] >= len(who.channels)).all()
    # Those drawn from the language or the platform at large may be of the country by chance.
    assert same_country.mean() > OURS.near
    alike = who.language[posts["account"][child]] == who.language[posts["account"][parent]]
    assert alike.mean() > OURS.near * 0.5 + OURS.tongue * 0.5
    apart = world(
        plan("background", "spread", size=50_000, SpreadSettings=SpreadSettings(near=0, tongue=0))
    )
    child = np.flatnonzero(apart["parent"] >= 0)
    mixed = apart["country"][child] == apart["country"][apart["parent"][child]]
    assert mixed.mean() < 0.25


def test_what_is_handed_on(posts: Posts) -> None:
    child = np.flatnonzero(posts["parent"] >= 0)
    parent, root = posts["parent"][child], posts["root"][child]
    relation = posts["relation"][child]
    assert (posts["relation"][root] == ORIGINAL).all()
    assert (posts["root"][parent] == root).all()
    assert (posts["generation"][child] == posts["generation"][parent] + 1).all()
    assert (posts["created"][child] >= posts["created"][parent]).all()
    assert (posts["topic"][child] == posts["topic"][parent]).all()
    kept = posts["object"][child] == posts["object"][parent]
    assert kept[relation == SHARE].all()
    assert kept[relation == QUOTE].all()
    assert (posts["object"][child][relation == REPLY] == -1).all()
    x = posts["platform"][child] == 0
    n = x.sum()
    assert (relation[x] == SHARE).mean() == pytest.approx(OURS.share[0], abs=4 * 0.5 / n**0.5)
    youtube = posts["platform"][child] == 1
    assert (relation[youtube] == REPLY).all()


def test_off_every_post_is_an_original() -> None:
    off = world(plan("background", size=5_000))
    assert (off["relation"] == ORIGINAL).all()
    assert (off["parent"] == -1).all()
    assert len(off) > 4_000


def test_posts_of_other_mechanisms_do_not_spread(here: Plan) -> None:
    posts = Posts.of(3, root=np.arange(3), created=here.begins)
    assert MECHANISM.change(here, society(here), Part("synchrony", 0), posts) is posts


def test_seeds() -> None:
    one, again, other = (
        world(plan("background", "spread", size=5_000, seed=seed)) for seed in (1, 1, 2)
    )
    assert same(one, again)
    assert not same(one, other)
