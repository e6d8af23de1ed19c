"""Ranks: which places a unit may have, and who is tied with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from howfar.assess.vary import Variants
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.rank_sets import BoolArray, RankSets

SHARE = 0.9
"""Part of the variants that a range of places holds."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places of units (U,) over the variants of an index: a range, no confidence interval.

    low, high: ranks that leave at most (1 - share) / 2 of the variants on either side; 0 where a
    unit never has a rank. score_low, score_high: the same of scores, NaN where variants have
    different scales.
    """

    low: IntArray
    high: IntArray
    score_low: FloatArray
    score_high: FloatArray
    share: float
    variants: int


def places(found: Variants, share: float = SHARE) -> Places:
    """Where each unit stands over the variants in which it has a rank."""
    top = max(int(found.ranks.max(initial=1)), 1)
    frequency = np.stack([(found.ranks == place).mean(axis=0) for place in range(1, top + 1)], 1)
    total = frequency.sum(axis=1, keepdims=True)
    ever = total[:, 0] > 0
    up_to = np.cumsum(frequency, axis=1) / np.where(total > 0, total, 1.0)
    tail = (1 - share) / 2

    def first(reached: BoolArray) -> IntArray:
        return np.where(ever, 1 + reached.argmax(axis=1), 0)

    scores = np.full((2, len(ever)), np.nan)
    if not any("normalise" in o.parts for choice in found.choices for o in choice.options):
        scores[:, ever] = np.nanquantile(found.scores[:, ever], [tail, 1 - tail], axis=0)
    edge = 1e-12
    return Places(
        first((up_to >= tail - edge) & (up_to > 0)),
        first(up_to >= 1 - tail - edge),
        scores[0],
        scores[1],
        share,
        len(found.ranks),
    )


@dataclass(frozen=True)
class Ties:
    """Who cannot be told from whom by the sampling error.

    tiers: units in groups from the top; units of different groups are told apart, within a group
    the order is not settled. first: units that may be first. pairs, apart: pairs of units, and
    those told apart. said: the same in words.
    """

    tiers: tuple[tuple[str, ...], ...]
    first: tuple[str, ...]
    pairs: int
    apart: int
    said: str


def ties(sets: RankSets, units: Sequence[str]) -> Ties:
    """Groups of tied units, from rank sets."""
    ranked = [k for k in np.argsort(sets.rank, kind="stable").tolist() if sets.rank[k] > 0]
    tiers = tuple(tuple(units[k] for k in tier) for tier in _tiers(sets.tied, ranked))
    first = tuple(units[k] for k in ranked if sets.low[k] == 1)
    pairs = len(ranked) * (len(ranked) - 1) // 2
    apart = pairs - int(np.triu(sets.tied | sets.tied.T).sum())
    said = _said(sets, tiers, first, pairs, apart)
    return Ties(tiers, first, pairs, apart, said)


def _tiers(tied: BoolArray, ranked: Sequence[int]) -> list[list[int]]:
    """Connected groups of the graph of ties, in the order of their best unit."""
    left, found = list(ranked), []
    while left:
        group, todo = {left[0]}, [left[0]]
        while todo:
            at = todo.pop()
            more = [k for k in left if k not in group and (tied[at, k] or tied[k, at])]
            group |= set(more)
            todo += more
        found.append([k for k in left if k in group])
        left = [k for k in left if k not in group]
    return found


def _said(
    sets: RankSets,
    tiers: Sequence[Sequence[str]],
    first: Sequence[str],
    pairs: int,
    apart: int,
) -> str:
    level = f"with {sets.confidence:.0%} confidence"
    if pairs == 0:
        return "There is nothing to rank."
    if apart == 0:
        return f"All are tied: {level} no unit can be told from another by its figures."
    text = f"{apart} of {pairs} pairs of units can be told apart {level}."
    if len(first) > 1:
        text += f" Tied for the first place: {', '.join(first)}."
    else:
        text += f" {first[0]} is first."
    if len(tiers) > 1:
        text += f" There are {len(tiers)} groups that are apart from one another."
    return text
