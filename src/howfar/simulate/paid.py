"""Paid posts: channels of ours and of peers pay for some, and these reach more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.plan import Plan
from howfar.simulate.posts import ORIGINAL, Posts
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class PaidSettings:
    """Parameters of paid posts: part of a channel's own posts by role, factor on its views."""

    ours: float = 0.15
    peer: float = 0.10
    boost: float = 3.0


def share_paid(plan: Plan, society: Society) -> list[float]:
    """Part of the own posts of each channel that is paid; 0 where the mechanism is off."""
    if not plan.on(MECHANISM.name):
        return [0.0 for _ in society.channels]
    settings = plan.of(PaidSettings)
    shares = {"ours": settings.ours, "peer": settings.peer}
    return [shares.get(channel.role, 0.0) for channel in society.channels]


class Paid(Quiet):
    """Marks posts as paid; counts.py gives them more views."""

    name = "paid"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Each own post of a channel paid with the channel's probability."""
        rng = plan.generator(self.name, part.mechanism, part.index)
        chance = np.array([*share_paid(plan, society), 0.0])
        channel = np.minimum(posts["account"], len(society.channels))
        drawn = rng.random(len(posts)) < chance[channel]
        return posts.with_columns(paid=posts["paid"] | (drawn & (posts["relation"] == ORIGINAL)))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Part of paid posts by role, and what paying does to views."""
        settings = plan.of(PaidSettings)
        return {
            "share_of_own_posts": {"ours": settings.ours, "peer": settings.peer, "other": 0.0},
            "factor_on_views": settings.boost,
        }


MECHANISM: Final = Paid()
