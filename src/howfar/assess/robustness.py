"""Robustness: would the ranking stay as it is under other fair choices, or other weeks?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from howfar.assess.vary import Variants
from howfar.stats.blocks import FloatArray
from howfar.stats.rank_sets import RankSets

KEPT = 0.95
"""A pair is firm against choices where its order is the same in this part of the variants."""

ROBUST, PARTLY = 0.9, 0.5
"""Parts of all pairs that must be firm."""

RULE = (
    "Rule: a pair of units is firm where the published order holds in at least "
    f"{KEPT:.0%} of the variants and the sampling error cannot have made it. The ranking is robust "
    f"where at least {ROBUST:.0%} of the pairs are firm, robust in part from {PARTLY:.0%}."
)


@dataclass(frozen=True)
class Verdict:
    """Whether the ranking can be relied on.

    grade: by the rule RULE; null where neither chance nor choices were tried. pairs: pairs of units
    that the published ranking orders. by_choices, by_chance, firm: how many of them are firm
    against choices, against chance, against all that was tried; null where it was not tried.
    said: in words, with the rule.
    """

    grade: Literal["robust", "robust in part", "not robust"] | None
    pairs: int
    by_choices: int | None
    by_chance: int | None
    firm: int | None
    first: tuple[str, ...]
    said: str

    @property
    def robust(self) -> bool | None:
        """Whether no warning is needed."""
        return None if self.grade is None else self.grade == "robust"


def verdict(found: Variants | None, sets: RankSets | None, units: Sequence[str]) -> Verdict:
    """The verdict on a ranking of ``units``, from its variants, its rank sets, or both.

    Both are over the same units in the same order. Units that the published ranking ties are no
    pair; a tie in a variant does not keep an order.
    """
    if found is None and sets is None:
        return Verdict(None, 0, None, None, None, (), "Neither chance nor choices were tried.")
    ranks = found.nominal_ranks if found is not None else (sets.rank if sets is not None else None)
    if ranks is None or len(ranks) != len(units):
        raise ValueError("the ranks are of other units")
    known = ranks > 0
    ahead = known[:, None] & known[None, :] & (ranks[:, None] < ranks[None, :])
    firm = ahead.copy()
    by_choices = by_chance = None
    first = tuple(unit for unit, rank in zip(units, ranks, strict=True) if rank == 1)
    if found is not None:
        kept = ahead & (order_kept(found) >= KEPT)
        by_choices, firm = int(kept.sum()), firm & kept
    if sets is not None:
        apart = ahead & sets.above
        by_chance, firm = int(apart.sum()), firm & apart
    pairs, sure = int(ahead.sum()), int(firm.sum())
    part = sure / pairs if pairs else 0.0
    grade: Literal["robust", "robust in part", "not robust"] = (
        "robust" if part >= ROBUST else "robust in part" if part >= PARTLY else "not robust"
    )
    said = _said(grade, pairs, by_choices, by_chance, sure, found, sets)
    return Verdict(grade, pairs, by_choices, by_chance, sure, first, said)


def order_kept(found: Variants) -> FloatArray:
    """Part of the variants (U, U) in which the row's unit is ahead of the column's.

    Of the variants in which both have a rank; 0 where there is none.
    """
    units = found.ranks.shape[1]
    kept = np.zeros((units, units))
    for row in range(units):
        own = found.ranks[:, row, None]
        both = (own > 0) & (found.ranks > 0)
        kept[row] = ((own < found.ranks) & both).sum(axis=0) / np.maximum(both.sum(axis=0), 1)
    return kept


def _said(
    grade: str,
    pairs: int,
    by_choices: int | None,
    by_chance: int | None,
    firm: int,
    found: Variants | None,
    sets: RankSets | None,
) -> str:
    if pairs == 0:
        return "The ranking is not robust: it puts no unit before another."
    parts = []
    if found is not None and by_choices is not None:
        parts.append(
            f"{by_choices} ({by_choices / pairs:.0%}) keep their order in at least {KEPT:.0%} of "
            f"{len(found.ranks):,} other fair ways to make the index"
        )
    if sets is not None and by_chance is not None:
        parts.append(
            f"{by_chance} ({by_chance / pairs:.0%}) are told apart by their figures with "
            f"{sets.confidence:.0%} confidence for all pairs together"
        )
    if len(parts) == 2:
        parts.append(f"{firm} ({firm / pairs:.0%}) pass both")
    text = f"The ranking is {grade}: of {pairs:,} pairs of units {', '.join(parts)}. {RULE}"
    if found is None:
        text += " Other choices were not tried."
    if sets is None:
        text += " Sampling error was not tried: the figures count as known."
    return text
