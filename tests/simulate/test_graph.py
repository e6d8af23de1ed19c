"""The follower graph: homophily and heavy tails come back from its edges."""

import numpy as np
import pytest
from tests.simulate.hand import plan

from howfar.simulate.graph import BLOCK, MECHANISM, GraphSettings, blocks, drawn, edges
from howfar.simulate.plan import Plan
from howfar.simulate.society import Society, society

OURS = GraphSettings()


def all_draws(plan: Plan, who: Society) -> tuple[np.ndarray, np.ndarray]:
    each = [drawn(plan, who, block) for block in range(blocks(who))]
    return np.concatenate([one[0] for one in each]), np.concatenate([one[1] for one in each])


def chance(who: Society, follower: np.ndarray, settings: GraphSettings) -> np.ndarray:
    """Probability (M,) that the followed account is of the follower's own country."""
    weight, size = who.followers.astype(float), (5, 20, 12)
    cells = np.zeros(size)
    np.add.at(cells, (who.platform, who.country, who.language), weight)
    platform, country = who.platform[follower], who.country[follower]
    language = who.language[follower]
    here = cells.sum(axis=2)[platform, country] / cells.sum(axis=(1, 2))[platform]
    spoken = cells[platform, country, language] / cells.sum(axis=1)[platform, language]
    return settings.near + settings.tongue * spoken + (1 - settings.near - settings.tongue) * here


@pytest.fixture(scope="module")
def here() -> Plan:
    return plan("graph", size=80_000)


@pytest.mark.parametrize(
    "settings", [OURS, GraphSettings(near=0.0, tongue=0.0), GraphSettings(near=0.2, tongue=0.7)]
)
def test_the_share_of_the_own_country_is_that_of_the_plan(settings: GraphSettings) -> None:
    world = plan("graph", size=80_000, GraphSettings=settings)
    who = society(world)
    follower, followed = all_draws(world, who)
    expected = chance(who, follower, settings)
    found = who.country[follower] == who.country[followed]
    error = (expected * (1 - expected)).sum() ** 0.5 / len(follower)
    assert len(follower) > 100_000
    assert found.mean() == pytest.approx(expected.mean(), abs=4 * error)


def test_followed_accounts_are_of_the_platform_and_as_popular_as_followed(here: Plan) -> None:
    who = society(here)
    follower, followed = all_draws(here, who)
    assert (who.platform[follower] == who.platform[followed]).all()
    assert (follower >= len(who.channels)).all()
    # With draws among all of the platform alone, the part of an account is its part of followers.
    apart = plan("graph", size=80_000, GraphSettings=GraphSettings(near=0, tongue=0))
    follower, followed = all_draws(apart, who)
    top = int(np.argmax(who.followers * (who.platform == 2)))
    of = who.platform[follower] == 2
    share = who.followers[top] / who.followers[who.platform == 2].sum()
    error = (share * (1 - share) / of.sum()) ** 0.5
    assert (followed[of] == top).mean() == pytest.approx(share, abs=4 * error)


def test_persons_follow_as_many_as_stated(here: Plan) -> None:
    who = society(here)
    follower, _ = all_draws(here, who)
    number = np.bincount(follower, minlength=len(who))[who.persons]
    assert number.min() == 1
    error = (OURS.follows * (OURS.follows - 1)) ** 0.5 / len(number) ** 0.5
    assert number.mean() == pytest.approx(OURS.follows, abs=4 * error)


def test_small_worlds_store_each_edge_once_and_large_ones_none(here: Plan) -> None:
    small = plan("graph", size=45_000)
    who = society(small)
    assert blocks(who) == 2
    assert len(who.persons) > BLOCK
    table = MECHANISM.tables(small, who)["follows"]
    pairs = np.stack([table["follower"].to_numpy(), table["followed"].to_numpy()], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert MECHANISM.truth(small, who)["edges_stored"] is True
    assert MECHANISM.tables(here, society(here)) == {}
    assert MECHANISM.truth(here, society(here))["edges_stored"] is False


def test_seeds_and_blocks() -> None:
    one, other = plan("graph", size=5_000), plan("graph", size=5_000, seed=8)
    for first, second, alike in ((one, one, True), (one, other, False)):
        a, b = edges(first, society(first), 0), edges(second, society(second), 0)
        assert np.array_equal(a[0], b[0]) is alike
        assert np.array_equal(a[1], b[1]) is alike
