"""What the mechanisms of dated happenings share: distinct persons, waking hours, families."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.places import COUNTRIES, PLATFORMS
from howfar.simulate.plan import HOUR, SECOND, Plan
from howfar.simulate.posts import ORIGINAL, SHARE, Column, Posts
from howfar.simulate.society import Society
from howfar.simulate.texts import source

SHARING: Final = tuple(PLATFORMS.index(name) for name in ("x", "telegram", "mastodon"))
"""Platforms on which persons pass on others' posts in public."""

_SHOWN: Final = ("language", "object", "picture", "recycled", "sentiment", "stance", "frame")
"""What a share has from the post that it shares."""

_OFFSETS: Final = np.array([place.offset for place in COUNTRIES])


def scaled(plan: Plan, posts: int, least: int) -> int:
    """How many of something a world of this size has: one for so many posts, or the least."""
    return max(least, plan.size // posts)


def instants(times: Column) -> npt.NDArray[np.int64]:
    """Times as int64 (N,) whole seconds, in microseconds: what every export can write."""
    return np.asarray(times).astype(np.int64) // SECOND * SECOND


def moment(time: int) -> dt.datetime:
    """A time in UTC microseconds as a date and time."""
    return dt.datetime.fromtimestamp(time // SECOND, dt.UTC)


def persons_on(society: Society, platform: int) -> npt.NDArray[np.int64]:
    """All persons of a platform."""
    first, last = society.on.starts[platform : platform + 2].tolist()
    return society.on.members[first:last].astype(np.int64)


def distinct(
    society: Society, rng: np.random.Generator, platform: int, number: int
) -> npt.NDArray[np.int64]:
    """Persons (number,) of a platform, nobody twice, drawn one after another by activity.

    Fewer where the platform has not so many.
    """
    here = persons_on(society, platform)
    if 8 * number < len(here):
        # Whoever is drawn again is passed over: the same as if nobody could be.
        drawn = society.writers(rng, platform, 8 * number)
        _, once = np.unique(drawn, return_index=True)
        if len(once) >= number:
            return drawn[np.sort(once)[:number]]
    # The smallest of exponential times with these rates: again a draw by weight.
    waits = rng.exponential(size=len(here)) / society.activity[here]
    return here[np.argsort(waits, kind="stable")[:number]]


def awake(society: Society, accounts: Column, times: Column) -> npt.NDArray[np.bool_]:
    """Whether each account's (N,) local clock shows 7 to 23 h at these times (N,)."""
    local = np.asarray(times) / HOUR + _OFFSETS[society.country[accounts]]
    return np.asarray(local % 24 >= 7)


def spare_moments(
    plan: Plan, society: Society, rng: np.random.Generator, accounts: Column
) -> npt.NDArray[np.int64]:
    """A time (N,) in the window for each account (N,), in the waking hours of its country."""
    day = rng.integers(0, plan.days, len(accounts)) * 24.0
    hour = 7 + 16 * rng.beta(1.6, 1.3, len(accounts)) - _OFFSETS[society.country[accounts]]
    # Local days do not begin with the window: what falls outside goes to its other end.
    return plan.begins + instants(((day + hour) % (plan.days * 24)) * HOUR)


def family(
    rng: np.random.Generator, number: int, direct: float, fresh: float = 0.0
) -> dict[str, Column]:
    """A first post and those (number,) who take it up: columns parent, root, generation, relation.

    fresh: probability that one tells it anew, without a parent. direct: of the others, that one has
    it from the first post; otherwise from any earlier one alike. Rows (number + 1,), in time.
    """
    rows = np.arange(number + 1)
    anew = rng.random(number + 1) < fresh
    parent = np.where(rng.random(number + 1) < direct, 0.0, rng.random(number + 1) * rows)
    parent = np.where(anew | (rows == 0), -1, parent).astype(np.int64)
    return {**descent(parent), "relation": np.where(parent < 0, ORIGINAL, SHARE)}


def descent(parent: npt.NDArray[np.int64]) -> dict[str, Column]:
    """Columns parent, root and generation (N,) from parents (N,), rows or -1."""
    generation = np.zeros(len(parent), np.int64)
    root, above = np.arange(len(parent)), parent
    while (above >= 0).any():
        generation += above >= 0
        root = np.where(above >= 0, above, root)
        above = np.where(above >= 0, parent[above], -1)
    return {"parent": parent, "root": root, "generation": generation}


def told_by(society: Society, account: Column, created: Column, **given: Column | int) -> Posts:
    """Posts of these accounts (N,) at these times (N,), with their platform, place and tongue.

    Without a root given, each is its own.
    """
    columns: dict[str, Column | int | bool] = {
        "platform": society.platform[account],
        "country": society.country[account],
        "language": society.language[account],
        "root": np.arange(len(account)),
        "relation": ORIGINAL,
        **given,
    }
    return Posts.of(len(account), account=account, created=instants(created), **columns)


def in_window(plan: Plan, posts: Posts) -> Posts:
    """The posts within the window, earliest first; shares show what they share.

    Raises ValueError where a post would stay without its parent or root.
    """
    kept = np.flatnonzero((posts["created"] >= plan.begins) & (posts["created"] < plan.ends))
    taken = posts.take(kept[np.argsort(posts["created"][kept], kind="stable")])
    words = source(taken)
    return taken.with_columns(**{name: taken[name][words] for name in _SHOWN})
