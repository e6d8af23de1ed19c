"""Small trees and tables for the tests of the index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from howfar.assess.matrix import Matrix
from howfar.assess.tree import Group, Indicator, Tree

TREE = Tree(
    (
        Indicator("a", "A", "g", weight=1.0),
        Indicator("b", "B", "g", weight=2.0, direction=-1),
        Indicator("c", "C", "h"),
        Indicator("d", "D", "h", weight=3.0),
        Indicator("e", "E", "h"),
    ),
    (Group("i", "Index", None), Group("g", "G", "i", weight=2.0), Group("h", "H", "i")),
)
"""Two groups: a and -b with weights 1 and 2 (g, 2/3); c, d, e with 1, 3, 1 (h, 1/3)."""


def flat(*ids: str, **more: object) -> Tree:
    """A tree of one group."""
    return Tree(
        tuple(Indicator(id, id.upper(), "i", **more) for id in ids),  # type: ignore[arg-type]
        (Group("i", "Index", None),),
    )


def table(
    values: npt.ArrayLike,
    columns: Sequence[str] | str = "abcde",
    units: Sequence[str] | None = None,
    times: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
) -> Matrix:
    """A table of units u0, u1, ..."""
    x = np.asarray(values, dtype=np.float64)
    names = tuple(f"u{k}" for k in range(len(x))) if units is None else tuple(units)
    return Matrix(
        names,
        tuple(columns)[: x.shape[1]],
        x,
        times=None if times is None else tuple(times),
        groups=None if groups is None else tuple(groups),
    )


def random(rng: np.random.Generator, units: int = 8, columns: int = 5) -> Matrix:
    """Figures from 1 to 10 without ties."""
    return table(rng.uniform(1, 10, (units, columns)))
