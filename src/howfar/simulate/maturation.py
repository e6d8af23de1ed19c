"""Maturation: figures grow with a post's age, and exports are taken at more than one time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.parts import Quiet
from howfar.simulate.plan import DAY, SECOND, Plan
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class MaturationSettings:
    """Parameters of growth and of further crawls.

    A figure has the share F(age) = 1 - (1 + age / scale)^-shape of its final value, scale in
    seconds. rechecks: crawls inside the window, evenly spaced, each of the posts of the days before
    it.
    """

    scale: float = 10_800.0
    shape: float = 1.2
    rechecks: int = 3
    days: int = 4
    main_after: float = 1.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One crawl: posts created from `since` on and before `at`, as they were at `at`."""

    name: str
    since: int
    at: int
    main: bool


def observations(plan: Plan) -> tuple[Observation, ...]:
    """The crawls of a world: the main one last, a day after the window; UTC microseconds."""
    settings = plan.of(MaturationSettings)
    at = plan.ends + round(settings.main_after * DAY)
    main = Observation("main", plan.begins, at, True)
    if not plan.on(MECHANISM.name):
        return (main,)
    step = (plan.ends - plan.begins) // (settings.rechecks + 1)
    earlier = (plan.begins + (k + 1) * step for k in range(settings.rechecks))
    return (
        *(
            Observation(f"recheck-{k + 1}", max(plan.begins, at - settings.days * DAY), at, False)
            for k, at in enumerate(earlier)
        ),
        main,
    )


def grown(plan: Plan, age: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Share of the final figure (N,) at an age in microseconds; 1 where maturation is off."""
    if not plan.on(MECHANISM.name):
        return np.ones(len(age))
    settings = plan.of(MaturationSettings)
    since = np.maximum(age, 0) / SECOND
    share: npt.NDArray[np.float64] = 1.0 - (1.0 + since / settings.scale) ** -settings.shape
    return share


class Maturation(Quiet):
    """Tells what is planted; counts.seen() gives the figures at a time."""

    name = "maturation"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """The curve of growth and the times of the crawls."""
        settings = plan.of(MaturationSettings)
        return {
            "growth": "F(age) = 1 - (1 + age / scale)^-shape",
            "scale_s": settings.scale,
            "shape": settings.shape,
            "crawls": [
                {"name": one.name, "since_us": one.since, "at_us": one.at, "main": one.main}
                for one in observations(plan)
            ],
        }


MECHANISM: Final = Maturation()
