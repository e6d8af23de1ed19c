"""Panel: what changed between two periods, on one scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from howfar.assess.index import Index
from howfar.assess.normalise import EACH
from howfar.assess.recipe import Recipe
from howfar.errors import StudyError


@dataclass(frozen=True)
class Change:
    """A unit's score and rank at two periods; null where it has none there."""

    unit: str
    start: float | None
    end: float | None
    difference: float | None
    start_rank: int | None
    end_rank: int | None


def with_reference(recipe: Recipe, period: str) -> Recipe:
    """The recipe with one period as the reference of all scales, treatments and data weights.

    The scores of that period are those of an index of it alone, and later ones stay what they are
    when further periods are added.
    """
    return replace(recipe, normalise=replace(recipe.normalise, reference=period))


def changes(index: Index, start: str, end: str, of: str | None = None) -> tuple[Change, ...]:
    """Scores of all units at two periods of a panel, of the index or the sub-index ``of``.

    Raises StudyError where the index is no panel, has no such period, or a scale a period.
    """
    known = tuple(dict.fromkeys(index.times or ()))
    for period in (start, end):
        if period not in known:
            raise StudyError(
                f"no period {period!r}", "the panel", "one of " + ", ".join(known) or "periods"
            )
    if index.recipe.normalise.reference == EACH:
        raise StudyError(
            "each period has its own scale, so a difference between periods is no change",
            "the recipe, normalise, reference",
            "one scale for all periods",
            "name a reference period",
        )
    node = index.nodes.index(index.tree.root if of is None else of)
    at = {
        (unit, time): row
        for row, (unit, time) in enumerate(zip(index.units, index.times or (), strict=True))
    }
    found = []
    for unit in dict.fromkeys(index.units):
        rows = at.get((unit, start)), at.get((unit, end))
        scores = [None if r is None else _known(index.scores[r, node]) for r in rows]
        ranks = [None if r is None else _known(index.ranks[r, node]) for r in rows]
        first, second = scores
        difference = None if first is None or second is None else second - first
        whole = [None if rank is None else int(rank) for rank in ranks]
        found.append(Change(unit, first, second, difference, *whole))
    return tuple(found)


def _known(x: np.float64) -> float | None:
    return None if np.isnan(x) else float(x)
