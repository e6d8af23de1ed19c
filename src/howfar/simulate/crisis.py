"""A crisis that passes by itself, and a measure taken at its worst that does nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import TOPICS
from howfar.simulate.plain import SEEN, answers, ours, plain
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import FIGURES, Posts
from howfar.simulate.society import Society
from howfar.simulate.texts import source


@dataclass(frozen=True, slots=True)
class CrisisSettings:
    """Parameters of the crisis, the same for every seed.

    onset: part of the window after which it begins, at midnight UTC. figures: part of the figures
    of our channels' own posts that is lost at first. topic: what it is about. negative: probability
    at first that what persons say of the topic turns negative. recovery: days in which a loss
    falls to 1 / e of itself, from the onset on. measure: days from the onset to the day on which
    we "do something about it", without any effect.
    """

    onset: float = 0.45
    figures: float = 0.6
    topic: str = "security"
    negative: float = 0.5
    recovery: float = 12.0
    measure: int = 5


_BACKGROUND: Final = "background"


class _Crisis(Quiet):
    """A fall of our figures and of the mood that recovers by itself; a measure without effect."""

    name = "crisis"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Background posts with the figures and the mood of the crisis."""
        if part.mechanism != _BACKGROUND or not len(posts):
            return posts
        settings = plan.of(CrisisSettings)
        rng = plan.generator(self.name, part.mechanism, part.index)
        left = remaining(plan, posts["created"])
        keeps = np.where(
            plain(posts) & ours(society)[posts["account"]], 1 - settings.figures * left, 1
        )
        # One uniform number for all figures of a post: their order stays, no expectation moves.
        odd = np.where(keeps < 1, rng.random(len(posts)), 0.0)
        changed: dict[str, npt.NDArray[Any]] = {}
        for name in FIGURES:
            kept = np.floor(posts[name] * keeps + odd).astype(np.int64)
            if name in SEEN:
                kept = np.maximum(kept, answers(posts, name))
            changed[name] = np.where((posts[name] >= 0) & (keeps < 1), kept, posts[name])
        said = (posts["topic"] == TOPICS.index(settings.topic)) & (
            posts["account"] >= len(society.channels)
        )
        turned = said & (rng.random(len(posts)) < settings.negative * left)
        # What is passed on keeps the words, and so the mood, of what it passes on.
        changed["sentiment"] = np.where(turned, -1, posts["sentiment"])[source(posts)]
        return posts.with_columns(**changed)

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """What is planted, in words and numbers."""
        settings = plan.of(CrisisSettings)
        return {
            "onset": day_of(plan, 0).isoformat(),
            "measure": day_of(plan, settings.measure).isoformat(),
            "effect_of_measure": 0.0,
            "loss_of_figures": settings.figures,
            "loss_is_of": "views and likes of our channels' own background posts; comments and "
            "shares too, but never below those that are in the world",
            "turned_negative": settings.negative,
            "topic": settings.topic,
            "recovery_days": settings.recovery,
            "course": "loss(t) = loss * exp(-(t - onset) / recovery) from the onset on",
            "tables": ["crisis"],
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """crisis: by day (at noon) the factor on figures and the share that turns negative."""
        settings = plan.of(CrisisSettings)
        days = np.arange(plan.days)
        left = remaining(plan, plan.begins + days * DAY + DAY // 2)
        columns = {
            "day": pa.array([plan.start + dt.timedelta(int(day)) for day in days], pa.date32()),
            "figures_factor": 1 - settings.figures * left,
            "turned_negative": settings.negative * left,
        }
        return {"crisis": pa.table(columns)}

    def events(self, plan: Plan, society: Society) -> list[dict[str, object]]:
        """The crisis and the measure that does nothing, as the study names them."""
        return [
            {
                "id": "sim-crisis",
                "start": day_of(plan, 0),
                "title": "Simulated crisis",
                "category": "crisis",
            },
            {
                "id": "sim-crisis-measure",
                "start": day_of(plan, plan.of(CrisisSettings).measure),
                "title": "Simulated measure against the crisis",
                "category": "practice",
            },
        ]


def day_of(plan: Plan, after: int) -> dt.date:
    """The day of the onset, or so many days after it."""
    return plan.start + dt.timedelta(int(plan.of(CrisisSettings).onset * plan.days) + after)


def remaining(plan: Plan, times: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How much of the crisis is left at times (N,), UTC microseconds: 0 before, then 1 to 0."""
    onset = plan.begins + (day_of(plan, 0) - plan.start).days * DAY
    since = (times - onset) / DAY
    left: npt.NDArray[np.float64] = np.where(
        since < 0, 0.0, np.exp(-np.maximum(since, 0.0) / plan.of(CrisisSettings).recovery)
    )
    return left


MECHANISM: Final = _Crisis()
