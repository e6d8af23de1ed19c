"""A figure, its interval and its replicates from one function of the week weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from howfar.stats.blocks import BlockDraw, FloatArray
from howfar.stats.intervals import Interval, Transform, block_interval

Statistic = Callable[[FloatArray], FloatArray]
"""Maps block weights (R, B) to the figure under each row of weights (R,)."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockEstimate:
    """value (NaN if undefined), interval (None: not measured), replicates (R,), blocks used."""

    value: float
    interval: Interval | None
    replicates: FloatArray
    n_blocks: int


def block_estimate(
    statistic: Statistic,
    draw: BlockDraw,
    confidence: float = 0.95,
    transform: Transform = "identity",
) -> BlockEstimate:
    """Evaluate a statistic on the data, on each block alone, and on every bootstrap draw.

    The data is the row of ones, a block alone a row of the identity matrix: value, few-block
    estimates and replicates come from the same code and cannot drift apart.

    Parameters
    ----------
    statistic : maps weights (R, B) to (R,), NaN where undefined; for instance
        ``lambda w: block_gini(values, index, w)``.
    draw : the run's block draw.
    confidence, transform : as in ``intervals.block_interval``, which chooses the method by the
        number of blocks on which the statistic is defined alone.
    """
    fixed = statistic(np.vstack([np.ones((1, draw.n_blocks)), np.eye(draw.n_blocks)]))
    value, alone = float(fixed[0]), fixed[1:]
    replicates = statistic(draw.weights)
    interval = block_interval(value, replicates, alone, confidence, transform)
    return BlockEstimate(value, interval, replicates, int(np.isfinite(alone).sum()))
