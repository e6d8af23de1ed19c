"""Posts and accounts that a mechanism may change without spoiling what another one planted."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.posts import NO_CLAIM, ORIGINAL, REPLY, SHARE, Posts
from howfar.simulate.society import Society

SEEN: Final = {"comments": REPLY, "shares": SHARE}
"""Figures whose posts are in the world, and what these are to the post with the figure."""


def plain(posts: Posts) -> npt.NDArray[np.bool_]:
    """Posts (N,) that answer nothing and belong to no planted happening of their own."""
    free: npt.NDArray[np.bool_] = (posts["relation"] == ORIGINAL) & (posts["parent"] < 0)
    for name in ("story", "group", "lookalike", "recycled"):
        free &= posts[name] < 0
    free &= posts["claim"] == NO_CLAIM
    return free


def roots(posts: Posts) -> npt.NDArray[np.int64]:
    """The row (N,) that each post goes back to; its own where it says none."""
    made: npt.NDArray[np.int64] = np.where(posts["root"] < 0, np.arange(len(posts)), posts["root"])
    return made


def answers(posts: Posts, figure: str) -> npt.NDArray[np.int64]:
    """How many posts of the world a figure of SEEN counts at each post (N,): it is never lower."""
    of = posts["parent"][(posts["relation"] == SEEN[figure]) & (posts["parent"] >= 0)]
    return np.bincount(of, minlength=len(posts))


def ours(society: Society) -> npt.NDArray[np.bool_]:
    """Which accounts (C + P,) are our channels."""
    made = np.zeros(len(society), bool)
    made[: len(society.channels)] = [channel.role == "ours" for channel in society.channels]
    return made
