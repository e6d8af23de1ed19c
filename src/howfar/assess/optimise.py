"""Optimise weights so that what is meant to count the same moves the index the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize

from howfar.assess.recipe import Weigh
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.correlation import correlations

_REACHED = 1e-4
_LIMIT = 12.0
"""Logarithms of weights stay within this distance of 0: below, a weight is as good as none."""


def optimised(
    tree: Tree,
    weights: FloatArray,
    index_of: Callable[[FloatArray], FloatArray],
    spec: Weigh,
) -> tuple[FloatArray, dict[str, Any]]:
    """Weights (N,) with those of the nodes of height ``spec.optimise_level - 1`` optimised.

    optimise_level counts the indicators as 1. r_k: the Pearson correlation of node k with the
    index. balance: sum_k (r_k / sum r - t_k / sum t)^2 is least, t the targets, equal where null.
    most_information: sum_k r_k is greatest. index_of: weights (N,) -> scores (U, N). Weights stay
    above 0; what was reached is in the log, since not every target can be. Nodes without a
    correlation with the index (a column without spread) keep their weights.

    Raises StudyError where the level has no nodes to weigh.

    Source: Becker et al. 2017 (doi 10.1016/j.ecolind.2017.03.056).
    """
    levels = tree.levels()
    if not 1 <= spec.optimise_level < len(levels):
        raise StudyError(
            f"no weights to optimise at level {spec.optimise_level}",
            "the recipe, weigh, optimise_level",
            f"1 (the indicators) to {len(levels) - 1}",
        )
    root = tree.nodes.index(tree.root)
    start_r = correlations(index_of(weights))[root]
    nodes = [
        node for node in levels[spec.optimise_level - 1] if not np.isnan(start_r[_at(tree, node)])
    ]
    if not nodes:
        raise StudyError(
            "no correlation with the index to optimise", "the recipe, weigh", "at least 3 units"
        )
    place = [_at(tree, node) for node in nodes]
    aims = np.array([1.0 if spec.targets is None else spec.targets.get(n, 0.0) for n in nodes])
    if (aims < 0).any() or aims.sum() <= 0:
        raise StudyError("targets of correlation below 0, or all 0", "the recipe, weigh, targets")

    def with_logs(logs: FloatArray) -> FloatArray:
        changed = weights.copy()
        changed[place] = np.exp(logs - logs.mean())
        return changed

    def reached(logs: FloatArray) -> FloatArray:
        scores = index_of(with_logs(logs))
        found: FloatArray = correlations(scores[:, [*place, root]])[-1, :-1]
        if np.isnan(found).any():
            lost = [node for node, r in zip(nodes, found, strict=True) if np.isnan(r)]
            raise StudyError(
                f"no correlation of {', '.join(lost)} with the index", "the recipe, weigh"
            )
        return found

    def off_target(logs: FloatArray) -> FloatArray:
        found = reached(logs)
        missed: FloatArray = found / found.sum() - aims / aims.sum()
        return missed

    def uninformed(logs: FloatArray) -> float:
        return -float(reached(logs).sum())

    start: FloatArray = np.log(np.maximum(weights[place], 1e-3))
    if spec.optimise == "balance":
        found = np.asarray(
            optimize.least_squares(
                off_target, start, bounds=(-_LIMIT, _LIMIT), xtol=1e-12, ftol=1e-12, gtol=1e-12
            ).x
        )
    else:
        bounds = [(-_LIMIT, _LIMIT)] * start.size
        found = np.asarray(optimize.minimize(uninformed, start, method="L-BFGS-B", bounds=bounds).x)
    got = reached(found)
    off = float(np.abs(got / got.sum() - aims / aims.sum()).max())
    done: dict[str, Any] = {
        "aim reached": spec.optimise != "balance" or off < _REACHED,
        "correlation with the index": dict(zip(nodes, map(float, got), strict=True)),
        "share of the correlations": dict(zip(nodes, map(float, got / got.sum()), strict=True)),
        "aim": dict(zip(nodes, map(float, aims / aims.sum()), strict=True)),
    }
    return with_logs(found), done


def _at(tree: Tree, node: str) -> int:
    return tree.nodes.index(node)
