"""Small worlds in which one mechanism is tried without the rest."""

from itertools import combinations

import numpy as np

from howfar.simulate.happenings import told_by
from howfar.simulate.making import parts
from howfar.simulate.parts import Mechanism
from howfar.simulate.plan import Plan
from howfar.simulate.posts import COLUMNS, ORIGINAL, SHARE, Posts, together
from howfar.simulate.society import society


def plan(*on: str, seed: int = 7, size: int = 100_000, **settings: object) -> Plan:
    """A world in which only these mechanisms are on; settings: by name of their class."""
    return Plan(seed, size, "test", frozenset(on), settings=settings)


def made(world: Plan, mechanism: Mechanism) -> Posts:
    """All that a mechanism adds to a world: the parts that the world itself asks it for."""
    who = society(world)
    changed = [
        mechanism.change(world, who, part, mechanism.posts(world, who, part.index))
        for part in parts(world, who)
        if part.mechanism == mechanism.name
    ]
    for posts in changed:
        orderly(world, posts)
    return together(changed)


def crowd(world: Plan, rows: int, **given: np.ndarray | int) -> Posts:
    """Posts of persons at any time of the window about anything: a world without happenings."""
    who, rng = society(world), world.generator("crowd")
    account = rng.choice(who.persons, rows)
    columns: dict[str, np.ndarray | int] = {
        "topic": rng.integers(0, 6, rows),
        "sentiment": rng.choice([-1, 0, 1], rows, p=[0.25, 0.5, 0.25]),
        "object": rng.integers(0, rows // 2, rows),
        **given,
    }
    return told_by(who, account, np.sort(rng.integers(world.begins, world.ends, rows)), **columns)


def orderly(world: Plan, posts: Posts) -> None:
    """What holds for all posts of any part: in the window, in order, in families that fit."""
    created, parent, root = posts["created"], posts["parent"], posts["root"]
    rows = np.arange(len(posts))
    assert 0 < len(posts) <= 50_000
    assert ((created >= world.begins) & (created < world.ends)).all()
    assert (np.diff(created) >= 0).all()
    child = parent >= 0
    assert (parent[child] < rows[child]).all()
    assert (root[child] == root[parent[child]]).all()
    assert (root[~child] == rows[~child]).all()
    assert (posts["generation"][child] == posts["generation"][parent[child]] + 1).all()
    assert ((posts["relation"] == ORIGINAL) == ~child).all()
    shared = posts["relation"] == SHARE
    for name in ("language", "object", "picture", "recycled", "claim", "sentiment", "stance"):
        assert (posts[name][shared] == posts[name][parent[shared]]).all()
    assert (posts["platform"] == society(world).platform[posts["account"]]).all()


def same(one: Posts, other: Posts) -> bool:
    """Whether two worlds' posts are equal in every column."""
    return all(np.array_equal(one[name], other[name]) for name in COLUMNS)


def pairs(posts: Posts, seconds: float, least: int) -> set[tuple[int, int]]:
    """Pairs of accounts that shared at least so many same objects within so many seconds."""
    kept = np.flatnonzero(posts["object"] >= 0)
    order = kept[np.lexsort((posts["created"][kept], posts["object"][kept]))]
    what, when, who = (posts[c][order].tolist() for c in ("object", "created", "account"))
    met: dict[tuple[int, int], set[int]] = {}
    start = 0
    for end in range(1, len(what) + 1):
        if end < len(what) and what[end] == what[start]:
            continue
        for i, j in combinations(range(start, end), 2):
            if when[j] - when[i] <= seconds * 1e6 and who[i] != who[j]:
                met.setdefault((min(who[i], who[j]), max(who[i], who[j])), set()).add(what[i])
        start = end
    return {pair for pair, objects in met.items() if len(objects) >= least}
