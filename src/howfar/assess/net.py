"""Net: the same index with figures net of synchronised amplification."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from howfar.assess.aggregate import SAME
from howfar.assess.build import build
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Recipe
from howfar.assess.tree import Tree
from howfar.errors import StudyError


@dataclass(frozen=True, eq=False)
class RawAndNet:
    """Both forms of an index.

    switched: indicators that exist in both forms. moved: units whose rank differs. changed: units
    whose score differs.
    """

    raw: Index
    net: Index
    switched: tuple[str, ...]
    moved: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def differ(self) -> bool:
        """Whether both must be shown."""
        return bool(self.changed)


def net_of(matrix: Matrix, tree: Tree) -> Matrix:
    """The table with every indicator that names a net form replaced by it.

    Values, standard errors and draws; all other columns stay. A net figure that is missing is
    missing: it is never filled from the raw one.

    Raises StudyError for a net form whose column is not there, or where no indicator names one.
    """
    pairs = [(one.id, one.net) for one in tree.indicators if one.net is not None]
    if not pairs:
        raise StudyError(
            "no indicator has a net form",
            "the index tree",
            "net = the column with the same figure net of synchronised amplification",
        )
    values, errors, draws = (
        None if part is None else np.array(part, dtype=np.float64)
        for part in (matrix.values, matrix.standard_errors, matrix.draws)
    )
    for id, net in pairs:
        to, source = matrix.place(id), matrix.place(net)
        for part in (values, errors, draws):
            if part is not None:
                part[..., to] = part[..., source]
    if values is None:
        raise ValueError("a table without values")
    return replace(matrix, values=values, standard_errors=errors, draws=draws)


def raw_and_net(matrix: Matrix, tree: Tree, recipe: Recipe) -> RawAndNet:
    """The index in both forms by the same recipe, each on the scale of its own figures.

    Where the screen drops a unit from one form, it has changed and moved.
    """
    raw, net = build(matrix, tree, recipe), build(net_of(matrix, tree), tree, recipe)
    moved, changed = [], []
    before, after = _rows(raw), _rows(net)
    for key in dict.fromkeys([*before, *after]):
        name = " at ".join(part for part in key if part)
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            moved.append(name)
            changed.append(name)
            continue
        if not np.isclose(old[1], new[1], equal_nan=True):
            moved.append(name)
        if not np.isclose(old[0], new[0], rtol=SAME, atol=SAME * 100, equal_nan=True):
            changed.append(name)
    switched = tuple(one.id for one in tree.indicators if one.net is not None)
    return RawAndNet(raw, net, switched, tuple(moved), tuple(changed))


def _rows(index: Index) -> dict[tuple[str, str | None], tuple[float, float]]:
    times = index.times or (None,) * len(index.units)
    return {
        (unit, time): (float(score), float(rank))
        for unit, time, score, rank in zip(
            index.units, times, index.index, index.ranks[:, -1], strict=True
        )
    }
