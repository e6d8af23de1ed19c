"""The scale of an index held still: what other figures of one unit would score on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from howfar.assess.aggregate import MEANS, scores_of
from howfar.assess.denominate import denominate
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.normalise import frames, scaled
from howfar.assess.treat import treat
from howfar.assess.vary import present_rows
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray

_SAME = 1e-9
_TO_SCALE = ("treat", "normalise")


@dataclass(frozen=True, eq=False)
class HeldScale:
    """What the other units' figures, the reference period and the weights make of one unit's.

    unit, row: whose, and where it stands in the index. figures: (K,) its figures as they are put on
    the scale, after denominators and imputation; NaN where missing. draws: (R, K) the same as they
    might have come out; null where figures count as known. before: figures (U, K) of all rows that
    are treated and normalised. told: null, or why the index cannot be repeated for one unit alone.
    """

    index: Index
    unit: str
    row: int
    figures: FloatArray
    draws: FloatArray | None
    before: Matrix
    told: str | None = None

    def scores(self, rows: FloatArray) -> FloatArray:
        """Scores (M, N) of figures (M, K) on all nodes; NaN rows where the scale has none.

        The other units, the ends of the scale and the weights stay what they are, so this is what
        the unit would score if it alone had other figures and set no end of the scale.
        """
        recipe, data = self.index.recipe, self.before
        at = _places(data, self.index)[self.row]
        scales = frames(data, recipe.normalise.reference)
        reference = next(setting for period, setting in scales if period[at])
        known = data.keep(reference)
        values, setters = rows, known.values
        for verb in recipe.order:
            if verb == "treat":
                both = Matrix(
                    tuple(f"{n}" for n in range(len(setters) + len(values))),
                    data.columns,
                    np.concatenate([setters, values]),
                )
                decide = np.arange(len(both.units)) < len(setters)
                done = treat(both, recipe.treat, decide)[0].values
                setters, values = done[: len(setters)], done[len(setters) :]
            elif verb == "normalise":
                beside = known.units.index(recipe.normalise.unit) if _beside(self.index) else None
                values = scaled(
                    values, self.index.tree, recipe.normalise, setters, data.columns, beside
                )
        return _aggregated(values, self.index)


def held_scale(
    index: Index, matrix: Matrix, unit: str, time: str | None = None, draws: int = 400
) -> HeldScale:
    """The scale of an index for one of its units.

    matrix: the table that the index was built from, with its draws where there are any (with_draws
    makes them of standard errors). draws: the most that are taken, evenly spread.

    ``told`` says why where the steps of this index give the unit's own score only together with the
    other units' (outranking, imputation from others after the scale is set, ...).
    """
    row, before = index.row(unit, time), _before(index, matrix)
    figures = before.values[_places(before, index)[row]]
    drawn = _drawn(index, matrix, row, figures, draws)
    held = HeldScale(index, unit, row, figures, drawn, before)
    return replace(held, told=_why_not(held))


def _why_not(held: HeldScale) -> str | None:
    """Why the steps of the index do not give the unit's own score from its figures alone."""
    nominal = held.index.scores[held.row]
    try:
        again = held.scores(held.figures[None])[0]
    except StudyError as error:
        return error.what
    least = _SAME * np.maximum(1.0, np.abs(nominal))
    if (np.isnan(again) != np.isnan(nominal)).any() or (np.abs(again - nominal) > least).any():
        return "the steps of this index give a score only together with the other units'"
    return None


def _before(index: Index, matrix: Matrix) -> Matrix:
    """The table as it was when the scale was set."""
    before = matrix.select(index.tree.ids)
    for verb in index.recipe.order:
        if verb in _TO_SCALE:
            break
        before = index.steps[verb]
    return before


def _places(data: Matrix, index: Index) -> list[int]:
    return [int(place) for place in present_rows(data, index.units, index.times)]


def _beside(index: Index) -> bool:
    spec = index.recipe.normalise
    return "distance_to_reference" in (spec.method, *spec.by_column.values())


def _drawn(
    index: Index, matrix: Matrix, row: int, figures: FloatArray, most: int
) -> FloatArray | None:
    """The unit's figures (R, K) as they might have come out, through its own denominators."""
    if matrix.draws is None:
        return None
    at = np.unique(np.linspace(0, len(matrix.draws) - 1, most).round().astype(int))
    drawn = matrix.draws[at][:, _places(matrix, index)[row]]
    rows = Matrix(tuple(f"{n}" for n in range(len(drawn))), matrix.columns, drawn)
    found = rows.select(index.tree.ids)
    for verb in index.recipe.order:
        if verb in _TO_SCALE:
            break
        if verb == "denominate":
            found = denominate(found, index.tree, index.recipe.denominate, rows)[0]
    # A draw that saw no data of a cell says nothing of it.
    return np.where(np.isnan(found.values), figures, found.values)


def _aggregated(values: FloatArray, index: Index) -> FloatArray:
    """Scores (M, N); NaN for rows that a geometric or harmonic mean cannot take."""
    spec, tree = index.recipe.aggregate, index.tree
    methods = [spec.at(height) for height in range(1, len(tree.levels()))]
    if not set(methods) <= {*MEANS, "median"}:
        raise StudyError(f"{', '.join(sorted(set(methods)))} compares units with one another")
    strict = bool(set(methods) & {"geometric", "harmonic"})
    usable = np.array([not (strict and bool((row <= 0).any())) for row in values], dtype=bool)
    weights = np.array([index.weights[node] for node in tree.nodes])
    found = np.full((len(values), len(tree.nodes)), np.nan)
    found[usable] = scores_of(values[usable], tree, weights, spec)
    return found
