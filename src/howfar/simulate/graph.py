"""The follower graph: who follows whom, mostly those of the own country or language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Quiet
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import Plan
from howfar.simulate.society import Crowd, Society

Accounts = npt.NDArray[np.int64]

BLOCK: Final = 4_096
"""Persons whose followed accounts are drawn together: no more of the graph is in memory at once."""


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """Parameters of the graph, the same for every seed.

    follows: draws of followed accounts a person, on average (geometric, at least 1). near: part of
    the draws among accounts of the own country; tongue: of the own language; the others among all
    accounts of the platform. Whoever is drawn from is drawn in proportion to the number of
    followers, so that the graph's own in-degrees are as heavy-tailed. stored: size of the largest
    world whose edges are written down.
    """

    follows: float = 12.0
    near: float = 0.5
    tongue: float = 0.3
    stored: int = 50_000


def blocks(society: Society) -> int:
    """Number of blocks of persons."""
    return -(-len(society.persons) // BLOCK)


def drawn(plan: Plan, society: Society, block: int) -> tuple[Accounts, Accounts]:
    """Follower and followed (M,) of every draw of one block of persons, in their order."""
    settings = plan.of(GraphSettings)
    rng = plan.generator(MECHANISM.name, block)
    persons = society.persons[block * BLOCK : (block + 1) * BLOCK]
    follower = np.repeat(persons, rng.geometric(1.0 / settings.follows, len(persons)))
    on, at, in_ = _popular(society)
    platform = society.platform[follower].astype(np.int64)
    how = rng.random(len(follower))
    # The own country and the own language hold at least the follower.
    near = at.draw(rng, platform * len(COUNTRIES) + society.country[follower])
    tongue = in_.draw(rng, platform * len(LANGUAGES) + society.language[follower])
    anyone = on.draw(rng, platform)
    alike = np.where(how < settings.near + settings.tongue, tongue, anyone)
    return follower, np.where(how < settings.near, near, alike)


def edges(plan: Plan, society: Society, block: int) -> tuple[Accounts, Accounts]:
    """Follower and followed (E,) of one block: each pair once, nobody follows themselves."""
    follower, followed = drawn(plan, society, block)
    other = follower != followed
    pairs = np.unique(np.stack([follower[other], followed[other]], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


@lru_cache(maxsize=2)
def _popular(society: Society) -> tuple[Crowd, Crowd, Crowd]:
    """All accounts by platform, by platform and country, by platform and language."""
    everyone = np.arange(len(society))
    weight = society.followers.astype(np.float64)
    platform = society.platform.astype(np.int64)
    country = platform * len(COUNTRIES) + society.country
    language = platform * len(LANGUAGES) + society.language
    return (
        Crowd.of(everyone, platform, len(PLATFORMS), weight),
        Crowd.of(everyone, country, len(PLATFORMS) * len(COUNTRIES), weight),
        Crowd.of(everyone, language, len(PLATFORMS) * len(LANGUAGES), weight),
    )


class Graph(Quiet):
    """Draws the graph block by block; small worlds have it as truth/follows.parquet."""

    name = "graph"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """How many are followed, and how much those near."""
        settings = plan.of(GraphSettings)
        return {
            "draws_a_person": settings.follows,
            "share_drawn_from_own_country": settings.near,
            "share_drawn_from_own_language": settings.tongue,
            "drawn_by": "number of followers; a pair that is drawn twice is one edge",
            "edges_stored": plan.size <= settings.stored,
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """follows: follower and followed, as in the column account of posts; small worlds only."""
        if plan.size > plan.of(GraphSettings).stored:
            return {}
        pairs = [edges(plan, society, block) for block in range(blocks(society))]
        return {
            "follows": pa.table(
                {
                    name: np.concatenate([pair[place] for pair in pairs])
                    for place, name in enumerate(("follower", "followed"))
                }
            )
        }


MECHANISM: Final = Graph()
