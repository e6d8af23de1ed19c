"""Impute: fill what is missing, and say what was filled."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Impute, Step
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.normal_em import conditional_means


def impute(data: Matrix, tree: Tree, spec: Impute) -> tuple[Matrix, Step]:
    """Missing values filled; figures that are there are never changed.

    mean, median: of the column, in a panel of the same period. group_mean, group_median: of the
    unit's group. previous: of a panel, the unit's last figure before. em: the expected value given
    the unit's other indicators of the same sub-index, under a multivariate normal fitted by
    expectation-maximisation. What has nothing to be filled from stays missing.

    Raises StudyError where the table has no groups or periods that the method needs.
    """
    values = data.values
    missing = np.isnan(values)
    if spec.method == "none" or not missing.any():
        filled = values
    elif spec.method == "previous":
        filled = _previous(data)
    elif spec.method == "em":
        filled = _by_em(data, tree)
    else:
        filled = _by_centre(data, spec.method)
    done = {
        "filled": {
            id: [data.units[row] for row in np.flatnonzero(missing[:, k] & ~np.isnan(filled[:, k]))]
            for k, id in enumerate(data.columns)
            if (missing[:, k] & ~np.isnan(filled[:, k])).any()
        }
    }
    count, still = int(missing.sum()), int(np.isnan(filled).sum())
    said = f"{count} of {values.size} values were missing, {count - still} were filled"
    return data.with_values(filled), Step("impute", asdict(spec), done, said)


def _cells(data: Matrix, grouped: bool) -> list[tuple[str, ...]]:
    if grouped and data.groups is None:
        raise StudyError(
            "imputing within groups needs the groups of the units",
            "the recipe, impute",
            "a table that names a group for each unit",
            "name the groups, or impute by mean, median or em",
        )
    parts: list[Sequence[str]] = [data.times] if data.times is not None else []
    parts += [data.groups] if grouped and data.groups is not None else []
    return list(zip(*parts, strict=True)) if parts else [()] * len(data.units)


def _by_centre(data: Matrix, method: str) -> FloatArray:
    cells = _cells(data, method.startswith("group_"))
    filled = data.values.copy()
    for cell in dict.fromkeys(cells):
        rows = np.array([one == cell for one in cells])
        part = filled[rows]
        some = ~np.isnan(part).all(axis=0)
        centre = np.full(part.shape[1], np.nan)
        take = np.nanmean if method.endswith("mean") else np.nanmedian
        centre[some] = take(part[:, some], axis=0)
        filled[rows] = np.where(np.isnan(part), centre, part)
    return filled


def _previous(data: Matrix) -> FloatArray:
    if data.times is None:
        raise StudyError(
            "taking the previous figure needs periods", "the recipe, impute", "a panel with times"
        )
    filled = data.values.copy()
    for unit in dict.fromkeys(data.units):
        rows = [row for row, found in enumerate(data.units) if found == unit]
        rows.sort(key=lambda row: data.times[row] if data.times else "")
        for before, row in itertools.pairwise(rows):
            filled[row] = np.where(np.isnan(filled[row]), filled[before], filled[row])
    return filled


def _by_em(data: Matrix, tree: Tree) -> FloatArray:
    """EM within each sub-index: across all, there are rarely more units than indicators."""
    filled = data.values.copy()
    for group in tree.groups:
        places = [data.place(id) for id in tree.children(group.id) if id in tree.ids]
        if places:
            try:
                filled[:, places] = conditional_means(data.values[:, places])
            except ValueError as error:
                raise StudyError(
                    f"{group.id!r}: {error}",
                    "the recipe, impute",
                    "more units, or fewer missing values",
                    "impute by group_mean or median",
                ) from error
    return filled
