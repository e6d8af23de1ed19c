"""Denominate: divide what grows with size by a size."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Denominate, Step
from howfar.assess.tree import Tree
from howfar.errors import StudyError

LOST = "missing because the denominator is missing or 0"
"""In the log: units by indicator whose ratio is missing though the figure is there."""


def denominate(
    data: Matrix, tree: Tree, spec: Denominate, table: Matrix | None = None
) -> tuple[Matrix, Step]:
    """Indicators divided by their denominators, times ``scale``.

    table: the same units with the denominators' columns; ``data`` itself where null. A denominator
    that is missing or 0 makes the ratio missing.

    Raises StudyError for a denominator or indicator that is not there.
    """
    source = table if table is not None else data
    by = dict(_pairs(tree)) if spec.by is None else dict(spec.by)
    if spec.method == "none":
        by = {}
    values, lost = data.values.copy(), {}
    for id, denominator in by.items():
        if id not in data.columns:
            raise StudyError(f"no indicator {id!r} to divide", "the recipe, denominate")
        below = source.column(denominator)
        bad = ~np.isnan(values[:, data.place(id)]) & (np.isnan(below) | (below == 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = values[:, data.place(id)] / below * spec.scale
        values[:, data.place(id)] = np.where(np.isnan(below) | (below == 0), np.nan, ratio)
        if bad.any():
            lost[id] = [data.units[row] for row in np.flatnonzero(bad)]
    said = f"{len(by)} of {len(data.columns)} indicators divided"
    done = {"by": by, LOST: lost}
    return data.with_values(values), Step("denominate", asdict(spec), done, said)


def _pairs(tree: Tree) -> list[tuple[str, str]]:
    return [(one.id, one.denominator) for one in tree.indicators if one.denominator]
