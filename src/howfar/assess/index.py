"""An index as it was built: scores, ranks, the data after each verb and the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Recipe, Step
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.study.problems import suggest


@dataclass(frozen=True, eq=False)
class Index:
    """Scores of units (U,) on all nodes of a tree (N,), indicators first, the index last.

    scores: (U, N), indicators normalised, NaN where missing. ranks: (U, N), 1 is the highest score,
    equal scores have the same (lowest) rank, NaN where missing; in a panel within each period.
    steps: data after each verb by its name. weights: of every node relative to its siblings, as
    used. dropped: units that the screen took out.
    """

    tree: Tree
    recipe: Recipe
    units: tuple[str, ...]
    times: tuple[str, ...] | None
    nodes: tuple[str, ...]
    scores: FloatArray
    ranks: FloatArray
    weights: Mapping[str, float]
    steps: Mapping[str, Matrix]
    log: tuple[Step, ...]
    dropped: tuple[str, ...] = ()

    def of(self, node: str) -> FloatArray:
        """Scores (U,) of one node."""
        self.tree.node(node)
        return self.scores[:, self.nodes.index(node)]

    @property
    def index(self) -> FloatArray:
        """Scores (U,) of the index itself."""
        return self.of(self.tree.root)

    def row(self, unit: str, time: str | None = None) -> int:
        """Position of a unit, in a panel at a time."""
        times = self.times or (None,) * len(self.units)
        for place, found in enumerate(zip(self.units, times, strict=True)):
            if found == (unit, time):
                return place
        raise StudyError(
            f"no unit {unit!r}" + (f" at {time!r}" if time else ""),
            "the index",
            "one of " + ", ".join(dict.fromkeys(self.units)),
            suggest(unit, self.units),
        )
