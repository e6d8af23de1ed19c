"""What looks like synchronised groups and is none: news, syndicated feeds, fans.

Each comes about as such things do: a story breaks and whoever is online and reads a lot passes it
on; feeds look for new items at their own fixed intervals; fans are told of a post and react when
they are awake. No times or accounts of other posts are shuffled for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.simulate.happenings import (
    SHARING,
    awake,
    distinct,
    in_window,
    persons_on,
    scaled,
    told_by,
)
from howfar.simulate.parts import Quiet
from howfar.simulate.places import TOPICS
from howfar.simulate.plan import DAY, HOUR, SECOND, Plan
from howfar.simulate.posts import SHARE, Posts, together
from howfar.simulate.society import Society

BREAKING, SYNDICATED, FANS = KINDS = ("breaking", "syndicated", "fans")


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Parameters of organic look-alikes, the same for every seed.

    posts_per_story, posts_per_wire, posts_per_star: one breaking story, agency whose items others
    take over, or star for so many posts of the world.
    readers: persons online who hear of a breaking story, each once. passing_on: probability that
    one shares it while awake. news_minutes, news_spread: middle delay in minutes and standard
    deviation of its logarithm.
    feeds: persons' accounts that take over items of one agency, besides media channels. items: of
    one agency. taken: probability that a feed takes an item. interval: seconds between two looks
    of a feed. publishing: mean seconds from look to post.
    fans: of one star. calls: posts of a star. loyal: probability that a fan who is awake shares
    one. reaction_seconds: mean of the exponential delay after the first second.
    """

    posts_per_story: int = 20_000
    posts_per_wire: int = 100_000
    posts_per_star: int = 50_000
    readers: int = 400
    passing_on: float = 0.5
    news_minutes: float = 8.0
    news_spread: float = 1.2
    feeds: int = 6
    items: int = 40
    taken: float = 0.7
    interval: int = 300
    publishing: float = 4.0
    fans: int = 40
    calls: int = 15
    loyal: float = 0.6
    reaction_seconds: float = 90.0


