"""Dormant stories: talked of, forgotten, and talked of again on another platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.simulate.happenings import SHARING, family, in_window, scaled, told_by
from howfar.simulate.parts import Quiet
from howfar.simulate.places import PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, SECOND, Plan
from howfar.simulate.posts import Posts, together
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Stories:
    """Parameters of dormant stories, the same for every seed.

    posts_per_story: one story for so many posts of the world, at least fewest. size: expected posts
    of a first life, as a share of the world, but not fewer than least nor more than most. again:
    expected posts of a second life, for one of the first. life: days that a life lasts. decay: mean
    delay in days from its begin, exponential, cut at life. sleeps: days between the end of the
    first life and the second, of one story after another; 0: it never comes back. trickle: posts a
    day while it sleeps. direct, fresh: how a life spreads, as in happenings.family.
    """

    posts_per_story: int = 25_000
    fewest: int = 4
    size: float = 1 / 400
    least: float = 60.0
    most: float = 400.0
    again: float = 1.2
    life: float = 7.0
    decay: float = 1.5
    sleeps: tuple[float, ...] = (35.0, 60.0, 21.0, 0.0, 90.0, 45.0, 28.0, 0.0)
    trickle: float = 0.05
    direct: float = 0.6
    fresh: float = 0.4


@dataclass(frozen=True, slots=True)
class Story:
    """One story: when and where it lives; woke and back are those of its second life."""

    began: int
    platform: int
    topic: int
    sleep: float
    first: int
    second: int
    woke: int | None
    back: int | None


class _Stories(Quiet):
    """Stories that fade, sleep for weeks and come back on another platform; some never do."""

    name = "stories"

    def parts(self, plan: Plan, society: Society) -> int:
        """As many as there are stories."""
        settings = plan.of(Stories)
        return scaled(plan, settings.posts_per_story, settings.fewest)

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """Both lives of a story, and the little between."""
        told = story(plan, society, index)
        rng = plan.generator(self.name, "posts", index)
        made = [_life(plan, society, rng, told.platform, told.began, told.first)]
        if told.woke is not None and told.back is not None:
            settings = plan.of(Stories)
            few = int(rng.poisson(settings.trickle * told.sleep))
            at = told.woke - rng.random(few) * told.sleep * DAY
            made.append(told_by(society, society.writers(rng, told.platform, few), at))
            made.append(_life(plan, society, rng, told.back, told.woke, told.second))
        posts = together(made)
        number = np.full(len(posts), plan.first(self.name) + index)
        same = {"object": number, "story": number, "topic": np.full(len(posts), told.topic)}
        return in_window(plan, posts.with_columns(**same))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(Stories)
        return {
            "stories": self.parts(plan, society),
            "life_days": settings.life,
            "decay_days": settings.decay,
            "trickle_per_day": settings.trickle,
            "column": "posts.story and posts.object: the number of the story",
            "tables": ["stories"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """stories: one a row; without woke and back it never comes back."""
        found = [story(plan, society, i) for i in range(self.parts(plan, society))]
        moment = pa.timestamp("us", "UTC")
        life = int(plan.of(Stories).life * DAY)
        columns = {
            "story": [plan.first(self.name) + i for i in range(len(found))],
            "topic": [TOPICS[s.topic] for s in found],
            "platform": [PLATFORMS[s.platform] for s in found],
            "began": pa.array([s.began for s in found], moment),
            "faded": pa.array([s.began + life for s in found], moment),
            "sleep_days": pa.array([s.sleep or None for s in found], pa.float64()),
            "woke": pa.array([s.woke for s in found], moment),
            "back": pa.array(
                [None if s.back is None else PLATFORMS[s.back] for s in found], pa.string()
            ),
            "posts_first": [s.first for s in found],
            "posts_second": [s.second for s in found],
        }
        return {"stories": pa.table(columns)}


def story(plan: Plan, society: Society, index: int) -> Story:
    """When and where a story lives, before its posts are drawn."""
    settings = plan.of(Stories)
    rng = plan.generator("stories", "lives", index)
    sleep = settings.sleeps[index % len(settings.sleeps)]
    spare = plan.days - 2 * settings.life - sleep - 1
    if spare < 0:
        # The window is too short for this sleep: the story does not come back within it.
        sleep, spare = 0.0, max(plan.days - settings.life, 0.0)
    began = plan.begins + int(rng.random() * spare * 86_400) * SECOND
    platform, back = (SHARING[i] for i in rng.permutation(len(SHARING))[:2].tolist())
    expected = min(max(settings.size * plan.size, settings.least), settings.most)
    first, second = (1 + rng.poisson([expected - 1, expected * settings.again - 1])).tolist()
    return Story(
        began=began,
        platform=platform,
        topic=int(rng.integers(0, len(TOPICS))),
        sleep=sleep,
        first=first,
        second=second if sleep else 0,
        woke=began + int((settings.life + sleep) * DAY) if sleep else None,
        back=back if sleep else None,
    )


def _life(
    plan: Plan, society: Society, rng: np.random.Generator, platform: int, begin: int, number: int
) -> Posts:
    """Posts (number,) from begin on, fewer and fewer, none after the end of that life."""
    settings = plan.of(Stories)
    reached = rng.random(number - 1) * -np.expm1(-settings.life / settings.decay)
    delay = np.sort(-settings.decay * np.log1p(-reached))
    at = begin + np.concatenate([[0.0], delay]) * DAY
    who = society.writers(rng, platform, number)
    return told_by(society, who, at, **family(rng, number - 1, settings.direct, settings.fresh))


MECHANISM: Final = _Stories()
