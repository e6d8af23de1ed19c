"""Leave out: what would the ranks be without one indicator, or one group?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from howfar.assess.aggregate import scores_of
from howfar.assess.build import ranks_of
from howfar.assess.index import Index
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The index without each of some nodes (M,), one at a time.

    scores, ranks: (M, U) of the index without the node. shifts: (M, U) rank with the node minus
    rank without: above 0 where the unit rises without it. mean_shift: (M,) mean absolute shift,
    NaN where nobody has a rank.
    """

    nodes: tuple[str, ...]
    units: tuple[str, ...]
    scores: FloatArray
    ranks: FloatArray
    shifts: FloatArray
    mean_shift: FloatArray


def leave_out(index: Index, nodes: Sequence[str] | None = None, of: str | None = None) -> LeftOut:
    """The index (or the sub-index ``of``) without each node: all indicators and groups where null.

    A node is left out by a weight of 0; its siblings' weights are rescaled, all else stays as it
    was (data, scales, other weights). A group whose only child is left out is gone with it.

    Raises StudyError for the index itself, or for a node that is not below ``of``.
    """
    tree = index.tree
    root = tree.root if of is None else of
    tree.node(root)
    within = _below(index, root)
    chosen = within if nodes is None else tuple(nodes)
    for node in chosen:
        tree.node(node)
        if node not in within:
            raise StudyError(
                f"{node!r} is no part of {root!r}", "leave out", "one of " + ", ".join(within)
            )
    place = {node: k for k, node in enumerate(index.nodes)}
    weights = np.tile([index.weights[node] for node in index.nodes], (len(chosen), 1))
    weights[np.arange(len(chosen)), [place[node] for node in chosen]] = 0.0
    leaves = index.scores[:, [place[id] for id in tree.ids]]
    scores = scores_of(leaves, tree, weights, index.recipe.aggregate, index.times)[..., place[root]]
    before = index.ranks[:, place[root]]
    ranks = ranks_of(scores.T, index.times).T
    shifts = before - ranks
    known = ~np.isnan(shifts)
    total = np.where(known, np.abs(shifts), 0.0).sum(axis=1)
    mean = np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
    return LeftOut(chosen, index.units, scores, ranks, shifts, mean)


def _below(index: Index, root: str) -> tuple[str, ...]:
    """All nodes below one, in the order of the index's nodes."""
    found, todo = set(), [root]
    while todo:
        children = index.tree.children(todo.pop())
        found |= set(children)
        todo += children
    return tuple(node for node in index.nodes if node in found)
