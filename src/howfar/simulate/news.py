"""Outside news: what happens in the world makes everyone write more, of one topic, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Quiet
from howfar.simulate.places import TOPICS
from howfar.simulate.plan import HOUR, Plan
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class NewsSettings:
    """Parameters of outside news.

    every: days between two pieces of news on average. strength: middle excess at the start, as a
    part of the usual rate; strength_spread: standard deviation of its logarithm. lasts: hours in
    which the excess falls to 1 / e.
    """

    every: float = 6.0
    strength: float = 0.8
    strength_spread: float = 0.6
    lasts: float = 30.0


@dataclass(frozen=True, slots=True)
class News:
    """Pieces of news (K,): number, hour of the window, topic, excess, hours it lasts.

    excess at hour h: strength * exp(-(h - hour) / lasts) from its hour on.
    """

    number: npt.NDArray[np.int64]
    hour: npt.NDArray[np.int64]
    topic: npt.NDArray[np.int64]
    strength: npt.NDArray[np.float64]
    lasts: float

    def excess(self, hours: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Excess of every piece at hours (H,) of the window: (H, K)."""
        since = hours[:, None] - self.hour[None, :]
        fallen = np.exp(-np.maximum(since, 0) / self.lasts)
        return np.where(since >= 0, self.strength * fallen, 0.0)


def news(plan: Plan) -> News:
    """The outside news of a world; none where the mechanism is off."""
    settings = plan.of(NewsSettings)
    number = max(1, round(plan.days / settings.every)) if plan.on(MECHANISM.name) else 0
    rng = plan.generator(MECHANISM.name)
    strength = settings.strength * np.exp(rng.normal(0.0, settings.strength_spread, number))
    return News(
        plan.first(MECHANISM.name) + np.arange(number),
        np.sort(rng.integers(0, plan.days * 24, number)),
        np.arange(number) % len(TOPICS),
        strength,
        settings.lasts,
    )


class OutsideNews(Quiet):
    """Tells what is planted; background.py writes its posts."""

    name = "news"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Number, strength and length of outside news."""
        settings = plan.of(NewsSettings)
        return {
            "pieces": len(news(plan).number),
            "strength_median": settings.strength,
            "strength_sd_log": settings.strength_spread,
            "lasts_h": settings.lasts,
            "excess": "strength exp(-(hours since) / lasts) times the usual rate",
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """news: its number, hour of the window, begins, topic, strength, lasts_h."""
        told = news(plan)
        begins = pa.array(plan.begins + told.hour * HOUR, pa.timestamp("us", "UTC"))
        return {
            "news": pa.table(
                {
                    "news": told.number,
                    "hour": told.hour,
                    "begins": begins,
                    "topic": pa.array([TOPICS[topic] for topic in told.topic], pa.string()),
                    "strength": told.strength,
                    "lasts_h": np.full(len(told.number), told.lasts),
                }
            )
        }


MECHANISM: Final = OutsideNews()
