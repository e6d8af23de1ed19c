"""Weekly panels of channels made by hand or by a generator, for tests of effects."""

from __future__ import annotations

import numpy as np

from howfar.improve.weekly_panel import WeeklyPanel
from howfar.stats.blocks import FloatArray

FIRST = 2817
"""The week of 2024-01-01."""


def panel(
    means: FloatArray, posts: float = 40.0, platform: str = "x", figure: str = "reactions"
) -> WeeklyPanel:
    """A panel of channels c0, c1, ... with these weekly means (C, W) of one figure."""
    means = np.asarray(means, dtype=np.float64)
    counted = np.where(np.isnan(means), 0.0, posts)
    return WeeklyPanel(
        tuple((f"c{n}", platform) for n in range(len(means))),
        FIRST + np.arange(means.shape[1]),
        np.full(means.shape, float(posts)),
        {figure: counted},
        {figure: np.nan_to_num(means) * counted},
    )


def wandering(
    rng: np.random.Generator,
    channels: int,
    weeks: int,
    *,
    effect: float = 0.0,
    change: int = 13,
    noise: float = 0.08,
    memory: float = 0.6,
) -> FloatArray:
    """Weekly means with a common trend and season, and own noise that lasts from week to week.

    The first channel's are 1 + effect times as large from the change on.
    """
    t = np.arange(weeks)
    common = 0.1 * t / weeks + 0.08 * np.sin(2 * np.pi * t / 13)
    drawn = rng.standard_normal((channels, weeks))
    for week in range(1, weeks):
        drawn[:, week] *= np.sqrt(1 - memory**2)
        drawn[:, week] += memory * drawn[:, week - 1]
    own = noise * drawn + 0.03 * rng.standard_normal((channels, weeks))
    means: FloatArray = rng.uniform(20, 200, (channels, 1)) * np.exp(common + own)
    means[0, change:] *= 1 + effect
    return means
