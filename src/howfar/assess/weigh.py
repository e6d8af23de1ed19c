"""Weigh: how much each child of a group counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from howfar.assess.aggregate import compare, scores_of
from howfar.assess.matrix import BoolArray
from howfar.assess.optimise import optimised
from howfar.assess.recipe import Aggregate, Step, Weigh
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.criteria_weights import (
    INCONSISTENT,
    ahp_weights,
    critic_weights,
    entropy_weights,
    first_component,
    joint_judgements,
)

FROM_DATA = ("entropy", "critic", "pca")


def weigh(
    normalised: FloatArray,
    tree: Tree,
    spec: Weigh,
    aggregate: Aggregate,
    periods: Sequence[str] | None = None,
    reference: BoolArray | None = None,
) -> tuple[FloatArray, Step]:
    """Weights (N,) of all nodes relative to their siblings, in the order of ``tree.nodes``.

    normalised: (U, K) in the order of ``tree.ids``. reference: rows (U,) that weights from data
    are taken from, so that in a panel later periods do not change them (null: all). Bottom-up,
    since weights from data of a group's children need their scores. Names in ``spec.weights`` win
    over every method but "optimised".
    """
    _known_nodes(spec, tree)
    if reference is not None:
        normalised = normalised[reference]
        periods = (
            None if periods is None else [p for p, r in zip(periods, reference, strict=True) if r]
        )
    place = {node: k for k, node in enumerate(tree.nodes)}
    weights = np.array([tree.weights[node] for node in tree.nodes])
    done: dict[str, Any] = {}
    if spec.method == "equal":
        weights[:] = 1.0
    scores = np.full((len(normalised), len(place)), np.nan)
    scores[:, [place[id] for id in tree.ids]] = normalised
    for height, level in enumerate(tree.levels()[1:], start=1):
        for node in level:
            children = tree.children(node)
            below = [place[child] for child in children]
            if spec.method == "ahp" and node in spec.judgements:
                weights[below], done[node] = _judged(node, children, spec)
            elif spec.method in FROM_DATA and _is_for(spec, children, tree):
                weights[below], done[node] = _from_data(scores[:, below], children, spec.method)
            for child in children:
                weights[place[child]] = spec.weights.get(child, weights[place[child]])
            scores[:, place[node]] = compare(
                scores[:, below],
                weights[below],
                aggregate.at(height),
                aggregate.min_available,
                periods,
            )
    if spec.method == "optimised":

        def index_of(some: FloatArray) -> FloatArray:
            return scores_of(normalised, tree, some, aggregate, periods)

        weights, done = optimised(tree, weights, index_of, spec)
    used = {node: float(weights[place[node]]) for node in tree.nodes}
    return weights, Step("weigh", asdict(spec), {"weights": used, **done}, _said(spec, done))


def _is_for(spec: Weigh, children: tuple[str, ...], tree: Tree) -> bool:
    leaves = any(child in tree.ids for child in children)
    return spec.nodes == "all" or leaves == (spec.nodes == "indicators")


def _judged(node: str, children: tuple[str, ...], spec: Weigh) -> tuple[FloatArray, dict[str, Any]]:
    """Weights by AHP: the experts' judgements joined, and how consistent each of them is."""
    experts = spec.judgements[node]
    for expert in experts:
        if np.shape(expert) != (len(children), len(children)):
            raise StudyError(
                f"judgements of {node!r} of shape {np.shape(expert)}",
                "the recipe, weigh, judgements",
                f"{len(children)} by {len(children)}, for {', '.join(children)}",
            )
    try:
        ratios = [ahp_weights(expert)[1] for expert in experts]
        weights, joint = ahp_weights(joint_judgements(experts))
    except ValueError as error:
        raise StudyError(f"{node!r}: {error}", "the recipe, weigh, judgements") from error
    return weights, {
        "consistency ratio": joint,
        "consistency ratio of each expert": ratios,
        "inconsistent": joint > INCONSISTENT or any(one > INCONSISTENT for one in ratios),
    }


def _from_data(
    values: FloatArray, children: tuple[str, ...], method: str
) -> tuple[FloatArray, dict[str, Any]]:
    """Weights of children (U, n) from their scores; 0 for those that nobody has a figure of."""
    there: BoolArray = np.asarray(~np.isnan(values).all(axis=0))
    weights, done = np.ones(len(children)), dict[str, Any]()
    if not there.all():
        done["without a figure"] = [c for c, here in zip(children, there, strict=True) if not here]
    if there.sum() > 1:
        names = tuple(c for c, here in zip(children, there, strict=True) if here)
        weights[~there] = 0.0
        weights[there], more = _of_known(values[:, there], names, method)
        done |= more
    return weights, done


def _of_known(
    values: FloatArray, children: tuple[str, ...], method: str
) -> tuple[FloatArray, dict[str, Any]]:
    if method == "critic":
        return critic_weights(values), {}
    if method == "entropy":
        # Scales such as z have values below 0, of which no share can be taken.
        least = np.nanmin(values, axis=0)
        return entropy_weights(values - np.minimum(least, 0.0)), {}
    try:
        loadings, explained = first_component(values)
    except ValueError as error:
        raise StudyError(f"{', '.join(children)}: {error}", "the recipe, weigh") from error
    if abs(loadings.sum()) < 1e-9:
        # Two opposed indicators: which of them the component follows would be an accident.
        return np.ones(len(children)), {"explained": explained, "no direction, so equal": True}
    against = [child for child, one in zip(children, loadings, strict=True) if one < 0]
    done = {
        "loadings": dict(zip(children, map(float, loadings), strict=True)),
        "explained": explained,
        "against the component, so without weight": against,
    }
    return np.maximum(loadings, 0.0), done


def _known_nodes(spec: Weigh, tree: Tree) -> None:
    named: Mapping[str, object] = {**spec.weights, **spec.judgements, **(spec.targets or {})}
    for node in named:
        tree.node(node)
    wrong = [node for node, weight in spec.weights.items() if not 0 <= weight < float("inf")]
    if wrong:
        raise StudyError(
            f"the weight of {wrong[0]!r} is {spec.weights[wrong[0]]}",
            "the recipe, weigh",
            "a weight of 0 or more",
        )


def _said(spec: Weigh, done: Mapping[str, Any]) -> str:
    bad = [n for n, d in done.items() if isinstance(d, Mapping) and d.get("inconsistent")]
    if bad:
        return f"inconsistent judgements (ratio above {INCONSISTENT}): {', '.join(bad)}"
    if done.get("aim reached") is False:
        return "weights: optimised, but no weights of 0 or more reach the targets"
    return f"weights: {spec.method}"
