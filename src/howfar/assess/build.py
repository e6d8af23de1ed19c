"""Build: one index from a table, a tree and a recipe, verb after verb."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from howfar.assess.aggregate import scores_of
from howfar.assess.batch import index_ranks
from howfar.assess.denominate import denominate
from howfar.assess.impute import impute
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.normalise import frames, normalise
from howfar.assess.recipe import Recipe, Step
from howfar.assess.screen import screen
from howfar.assess.treat import treat
from howfar.assess.tree import Tree
from howfar.assess.weigh import weigh
from howfar.stats.blocks import FloatArray


def build(matrix: Matrix, tree: Tree, recipe: Recipe) -> Index:
    """The index of all units: what the tree says, cooked by the recipe.

    matrix: any columns, among them those of the tree and its denominators. Missing values that no
    verb fills are left out of the sums, with the other weights rescaled. The same input gives the
    same index, to the last digit.
    """
    data, steps, log, dropped = prepare(matrix, tree, recipe)
    weights, step = weights_of(data, tree, recipe)
    scores = scores_of(data.values, tree, weights, recipe.aggregate, data.times)
    missing = [unit for unit, one in zip(data.units, scores[:, -1], strict=True) if np.isnan(one)]
    said = f"{len(tree.ids)} indicators to {len(tree.groups)} groups"
    last = Step("aggregate", asdict(recipe.aggregate), {"without a score": missing}, said)
    return Index(
        tree,
        recipe,
        data.units,
        data.times,
        tree.nodes,
        scores,
        ranks_of(scores, data.times),
        dict(zip(tree.nodes, map(float, weights), strict=True)),
        steps,
        (*log, step, last),
        dropped,
    )


def prepare(
    matrix: Matrix, tree: Tree, recipe: Recipe
) -> tuple[Matrix, dict[str, Matrix], list[Step], tuple[str, ...]]:
    """The verbs before the weights: normalised data, data after each verb, log, dropped units."""
    table, data = matrix, matrix.select(tree.ids)
    steps: dict[str, Matrix] = {}
    log: list[Step] = []
    for verb in recipe.order:
        if verb == "denominate":
            data, step = denominate(data, tree, recipe.denominate, table)
        elif verb == "impute":
            data, step = impute(data, tree, recipe.impute)
        elif verb == "screen":
            data, step, stays = screen(data, recipe.screen)
            table = table.keep(stays)
        elif verb == "treat":
            values = data.values.copy()
            for rows, reference in frames(data, recipe.normalise.reference):
                part, step = treat(data.keep(rows), recipe.treat, reference[rows])
                values[rows] = part.values
            data = data.with_values(values)
        else:
            data, step = normalise(data, tree, recipe.normalise)
        steps[verb] = data
        log.append(step)
    stayed = set(data.units)
    dropped = tuple(unit for unit in dict.fromkeys(matrix.units) if unit not in stayed)
    return data, steps, log, dropped


def weights_of(data: Matrix, tree: Tree, recipe: Recipe) -> tuple[FloatArray, Step]:
    """Weights (N,) for normalised data; those from data come from the panel's reference period."""
    shared = frames(data, recipe.normalise.reference)
    reference = shared[0][1] if len(shared) == 1 else None
    return weigh(data.values, tree, recipe.weigh, recipe.aggregate, data.times, reference)


def ranks_of(scores: FloatArray, times: tuple[str, ...] | None) -> FloatArray:
    """Ranks (U, N) of scores, NaN where missing; in a panel within each period.

    rank = 1 + number of units with a higher score: 1 is the highest, ties share the lowest.
    """
    return np.where(np.isnan(scores), np.nan, index_ranks(scores.T, times).T)
