"""The parts of a gap: exact shares of a difference of scores, and figures beside figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from howfar.assess.aggregate import MEANS
from howfar.assess.decompose import gap, log_mean
from howfar.assess.index import Index
from howfar.assess.propagate import Sampled
from howfar.assess.tree import Indicator
from howfar.errors import StudyError
from howfar.improve.gap import RELATIVE, GapPart
from howfar.improve.sampled_estimate import sampled_estimate
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray
from howfar.study.taxonomy import Property

_SLOW = 200
"""Draws that are taken apart one by one, where there is no formula for all at once."""

Rows = tuple[FloatArray, FloatArray]
"""Scores (R, N) of two units in the same draws."""


def parts_of(index: Index, unit: str, versus: str, time: str | None) -> list[float] | str:
    """What each indicator adds to the difference, or why there are no exact parts."""
    try:
        found = gap(index, unit, versus, time)
    except StudyError as error:
        return error.what
    return [part.contribution for part in found.indicators]


def drawn_parts(
    index: Index,
    unit: str,
    versus: str,
    time: str | None,
    pair: Rows | None,
    sampled: Sampled | None,
) -> FloatArray | None:
    """The parts (R, K) in draws of the scores; null without draws.

    pair: both units' scores. Where an aggregation compares units with one another, the draws of all
    of them (``sampled``) are taken apart one by one, at most 200. The weights are those of the
    index, so that parts of a draw whose weights come from data need not sum to its difference.
    """
    heights = range(1, len(index.tree.levels()))
    if {index.recipe.aggregate.at(height) for height in heights} <= set(MEANS):
        return None if pair is None else contributions(*pair, index)
    if sampled is None or sampled.draws.shape[1] != len(index.units):
        return None
    places = np.unique(np.linspace(0, len(sampled.draws) - 1, _SLOW).round().astype(int))
    found = np.full((len(places), len(index.tree.ids)), np.nan)
    for row, place in enumerate(places):
        parts = parts_of(replace(index, scores=sampled.draws[place]), unit, versus, time)
        if not isinstance(parts, str):
            found[row] = parts
    return found


def contributions(first: FloatArray, second: FloatArray, index: Index) -> FloatArray:
    """What each indicator adds to scores ``first`` minus ``second``, (R, N) each; (R, K).

    The parts of ``assess.decompose.gap`` for R pairs of rows at once, of means only.
    """
    tree = index.tree
    place = {node: k for k, node in enumerate(index.nodes)}
    a, b = first.copy(), second.copy()
    slope = {tree.root: np.ones(len(a))}
    for height, level in reversed(list(enumerate(tree.levels()))):
        for node in level:
            if not tree.children(node):
                continue
            method = index.recipe.aggregate.at(height)
            total = sum(index.weights[child] for child in tree.children(node))
            A, B = a[:, place[node]], b[:, place[node]]
            for child in tree.children(node):
                k, share = place[child], index.weights[child] / total
                # A missing child left out of a mean is the same as one that has the group's score.
                a[:, k] = np.where(np.isnan(a[:, k]), A, a[:, k])
                b[:, k] = np.where(np.isnan(b[:, k]), B, b[:, k])
                x, y = (a[:, k], b[:, k]) if share > 0 else (np.ones(len(a)), np.ones(len(a)))
                step: FloatArray = np.full(len(a), share)
                with np.errstate(divide="ignore", invalid="ignore"):
                    if method == "geometric":
                        step = share * log_mean(A, B) / log_mean(x, y)
                    elif method == "harmonic":
                        step = share * A * B / (x * y)
                slope[child] = slope[node] * step
    ids = [place[id] for id in tree.ids]
    slopes = np.stack([slope[id] for id in tree.ids], axis=1)
    found: FloatArray = slopes * (a[:, ids] - b[:, ids])
    return found


@dataclass(frozen=True, eq=False)
class Figures:
    """Two units' figures (K,) with what they could have been, (R, K); null where they are known."""

    own: FloatArray
    other: FloatArray
    own_draws: FloatArray | None = None
    other_draws: FloatArray | None = None

    def drawn(self, place: int, of: Callable[..., FloatArray]) -> FloatArray | None:
        """A function of both figures in each draw."""
        if self.own_draws is None or self.other_draws is None:
            return None
        return of(self.own_draws[:, place], self.other_draws[:, place])


def figure_part(
    leaf: Indicator,
    place: int,
    figures: Figures,
    contribution: Estimate,
    share: float | None,
    elasticity: Estimate,
    within: Property | None,
    degrees: float | None,
    confidence: float,
) -> GapPart:
    """One indicator of a gap: own minus other, and (own - other) / other where other is above 0."""
    own, other = float(figures.own[place]), float(figures.other[place])
    unit = leaf.unit or "units of the figure"
    distance = sampled_estimate(
        own - other,
        figures.drawn(place, np.subtract),
        unit,
        "difference of two figures",
        degrees=degrees,
        confidence=confidence,
    )
    relative = not_measured(RELATIVE, "the other figure is missing, 0 or below: no part of it")
    if other > 0 and not np.isnan(own):
        relative = sampled_estimate(
            own / other - 1,
            figures.drawn(place, _part_of),
            RELATIVE,
            "ratio of two figures, less 1",
            degrees=degrees,
            confidence=confidence,
        )
    return GapPart(
        leaf.id,
        leaf.name,
        unit,
        leaf.direction,
        contribution,
        share,
        None if np.isnan(own) else own,
        None if np.isnan(other) else other,
        distance,
        relative,
        within,
        elasticity,
    )


def _part_of(own: FloatArray, other: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(other > 0, own / other - 1, np.nan)
    return found
