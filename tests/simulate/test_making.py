"""Finished parts: what a mechanism tells of posts holds in them, or it tells who changes it."""

import numpy as np
import pytest

from howfar.simulate.background import MECHANISM as BACKGROUND
from howfar.simulate.making import active
from howfar.simulate.parts import Part
from howfar.simulate.plan import Plan
from howfar.simulate.posts import FIGURES, Posts
from howfar.simulate.scenarios import together
from howfar.simulate.society import society

PART = Part("background", 0)
TOLD = {
    "background": ("topic", "account", "created", "language", "object"),
    "counts": FIGURES,
    "practice": FIGURES,
    "opinions": ("sentiment", "stance", "frame"),
}
"""Columns that the truth of a mechanism speaks of."""


def plan(name: str) -> Plan:
    chosen = together([name])
    return Plan(7, 20_000, chosen.name, chosen.mechanisms, settings=chosen.settings)


def changed_after(world: Plan, maker: str) -> list[str]:
    """Mechanisms that change what a maker tells of, once it has done its part of the work."""
    who, found = society(world), []
    posts, known = BACKGROUND.posts(world, who, 0), 0
    for mechanism in active(world):
        before, posts = posts, mechanism.change(world, who, PART, posts)
        if known and not same(before, posts, maker):
            found.append(mechanism.name)
        if mechanism.name == maker:
            known = len(posts)
            posts = posts.with_columns(number=np.arange(known))
    return sorted(found)


def same(before: Posts, posts: Posts, maker: str) -> bool:
    """Whether the maker's posts, by their number, are as they were. What spread adds has none."""
    old, new = (one.take(np.flatnonzero(one["number"] >= 0)) for one in (before, posts))
    if maker == "background" and len(old) != len(new):
        return False
    old = old.take(np.flatnonzero(np.isin(old["number"], new["number"])))
    rows = [np.argsort(one["number"], kind="stable") for one in (old, new)]
    return all(np.array_equal(old[name][rows[0]], new[name][rows[1]]) for name in TOLD[maker])


@pytest.mark.parametrize(
    ("scenario", "maker"),
    [
        *(("all", maker) for maker in TOLD),
        *((name, "background") for name in ("plain", "agenda", "practice")),
        *((name, "counts") for name in ("plain", "crisis", "practice")),
    ],
)
def test_a_truth_names_whoever_changes_later_what_it_tells(scenario: str, maker: str) -> None:
    world = plan(scenario)
    (mechanism,) = (one for one in active(world) if one.name == maker)
    told = mechanism.truth(world, society(world))["before"]
    assert told == changed_after(world, maker)
