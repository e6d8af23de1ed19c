"""How much counts still grow: the same posts seen at two ages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from howfar.stats.block_estimate import block_estimate
from howfar.stats.blocks import block_sums, draw_blocks, ratio_replicates
from howfar.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth of the posts first seen at an age in [age_from, age_to) hours.

    ratio : later / earlier, NaN where the earlier counts sum to 0. interval : None where fewer
    than 2 days hold posts.
    """

    age_from: float
    age_to: float
    ratio: float
    interval: Interval | None
    n_posts: int
    n_days: int


def maturation_curve(
    earlier: npt.ArrayLike,
    later: npt.ArrayLike,
    age_hours: npt.ArrayLike,
    day: npt.ArrayLike,
    edges: npt.ArrayLike,
    replicates: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> list[Growth]:
    """Growth ratio of counts by the age at which posts were first observed.

    ratio = sum of later counts / sum of earlier counts over the posts of an age bin: by how much
    to multiply what such posts show to get what they will show; posts with no count yet are part
    of it, and posts with many weigh more. Usually at least 1; below 1 where counts were withdrawn.
    Interval: bootstrap over publication days (posts of one day share one news situation), on the
    log scale; with 2 to 9 days the few-block interval.

    Parameters
    ----------
    earlier, later : (n,) counts of the same posts at the first and the second observation; pairs
        with a missing count are left out before.
    age_hours : (n,) age at the first observation, hours.
    day : (n,) integer day of publication.
    edges : (k + 1,) rising ages in hours; posts outside are ignored.

    Returns k bins, empty ones with n_posts = 0 and NaN.

    Source: ratio estimator, Cochran 1977 (chapter 6), days as clusters.
    """
    first, second = np.asarray(earlier, dtype=np.float64), np.asarray(later, dtype=np.float64)
    age, days = np.asarray(age_hours, dtype=np.float64), np.asarray(day, dtype=np.int64)
    limits = np.asarray(edges, dtype=np.float64)
    if not first.shape == second.shape == age.shape == days.shape or first.ndim != 1:
        raise ValueError("earlier, later, age and day must have one entry a post")
    if np.isnan(first).any() or np.isnan(second).any() or (first < 0).any() or (second < 0).any():
        raise ValueError("counts must not be negative or missing: leave such pairs out")
    if limits.size < 2 or not (np.diff(limits) > 0).all():
        raise ValueError(f"edges must rise: {edges!r}")
    curve = []
    for low, high in zip(limits[:-1].tolist(), limits[1:].tolist(), strict=True):
        inside = (age >= low) & (age < high)
        if not inside.any():
            curve.append(Growth(low, high, math.nan, None, 0, 0))
            continue
        draw = draw_blocks(days[inside], replicates, rng)
        index = draw.index(days[inside])
        top = block_sums(second[inside], index, draw.n_blocks)
        bottom = block_sums(first[inside], index, draw.n_blocks)
        found = block_estimate(partial(ratio_replicates, top, bottom), draw, confidence, "log")
        n_posts = int(inside.sum())
        curve.append(Growth(low, high, found.value, found.interval, n_posts, draw.n_blocks))
    return curve
