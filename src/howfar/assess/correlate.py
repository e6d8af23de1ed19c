"""Correlate: do indicators go with what they are summed into, or against it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.correlation import (
    KINDS,
    correlation_p_values,
    correlations,
    cronbach_alpha,
    rank_correlations,
)

REDUNDANT = 0.9
"""Two indicators of one group that correlate above this say almost the same."""


FEW = 5
"""Below this many units correlations and shares of variance say nothing."""


@dataclass(frozen=True)
class Pair:
    """The correlation of two nodes over n units; p: two-sided, null for rank correlations."""

    one: str
    other: str
    r: float
    n: int
    p: float | None


@dataclass(frozen=True)
class Influence:
    """What an indicator weighs and what it moves.

    weight: its share of the index by weights. share: its share of the index's variance,
    w cov(x, index) / var(index): it sums to 1 over indicators where all aggregation is arithmetic
    and nothing is missing, and is below 0 for one that works against the index; null otherwise.
    r: its correlation with the index.
    """

    indicator: str
    weight: float
    share: float | None
    r: float


def correlate(index: Index, kind: str = "pearson") -> FloatArray:
    """Correlations (N, N) of all nodes' scores, in the order of ``index.nodes``.

    Indicators are normalised, so that more is better: below 0 says that two go against each other.
    kind: pearson, spearman or kendall. NaN where fewer than 3 units have both.
    """
    if kind not in KINDS:
        raise StudyError(f"no correlation {kind!r}", "correlate", "one of " + ", ".join(KINDS))
    return (
        correlations(index.scores) if kind == "pearson" else rank_correlations(index.scores, kind)
    )


def with_ancestors(index: Index, kind: str = "pearson") -> tuple[Pair, ...]:
    """Each node with each group above it, up to the index."""
    matrix = correlate(index, kind)
    found = []
    for node in index.nodes:
        above = index.tree.node(node).parent
        while above is not None:
            found.append(_pair(index, matrix, node, above, kind))
            above = index.tree.node(above).parent
    return tuple(found)


def redundant(index: Index, limit: float = REDUNDANT, within: bool = True) -> tuple[Pair, ...]:
    """Pairs of indicators that correlate above a limit, of one group (or of all), highest first."""
    return tuple(sorted((p for p in _leaf_pairs(index, within) if p.r > limit), key=lambda p: -p.r))


def opposed(index: Index, limit: float = -0.5, within: bool = True) -> tuple[Pair, ...]:
    """Pairs of indicators that correlate below a limit, of one group (or of all), lowest first.

    What one of them adds to their group the other takes away.
    """
    return tuple(sorted((p for p in _leaf_pairs(index, within) if p.r < limit), key=lambda p: p.r))


def counter_directed(index: Index, limit: float = 0.0) -> tuple[Pair, ...]:
    """Indicators that correlate below a limit with a group above them: they work against it."""
    leaves = set(index.tree.ids)
    pairs = (pair for pair in with_ancestors(index) if pair.one in leaves)
    return tuple(sorted((p for p in pairs if p.r < limit), key=lambda p: p.r))


def consistency(index: Index) -> dict[str, float]:
    """Cronbach's alpha of the children of each group; NaN where a group has one child."""
    place = {node: k for k, node in enumerate(index.nodes)}
    return {
        group.id: cronbach_alpha(
            index.scores[:, [place[child] for child in index.tree.children(group.id)]]
        )
        for group in index.tree.groups
    }


def influence(index: Index) -> tuple[Influence, ...]:
    """Of each indicator its weight beside its influence: they are rarely the same."""
    place = {node: k for k, node in enumerate(index.nodes)}
    shares = index.tree.effective_weights(index.weights)
    total = index.index
    r = correlations(index.scores)[:, place[index.tree.root]]
    heights = range(1, len(index.tree.levels()))
    additive = all(index.recipe.aggregate.at(h) == "arithmetic" for h in heights)
    additive &= not np.isnan(index.scores).any()
    spread = float(((total - total.mean()) ** 2).mean()) if additive else 0.0
    found = []
    for id in index.tree.ids:
        share = None
        if spread > 0:
            x = index.scores[:, place[id]]
            share = shares[id] * float(((x - x.mean()) * (total - total.mean())).mean()) / spread
        found.append(Influence(id, shares[id], share, float(r[place[id]])))
    return tuple(found)


def with_denominators(matrix: Matrix, tree: Tree) -> tuple[Pair, ...]:
    """Each raw indicator with each denominator of the tree: whether it needs to be divided."""
    below = tuple(dict.fromkeys(one.denominator for one in tree.indicators if one.denominator))
    if not below:
        return ()
    data = matrix.select((*tree.ids, *below))
    r = correlations(data.values)
    found = []
    for j, id in enumerate(tree.ids):
        for k, name in enumerate(below, start=len(tree.ids)):
            n = int((~np.isnan(data.values[:, [j, k]])).all(axis=1).sum())
            p = float(correlation_p_values(r[j, k], n))
            found.append(Pair(id, name, float(r[j, k]), n, p))
    return tuple(found)


def _leaf_pairs(index: Index, within: bool) -> list[Pair]:
    matrix = correlate(index)
    parents = {leaf.id: leaf.parent for leaf in index.tree.indicators}
    ids = index.tree.ids
    return [
        _pair(index, matrix, one, other, "pearson")
        for k, one in enumerate(ids)
        for other in ids[k + 1 :]
        if not within or parents[one] == parents[other]
    ]


def _pair(index: Index, matrix: FloatArray, one: str, other: str, kind: str) -> Pair:
    j, k = index.nodes.index(one), index.nodes.index(other)
    n = int((~np.isnan(index.scores[:, [j, k]])).all(axis=1).sum())
    p = float(correlation_p_values(matrix[j, k], n)) if kind == "pearson" else None
    return Pair(one, other, float(matrix[j, k]), n, p)
