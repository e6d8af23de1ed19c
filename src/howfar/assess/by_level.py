"""Sub-indices by level: activity, output, out-take, outcome, impact, each by itself."""

from __future__ import annotations

import numpy as np

from howfar.assess.aggregate import compare
from howfar.assess.index import Index
from howfar.assess.tree import LEVELS
from howfar.stats.blocks import FloatArray


def by_level(index: Index) -> dict[str, FloatArray]:
    """Scores (U,) of the indicators of each level that the index has, lowest level first.

    Aggregated as the lowest groups are, with the indicators' shares in the index as weights; a
    level without any weight is left out.
    """
    tree, shares = index.tree, index.tree.effective_weights(index.weights)
    spec = index.recipe.aggregate
    found = {}
    for level in LEVELS:
        ids = [one.id for one in tree.indicators if one.level == level and shares[one.id] > 0]
        if ids:
            found[level] = compare(
                index.scores[:, [index.nodes.index(id) for id in ids]],
                np.array([shares[id] for id in ids]),
                spec.at(1),
                spec.min_available,
                index.times,
            )
    return found
