"""Figures: their distributions, their growth and what paying adds come back from the posts."""

import numpy as np
import pytest
from tests.simulate.hand import plan, same

from howfar.simulate.counts import MECHANISM, CountsSettings, seen
from howfar.simulate.maturation import MECHANISM as MATURATION
from howfar.simulate.maturation import MaturationSettings, grown, observations
from howfar.simulate.paid import MECHANISM as PAID
from howfar.simulate.paid import PaidSettings
from howfar.simulate.parts import Part
from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import FIGURES, REPLY, SHARE, Posts
from howfar.simulate.society import society

OURS = CountsSettings()
PART = Part("background", 0)
CHANNELS, EACH = 40, 4_000


def by_channels(plan: Plan, *changes: str) -> Posts:
    """Posts of every channel, all in the middle of the window, with figures."""
    who = society(plan)
    account = np.repeat(np.arange(CHANNELS), EACH)
    posts = Posts.of(
        len(account),
        number=np.arange(len(account)),
        account=account,
        platform=who.platform[account],
        created=plan.begins + plan.days * DAY // 2,
        root=np.arange(len(account)),
    )
    for mechanism in (PAID, MECHANISM):
        if plan.on(mechanism.name):
            posts = mechanism.change(plan, who, PART, posts)
    return posts


@pytest.fixture(scope="module")
def posts() -> Posts:
    return by_channels(plan("counts"))


def test_views_of_every_channel_are_lognormal_about_its_reach(posts: Posts) -> None:
    reach = np.array([channel.reach for channel in society(plan("counts")).channels])
    # Rounding moves the logarithm of a number above 20 by less than 1/40.
    logs = np.log(np.maximum(posts["views"], 1)).reshape(CHANNELS, EACH)
    error = OURS.spread / EACH**0.5
    assert (np.abs(logs.mean(axis=1) - np.log(reach)) < 4 * error + 0.01).all()
    assert np.abs(logs.std(axis=1) - OURS.spread).max() < 4.5 * OURS.spread / (2 * EACH) ** 0.5


def test_reactions_to_a_view_are_those_of_the_truth(posts: Posts) -> None:
    told = MECHANISM.tables(plan("counts"), society(plan("counts")))["figures"]
    views = posts["views"].reshape(CHANNELS, EACH)
    for figure in ("likes", "comments", "shares"):
        planted = told[f"{figure}_per_view"].to_numpy()
        found = posts[figure].reshape(CHANNELS, EACH)
        ratio = found.sum(axis=1) / views.sum(axis=1)
        left = found - ratio[:, None] * views
        error = left.std(axis=1) * EACH**0.5 / views.sum(axis=1)
        assert (np.abs(ratio - planted) < 4 * error).all(), figure


def test_the_mean_of_views_is_that_of_the_truth() -> None:
    here = plan("counts", "paid")
    posts = by_channels(here)
    told = MECHANISM.tables(here, society(here))["figures"]["mean_views"].to_numpy()
    views = posts["views"].reshape(CHANNELS, EACH)
    error = views.std(axis=1) / EACH**0.5
    assert (np.abs(views.mean(axis=1) - told) < 4.5 * error).all()


def test_paying_adds_the_stated_factor_to_the_stated_part() -> None:
    here, settings = plan("counts", "paid"), PaidSettings()
    posts = by_channels(here)
    role = np.repeat([channel.role for channel in society(here).channels], EACH)
    for name, share in (("ours", settings.ours), ("peer", settings.peer), ("other", 0.0)):
        paid = posts["paid"][role == name]
        assert paid.mean() == pytest.approx(share, abs=4 * 0.5 / len(paid) ** 0.5)
    reach = np.array([channel.reach for channel in society(here).channels])
    logs = np.log(np.maximum(posts["views"], 1) / np.repeat(reach, EACH))
    boost = np.exp(logs[posts["paid"]].mean() - logs[~posts["paid"]].mean())
    error = OURS.spread / posts["paid"].sum() ** 0.5
    assert np.log(boost) == pytest.approx(np.log(settings.boost), abs=4 * error + 0.01)


def test_nothing_is_paid_where_it_is_off_and_no_figure_where_counts_are(posts: Posts) -> None:
    assert not posts["paid"].any()
    without = by_channels(plan("paid"))
    assert all((without[figure] == -1).all() for figure in FIGURES)


def test_answers_and_shares_of_the_world_are_counted() -> None:
    here = plan("counts")
    person = society(here).persons[0]
    family = Posts.of(
        6,
        account=person,
        root=0,
        parent=np.array([-1, 0, 0, 0, 0, 3]),
        relation=np.array([0, REPLY, REPLY, SHARE, SHARE, SHARE]),
        views=np.array([0, -1, -1, -1, -1, -1]),
    )
    made = MECHANISM.change(here, society(here), PART, family)
    assert made["views"][0] == 0, "a figure that is there stays"
    assert (made["likes"][0], made["comments"][0], made["shares"][0]) == (0, 2, 2)
    for figure in ("views", "likes", "comments"):
        assert (made[figure][3:] == 0).all(), "a share has no figures of its own"


def test_growth_is_the_stated_curve_on_average_and_never_falls(posts: Posts) -> None:
    here, settings = plan("counts", "maturation"), MaturationSettings()
    created = int(posts["created"][0])
    before = np.zeros(len(posts), np.int64)
    for hours in (0, 1, 6, 48, 24 * 14):
        now = seen(here, posts, created + hours * 3_600_000_000)
        share = 1 - (1 + hours * 3_600 / settings.scale) ** -settings.shape
        assert (now["views"] >= before).all()
        assert (now["views"] <= posts["views"]).all()
        before = now["views"]
        for figure in FIGURES:
            # Each rounding has a mean of 0 and a standard deviation of at most 1/2.
            off = abs(now[figure].sum() - share * posts[figure].sum())
            assert off <= 4 * 0.5 * len(posts) ** 0.5, (figure, hours)


def test_without_maturation_figures_are_final_at_once(posts: Posts) -> None:
    now = seen(plan("counts"), posts, int(posts["created"][0]) + 1)
    assert all((now[figure] == posts[figure]).all() for figure in FIGURES)
    assert (grown(plan("counts"), np.array([0])) == 1).all()


def test_a_figure_that_a_post_does_not_have_is_never_seen() -> None:
    here = plan("maturation")
    assert (seen(here, Posts.of(3, number=np.arange(3)), 10**15)["views"] == -1).all()


def test_crawls() -> None:
    (only,) = observations(plan("counts"))
    here, settings = plan("maturation"), MaturationSettings()
    assert (only.main, only.since, only.at) == (True, here.begins, here.ends + DAY)
    told = observations(here)
    assert [one.main for one in told] == [False] * settings.rechecks + [True]
    assert len({one.name for one in told}) == len(told)
    assert all(one.at - one.since == settings.days * DAY for one in told[:-1])
    crawls = MATURATION.truth(here, society(here))["crawls"]
    assert [one["at_us"] for one in crawls] == [one.at for one in told]


def test_seeds() -> None:
    one, again, other = (by_channels(plan("counts", "paid", seed=seed)) for seed in (1, 1, 2))
    assert same(one, again)
    assert not same(one, other)
    assert MECHANISM.truth(
        plan("counts", seed=1), society(plan("counts", seed=1))
    ) == MECHANISM.truth(plan("counts", seed=2), society(plan("counts", seed=2)))
    assert set(MECHANISM.truth(plan("counts"), society(plan("counts")))["rates"]) == set(PLATFORMS)
