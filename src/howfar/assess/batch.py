"""The index of many weightings of the same data at once: what makes thousands of variants cheap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from howfar.assess.aggregate import EDGE, MEANS, SAME, compare, level_ties, must_be_positive
from howfar.assess.recipe import Aggregate
from howfar.assess.tree import Tree
from howfar.stats.blocks import FloatArray, IntArray

_CHUNK = 150_000
"""Numbers held at a time where a method compares every unit with every other."""


def index_scores(
    normalised: FloatArray,
    tree: Tree,
    weights: FloatArray,
    spec: Aggregate,
    periods: Sequence[str] | None = None,
) -> FloatArray:
    """Scores (V, U) of the index for V weightings of the same data.

    The same figures as ``scores_of`` gives for each weighting alone, by cheaper ways: sums over
    indicators, which all weightings share, are matrix products, and outranking needs no pairs.

    normalised: (U, K) in the order of ``tree.ids``, or (V, U, K) where each weighting has its own.
    weights: (V, N) in the order of ``tree.nodes``.
    Raises StudyError where a geometric or harmonic mean meets a figure of 0 or below.
    """
    place = {node: k for k, node in enumerate(tree.nodes)}
    # Figures of a node: (1, U) where all weightings share them, else (V, U).
    data = normalised[None] if normalised.ndim == 2 else normalised
    figures = {id: np.ascontiguousarray(data[:, :, k]) for k, id in enumerate(tree.ids)}
    for height, level in enumerate(tree.levels()[1:], start=1):
        for node in level:
            children = tree.children(node)
            values = [figures[child] for child in children]
            below = weights[:, [place[child] for child in children]]
            method = spec.at(height)
            whole = not any(np.isnan(one).any() for one in values) and (below.sum(axis=1) > 0).all()
            if method in MEANS:
                figures[node] = _mean(values, below, method, spec.min_available)
            elif method == "outranking" and whole and periods is None:
                figures[node] = _outranking([level_ties(x) for x in values], below)
            elif method == "copeland" and whole and periods is None:
                figures[node] = _copeland([level_ties(x) for x in values], below)
            else:
                figures[node] = _one_by_one(values, below, method, spec, periods)
    return figures[tree.root]


def _mean(
    values: list[FloatArray], weights: FloatArray, method: str, min_available: float
) -> FloatArray:
    there = [~np.isnan(x) for x in values]
    counts = [here & (weights[:, k] > 0).any() for k, here in enumerate(there)]
    if method != "arithmetic":
        must_be_positive(
            any(bool((x[here] <= 0).any()) for x, here in zip(values, counts, strict=True)), method
        )
    moved = [_moved(np.where(here, x, 1.0), method) for x, here in zip(values, counts, strict=True)]
    if all(here.all() for here in there):
        total = weights.sum(axis=1)[:, None]
        enough = total > 0
    else:
        masks = [here.astype(np.float64) for here in there]
        total = _weighted(masks, weights)
        moved = [x * mask for x, mask in zip(moved, masks, strict=True)]
        enough = (total > 0) & (sum(masks) / len(masks) >= min_available - 1e-9)
    found = _weighted(moved, weights) / np.where(total > 0, total, 1.0)
    if method == "geometric":
        found = np.exp(found)
    elif method == "harmonic":
        found = 1.0 / np.where(total > 0, found, 1.0)
    return np.where(enough, found, np.nan)


def _moved(x: FloatArray, method: str) -> FloatArray:
    """The figure whose arithmetic mean is taken."""
    if method == "geometric":
        x = np.log(x)
    elif method == "harmonic":
        x = 1.0 / x
    return x


def _weighted(values: list[FloatArray], weights: FloatArray) -> FloatArray:
    """Sum of weight times value, (V, U)."""
    shared = [k for k, x in enumerate(values) if len(x) == 1]
    found = np.zeros((len(weights), values[0].shape[1]))
    if shared:
        found += weights[:, shared] @ np.concatenate([values[k] for k in shared])
    for k, x in enumerate(values):
        if len(x) > 1:
            found += weights[:, k, None] * x
    return found


def _outranking(values: list[FloatArray], weights: FloatArray) -> FloatArray:
    """Sum over rivals of the share won: (U - 1) / 2 + sum(w (lower - higher)) / (2 sum(w))."""
    units = values[0].shape[1]
    found: FloatArray = _weighted([_ahead(x) for x in values], weights)
    found /= 2 * weights.sum(axis=1)[:, None]
    found += (units - 1) / 2
    return found


def _ahead(x: FloatArray) -> FloatArray:
    """Number of lower figures less that of higher ones, along the last axis."""
    order = np.argsort(x, axis=1)
    falls = np.diff(np.take_along_axis(x, order, axis=1), axis=1) > 0
    size = x.shape[1]
    place = np.arange(size)
    first = np.zeros(x.shape, dtype=np.int64)
    first[:, 1:] = np.maximum.accumulate(np.where(falls, place[1:], 0), axis=1)
    last = np.full(x.shape, size - 1, dtype=np.int64)
    ends = np.where(falls, place[:-1], size - 1)
    last[:, :-1] = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    found = np.empty_like(x)
    np.put_along_axis(found, order, (first + last - (size - 1)).astype(np.float64), axis=1)
    return found


def _copeland(values: list[FloatArray], weights: FloatArray) -> FloatArray:
    """Rivals beaten by a majority of the weight less those that it is beaten by."""
    units = values[0].shape[1]
    found = np.empty((len(weights), units))
    step = max(1, _CHUNK // units**2)
    shared = [_signs(x) if len(x) == 1 else None for x in values]
    for at in range(0, len(weights), step):
        part = slice(at, at + step)
        pairs = [
            _signs(x[part]) if done is None else done
            for x, done in zip(values, shared, strict=True)
        ]
        lead = _weighted(pairs, weights[part])
        beats = lead > 2 * EDGE * weights[part].sum(axis=1)[:, None]
        beats = beats.reshape(-1, units, units)
        found[part] = beats.sum(axis=2, dtype=np.int32) - beats.sum(axis=1, dtype=np.int32)
    return found


def _signs(x: FloatArray) -> FloatArray:
    """Who is ahead of whom, (V, U * U): 1, 0 or -1."""
    return np.asarray(np.sign(x[:, :, None] - x[:, None, :])).reshape(len(x), -1)


def _one_by_one(
    values: list[FloatArray],
    weights: FloatArray,
    method: str,
    spec: Aggregate,
    periods: Sequence[str] | None,
) -> FloatArray:
    """As a single index is made, a few weightings at a time."""
    units = values[0].shape[1]
    step = max(1, _CHUNK // (units * (len(values) if method == "median" else units)))
    found = np.empty((len(weights), units))
    for at in range(0, len(weights), step):
        part = slice(at, at + step)
        size = (len(weights[part]), units)
        stacked = np.stack(
            [np.broadcast_to(x if len(x) == 1 else x[part], size) for x in values], axis=-1
        )
        found[part] = compare(stacked, weights[part], method, spec.min_available, periods)
    return found


def index_ranks(scores: FloatArray, periods: Sequence[str] | None = None) -> IntArray:
    """Ranks (V, U) of scores (V, U): 1 + number of higher ones; 0 where the score is missing."""
    ranks = np.zeros(scores.shape, dtype=np.int64)
    if periods is not None:
        times = np.array(periods, dtype=object)
        for time in dict.fromkeys(periods):
            ranks[:, times == time] = index_ranks(scores[:, times == time])
        return ranks
    known = ~np.isnan(scores)
    same = SAME * np.max(np.where(known, np.abs(scores), 0.0), axis=1, initial=0.0)[:, None]
    order = np.argsort(np.where(known, -scores, np.inf), axis=1, kind="stable")
    falling = np.take_along_axis(scores, order, axis=1)
    # The number of units that are higher by more than ``same``: for most just those before.
    place = np.broadcast_to(np.arange(scores.shape[1]), scores.shape).copy()
    with np.errstate(invalid="ignore"):
        for back in range(1, scores.shape[1]):
            tied = np.zeros(scores.shape, dtype=np.bool_)
            tied[:, back:] = falling[:, :-back] - falling[:, back:] <= same
            if not tied.any():
                break
            place -= tied
    np.put_along_axis(ranks, order, place + 1, axis=1)
    ranks[~known] = 0
    return ranks