class _Lookalikes(Quiet):
    """Breaking stories, syndicated feeds and fans, who share in step without being a group."""

    name = "lookalikes"

    def parts(self, plan: Plan, society: Society) -> int:
        """As many as there are stories, agencies and stars."""
        return len(kinds(plan))

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """What one story, agency or star sets off."""
        make = {BREAKING: _breaking, SYNDICATED: _syndicated, FANS: _fans}[kinds(plan)[index]]
        posts = make(plan, society, index)
        return in_window(plan, posts.with_columns(lookalike=np.full(len(posts), index)))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(Lookalikes)
        told = {name: getattr(settings, name) for name in Lookalikes.__slots__}
        return {
            **told,
            "column": "posts.lookalike: posts of organic events; none of them is synchronised",
            "tables": ["lookalikes"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """lookalikes: one a row, number, kind and, of a breaking story, when it broke."""
        found = kinds(plan)
        broke = [_broke(plan, i) if kind == BREAKING else None for i, kind in enumerate(found)]
        columns = {
            "lookalike": list(range(len(found))),
            "kind": found,
            "broke": pa.array(broke, pa.timestamp("us", "UTC")),
        }
        return {"lookalikes": pa.table(columns)}


def kinds(plan: Plan) -> list[str]:
    """What each organic event of a world is: breaking, syndicated or fans."""
    settings = plan.of(Lookalikes)
    numbers = (settings.posts_per_story, settings.posts_per_wire, settings.posts_per_star)
    return [
        kind
        for kind, posts in zip(KINDS, numbers, strict=True)
        for _ in range(scaled(plan, posts, 1))
    ]


def _begin(plan: Plan, index: int) -> tuple[np.random.Generator, int]:
    """The random numbers of an event, and the first of its objects."""
    name = MECHANISM.name
    return plan.generator(name, "posts", index), plan.first(name) + index * 1_000


def _broke(plan: Plan, index: int) -> int:
    rng = plan.generator(MECHANISM.name, "broke", index)
    return plan.begins + int(rng.random() * (plan.ends - plan.begins - DAY))


def _breaking(plan: Plan, society: Society, index: int) -> Posts:
    """One address, shared by persons who do not know each other, as soon as they see it."""
    settings = plan.of(Lookalikes)
    rng, number = _begin(plan, index)
    weights = rng.multinomial(settings.readers, np.full(len(SHARING), 1 / len(SHARING)))
    readers = np.concatenate(
        [
            distinct(society, rng, platform, int(n))
            for platform, n in zip(SHARING, weights, strict=True)
        ]
    )
    scatter = settings.news_spread * rng.standard_normal(len(readers))
    at = _broke(plan, index) + settings.news_minutes * 60 * SECOND * np.exp(scatter)
    sharing = (rng.random(len(readers)) < settings.passing_on) & awake(society, readers, at)
    topic = int(rng.integers(0, len(TOPICS)))
    return told_by(society, readers[sharing], at[sharing], object=number, topic=topic, story=number)


def _syndicated(plan: Plan, society: Society, index: int) -> Posts:
    """Items of one agency, posted with the same words and address by all that take its feed."""
    settings = plan.of(Lookalikes)
    rng, number = _begin(plan, index)
    media = [i for i, c in enumerate(society.channels) if "media" in c.paths and c.role != "ours"]
    platform = SHARING[int(rng.integers(0, len(SHARING)))]
    takers = np.concatenate(
        [np.array(media, np.int64), distinct(society, rng, platform, settings.feeds)]
    )
    # Each feed looks at its own second of the interval, always the same.
    phase = rng.random(len(takers)) * settings.interval
    issued = np.sort(rng.random(settings.items)) * (plan.days * 86_400 - 3_600)
    wait = (phase - issued[:, None]) % settings.interval
    at = issued[:, None] + wait + rng.exponential(settings.publishing, wait.shape)
    item, taker = np.nonzero(rng.random(at.shape) < settings.taken)
    topics = rng.integers(0, len(TOPICS), settings.items)
    return told_by(
        society,
        takers[taker],
        plan.begins + at[item, taker] * SECOND,
        object=number + item,
        recycled=number + item,
        topic=topics[item],
        # The agency writes one tongue, whoever posts it.
        language=int(society.language[takers[0]]),
    )


def _fans(plan: Plan, society: Society, index: int) -> Posts:
    """Posts of one star, each shared within minutes by those of its fans who are awake."""
    settings = plan.of(Lookalikes)
    rng, number = _begin(plan, index)
    platform = SHARING[int(rng.integers(0, len(SHARING)))]
    # Fans write as anybody does: drawn alike, not by activity.
    here = persons_on(society, platform)
    chosen = here[rng.choice(len(here), min(settings.fans + 1, len(here)), replace=False)]
    star, fans = chosen[:1], chosen[1:]
    topic = int(rng.integers(0, len(TOPICS)))
    made = []
    for call in range(settings.calls):
        when = plan.begins + rng.random() * (plan.ends - plan.begins - HOUR)
        at = when + SECOND + rng.exponential(settings.reaction_seconds, len(fans)) * SECOND
        sharing = (rng.random(len(fans)) < settings.loyal) & awake(society, fans, at)
        parent = np.where(np.arange(sharing.sum() + 1) > 0, 0, -1)
        made.append(
            told_by(
                society,
                np.concatenate([star, fans[sharing]]),
                np.concatenate([[when], at[sharing]]),
                parent=parent,
                root=0,
                generation=parent + 1,
                relation=np.where(parent < 0, 0, SHARE),
                object=number + call,
                topic=topic,
                language=int(society.language[star[0]]),
            )
        )
    return together(made)


MECHANISM: Final = _Lookalikes()
