"""Removal, withholding and labels: shares counted among the posts are those planted."""

import numpy as np
import pytest
from tests.simulate.hand import crowd, plan, told_by

from howfar.simulate.availability import MECHANISM, AvailabilitySettings, Removal
from howfar.simulate.parts import Part
from howfar.simulate.places import COUNTRIES, TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import CLAIM, Posts, together
from howfar.simulate.society import society

OURS = AvailabilitySettings()


def world(on: Plan) -> Posts:
    """Persons' posts about anything, claims, and posts of channels; changed if so planned."""
    who, rng = society(on), on.generator("channels")
    created = rng.integers(on.begins, on.ends, 60_000)
    channels = told_by(who, rng.integers(0, len(who.channels), 60_000), created)
    posts = together([channels, crowd(on, 200_000), crowd(on, 5_000, claim=CLAIM)])
    return MECHANISM.change(on, society(on), Part("crowd", 0), posts) if on.mechanisms else posts


def close(found: np.ndarray, share: float) -> bool:
    """Whether a share is that expected, within four of its sampling errors."""
    return abs(found.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(found))


@pytest.fixture(scope="module")
def posts() -> Posts:
    return world(plan(MECHANISM.name))


def test_posts_vanish_with_age_as_the_weibull_says(posts: Posts) -> None:
    by_channel = posts["account"] < len(society(plan()).channels)
    gone = posts["removed"] > 0
    assert (posts["removed"][gone] > posts["created"][gone]).all()
    age = np.where(gone, (posts["removed"] - posts["created"]) / DAY, np.inf)
    for mine, removal in ((by_channel, OURS.channels), (~by_channel, OURS.persons)):
        assert close(gone[mine], removal.ever)
        for days in (0.1, 1.0, 7.0, 30.0):
            assert close(age[mine] <= days, float(removal.by(days)))


def test_the_share_by_age_in_figures() -> None:
    # At the age of the scale 1 - 1/e = 0.63212 of those that ever vanish are gone.
    assert Removal(0.5, 10.0, 0.6).by([0.0, 10.0, 1e9]) == pytest.approx(
        [0.0, 0.31606, 0.5], rel=1e-4
    )


def test_countries_do_not_see_what_is_withheld_there_and_nothing_else(posts: Posts) -> None:
    planted = {(rule.country, rule.topic): rule.share for rule in OURS.withheld}
    for place, country in enumerate(COUNTRIES):
        for number, topic in enumerate(TOPICS):
            found = posts["withheld"][posts["topic"] == number] == place
            share = planted.get((country.code, topic))
            assert close(found, share) if share else not found.any()


def test_labels_are_on_claims_and_a_few_others(posts: Posts) -> None:
    claims = posts["claim"] == CLAIM
    assert close(posts["labelled"][claims], OURS.labelled_claims)
    assert close(posts["labelled"][~claims], OURS.labelled)


def test_turned_off_everything_stays_seen_by_all() -> None:
    calm = world(plan())
    assert not calm["removed"].any()
    assert (calm["withheld"] == -1).all()
    assert not calm["labelled"].any()


def test_a_seed_gives_its_world_and_another_seed_another(posts: Posts) -> None:
    again = world(plan(MECHANISM.name))
    other = world(plan(MECHANISM.name, seed=8))
    for name in ("removed", "withheld", "labelled"):
        assert (posts[name] == again[name]).all()
        assert (posts[name] != other[name]).any()
