"""Synchronised groups: accounts that share the same objects within seconds, time and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.happenings import (
    SHARING,
    in_window,
    persons_on,
    scaled,
    spare_moments,
    told_by,
)
from howfar.simulate.parts import Quiet
from howfar.simulate.places import PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, HOUR, SECOND, Plan
from howfar.simulate.posts import SHARE, Posts, together
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Manner:
    """How a group works.

    members: accounts. objects: times that they act together. what: link, text, picture or share
    (they pass on the same post). jitter: standard deviation of each one's moment about the group's,
    seconds. taking_part: probability that a member joins one action. organic: expected share of
    other things in what a member posts here, at its own hours.
    """

    members: int
    objects: int
    what: str
    jitter: float
    taking_part: float
    organic: float


@dataclass(frozen=True, slots=True)
class Synchrony:
    """Parameters of synchronised groups, the same for every seed.

    manners: those of one group after another, again and again. posts_per_group: one group for so
    many posts of the world, at least fewest. outsiders: mean number of persons outside the group
    who share an object as well, later.
    """

    manners: tuple[Manner, ...] = (
        Manner(6, 20, "link", 10.0, 0.9, 0.3),
        Manner(12, 30, "share", 30.0, 0.8, 0.5),
        Manner(24, 20, "text", 60.0, 0.7, 0.6),
        Manner(10, 25, "link", 600.0, 0.8, 0.5),
        Manner(40, 8, "share", 5.0, 0.9, 0.8),
        Manner(5, 30, "picture", 3_600.0, 0.8, 0.5),
    )
    posts_per_group: int = 15_000
    fewest: int = 2
    outsiders: float = 3.0


_COLUMN: Final = {"link": "object", "text": "recycled", "picture": "picture", "share": "object"}
_MOST_OBJECTS: Final = 1_000


class _Synchrony(Quiet):
    """Synchronised groups that share the same things within seconds, beside posts of their own."""

    name = "synchrony"

    def parts(self, plan: Plan, society: Society) -> int:
        """As many as there are groups."""
        return len(members(plan, society))

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """What a group shares together, what outsiders share of it, and its members' own posts."""
        settings = plan.of(Synchrony)
        manner = settings.manners[index % len(settings.manners)]
        who = members(plan, society)[index]
        rng = plan.generator(self.name, "posts", index)
        moments = plan.begins + DAY + rng.random(manner.objects) * (plan.ends - plan.begins - DAY)
        topics = rng.integers(0, len(TOPICS), manner.objects)
        made = []
        for number, (moment, topic) in enumerate(zip(moments, topics, strict=True)):
            made.append(self._action(plan, society, rng, index, number, who, int(moment), topic))
        alone = manner.objects * manner.taking_part * manner.organic / (1 - manner.organic)
        account = np.repeat(who, rng.poisson(alone, len(who)))
        when = spare_moments(plan, society, rng, account)
        topic = rng.integers(0, len(TOPICS), len(account))
        made.append(told_by(society, account, when, topic=topic))
        return in_window(plan, together(made))

    def _action(
        self,
        plan: Plan,
        society: Society,
        rng: np.random.Generator,
        index: int,
        number: int,
        who: npt.NDArray[np.int64],
        moment: int,
        topic: int,
    ) -> Posts:
        """One object: its members about one moment, then others."""
        settings = plan.of(Synchrony)
        manner = settings.manners[index % len(settings.manners)]
        platform = int(society.platform[who[0]])
        joined = who[rng.random(len(who)) < manner.taking_part]
        others = society.writers(rng, platform, int(rng.poisson(settings.outsiders)))
        others = others[~np.isin(others, who)]
        at = np.concatenate(
            [
                moment + manner.jitter * SECOND * rng.standard_normal(len(joined)),
                # Lomax: most within hours, a few after days.
                moment + HOUR * rng.pareto(1.2, len(others)),
            ]
        )
        account = np.concatenate([joined, others])
        group = np.repeat([index, -1], [len(joined), len(others)])
        given = {_COLUMN[manner.what]: plan.first(self.name) + index * _MOST_OBJECTS + number}
        # A group has one tongue; outsiders who share its things read that tongue.
        given |= {"topic": topic, "language": int(society.language[who[0]])}
        if manner.what != "share":
            return told_by(society, account, at, group=group, **given)
        author = society.writers(rng, platform, 1)
        before = min(float(at.min(initial=moment)), moment) - HOUR * rng.random() - SECOND
        parent = np.where(np.arange(len(at) + 1) > 0, 0, -1)
        return told_by(
            society,
            np.concatenate([author, account]),
            np.concatenate([[before], at]),
            parent=parent,
            root=0,
            generation=parent + 1,
            relation=np.where(parent < 0, 0, SHARE),
            group=np.concatenate([[-1], group]),
            **given,
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(Synchrony)
        return {
            "groups": len(members(plan, society)),
            "outsiders_mean": settings.outsiders,
            "jitter": "standard deviation in seconds, normal",
            "column": "posts.group: posts made together; members' own posts have none",
            "tables": ["groups", "members"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """groups: one a row, with its manner. members: account, group."""
        settings = plan.of(Synchrony)
        found = members(plan, society)
        manners = [settings.manners[i % len(settings.manners)] for i in range(len(found))]
        groups = {
            "group": list(range(len(found))),
            "platform": [PLATFORMS[society.platform[who[0]]] for who in found],
            "what": [m.what for m in manners],
            "members": [m.members for m in manners],
            "objects": [m.objects for m in manners],
            "jitter_seconds": [m.jitter for m in manners],
            "taking_part": [m.taking_part for m in manners],
            "organic": [m.organic for m in manners],
        }
        accounts = np.concatenate([*found, np.zeros(0, np.int64)])
        of = np.repeat(np.arange(len(found)), [len(who) for who in found])
        return {
            "groups": pa.table(groups),
            "members": pa.table({"account": accounts, "group": of}),
        }


def members(plan: Plan, society: Society) -> list[npt.NDArray[np.int64]]:
    """The accounts of each group; groups for whom a platform has too few persons are left out."""
    settings = plan.of(Synchrony)
    free = {}
    for platform in SHARING:
        rng = plan.generator("synchrony", "members", platform)
        free[platform] = rng.permutation(persons_on(society, platform))
    used = dict.fromkeys(SHARING, 0)
    found = []
    for index in range(scaled(plan, settings.posts_per_group, settings.fewest)):
        platform = SHARING[index % len(SHARING)]
        size = settings.manners[index % len(settings.manners)].members
        # Half of a platform stays free, so that there are always persons outside.
        if used[platform] + size > len(free[platform]) // 2:
            break
        found.append(free[platform][used[platform] : used[platform] + size])
        used[platform] += size
    return found


MECHANISM: Final = _Synchrony()
