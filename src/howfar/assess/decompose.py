"""Decompose: which indicators make the gap between two units, or the change of one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.assess.aggregate import MEANS, level_ties
from howfar.assess.index import Index
from howfar.assess.normalise import EACH
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray


@dataclass(frozen=True)
class Part:
    """What one indicator or group adds to a difference.

    contribution: in points of the index. weight: its share of the index by weights. first, second:
    its scores, null where it is missing (it then counts as its group's score, which is what leaving
    it out comes to).
    """

    node: str
    contribution: float
    weight: float
    first: float | None
    second: float | None


@dataclass(frozen=True)
class Decomposition:
    """A difference of two scores, first minus second, and its parts by indicator and by group.

    The indicators' contributions sum to the difference, those of the children of a group to the
    group's. groups holds the root too.
    """

    of: str
    first: tuple[str, str | None]
    second: tuple[str, str | None]
    difference: float
    indicators: tuple[Part, ...]
    groups: tuple[Part, ...]


def gap(
    index: Index, unit: str, versus: str, time: str | None = None, of: str | None = None
) -> Decomposition:
    """The score of a unit minus that of another, of the index or the sub-index ``of``.

    With a, b the children's scores, A, B their group's and w their weights: arithmetic w (a - b);
    geometric w L(A, B) ln(a / b), L the logarithmic mean (x - y) / ln(x / y); harmonic
    w A B (a - b) / (a b); outranking the difference of the weight won over rivals. Contributions go
    down the tree in proportion. They sum to the difference up to rounding (1e-12 of the scale).

    Raises StudyError where there is no exact decomposition (median, Copeland; outranking with
    missing values) or a unit has no score.

    Source: Ang 2005 (doi 10.1016/j.enpol.2003.10.010) for logarithmic means.
    """
    return _between(index, (unit, time), (versus, time), of)


def change(index: Index, unit: str, start: str, end: str, of: str | None = None) -> Decomposition:
    """The score of a unit at ``end`` minus that at ``start``, decomposed as by ``gap``.

    Raises StudyError where each period has a scale of its own: then a difference is no change.
    """
    if index.recipe.normalise.reference == EACH:
        raise StudyError(
            "each period has its own scale, so a difference between periods is no change",
            "the recipe, normalise, reference",
            "one scale for all periods",
            "name a reference period",
        )
    return _between(index, (unit, end), (unit, start), of)


def log_mean(x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """(x - y) / ln(x / y), and x where both are equal; x, y above 0, any shape.

    By (x + y) / 2 * r / artanh(r), r = (x - y) / (x + y), which does not lose digits near x = y.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    r = (x - y) / (x + y)
    near = np.abs(r) < 1e-4
    safe = np.where(near, 0.5, r)
    found: FloatArray = (x + y) / 2 * np.where(near, 1 - r**2 / 3, safe / np.arctanh(safe))
    return found


def _between(
    index: Index,
    first: tuple[str, str | None],
    second: tuple[str, str | None],
    of: str | None,
) -> Decomposition:
    tree, root = index.tree, index.tree.root if of is None else of
    tree.node(root)
    rows = index.row(*first), index.row(*second)
    place = {node: k for k, node in enumerate(index.nodes)}
    values = index.scores[list(rows)]
    raw = values.copy()
    if np.isnan(values[:, place[root]]).any():
        raise StudyError(f"{root!r} has no score for one of the two", "decompose")
    shares = tree.effective_weights(index.weights)
    slopes = {root: 1.0}
    for height, level in reversed(list(enumerate(tree.levels()))):
        for node in level:
            if node not in slopes or not tree.children(node):
                continue
            below = [place[child] for child in tree.children(node)]
            # A missing child left out of a mean is the same as one that has the group's score.
            above = values[:, [place[node]]]
            values[:, below] = np.where(np.isnan(values[:, below]), above, values[:, below])
            method = index.recipe.aggregate.at(height)
            weights = np.array([index.weights[child] for child in tree.children(node)])
            if method in MEANS:
                steps = _mean_slopes(values[:, below], above[:, 0], weights / weights.sum(), method)
            elif method == "outranking":
                steps = _rival_slopes(index, below, weights / weights.sum(), rows)
            else:
                raise StudyError(
                    f"a difference of {method} scores has no exact parts",
                    "decompose",
                    "one of " + ", ".join((*MEANS, "outranking")),
                )
            for child, step in zip(tree.children(node), steps, strict=True):
                slopes[child] = slopes[node] * float(step)
    found = {
        node: slope * float(values[0, place[node]] - values[1, place[node]])
        for node, slope in slopes.items()
    }

    def part(node: str) -> Part:
        a, b = (None if np.isnan(x) else float(x) for x in raw[:, place[node]])
        return Part(node, found[node], shares[node], a, b)

    return Decomposition(
        root,
        first,
        second,
        found[root],
        tuple(part(id) for id in tree.ids if id in found),
        tuple(part(group.id) for group in tree.groups if group.id in found),
    )


def _mean_slopes(
    children: FloatArray, group: FloatArray, shares: FloatArray, method: str
) -> FloatArray:
    """What each child's difference is to be multiplied with: sum(slope (a - b)) = A - B."""
    (a, b), (first, second) = children, group
    if method == "arithmetic":
        return shares
    # A child of no weight may be 0 or below; it then has no part in the mean.
    a, b = np.where(shares > 0, a, 1.0), np.where(shares > 0, b, 1.0)
    if method == "geometric":
        found: FloatArray = shares * log_mean(first, second) / log_mean(a, b)
    else:
        found = shares * first * second / (a * b)
    return found


def _rival_slopes(
    index: Index, below: list[int], shares: FloatArray, rows: tuple[int, int]
) -> FloatArray:
    """The difference in weight won over rivals, by each child's difference."""
    period = None if index.times is None else [time == index.times[rows[0]] for time in index.times]
    if index.times is not None and index.times[rows[0]] != index.times[rows[1]]:
        raise StudyError(
            "outranking compares units of one period, so it has no change to decompose",
            "decompose",
            "one of " + ", ".join(MEANS),
        )
    scores = index.scores[:, below]
    rivals = scores if period is None else scores[np.array(period)]
    if np.isnan(rivals).any():
        raise StudyError(
            "outranking with missing values has no exact parts", "decompose", "values imputed"
        )
    rivals = level_ties(rivals.T).T
    units = np.arange(len(scores)) if period is None else np.flatnonzero(period)
    pair = rivals[[int(np.flatnonzero(units == row)[0]) for row in rows]]
    won = ((np.sign(pair[:, None, :] - rivals[None, :, :]) + 1) / 2).sum(axis=1)
    apart = pair[0] - pair[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(apart == 0, 0.0, shares * (won[0] - won[1]) / apart)
    return found
