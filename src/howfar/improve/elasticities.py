"""By how many per cent does the index move where one figure of a unit is one per cent larger?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from howfar.improve.held_scale import HeldScale
from howfar.improve.sampled_estimate import sampled_estimate
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray

UNIT = "per cent of the index per per cent of the figure"
_STEP = 1e-4
_COUNTED = ("rank", "borda", "percentile")


def elasticities(
    held: HeldScale, *, degrees: float | None = None, confidence: float = 0.95
) -> Mapping[str, Estimate]:
    """Elasticity d log(index) / d log(figure) of every indicator of one unit.

    e_k = (ln I(x_k e^h) - ln I(x_k e^-h)) / 2h, h = 1e-4, I the unit's index with all its other
    figures, all other units, the scale and the weights held still. It is the arithmetic of the
    index and says nothing of what changing the figure takes, or of what else would move with it.

    Unit: per cent per per cent, any sign; 0 where a figure lies beyond a cap. Intervals: the same
    from figures as they might have come out (bootstrap_interval of the draws on ``degrees`` degrees
    of freedom); of figures that count as known the bounds are the value. Not measured, with the
    reason: a figure that is missing or 0, an index of 0 or below, places in an order (they move in
    steps), an index that no unit has alone.
    """
    index, ids = held.index, held.index.tree.ids
    if held.told is not None:
        return {id: not_measured(UNIT, held.told) for id in ids}
    own = _at(held, held.figures[None])[0]
    drawn = None if held.draws is None else _at(held, held.draws)
    found = {}
    spec = index.recipe.normalise
    for place, id in enumerate(ids):
        x = held.figures[place]
        if np.isnan(x):
            reason = "the unit has no such figure"
        elif x == 0:
            reason = "the figure is 0, and no per cent of it is anything"
        elif spec.by_column.get(id, spec.method) in _COUNTED:
            reason = "places in an order move in steps"
        elif not index.scores[held.row, -1] > 0:
            reason = "the index of the unit is 0 or below, and has no per cent"
        elif not np.isfinite(own[place]):
            reason = "the index is not defined beside the figure"
        else:
            found[id] = sampled_estimate(
                float(own[place]),
                None if drawn is None else drawn[:, place],
                UNIT,
                "central difference through every step, other units and the scale held still",
                degrees=degrees,
                confidence=confidence,
            )
            continue
        found[id] = not_measured(UNIT, reason)
    return found


def _at(held: HeldScale, rows: FloatArray) -> FloatArray:
    """Elasticities (M, K) at figures (M, K); NaN where the index there is 0 or below."""
    (m, k), factor = rows.shape, np.exp(_STEP)
    more = np.repeat(rows[:, None, :], k, axis=1)
    less = more.copy()
    diagonal = np.arange(k)
    more[:, diagonal, diagonal] *= factor
    less[:, diagonal, diagonal] /= factor
    both = np.concatenate([more.reshape(-1, k), less.reshape(-1, k)])
    index = held.scores(both)[:, -1]
    logs = np.log(np.where(index > 0, index, np.nan))
    found: FloatArray = ((logs[: m * k] - logs[m * k :]) / (2 * _STEP)).reshape(m, k)
    return found
