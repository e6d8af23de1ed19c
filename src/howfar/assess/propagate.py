"""Propagate: what the sampling error of the figures does to an index made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from howfar.assess.aggregate import scores_of
from howfar.assess.build import build, prepare, weights_of
from howfar.assess.denominate import denominate
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.normalise import scaled
from howfar.assess.recipe import Recipe, Weigh
from howfar.assess.tree import Tree
from howfar.assess.vary import present_rows
from howfar.assess.weigh import FROM_DATA
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.intervals import MIN_USABLE, Interval, bootstrap_interval
from howfar.stats.rank_sets import BoolArray, RankSets, rank_sets

_MANY = 1_000_000
"""Blocks in place of 'the spread is known', where Student's t is the normal."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """An index with R draws of it under the sampling error of its figures.

    draws: (R, U, N) scores of the units and nodes of ``index``, NaN where a draw has none. degrees:
    degrees of freedom of the error (blocks - 1), null where it is known. known: indicators whose
    figures have no error given and count as known.
    """

    index: Index
    draws: FloatArray
    degrees: float | None
    known: tuple[str, ...]

    @property
    def of_index(self) -> FloatArray:
        """Draws (R, U) of the index itself."""
        return self.draws[:, :, -1]

    def intervals(self, confidence: float = 0.95) -> FloatArray:
        """Limits (U, N, 2) of every score; NaN where fewer than 9 in 10 draws have one.

        The rule of ``bootstrap_interval`` with t on ``degrees``: symmetric by the draws' spread and
        widened by their bias, since the farthest of several noisy figures is too far.
        """
        found = np.full((*self.index.scores.shape, 2), np.nan)
        for row, unit in enumerate(self.index.scores):
            for node, score in enumerate(unit):
                limits = self._interval(score, self.draws[:, row, node], confidence)
                if limits is not None:
                    found[row, node] = limits.low, limits.high
        return found

    def _interval(self, score: float, drawn: FloatArray, confidence: float) -> Interval | None:
        if not np.isfinite(drawn).mean() >= MIN_USABLE:
            return None
        blocks = _MANY if self.degrees is None else round(self.degrees) + 1
        return bootstrap_interval(float(score), drawn, blocks, confidence)

    def rank_sets(
        self,
        confidence: float = 0.95,
        *,
        simultaneous: bool = True,
        among: BoolArray | None = None,
    ) -> RankSets:
        """Ranks of the index that the sampling error cannot exclude (see stats/rank_sets.py).

        among: which units (U,) are ranked with one another, all where null; of a panel those of one
        period. Others, units without a score, and those with one in fewer than 9 in 10 draws have
        no rank.

        Errors: ValueError for a panel without ``among``.
        """
        if among is None and self.index.times is not None:
            raise ValueError("rank sets are of one period: say which units are among it")
        usable = np.isfinite(self.of_index).mean(axis=0) >= MIN_USABLE
        usable &= True if among is None else among
        values = np.where(usable, self.index.index, np.nan)
        return rank_sets(
            values, self.of_index, confidence, simultaneous=simultaneous, degrees=self.degrees
        )


def propagate(
    matrix: Matrix,
    tree: Tree,
    recipe: Recipe,
    rng: np.random.Generator,
    *,
    draws: int = 1_000,
    degrees: float | None = None,
) -> Sampled:
    """The index again and again from figures as they might have come out.

    Each draw of the table goes through the whole recipe, scales and weights from data included;
    only optimised weights stay as published. Draws come from ``matrix.draws`` (evenly spread, at
    most ``draws``), which keep the covariance of all figures, or else from ``standard_errors`` as
    independent normal errors. A figure without error given counts as known. What is missing is
    imputed anew in each draw; that an imputed figure may be wrong is not in it.

    degrees: degrees of freedom where the errors come from few blocks (blocks - 1).

    Raises StudyError where the table has neither draws nor standard errors.
    """
    tables = list(_tables(matrix, rng, draws))
    index = build(matrix, tree, recipe)
    fixed = recipe.weigh.method not in FROM_DATA
    weights = np.array([index.weights[node] for node in tree.nodes])
    if recipe.weigh.method == "optimised":
        recipe = replace(recipe, weigh=Weigh("given", weights=dict(index.weights)))
    home = present_rows(matrix, index.units, index.times)
    scores = np.full((len(tables), len(matrix.units), len(tree.nodes)), np.nan)
    data = _at_once(tables, matrix, tree, recipe) if fixed else None
    if data is not None:
        scores[:] = scores_of(data, tree, weights, recipe.aggregate, matrix.times)
        tables = []
    for number, values in enumerate(tables):
        drawn = prepare(matrix.with_values(values), tree, recipe)[0]
        if not fixed:
            weights = weights_of(drawn, tree, recipe)[0]
        rows = present_rows(matrix, drawn.units, drawn.times)
        found = scores_of(drawn.values, tree, weights, recipe.aggregate, drawn.times)
        scores[number, rows] = found
    return Sampled(index, scores[:, home], degrees, _known(matrix, tree))


def _at_once(
    tables: Sequence[FloatArray], matrix: Matrix, tree: Tree, recipe: Recipe
) -> FloatArray | None:
    """What ``prepare`` gives for each of the tables, (R, U, indicators).

    Null where draws must go one by one: something is missing, may be dropped or is treated.
    """
    if (
        recipe.treat.method != "none"
        or recipe.screen.method != "none"
        or recipe.screen.drop
        or recipe.normalise.reference is not None
        or recipe.normalise.method == "distance_to_reference"
    ):
        return None
    rows, units = len(tables), len(matrix.units)
    # Denominators are taken row by row: all draws can stand below one another.
    stacked = Matrix(
        tuple(f"{draw}/{unit}" for draw in range(rows) for unit in range(units)),
        matrix.columns,
        np.concatenate(tables),
    )
    ratios = denominate(stacked.select(tree.ids), tree, recipe.denominate, stacked)[0].values
    if np.isnan(ratios).any():
        return None
    return scaled(ratios.reshape(rows, units, -1), tree, recipe.normalise)


def with_draws(matrix: Matrix, rng: np.random.Generator, draws: int = 1_000) -> Matrix:
    """The table with draws, made from its standard errors where it has none of its own."""
    return replace(matrix, draws=np.stack(list(_tables(matrix, rng, draws))))


def _tables(matrix: Matrix, rng: np.random.Generator, most: int) -> Iterator[FloatArray]:
    """Values (U, K) as they might have come out."""
    if matrix.draws is not None:
        for place in np.unique(np.linspace(0, len(matrix.draws) - 1, most).round().astype(int)):
            drawn = matrix.draws[place]
            # A draw that saw no data of a cell says nothing of it.
            yield np.where(np.isnan(drawn), matrix.values, drawn)
    elif matrix.standard_errors is not None:
        errors = np.nan_to_num(matrix.standard_errors)
        for _ in range(most):
            yield matrix.values + errors * rng.standard_normal(errors.shape)
    else:
        raise StudyError(
            "the figures have no sampling error",
            "the table",
            "replicates, or a column of standard errors for at least one indicator",
            "name the column: standard_error = ... of the indicator",
        )


def _known(matrix: Matrix, tree: Tree) -> tuple[str, ...]:
    """Indicators whose figures never move."""
    places = [matrix.place(id) for id in tree.ids]
    values = matrix.values[:, places]
    if matrix.draws is not None:
        drawn = matrix.draws[:, :, places]
        still = (np.isnan(drawn) | np.isnan(values) | (drawn == values)).all(axis=(0, 1))
    else:
        errors = np.zeros_like(values)
        if matrix.standard_errors is not None:
            errors = np.nan_to_num(matrix.standard_errors[:, places])
        still = ((errors == 0) | np.isnan(values)).all(axis=0)
    return tuple(id for id, one in zip(tree.ids, still, strict=True) if one)
