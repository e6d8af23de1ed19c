"""Figures of posts: how often seen, liked, commented and shared, finally and at any time before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import ndtri

from howfar.simulate.maturation import grown
from howfar.simulate.paid import PaidSettings, share_paid
from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import PLATFORMS
from howfar.simulate.plain import SEEN, answers
from howfar.simulate.plan import Plan, uniform
from howfar.simulate.posts import FIGURES, SHARE, Posts
from howfar.simulate.society import Society

REACTIONS: Final = ("likes", "comments", "shares")


@dataclass(frozen=True, slots=True)
class CountsSettings:
    """Parameters of final figures.

    views are lognormal: the median is the channel's reach (of a person: per_follower times the
    followers, at least least), spread is the standard deviation of the logarithm. likes, comments,
    shares are Poisson with mean views x rate x factor of the channel x g; g lognormal with mean 1,
    one for each post and figure. rates by platform: likes, comments, shares to a view.
    factor_spread: of the channels' factors, which are fixed and do not depend on the seed.
    """

    spread: float = 0.9
    per_follower: float = 0.2
    least: float = 5.0
    rates: tuple[tuple[float, float, float], ...] = (
        (0.020, 0.0030, 0.0050),
        (0.030, 0.0050, 0.0010),
        (0.015, 0.0020, 0.0040),
        (0.040, 0.0060, 0.0100),
        (0.025, 0.0040, 0.0040),
    )
    factor_spread: float = 0.3
    noise: float = 0.4


class Counts(Quiet):
    """Draws the final figures of every post of every part."""

    name = "counts"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Posts with final figures; those that a mechanism has drawn itself stay.

        A shared post has none of its own: all 0. No post has fewer comments or shares than the
        world has replies to it and shares of it.
        """
        settings = plan.of(CountsSettings)
        rng = plan.generator(self.name, part.mechanism, part.index)
        channels, number = np.array([c.reach for c in society.channels]), len(society.channels)
        account = posts["account"]
        own = account < number
        middle = np.maximum(settings.per_follower * society.followers[account], settings.least)
        middle[own] = channels[account[own]]
        middle *= np.where(posts["paid"], plan.of(PaidSettings).boost, 1.0)
        views = np.rint(middle * np.exp(settings.spread * rng.standard_normal(len(posts))))
        views = np.where(posts["views"] >= 0, posts["views"], views)
        factor = np.append(factors(society, settings), 1.0)[np.minimum(account, number)]
        rates = np.array(settings.rates)[posts["platform"]]
        drawn = {"views": views.astype(np.int64)}
        for place, figure in enumerate(REACTIONS):
            noise = rng.normal(-(settings.noise**2) / 2, settings.noise, len(posts))
            drawn[figure] = rng.poisson(views * rates[:, place] * factor * np.exp(noise))
        for figure in SEEN:
            drawn[figure] = np.maximum(drawn[figure], answers(posts, figure))
        shared = posts["relation"] == SHARE
        return posts.with_columns(
            **{
                name: np.where(posts[name] >= 0, posts[name], np.where(shared, 0, values))
                for name, values in drawn.items()
            }
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Parameters that all posts share; those of channels are in truth/figures.parquet.

        before: what of the world changes these figures later.
        """
        settings = plan.of(CountsSettings)
        return {
            "views_sd_log": settings.spread,
            "views_median_of_persons": f"max({settings.per_follower} followers, {settings.least})",
            "reactions": "Poisson(views x rate x factor x g), g lognormal with mean 1",
            "g_sd_log": settings.noise,
            "rates": {
                platform: dict(zip(REACTIONS, rates, strict=True))
                for platform, rates in zip(PLATFORMS, settings.rates, strict=True)
            },
            "before": sorted(plan.mechanisms & {"crisis", "practice"}),
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """figures: by channel the median and mean of views, and reactions to a view.

        mean_views: over paid and unpaid posts together. All before a practice changes or a crisis
        comes: see truth()["before"].
        """
        settings = plan.of(CountsSettings)
        factor = factors(society, settings)
        reach = np.array([channel.reach for channel in society.channels])
        paid = np.array(share_paid(plan, society))
        boost = 1.0 + paid * (plan.of(PaidSettings).boost - 1.0)
        rates = np.array(settings.rates)[[channel.platform for channel in society.channels]]
        columns: dict[str, Any] = {
            "channel": [channel.channel for channel in society.channels],
            "median_views_unpaid": reach,
            "mean_views_unpaid": reach * np.exp(settings.spread**2 / 2),
            "mean_views": reach * np.exp(settings.spread**2 / 2) * boost,
            "share_paid": paid,
        }
        for place, figure in enumerate(REACTIONS):
            columns[f"{figure}_per_view"] = rates[:, place] * factor
        return {"figures": pa.table(columns)}


def factors(society: Society, settings: CountsSettings) -> npt.NDArray[np.float64]:
    """How much more than others each channel (C,) engages; fixed, mean of the logarithm 0."""
    number = len(society.channels)
    place = (np.arange(number) * 11 + 5) % number
    factor: npt.NDArray[np.float64] = np.exp(settings.factor_spread * ndtri((place + 0.5) / number))
    return factor


def seen(plan: Plan, posts: Posts, at: int) -> dict[str, npt.NDArray[np.int64]]:
    """Figures (N,) by name as they are at a time, UTC microseconds; -1 where there is none.

    floor(final x F(age) + u), u uniform and the post's own: right on average, and it never falls
    from one crawl to the next.
    """
    share = grown(plan, at - posts["created"])
    told = {}
    for place, name in enumerate(FIGURES):
        u = _uniform(plan, posts, place)
        final = posts[name]
        told[name] = np.where(final < 0, -1, np.floor(final * share + u).astype(np.int64))
        # A share of 1 must give the final figure whatever rounding does.
        told[name] = np.minimum(told[name], final)
    return told


def _uniform(plan: Plan, posts: Posts, place: int) -> npt.NDArray[np.float64]:
    """In [0, 1) for each post (N,) and figure, from seed and number alone (SplitMix64)."""
    start = np.uint64(plan.seed * 0xD1342543DE82EF95 & 0xFFFFFFFFFFFFFFFF)
    x = posts["number"].astype(np.uint64) * np.uint64(len(FIGURES)) + np.uint64(place)
    return uniform((x + start) * np.uint64(0x9E3779B97F4A7C15))


MECHANISM: Final = Counts()
