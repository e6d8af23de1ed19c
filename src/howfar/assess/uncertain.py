"""How sure an index is: chance and choices apart, then together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.stats.blocks import FloatArray
from howfar.stats.rank_sets import RankSets
from howfar.study.index_part import IndexPart


@dataclass(frozen=True, eq=False)
class Spread:
    """Places and scores (U,) of all units of an index over what was tried: the middle nine tenths.

    A range, never a confidence interval.
    """

    rank_low: FloatArray
    rank_high: FloatArray
    score_low: FloatArray
    score_high: FloatArray
    tried: int


@dataclass(frozen=True)
class Sensitivity:
    """Part of the movement of places that a choice makes, alone and with others; value, limits."""

    choice: str
    first: tuple[float, float, float]
    total: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Uncertain:
    """What chance and choices leave open. Arrays are over all units of the index.

    chance: simultaneous rank sets, null where the figures count as known. intervals: (U, N, 2) of
    all nodes. draws: (R, U) of the index. robust: null where neither was tried.
    """

    robust: bool | None
    said: str
    chance: RankSets | None = None
    marginal: RankSets | None = None
    intervals: FloatArray | None = None
    draws: FloatArray | None = None
    by_choice: Spread | None = None
    by_both: Spread | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: int = 0
    sensitivity: tuple[Sensitivity, ...] = ()


def uncertain(
    part: IndexPart,
    matrix: Matrix,
    index: Index,
    rng: np.random.Generator,
    *,
    confidence: float,
    degrees: float | None,
) -> Uncertain:
    """Chance and choices of an index."""
    return Uncertain(None, "Neither chance nor choices could be tried.")
