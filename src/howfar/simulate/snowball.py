"""A complaint that grows by itself and then ends; and two that only look like one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.happenings import SHARING, descent, in_window, scaled, told_by
from howfar.simulate.parts import Quiet
from howfar.simulate.places import PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, HOUR, Plan
from howfar.simulate.posts import ORIGINAL, REPLY, SHARE, Posts
from howfar.simulate.society import Society
from howfar.simulate.texts import source


@dataclass(frozen=True, slots=True)
class Course:
    """How talk about one topic goes.

    growing, after: mean number of posts that a post sets off, if it is written before the turn or
    after it. hours: from the first seed to the turn; seeds come evenly in them. seeds: for one of
    the settings' seeds. tone: sentiment of the seeds. in_tone: probability that a reply has it;
    the others are neutral or opposite alike.
    """

    kind: str
    topic: str
    growing: float
    after: float
    hours: float
    seeds: float
    tone: int
    in_tone: float


@dataclass(frozen=True, slots=True)
class Snowballs:
    """Parameters of snowballs, the same for every seed.

    courses: one after another; a snowball grows by itself and is negative; a grumble is negative
    but does not grow by itself; a delight grows but is not negative. posts_per_round: all courses
    once for so many posts of the world, at least once. seeds: of a snowball, for each so many posts
    of the world, between fewest and most. delay: mean hours from a post to one that it sets
    off, exponential. replies: share of replies among those; the others pass it on unchanged.
    """

    courses: tuple[Course, ...] = (
        Course("snowball", "health", 1.5, 0.4, 6.0, 1.0, -1, 0.85),
        Course("grumble", "trade", 0.5, 0.4, 24.0, 12.0, -1, 0.85),
        Course("delight", "sport", 1.5, 0.4, 6.0, 1.0, 1, 0.7),
    )
    posts_per_round: int = 200_000
    posts_per_seed: int = 10_000
    fewest: int = 4
    most: int = 40
    delay: float = 1.0
    replies: float = 0.4


class _Snowballs(Quiet):
    """A negative cascade that grows by itself, then ends; a grumble and a delight beside it."""

    name = "snowball"

    def parts(self, plan: Plan, society: Society) -> int:
        """As many as there are courses in all rounds."""
        settings = plan.of(Snowballs)
        return scaled(plan, settings.posts_per_round, 1) * len(settings.courses)

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """The seeds and all that they set off, with true parents."""
        settings = plan.of(Snowballs)
        course = settings.courses[index % len(settings.courses)]
        platform, began = _place(plan, index)
        turned = began + course.hours * HOUR
        rng = plan.generator(self.name, "posts", index)
        number = min(max(plan.size // settings.posts_per_seed, settings.fewest), settings.most)
        seeds = began + rng.random(round(number * course.seeds)) * (turned - began)
        seeds[0] = began
        created, parent = cascade(rng, seeds, turned, course, settings.delay)
        passed = np.where(rng.random(len(parent)) < settings.replies, REPLY, SHARE)
        posts = told_by(
            society,
            society.writers(rng, platform, len(created)),
            created,
            **descent(parent),
            relation=np.where(parent < 0, ORIGINAL, passed),
            topic=TOPICS.index(course.topic),
            story=plan.first(self.name) + index,
            object=np.where(parent < 0, plan.first(self.name) + index, -1),
        )
        return _toned(rng, course, in_window(plan, posts))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(Snowballs)
        return {
            "events": self.parts(plan, society),
            "delay": {"kind": "exponential", "mean_hours": settings.delay},
            "replies": settings.replies,
            "branching": "posts set off by one post, by whether it is written before the turn",
            "column": "posts.story: the number of the event",
            "tables": ["snowballs"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """snowballs: one event a row; only kind snowball is negative and grows by itself."""
        settings = plan.of(Snowballs)
        numbers = range(self.parts(plan, society))
        courses = [settings.courses[i % len(settings.courses)] for i in numbers]
        places = [_place(plan, i) for i in numbers]
        began = [began for _, began in places]
        turned = [b + round(c.hours * HOUR) for b, c in zip(began, courses, strict=True)]
        columns = {
            "story": [plan.first(self.name) + i for i in numbers],
            "kind": [c.kind for c in courses],
            "topic": [c.topic for c in courses],
            "platform": [PLATFORMS[platform] for platform, _ in places],
            "began": pa.array(began, pa.timestamp("us", "UTC")),
            "turned": pa.array(turned, pa.timestamp("us", "UTC")),
            "branching_growing": [c.growing for c in courses],
            "branching_after": [c.after for c in courses],
            "tone": [c.tone for c in courses],
            "replies_in_tone": [c.in_tone for c in courses],
        }
        return {"snowballs": pa.table(columns)}


def cascade(
    rng: np.random.Generator,
    seeds: npt.NDArray[np.float64],
    turned: float,
    course: Course,
    delay: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Times and parents (N,) of seeds and all that they set off; -1 for seeds.

    A branching process: a post has Poisson offspring, course.growing on average if written before
    the turn, else course.after (below 1, so that it ends), each after an exponential delay (hours).
    """
    times, parents = [seeds], [np.full(len(seeds), -1, np.int64)]
    start, latest = 0, seeds
    while len(latest):
        offspring = rng.poisson(np.where(latest < turned, course.growing, course.after))
        parents.append(np.repeat(start + np.arange(len(latest)), offspring))
        start += len(latest)
        latest = np.repeat(latest, offspring) + rng.exponential(delay * HOUR, offspring.sum())
        times.append(latest)
    return np.concatenate(times), np.concatenate(parents)


def _toned(rng: np.random.Generator, course: Course, posts: Posts) -> Posts:
    """Posts with their sentiment: what is passed on has that of its parent."""
    other = np.where(rng.random(len(posts)) < 0.5, 0, -course.tone)
    drawn = np.where(rng.random(len(posts)) < course.in_tone, course.tone, other)
    tone = np.where(posts["relation"] == REPLY, drawn, course.tone)
    return posts.with_columns(sentiment=tone[source(posts)])


def _place(plan: Plan, index: int) -> tuple[int, int]:
    """Platform and begin of an event, away from both ends of the window."""
    rng = plan.generator("snowball", "place", index)
    margin = min(10, plan.days // 4)
    day = margin + rng.random() * (plan.days - 2 * margin)
    return SHARING[int(rng.integers(0, len(SHARING)))], plan.begins + int(day * DAY) // HOUR * HOUR


MECHANISM: Final = _Snowballs()
