"""How sure an index is: chance and choices apart, then together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from howfar.assess.choices import Choice, choices_from, sampling_choice, usual_choices
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import Sampled, propagate, with_draws
from howfar.assess.ranks import Places, places, ties
from howfar.assess.robustness import Verdict, verdict
from howfar.assess.sobol import sensitivity
from howfar.assess.vary import Variants, present_rows, variants
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.rank_sets import RankSets
from howfar.study.index_part import IndexPart

_DRAWS = 1_000
"""Draws of the figures that go through the whole recipe."""

_BASE = 512
"""Base points of the sensitivity of choices."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Places and scores (U,) of all units of an index over what was tried: the middle nine tenths.

    A range, never a confidence interval. NaN where a unit has no place; scores are NaN where what
    was tried has several scales.
    """

    rank_low: FloatArray
    rank_high: FloatArray
    score_low: FloatArray
    score_high: FloatArray
    tried: int


@dataclass(frozen=True)
class ChoicePart:
    """Part of the movement of places that a choice makes, alone and with others; value, limits."""

    choice: str
    first: tuple[float, float, float]
    total: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Uncertain:
    """What chance and choices leave open. Arrays are over all units of the index.

    verdict: whether the ranking is robust, with the rule. chance: simultaneous rank sets, null
    where the figures count as known. intervals: (U, N, 2) of all nodes. draws: (R, U) of the
    index. declared: whether the study named the choices, else they are the usual ones.
    """

    verdict: Verdict
    tied: str = ""
    chance: RankSets | None = None
    marginal: RankSets | None = None
    intervals: FloatArray | None = None
    draws: FloatArray | None = None
    by_choice: Spread | None = None
    by_both: Spread | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declared: bool = False
    variants: int = 0
    sensitivity: tuple[ChoicePart, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The verdict in words, and who is tied."""
        return " ".join(part for part in (self.verdict.said, self.tied) if part)


def uncertain(
    part: IndexPart,
    matrix: Matrix,
    index: Index,
    labels: Mapping[str, str],
    rng: np.random.Generator,
    *,
    confidence: float,
    degrees: float | None,
) -> Uncertain:
    """Chance and choices of an index; of a panel, of its last period.

    Choices are those that the study declares or, where it declares none, the usual ones.
    """
    tree, recipe = index.tree, index.recipe
    last = max(index.times) if index.times else None
    here = np.array([last is None or time == last for time in index.times or index.units])
    sampled = None
    if matrix.draws is not None or matrix.standard_errors is not None:
        sampled = propagate(matrix, tree, recipe, rng, draws=_DRAWS, degrees=degrees)
    sets = {kind: _sets(sampled, here, confidence, kind == "together") for kind in _KINDS}
    chosen = (
        choices_from(part.choices, matrix, tree, recipe)
        if part.choices
        else usual_choices(matrix, tree, recipe)
    )
    home = present_rows(matrix, index.units, index.times)
    found = _of_units(variants(matrix, tree, recipe, chosen, part.draws, rng), home, here)
    notes: list[str] = []
    by_both: Spread | None = None
    parts: tuple[ChoicePart, ...] = ()
    drawn = [*chosen]
    if sampled is not None:
        drawn.append(sampling_choice(with_draws(matrix, rng)))
    random: Variants | None = None
    try:
        moved = sensitivity(matrix, tree, recipe, drawn, rng, base=_BASE, confidence=confidence)
    except StudyError as error:
        notes.append(f"Which choice decides could not be told: {error.what}.")
        if sampled is not None:
            random = variants(matrix, tree, recipe, drawn, 2 * _BASE, rng)
    else:
        s = moved.all_units
        limits = zip(s.first, s.first_low, s.first_high, s.total, s.total_low, s.total_high,
                     strict=True)  # fmt: skip
        parts = tuple(
            ChoicePart(choice.name, _three(one[:3]), _three(one[3:]))
            for choice, one in zip(moved.choices, limits, strict=True)
        )
        if sampled is not None:
            random = _first(moved.variants, 2 * _BASE)
    if random is not None:
        by_both = _spread(places(_of_units(random, home, here)))
    named = [labels.get(unit, unit) for unit in index.units]
    together = sets["together"]
    return Uncertain(
        verdict(found, together, index.units),
        "" if together is None else ties(together, named).said,
        together,
        sets["each"],
        None if sampled is None else sampled.intervals(confidence),
        None if sampled is None else sampled.of_index,
        _spread(places(found)),
        by_both,
        {choice.name: _options(choice) for choice in chosen},
        bool(part.choices),
        len(found.ranks),
        parts,
        tuple(notes),
    )


_KINDS = ("together", "each")


def _sets(
    sampled: Sampled | None, here: np.ndarray, confidence: float, simultaneous: bool
) -> RankSets | None:
    """Rank sets of the units of one period; null where the figures count as known."""
    if sampled is None or not sampled.of_index.std(axis=0).any():
        return None
    return sampled.rank_sets(confidence, simultaneous=simultaneous, among=here)


def _of_units(found: Variants, home: IntArray, here: np.ndarray) -> Variants:
    """The variants of the units of the index, without places outside the period."""
    ranks = np.where(here, found.ranks[:, home], 0)
    nominal = np.where(here, found.nominal_ranks[home], 0)
    return replace(
        found,
        scores=found.scores[:, home],
        ranks=ranks,
        nominal_scores=found.nominal_scores[home],
        nominal_ranks=nominal,
    )


def _first(found: Variants, n: int) -> Variants:
    return replace(found, picks=found.picks[:n], scores=found.scores[:n], ranks=found.ranks[:n])


def _spread(found: Places) -> Spread:
    known = found.low > 0
    low, high = (np.where(known, x.astype(np.float64), np.nan) for x in (found.low, found.high))
    return Spread(low, high, found.score_low, found.score_high, found.variants)


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    value, low, high = map(float, values)
    return value, low, high


def _options(choice: Choice) -> tuple[str, ...]:
    return tuple(option.name for option in choice.options)
