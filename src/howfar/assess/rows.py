"""An appraisal as results: one row a figure, with its interval, range or bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from howfar.assess.appraise import Appraisal
from howfar.assess.correlate import FEW, correlate
from howfar.assess.document import dimension_of
from howfar.assess.index import Index
from howfar.schema.estimate import Estimate, LowKind, Result, exact, not_measured
from howfar.stats.intervals import MIN_USABLE

_POINTS = "points of the index"
_PLACES = "place, 1 is the highest"
_TRIED = "middle nine tenths of {n:,} indices tried"
_DRAWN = "bootstrap: draws of the figures carried through every step"
_NO_SCORE = f"fewer than {MIN_USABLE * 10:g} in 10 draws of the figures give it a score"


def index_rows(one: Appraisal) -> list[Result]:
    """performance_index: scores of units on all nodes, weights, parts of gaps, net forms."""
    return [*_scores(one), *_levels(one), *_weights(one), *_gaps(one), *_net(one)]


def robustness_rows(one: Appraisal) -> list[Result]:
    """index_robustness: places by chance, choices and both; sensitivity; what leaving out does."""
    return [*_places(one), *_sensitivity(one), *_without(one), *_correlations(one)]


def _unit(one: Appraisal, row: int) -> dict[str, Any]:
    return {dimension_of(one): one.index.units[row]}


def _channels(one: Appraisal) -> int | None:
    """How many channels a figure is of, where units are channels."""
    return len(one.rows) if dimension_of(one) == "channel" else None


def _as_they_came(one: Appraisal, method: str) -> str:
    """A method whose figures leave chance aside, said where chance is known."""
    known = one.uncertain.intervals is None
    return method if known else f"{method}; from the figures as they came, chance left aside"


def _scores(one: Appraisal) -> Iterator[Result]:
    index, tree, found = one.index, one.tree, one.uncertain
    n = _channels(one)
    for place, node in enumerate(index.nodes):
        for row in one.rows:
            score = float(index.scores[row, place])
            dims = {**_unit(one, row), "category": f"node: {node}", "level": tree.level_of(node)}
            if np.isnan(score):
                continue
            drawn = None
            if node == tree.root and found.draws is not None:
                drawn = found.draws[:, row]
            ends = None if found.intervals is None else found.intervals[row, place]
            if ends is None:
                yield Result(
                    exact(score, _POINTS, "from figures taken as known", n_channels=n), dims
                )
                continue
            if not np.isfinite(ends).all():
                yield Result(not_measured(_POINTS, _NO_SCORE, _DRAWN), dims)
                continue
            low, high = min(score, float(ends[0])), max(score, float(ends[1]))
            yield Result(
                _measured(score, low, high, "confidence", one, _POINTS, _DRAWN), dims, drawn
            )
    for kind, spread in (("choices", found.by_choice), ("both", found.by_both)):
        if spread is None:
            continue
        for row in one.rows:
            score = float(index.scores[row, -1])
            ends = (float(spread.score_low[row]), float(spread.score_high[row]))
            if not np.isfinite(ends).all():
                continue
            dims = {**_unit(one, row), "category": f"node: {tree.root}", "params": f"over={kind}"}
            yield Result(
                _measured(
                    score,
                    min(score, ends[0]),
                    max(score, ends[1]),
                    "range",
                    one,
                    _POINTS,
                    _TRIED.format(n=spread.tried),
                ),
                {**dims, "level": tree.level_of(tree.root)},
            )


def _measured(
    value: float, low: float, high: float, kind: LowKind, one: Appraisal, unit: str, method: str
) -> Estimate:
    level = one.confidence if kind == "confidence" else None
    return Estimate(
        value, low, high, kind, level, None, None, _channels(one), unit, method, "measured"
    )


def _levels(one: Appraisal) -> Iterator[Result]:
    if len(one.levels) < 2:
        return
    for level, scores in one.levels.items():
        for row in one.rows:
            if not np.isnan(scores[row]):
                dims = {**_unit(one, row), "category": f"level: {level}", "level": level}
                method = "the indicators of this level with their shares in the index"
                method = _as_they_came(one, method)
                yield Result(
                    exact(float(scores[row]), _POINTS, method, n_channels=_channels(one)), dims
                )


def _weights(one: Appraisal) -> Iterator[Result]:
    shares = one.tree.effective_weights(one.index.weights)
    for node, share in shares.items():
        method = f"weights: {one.index.recipe.weigh.method}, rescaled within each group"
        dims = {"category": f"weight: {node}", "level": one.tree.level_of(node)}
        yield Result(exact(share, "share of the index, 0 to 1", method), dims)
    for found in one.influence:
        if found.share is not None and len(one.rows) >= FEW:
            dims = {
                "category": f"influence: {found.indicator}",
                "level": one.tree.level_of(found.indicator),
            }
            method = _as_they_came(one, "w cov(x, index) / var(index)")
            yield Result(exact(found.share, "share of the index's variance", method), dims)


def _gaps(one: Appraisal) -> Iterator[Result]:
    for split, category in ((one.gaps, "gap"), (one.changed, "change")):
        for found in split:
            unit, versus = found.first[0], found.second[0]
            other = versus if category == "gap" else str(found.second[1])
            for part in found.indicators:
                dims = {
                    dimension_of(one): unit,
                    "versus": other,
                    "category": f"{category}: {part.node}",
                    "level": one.tree.level_of(part.node),
                }
                method = _as_they_came(one, "exact parts of the difference of two scores")
                yield Result(exact(part.contribution, _POINTS, method), dims)


def _net(one: Appraisal) -> Iterator[Result]:
    if one.net is None or not one.net.differ:
        return
    for form, index in (("raw", one.net.raw), ("net", one.net.net)):
        for row in one.rows:
            score = _score_of(index, one.index.units[row], one.index.times, row)
            if score is not None:
                dims = {
                    **_unit(one, row),
                    "category": f"node: {one.tree.root}",
                    "params": f"amplification={form}",
                    "level": one.tree.level_of(one.tree.root),
                }
                method = _as_they_came(one, f"index with {form} figures")
                yield Result(exact(score, _POINTS, method), dims)


def _score_of(index: Index, unit: str, times: tuple[str, ...] | None, row: int) -> float | None:
    time = times[row] if times else None
    for place, name in enumerate(index.units):
        if name == unit and (index.times is None or index.times[place] == time):
            score = float(index.index[place])
            return None if np.isnan(score) else score
    return None


def _places(one: Appraisal) -> Iterator[Result]:
    index, found = one.index, one.uncertain
    level = one.tree.level_of(one.tree.root)
    for row in one.rows:
        rank = float(index.ranks[row, -1])
        dims = {**_unit(one, row), "category": "rank", "level": level}
        method = "min-rank of the scores"
        yield Result(exact(rank, _PLACES, method, n_channels=_channels(one)), dims)
        for kind, sets in (("simultaneous", found.chance), ("marginal", found.marginal)):
            if sets is not None and sets.low[row] > 0:
                low, high = float(sets.low[row]), float(sets.high[row])
                estimate = _measured(
                    rank, min(low, rank), max(high, rank), "confidence", one, _PLACES, sets.method
                )
                yield Result(estimate, {**dims, "params": f"over=chance;set={kind}"})
        for kind, spread in (("choices", found.by_choice), ("both", found.by_both)):
            if spread is not None and np.isfinite(spread.rank_low[row]):
                low, high = float(spread.rank_low[row]), float(spread.rank_high[row])
                method = _TRIED.format(n=spread.tried)
                estimate = _measured(
                    rank, min(low, rank), max(high, rank), "range", one, _PLACES, method
                )
                yield Result(estimate, {**dims, "params": f"over={kind}"})


def _sensitivity(one: Appraisal) -> Iterator[Result]:
    for found in one.uncertain.sensitivity:
        for which, (value, low, high) in (("first", found.first), ("total", found.total)):
            if not np.isfinite([value, low, high]).all():
                continue
            dims = {"category": f"choice: {found.choice}", "params": f"index={which}"}
            estimate = _measured(
                value,
                min(low, value),
                max(high, value),
                "confidence",
                one,
                "share of the movement of places",
                f"Sobol {which} index, bootstrap over the points",
            )
            yield Result(estimate, {**dims, "level": one.tree.level_of(one.tree.root)})


def _without(one: Appraisal) -> Iterator[Result]:
    rows = list(one.rows)
    level = one.tree.level_of(one.tree.root)
    for n, node in enumerate(one.without.nodes):
        shifts = one.without.shifts[n, rows]
        known = np.abs(shifts[~np.isnan(shifts)])
        if not known.size:
            continue
        dims = {"category": f"without: {node}", "level": level}
        estimate = _measured(
            float(known.mean()),
            float(known.min()),
            float(known.max()),
            "range",
            one,
            "places moved",
            "mean over units; from the least to the most that a unit moves",
        )
        yield Result(estimate, dims)
        for row in one.rows:
            rank = float(one.without.ranks[n, row])
            if not np.isnan(rank):
                method = "place in the index without it"
                yield Result(exact(rank, _PLACES, method), {**dims, **_unit(one, row)})


def _correlations(one: Appraisal) -> Iterator[Result]:
    """Of every indicator with every group above it and with the index."""
    index, tree = one.index, one.tree
    if len(index.units) < FEW:
        return
    matrix = correlate(index)
    place = {node: k for k, node in enumerate(index.nodes)}
    for node in index.nodes:
        above = tree.node(node).parent
        while above is not None:
            r = float(matrix[place[node], place[above]])
            if not np.isnan(r):
                dims = {"category": f"correlation: {node}", "params": f"with={above}"}
                method = f"Pearson, over {len(index.units)} units as they are"
                yield Result(
                    exact(r, "correlation, -1 to 1", method),
                    {**dims, "level": tree.level_of(node)},
                )
            above = tree.node(above).parent
