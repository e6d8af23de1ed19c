"""What all exports of a world share: who the accounts are, what a crawl sees of a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.simulate.export.piece import Crawl
from howfar.simulate.plan import Plan
from howfar.simulate.posts import ORIGINAL, REPLY, SHARE, Posts
from howfar.simulate.society import SimulatedChannel, Society

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

INSTANCE: Final = "social.example.org"
"""The Mastodon server of simulated accounts."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """geotagged: of accounts on X, one in so many tells the country of its posts."""

    geotagged: int = 10


@dataclass(frozen=True, slots=True)
class Scene:
    """A world as exports need it."""

    plan: Plan
    society: Society

    @property
    def settings(self) -> ExportSettings:
        """The scenario's, else the exports' own."""
        return self.plan.of(ExportSettings)

    @property
    def channels(self) -> tuple[SimulatedChannel, ...]:
        """Channels; the first accounts."""
        return self.society.channels

    def names(self, accounts: Rows) -> list[str]:
        """Display names (N,)."""
        named = [channel.name for channel in self.channels]
        size = len(named)
        return [named[a] if a < size else f"Simulated person {a - size}" for a in accounts.tolist()]


@dataclass(frozen=True, slots=True)
class View:
    """Posts of one part as a crawl sees them; all columns (N,).

    shown: whether the crawl holds the post. parent: row of the post that the platform would name,
    -1 for none. relation: what it is to that; ORIGINAL where there is none. thread: row of the post
    with which the conversation began. shared: row of the post that a share shows, itself otherwise.
    """

    crawl: Crawl
    posts: Posts
    texts: list[str]
    shown: Mask
    parent: Rows
    relation: npt.NDArray[np.uint8]
    thread: Rows
    shared: Rows

    def rows(self, platform: int) -> Rows:
        """Rows of a platform that the crawl holds."""
        return np.flatnonzero(self.shown & (self.posts["platform"] == platform))


def view(crawl: Crawl, posts: Posts, texts: list[str], keep: Mask | None) -> View:
    """What a crawl sees of a part. keep: (N,) posts that it may hold at all."""
    created, removed = posts["created"], posts["removed"]
    shown = (created < crawl.at) & ~((removed > 0) & (removed <= crawl.at)) & posts["captured"]
    if keep is not None:
        shown &= keep
    here = np.arange(len(posts))
    parent, relation = known(posts)
    thread = top(np.where(relation == REPLY, parent, here))
    shared = top(np.where(relation == SHARE, parent, here))
    if crawl.star:
        parent = np.where(parent < 0, -1, top(np.where(parent < 0, here, parent)))
    return View(crawl, posts, texts, shown, parent, relation, thread, shared)


def known(posts: Posts) -> tuple[Rows, npt.NDArray[np.uint8]]:
    """Parent (N,) of each post on its own platform and what it is to that; -1 and ORIGINAL else.

    No platform knows what happened on another one.
    """
    parent, platform = posts["parent"], posts["platform"]
    parent = np.where((parent >= 0) & (platform[parent] == platform), parent, -1)
    return parent, np.where(parent < 0, ORIGINAL, posts["relation"]).astype(np.uint8)


def top(above: Rows) -> Rows:
    """The last row (N,) on the way up; above: (N,), of a post with nothing above it its own."""
    while (above != above[above]).any():
        above = above[above]
    return above


def stamps(times: npt.NDArray[np.int64], unit: Literal["s", "ms"]) -> list[str]:
    """UTC microseconds (N,) as ISO 8601 without a zone, cut to whole units."""
    size = 1_000_000 if unit == "s" else 1_000
    told: list[str] = np.datetime_as_string((times // size).view(f"M8[{unit}]")).tolist()
    return told
