"""Sobol: which choice moves the ranks of an index, alone and together with the others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from howfar.assess.choices import Choice
from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Recipe
from howfar.assess.tree import Tree
from howfar.assess.vary import Variants, variants
from howfar.errors import StudyError
from howfar.stats.sobol import SobolIndices, sobol_design, sobol_indices

BASE = 1_024
"""Base points; (choices + 2) times as many variants are made."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices (C,) of every choice with intervals, of the movement of all ranks together."""

    choices: tuple[Choice, ...]
    all_units: SobolIndices
    variants: Variants


def sensitivity(
    matrix: Matrix,
    tree: Tree,
    recipe: Recipe,
    choices: Sequence[Choice],
    rng: np.random.Generator,
    *,
    base: int = BASE,
    replicates: int = 1_000,
    confidence: float = 0.95,
) -> Sensitivity:
    """Sobol first and total indices of the choices, every option of a choice equally likely.

    First: the part of the movement of ranks that would go away on average if this choice were
    settled. Total: the part that would be left if all others were settled. Sampling error enters as
    one more choice (``sampling_choice``).

    Raises StudyError without choices, or where fewer than two units have a rank in all variants.

    Source: Saisana, Saltelli & Tarantola 2005 (doi 10.1111/j.1467-985X.2005.00350.x).
    """
    if not choices:
        raise StudyError("no choices to be varied", "the choices", "at least one")
    design = sobol_design(base, len(choices), rng)
    levels = np.array([choice.levels for choice in choices])
    # A point just below 1 must not round up to a way that there is not.
    picks = np.minimum((design * levels).astype(np.int64), levels - 1).reshape(-1, len(choices))
    found = variants(matrix, tree, recipe, choices, len(picks), rng, picks)
    ranked = (found.ranks > 0).all(axis=0) & (found.nominal_ranks > 0)
    if ranked.sum() < 2:
        raise StudyError(
            "fewer than two units have a rank in every variant",
            "the choices",
            "choices that leave units in the index",
            "take out options that drop units (screen, impute none)",
        )
    ranks = found.ranks[:, ranked].astype(np.float64)
    results = ranks.reshape(len(choices) + 2, base, -1)
    indices = sobol_indices(results, rng, replicates=replicates, confidence=confidence, pooled=True)
    return Sensitivity(tuple(choices), indices, found)
