"""Spread: posts beget replies, shares and quotes, with true parents, as a Hawkes process does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import SECOND, Plan
from howfar.simulate.posts import COLUMNS, QUOTE, REPLY, SHARE, Posts
from howfar.simulate.society import Society

_HANDED_ON: Final = ("platform", "topic", "frame", "story", "news", "root")
"""What a post hands on to all that answer it or pass it on."""
_SHARED: Final = ("picture", "recycled", "sentiment", "stance")
"""What only a shared post keeps."""
_LINKED: Final = ("object", "claim")
"""What a shared and a quoting post keep."""


@dataclass(frozen=True, slots=True)
class SpreadSettings:
    """Parameters of spread, by platform as in places.PLATFORMS.

    branching: mean number of direct offspring of a post over all time; below 1. appeal: standard
    deviation of the logarithm of each post's own factor of it (mean 1). The delay of an offspring
    has the density (tail / scale) (1 + t / scale)^-(1 + tail), t in seconds: a power law (Rizoiu et
    al. 2017, 10.1145/3038912.3052650). share, quote: parts of the offspring; the others reply.
    near: part of the offspring whose writer is of the parent's country; tongue: of the parent's
    language and any country; the others are anyone of the platform.
    """

    branching: tuple[float, ...] = (0.60, 0.45, 0.40, 0.50, 0.50)
    appeal: float = 0.7
    tail: float = 0.9
    scale: float = 300.0
    share: tuple[float, ...] = (0.55, 0.0, 0.5, 0.6, 0.5)
    quote: tuple[float, ...] = (0.10, 0.0, 0.0, 0.0, 0.0)
    near: float = 0.5
    tongue: float = 0.3
    spreading: tuple[str, ...] = ("background",)


class Spread(Quiet):
    """Every background post begets others, those beget further ones, up to the window's end."""

    name = "spread"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """The posts with all their descendants, in the order of time."""
        settings = plan.of(SpreadSettings)
        if part.mechanism not in settings.spreading or not len(posts):
            return posts
        rng = plan.generator(self.name, part.mechanism, part.index)
        generations, first, total = [posts], 0, len(posts)
        while len(generations[-1]):
            born = _offspring(rng, settings, plan, society, generations[-1], first)
            first, total = total, total + len(born)
            generations.append(born)
        # Roots and parents are rows of the whole part already.
        everyone = Posts(
            {name: np.concatenate([one[name] for one in generations]) for name in COLUMNS}
        )
        return everyone.take(np.argsort(everyone["created"], kind="stable"))

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Branching number by platform, delay kernel and homophily."""
        settings = plan.of(SpreadSettings)
        return {
            "branching_number": dict(zip(PLATFORMS, settings.branching, strict=True)),
            "appeal_sd_log": settings.appeal,
            "kernel": "(tail / scale) (1 + t / scale)^-(1 + tail), t in seconds",
            "kernel_tail": settings.tail,
            "kernel_scale_s": settings.scale,
            "share_of_shares": dict(zip(PLATFORMS, settings.share, strict=True)),
            "share_of_quotes": dict(zip(PLATFORMS, settings.quote, strict=True)),
            "share_of_own_country": settings.near,
            "share_of_own_language": settings.tongue,
            "spreads": list(settings.spreading),
            "cut": "offspring after the end of the window are not in the world",
        }


def _offspring(
    rng: np.random.Generator,
    settings: SpreadSettings,
    plan: Plan,
    society: Society,
    parents: Posts,
    first: int,
) -> Posts:
    """Direct offspring of the posts of one generation, the first of which is row `first`."""
    platform = parents["platform"].astype(np.int64)
    sigma = settings.appeal
    appeal = np.exp(rng.normal(-(sigma**2) / 2, sigma, len(parents)))
    number = rng.poisson(np.array(settings.branching)[platform] * appeal)
    parent = np.repeat(np.arange(len(parents)), number)
    wait = settings.scale * ((1.0 - rng.random(len(parent))) ** (-1.0 / settings.tail) - 1.0)
    # Whatever is later than the window is not in it; capped so that the integer does not overflow.
    wait = np.minimum(wait, 2.0 * plan.days * 86_400.0)
    created = parents["created"][parent] + (wait * SECOND).astype(np.int64)
    inside = created < plan.ends
    parent, created = parent[inside], created[inside]
    platform = platform[parent]
    account = _writers(
        rng, settings, society, platform, parents["country"][parent], parents["language"][parent]
    )
    kind = rng.random(len(parent))
    share, quote = np.array(settings.share)[platform], np.array(settings.quote)[platform]
    relation = np.where(kind < share, SHARE, np.where(kind < share + quote, QUOTE, REPLY))
    passed = relation == SHARE
    given = {name: parents[name][parent] for name in _HANDED_ON}
    for names, kept in ((_SHARED, passed), (_LINKED, relation != REPLY)):
        for name in names:
            given[name] = np.where(kept, parents[name][parent], COLUMNS[name][1])
    given["language"] = np.where(passed, parents["language"][parent], society.language[account])
    return Posts.of(
        len(parent),
        **given,
        account=account,
        created=created,
        parent=parent + first,
        relation=relation,
        generation=parents["generation"][parent] + 1,
        country=society.country[account],
    )


def _writers(
    rng: np.random.Generator,
    settings: SpreadSettings,
    society: Society,
    platform: npt.NDArray[np.int64],
    country: npt.NDArray[np.uint8],
    language: npt.NDArray[np.uint8],
) -> npt.NDArray[np.int64]:
    """Who passes on a post of a platform, country and language (N,): mostly those like it."""
    how = rng.random(len(platform))
    account = society.on.draw(rng, platform)
    near = society.at.draw(rng, platform * len(COUNTRIES) + country)
    tongue = society.in_.draw(rng, platform * len(LANGUAGES) + language)
    account = np.where((how < settings.near) & (near >= 0), near, account)
    alike = (how >= settings.near) & (how < settings.near + settings.tongue) & (tongue >= 0)
    return np.where(alike, tongue, account)


MECHANISM: Final = Spread()
