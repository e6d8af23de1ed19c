"""A claim and its correction: how far each goes, and how much later the second comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.simulate.happenings import SHARING, family, in_window, instants, scaled, told_by
from howfar.simulate.parts import Quiet
from howfar.simulate.places import PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, HOUR, Plan
from howfar.simulate.posts import CLAIM, CORRECTION, Posts, together
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Claims:
    """Parameters of claims, the same for every seed.

    posts_per_pair: one claim for so many posts of the world, between fewest and most_pairs.
    carriers: expected posts of a claim, the first among them, as a share of the world, between
    least and most. ratio: expected posts of a correction for one of its claim. views: expected
    views that each post brings to the first post of its kind; spread: standard deviation of the
    logarithm of their sum about that. uncorrected: probability that nobody corrects a claim. lag:
    median hours from claim to correction, lag_spread the standard deviation of its logarithm.
    delay, delay_spread: the same for the time from the first post to one that passes it on. direct:
    probability that this one has it from the first post. likes: for each view.
    """

    posts_per_pair: int = 20_000
    fewest: int = 3
    most_pairs: int = 200
    carriers: float = 1 / 500
    least: float = 40.0
    most: float = 400.0
    ratio: float = 0.35
    views: float = 60.0
    spread: float = 0.3
    uncorrected: float = 0.2
    lag: float = 12.0
    lag_spread: float = 0.8
    delay: float = 3.0
    delay_spread: float = 1.2
    direct: float = 0.5
    likes: float = 0.02


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and, if anybody corrects it, the correction (channel not None)."""

    number: int
    platform: int
    topic: int
    claimed: int
    posts: int
    views: int
    channel: int | None
    lag: float
    posts_after: int
    views_after: int

    @property
    def corrected(self) -> int:
        """When the correction is written."""
        return int(instants(np.array([self.claimed + self.lag * HOUR]))[0])


class _Claims(Quiet):
    """False claims that persons pass on, and the corrections by channels that follow most."""

    name = "claims"

    def parts(self, plan: Plan, society: Society) -> int:
        """As many as there are claims."""
        settings = plan.of(Claims)
        number = scaled(plan, settings.posts_per_pair, settings.fewest)
        return min(number, settings.most_pairs)

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """All that passes on the claim and all that passes on the correction."""
        told = pair(plan, society, index)
        rng = plan.generator(self.name, "posts", index)
        author = int(society.writers(rng, told.platform, 1)[0])
        sides = [(CLAIM, author, told.claimed, told.posts, told.views)]
        if told.channel is not None:
            sides.append(
                (CORRECTION, told.channel, told.corrected, told.posts_after, told.views_after)
            )
        made = [self._side(plan, society, rng, told, *side) for side in sides]
        return in_window(plan, together(made))

    def _side(
        self,
        plan: Plan,
        society: Society,
        rng: np.random.Generator,
        told: Pair,
        kind: int,
        author: int,
        begin: int,
        number: int,
        views: int,
    ) -> Posts:
        """One post and those that pass it on; the first has the views of all."""
        settings = plan.of(Claims)
        scatter = settings.delay_spread * rng.standard_normal(number - 1)
        delay = np.sort(settings.delay * np.exp(scatter)) * HOUR
        first = np.arange(number) == 0
        story = plan.first(self.name) + 2 * told.number
        return told_by(
            society,
            np.append(author, society.writers(rng, told.platform, number - 1)),
            begin + np.append(0.0, delay),
            **family(rng, number - 1, settings.direct),
            claim=kind,
            topic=told.topic,
            sentiment=-1 if kind == CLAIM else 0,
            story=story,
            object=story + (kind == CORRECTION),
            views=np.where(first, views, -1),
            likes=np.where(first, rng.poisson(settings.likes * views), -1),
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(Claims)
        return {
            "pairs": self.parts(plan, society),
            "reach_ratio": settings.ratio,
            "reach_ratio_is": "expected reach of a correction / that of its claim, where corrected;"
            " the same for posts and for views",
            "uncorrected": settings.uncorrected,
            "lag_hours": {"median": settings.lag, "spread_log": settings.lag_spread},
            "column": "posts.claim: claim, correction; posts.story: the number of the pair",
            "tables": ["claims"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """claims: one pair a row, posts and views of both sides up to any time."""
        found = [pair(plan, society, i) for i in range(self.parts(plan, society))]
        moment = pa.timestamp("us", "UTC")
        answered = [p if p.channel is not None else None for p in found]
        columns = {
            "story": [plan.first(self.name) + 2 * p.number for p in found],
            "topic": [TOPICS[p.topic] for p in found],
            "platform": [PLATFORMS[p.platform] for p in found],
            "claimed": pa.array([p.claimed for p in found], moment),
            "posts_claim": [p.posts for p in found],
            "views_claim": [p.views for p in found],
            "channel": pa.array(
                [None if p.channel is None else society.channels[p.channel].channel for p in found],
                pa.string(),
            ),
            "corrected": pa.array([p and p.corrected for p in answered], moment),
            "lag_hours": pa.array([p and p.lag for p in answered], pa.float64()),
            "posts_correction": pa.array([p and p.posts_after for p in answered], pa.int64()),
            "views_correction": pa.array([p and p.views_after for p in answered], pa.int64()),
        }
        return {"claims": pa.table(columns)}


def pair(plan: Plan, society: Society, number: int) -> Pair:
    """Where and when a claim begins, how far it goes, and what becomes of its correction."""
    settings = plan.of(Claims)
    rng = plan.generator("claims", "pairs", number)
    expected = min(max(settings.carriers * plan.size, settings.least), settings.most)
    posts, after = (1 + rng.poisson([expected - 1, settings.ratio * expected - 1])).tolist()
    noise = settings.spread * rng.standard_normal(2) - settings.spread**2 / 2
    views = np.array([posts, after]) * settings.views * np.exp(noise)
    platform = SHARING[int(rng.integers(0, len(SHARING)))]
    able = [i for i, c in enumerate(society.channels) if c.platform == platform and c.basis]
    # Away from the end of the window, so that both run their course in it.
    spare = max(plan.days - 14, plan.days / 2)
    corrected = rng.random() >= settings.uncorrected and bool(able)
    return Pair(
        number=number,
        platform=platform,
        topic=int(rng.integers(0, len(TOPICS))),
        claimed=plan.begins + int(instants(np.array([rng.random() * spare * DAY]))[0]),
        posts=posts,
        views=round(views[0]),
        channel=int(rng.choice(able)) if corrected else None,
        lag=float(settings.lag * np.exp(settings.lag_spread * rng.standard_normal())),
        posts_after=after,
        views_after=round(views[1]),
    )


MECHANISM: Final = _Claims()
