"""What becomes of posts: removed after a time, withheld in a country, labelled by the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import COUNTRIES, TOPICS
from howfar.simulate.plan import DAY, SECOND, Plan
from howfar.simulate.posts import CLAIM, Posts
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class Removal:
    """How posts vanish: ever with a probability, after a Weibull time in days.

    shape below 1: most that vanish do so soon.
    """

    ever: float
    scale: float
    shape: float

    def by(self, days: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Share of posts (N,) removed at an age in days: ever (1 - exp(-(age / scale)^shape))."""
        age = np.maximum(np.asarray(days, np.float64), 0.0)
        share: npt.NDArray[np.float64] = -self.ever * np.expm1(-((age / self.scale) ** self.shape))
        return share


@dataclass(frozen=True, slots=True)
class Withholding:
    """A country in which posts of a topic are not shown, with a probability each."""

    country: str
    topic: str
    share: float


@dataclass(frozen=True, slots=True)
class AvailabilitySettings:
    """Parameters of what happens to posts, the same for every seed; of this world, not of any real.

    persons, channels: removal of their posts. withheld: a post in at most one country. labelled,
    labelled_claims: probability that the platform labels a post, or a claim that somebody corrects
    or not.
    """

    persons: Removal = Removal(0.08, 10.0, 0.6)
    channels: Removal = Removal(0.02, 20.0, 0.8)
    withheld: tuple[Withholding, ...] = (
        Withholding("DE", "security", 0.04),
        Withholding("FR", "security", 0.02),
        Withholding("FR", "health", 0.03),
        Withholding("AR", "trade", 0.01),
    )
    labelled: float = 0.01
    labelled_claims: float = 0.3


class _Availability(Quiet):
    """Posts removed with age, withheld by country and topic, and labelled by the platform."""

    name = "availability"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Posts of any part with what becomes of each, one independent of the other."""
        settings = plan.of(AvailabilitySettings)
        rng = plan.generator(self.name, part.mechanism, part.index)
        by_channel = posts["account"] < len(society.channels)
        age = np.where(
            by_channel,
            _ages(rng, settings.channels, len(posts)),
            _ages(rng, settings.persons, len(posts)),
        )
        gone = np.isfinite(age) & (posts["removed"] == 0)
        # A second at least: no post vanishes before it is there.
        after = (np.where(gone, age, 0.0) * DAY).astype(np.int64) + SECOND
        drawn = rng.random(len(posts))
        labelled = np.where(posts["claim"] == CLAIM, settings.labelled_claims, settings.labelled)
        return posts.with_columns(
            removed=np.where(gone, posts["created"] + after, posts["removed"]),
            withheld=_withheld(settings, posts["topic"], drawn, posts["withheld"]),
            labelled=posts["labelled"] | (rng.random(len(posts)) < labelled),
        )

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(AvailabilitySettings)
        return {
            "removed": "share by age in days = ever (1 - exp(-(age / scale)^shape))",
            "persons": _told(settings.persons),
            "channels": _told(settings.channels),
            "labelled": settings.labelled,
            "labelled_claims": settings.labelled_claims,
            "column": "posts.removed, posts.withheld, posts.labelled",
            "tables": ["withheld"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """withheld: share of the posts of a topic that a country does not see."""
        rules = plan.of(AvailabilitySettings).withheld
        names = ("country", "topic", "share")
        return {"withheld": pa.table({n: [getattr(rule, n) for rule in rules] for n in names})}


def _ages(rng: np.random.Generator, removal: Removal, number: int) -> npt.NDArray[np.float64]:
    """Age (number,) in days at which each is removed; infinite if it never is."""
    age = removal.scale * rng.weibull(removal.shape, number)
    return np.where(rng.random(number) < removal.ever, age, np.inf)


def _withheld(
    settings: AvailabilitySettings,
    topic: npt.NDArray[np.uint8],
    drawn: npt.NDArray[np.float64],
    before: npt.NDArray[np.int16],
) -> npt.NDArray[np.int16]:
    """Country (N,) that does not see each post, by uniform numbers (N,); the rest as before."""
    codes = [place.code for place in COUNTRIES]
    made = before.copy()
    reached = np.zeros(len(TOPICS))
    for rule in settings.withheld:
        place = TOPICS.index(rule.topic)
        low, high = reached[place], reached[place] + rule.share
        made[(topic == place) & (drawn >= low) & (drawn < high)] = codes.index(rule.country)
        reached[place] = high
    return made


def _told(removal: Removal) -> dict[str, float]:
    return {"ever": removal.ever, "scale_days": removal.scale, "shape": removal.shape}


MECHANISM: Final = _Availability()
