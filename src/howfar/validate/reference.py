"""Very many posts of a scenario, made in memory: from them the truth of its process is taken.

The worlds are those of other seeds than any that is judged, of the same size and parameters. They
never touch a file, and no code that measures: what an export would tell of a post is worked out
from its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.counts import seen
from howfar.simulate.export.reactions import kinds
from howfar.simulate.making import finished, parts
from howfar.simulate.maturation import Observation, observations
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society, society

Column = npt.NDArray[Any]

FIRST_SEED: Final = 1_000_000
"""Of the worlds that truths are taken from; judged ones have smaller seeds."""

BATCHES: Final = 10
"""Into so many the worlds are divided, to see how far chance moves a truth."""

FIGURES: Final[Mapping[str, Mapping[str, str]]] = {
    "x": {"views": "views", "reactions": "likes", "comments": "comments", "shares": "shares"},
    "youtube": {"views": "views", "reactions": "likes", "comments": "comments"},
    "telegram": {"reactions": "likes"},
    "mastodon": {"reactions": "likes", "comments": "comments", "shares": "shares"},
    "facebook": {"reactions": "likes", "comments": "comments", "shares": "shares"},
}
"""What exports of channels' own posts tell: metric as measures name it, column of the world."""

OF_PERSONS: Final[Mapping[str, Mapping[str, str]]] = {
    **FIGURES,
    "facebook": {**FIGURES["facebook"], "views": "views"},
}
"""The same of posts of persons: theirs on Facebook stand in a table that tells views, too."""

KEPT: Final = (
    *("account", "platform", "created", "relation", "language", "country", "object", "picture"),
    *("paid", "removed", "withheld", "labelled", "sentiment", "topic"),
)
_FIGURES: Final = ("views", "likes", "comments", "shares")
_REACTIONS: Final = ("like", "love", "wow", "haha", "sad", "angry")


@dataclass(frozen=True, slots=True)
class Pool:
    """Posts of several worlds as columns (N,).

    world: number of the world. age: microseconds at the last look. young: less than two days then.
    first_*, first_age: figures at the first look, where there were several; -1 where not.
    """

    worlds: int
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.columns["world"])

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def where(self, chosen: npt.NDArray[np.bool_]) -> Pool:
        """Some of the posts; the worlds stay as many."""
        return Pool(self.worlds, {name: values[chosen] for name, values in self.columns.items()})

    def only(self, names: Iterable[str]) -> Pool:
        """All posts, some of the columns; the world always."""
        kept = {"world", *names}
        return Pool(self.worlds, {n: v for n, v in self.columns.items() if n in kept})

    def batches(self) -> list[Pool]:
        """The posts of each tenth of the worlds."""
        number = min(BATCHES, self.worlds)
        of = self["world"].astype(np.int64) % number
        sizes = [len(range(k, self.worlds, number)) for k in range(number)]
        return [replace(self.where(of == k), worlds=sizes[k]) for k in range(number)]


@dataclass(frozen=True, slots=True)
class Reference:
    """A scenario's process: its plan, its accounts, and posts of many of its worlds."""

    plan: Plan
    society: Society
    pool: Pool

    def channel(self, name: str) -> Pool:
        """Posts of a channel."""
        names = [channel.channel for channel in self.society.channels]
        return self.pool.where(self.pool["account"] == names.index(name))


def channels_of(plan: Plan, worlds: int) -> Reference:
    """Posts of channels of many worlds. Channels are the same in all worlds of a scenario."""
    plans = [replace(plan, seed=FIRST_SEED + k) for k in range(worlds)]
    made = [_posts(one, society(one), persons=False) for one in plans]
    return Reference(plan, society(plan), _pool(made))


def persons_of(plan: Plan, worlds: int) -> Reference:
    """All posts of worlds with the very accounts of this one: the same persons in other weeks.

    Persons are drawn by the seed, few of them write and are seen much, and no interval over weeks
    could tell what others would have done: their figures speak of these persons.
    """
    own = society(plan)
    plans = [replace(plan, seed=FIRST_SEED + plan.seed * worlds + k) for k in range(worlds)]
    return Reference(plan, own, _pool([_posts(one, own, persons=True) for one in plans]))


def world_of(plan: Plan) -> Reference:
    """The posts of this very world, as the exports show them at the last look."""
    own = society(plan)
    return Reference(plan, own, _pool([_posts(plan, own, persons=True)]))


def _posts(plan: Plan, own: Society, persons: bool) -> dict[str, Column]:
    """What a crawl of one world sees, parts put together."""
    looks = observations(plan)
    last = looks[-1]
    shown = []
    for place, part in enumerate(parts(plan, own)):
        posts = finished(plan, own, place, part)
        keep = posts["captured"] & (posts["created"] >= last.since) & (posts["created"] < last.at)
        keep &= ~((posts["removed"] > 0) & (posts["removed"] <= last.at))
        if not persons:
            keep &= posts["account"] < len(own.channels)
        rows = np.flatnonzero(keep)
        shown.append(_seen(plan, looks, posts, rows))
    names = shown[0].keys() if shown else ()
    return {name: np.concatenate([one[name] for one in shown]) for name in names}


def _seen(
    plan: Plan, looks: Sequence[Observation], posts: Posts, rows: npt.NDArray[np.int64]
) -> dict[str, Column]:
    last = looks[-1]
    told: dict[str, Column] = {name: posts[name][rows] for name in KEPT}
    now = seen(plan, posts, last.at)
    told |= {name: now[name][rows] for name in _FIGURES}
    told["age"] = last.at - posts["created"][rows]
    told["young"] = told["age"] < 2 * DAY
    split = kinds(posts.with_columns(**now), rows)
    told |= {f"reaction_{name}": split[name] for name in _REACTIONS}
    first_age = np.full(len(rows), -1, np.int64)
    firsts = {name: np.full(len(rows), -1, np.int64) for name in _FIGURES}
    # The earliest look at a post stands, so later ones are written first.
    for look in reversed(looks[:-1]):
        created = posts["created"][rows]
        there = (created >= look.since) & (created < look.at)
        there &= ~((posts["removed"][rows] > 0) & (posts["removed"][rows] <= look.at))
        then = seen(plan, posts, look.at)
        first_age[there] = look.at - created[there]
        for name in _FIGURES:
            firsts[name][there] = then[name][rows][there]
    return told | {"first_age": first_age} | {f"first_{n}": v for n, v in firsts.items()}


def _pool(worlds: Iterable[dict[str, Column]]) -> Pool:
    made = list(worlds)
    columns = {name: _small(np.concatenate([one[name] for one in made])) for name in made[0]}
    sizes = [len(one["account"]) for one in made]
    return Pool(len(made), columns | {"world": np.repeat(np.arange(len(made)), sizes)})


def _small(values: Column) -> Column:
    """Whole numbers in half the room where they fit."""
    if values.dtype != np.int64 or (values.size and np.abs(values).max() >= 2**31):
        return values
    return values.astype(np.int32)
