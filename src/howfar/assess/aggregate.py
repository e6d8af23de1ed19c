"""Aggregate: one figure of several, and a whole tree of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from howfar.assess.recipe import Aggregate
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray

SAME = 1e-12
"""Scores closer than this share of the largest are equal: sums in another order differ so."""

MEANS = ("arithmetic", "geometric", "harmonic")
"""Aggregations of a unit's own figures: they do not depend on who else is there."""

EDGE = 1e-9
"""A majority must be clearer than this: sums in another order differ by less."""


def combine(
    values: FloatArray, weights: FloatArray, method: str, min_available: float = 0.0
) -> FloatArray:
    """One figure (..., U) of n: values (..., U, n), weights (..., n), any scale.

    What is missing is left out and the other weights are rescaled; below ``min_available`` of n,
    or where all weight is missing, the result is missing. With weights w that sum to 1:
    arithmetic sum(w x); geometric exp(sum(w ln x)); harmonic 1 / sum(w / x); median of x with equal
    weights; outranking the sum over rivals of the weight of what a unit is better in and half of
    what it is equal in; copeland the rivals beaten by a majority of that weight minus those that it
    is beaten by.

    Raises StudyError where a geometric or harmonic mean meets a figure of 0 or below.
    """
    there = ~np.isnan(values)
    used = np.where(there, weights[..., None, :], 0.0)
    total = used.sum(axis=-1)
    enough = (total > 0) & (there.mean(axis=-1) >= min_available - 1e-9)
    if method in ("geometric", "harmonic"):
        must_be_positive(bool(((values <= 0) & (used > 0)).any()), method)
    share = used / np.where(total > 0, total, 1.0)[..., None]
    x = np.where(used > 0, values, 1.0)
    if method == "arithmetic":
        found = (share * x).sum(axis=-1)
    elif method == "geometric":
        found = np.exp((share * np.log(x)).sum(axis=-1))
    elif method == "harmonic":
        found = 1.0 / np.where(total > 0, (share / x).sum(axis=-1), 1.0)
    elif method == "median":
        found = _median(np.where(used > 0, values, np.nan))
    else:
        beats = outranking(values, weights)
        found = beats.sum(axis=-1) if method == "outranking" else _majorities(beats)
    return np.where(enough, found, np.nan)


def level_ties(x: FloatArray) -> FloatArray:
    """Figures (..., U) with those that differ by rounding alone made equal.

    Sums in another order differ in their last digits, and comparisons would see a winner there.
    """
    order = np.argsort(x, axis=-1)
    ordered = np.take_along_axis(x, order, axis=-1)
    same = SAME * np.max(np.where(np.isnan(x), 0.0, np.abs(x)), axis=-1, keepdims=True, initial=0.0)
    new = np.ones(x.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        new[..., 1:] = ~(np.diff(ordered, axis=-1) <= same)
    first = np.maximum.accumulate(np.where(new, np.arange(x.shape[-1]), 0), axis=-1)
    found = np.empty_like(x)
    np.put_along_axis(found, order, np.take_along_axis(ordered, first, axis=-1), axis=-1)
    return found


def outranking(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of weight (..., U, U) on which the row's unit is better than the column's.

    Equal figures count half; figures that either lacks are left out of the pair, and a pair that
    has none in common is even. The diagonal is 0; opposite entries sum to 1.
    """
    won = np.zeros((*np.broadcast_shapes(values.shape[:-2], weights.shape[:-1]),
                    values.shape[-2], values.shape[-2]))  # fmt: skip
    common = np.zeros_like(won)
    with np.errstate(invalid="ignore"):
        for k in range(values.shape[-1]):
            x, w = level_ties(values[..., k]), weights[..., k, None, None]
            both = ~np.isnan(x)[..., :, None] & ~np.isnan(x)[..., None, :]
            better = np.sign(x[..., :, None] - x[..., None, :])
            won += w * np.where(both, (better + 1) / 2, 0.0)
            common += w * both
    share = np.where(common > 0, won / np.where(common > 0, common, 1.0), 0.5)
    np.einsum("...ii->...i", share)[...] = 0.0
    return share


def _majorities(beats: FloatArray) -> FloatArray:
    others = ~np.eye(beats.shape[-1], dtype=bool)
    wins = (beats > 0.5 + EDGE) & others
    losses = (beats < 0.5 - EDGE) & others
    net: FloatArray = wins.sum(axis=-1).astype(np.float64) - losses.sum(axis=-1)
    return net


def _median(x: FloatArray) -> FloatArray:
    found = np.full(x.shape[:-1], np.nan)
    some = ~np.isnan(x).all(axis=-1)
    found[some] = np.nanmedian(x[some], axis=-1)
    return found


def must_be_positive(is_not: bool, method: str) -> None:
    """StudyError where a geometric or harmonic mean would meet a figure of 0 or below."""
    if is_not:
        raise StudyError(
            f"a {method} mean of figures of 0 or below",
            "the recipe, aggregate",
            "figures above 0",
            "normalise to a scale that starts above 0, such as low = 1, high = 100",
        )


def scores_of(
    normalised: FloatArray,
    tree: Tree,
    weights: FloatArray,
    spec: Aggregate,
    periods: Sequence[str] | None = None,
) -> FloatArray:
    """Scores (..., U, N) of all nodes of a tree, in the order of ``tree.nodes``.

    normalised: (..., U, K) in the order of ``tree.ids``. weights: (..., N) relative to siblings.
    periods: (U,) of a panel; units are compared within a period only.
    """
    place = {node: k for k, node in enumerate(tree.nodes)}
    shape = np.broadcast_shapes(normalised.shape[:-2], weights.shape[:-1])
    scores = np.full((*shape, normalised.shape[-2], len(place)), np.nan)
    scores[..., [place[id] for id in tree.ids]] = normalised
    for height, level in enumerate(tree.levels()[1:], start=1):
        for node in level:
            below = [place[child] for child in tree.children(node)]
            scores[..., place[node]] = compare(
                scores[..., below],
                weights[..., below],
                spec.at(height),
                spec.min_available,
                periods,
            )
    return scores


def compare(
    values: FloatArray,
    weights: FloatArray,
    method: str,
    min_available: float,
    periods: Sequence[str] | None,
) -> FloatArray:
    """``combine`` with rivals of the same period only."""
    if periods is None or method in (*MEANS, "median"):
        return combine(values, weights, method, min_available)
    leading = np.broadcast_shapes(values.shape[:-2], weights.shape[:-1])
    found = np.full((*leading, values.shape[-2]), np.nan)
    times = np.array(periods, dtype=object)
    for time in dict.fromkeys(periods):
        rows = times == time
        found[..., rows] = combine(values[..., rows, :], weights, method, min_available)
    return found
