"""Vary: the same index under thousands of other fair choices, at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from howfar.assess.batch import index_ranks, index_scores
from howfar.assess.build import build, prepare, weights_of
from howfar.assess.choices import Choice, Option
from howfar.assess.matrix import Matrix
from howfar.assess.net import net_of
from howfar.assess.recipe import DATA_VERBS, Aggregate, Recipe, Weigh
from howfar.assess.tree import Tree
from howfar.assess.weigh import FROM_DATA
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray, IntArray

_FEW = 40
"""Below this many variants on the same data, several data sets are worked on together."""

_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class Variants:
    """V variants of an index over units (U,) of the table.

    picks: (V, C) which way of each choice was taken: option * patterns + pattern. scores: (V, U),
    NaN where a unit has none. ranks: (V, U), 0 where there is no score. nominal_scores,
    nominal_ranks: (U,) of the published recipe. Scores of different scales do not compare; ranks
    do.
    """

    matrix: Matrix
    tree: Tree
    recipe: Recipe
    choices: tuple[Choice, ...]
    picks: IntArray
    factors: FloatArray
    scores: FloatArray
    ranks: IntArray
    nominal_scores: FloatArray
    nominal_ranks: IntArray

    @property
    def units(self) -> tuple[str, ...]:
        """Units in the order of the columns of scores and ranks."""
        return self.matrix.units

    def single(self, variant: int) -> tuple[Matrix, Tree, Recipe]:
        """What ``build`` needs to make one variant alone."""
        options = _taken(self.choices, self.picks[variant])
        matrix, recipe = _planned(self.matrix, self.tree, self.recipe, options)
        data = prepare(matrix, self.tree, recipe)[0]
        weights = weights_of(data, self.tree, recipe)[0]
        row = self.picks[variant : variant + 1]
        weights = weights * _multipliers(self.tree, self.choices, row, self.factors)[0]
        named = dict(zip(self.tree.nodes, map(float, weights), strict=True))
        return matrix, self.tree, replace(recipe, weigh=Weigh("given", weights=named))


def variants(
    matrix: Matrix,
    tree: Tree,
    recipe: Recipe,
    choices: Sequence[Choice],
    draws: int,
    rng: np.random.Generator,
    picks: IntArray | None = None,
) -> Variants:
    """``draws`` variants of an index, every choice taken at random (or as ``picks`` (V, C) says).

    Each is the index that ``build`` would give for its choices; data that several variants share
    are made once and all weightings of them are summed at once.

    Raises StudyError where two choices set the same part, or an option can not be built.
    """
    chosen = tuple(choices)
    _no_clash(chosen)
    nodes = {node: k for k, node in enumerate(tree.nodes)}
    most = max((choice.patterns for choice in chosen), default=1)
    factors = rng.uniform(-1.0, 1.0, size=(most, len(nodes)))
    if picks is None:
        levels = np.array([choice.levels for choice in chosen], dtype=np.int64)
        picks = rng.integers(0, levels, size=(draws, len(chosen)), dtype=np.int64)
    scores = np.full((len(picks), len(matrix.units)), np.nan)
    kitchen = _Kitchen(matrix, tree, recipe)
    waiting: dict[str, list[_Job]] = {}
    for rows, options in _plans(chosen, picks):
        cooked = kitchen.cooked(options)
        each = cooked.weights * _multipliers(tree, chosen, picks[rows], factors)
        job = _Job(rows, cooked, each)
        if len(rows) < _FEW and len(cooked.present) == len(matrix.units) and matrix.times is None:
            waiting.setdefault(repr(cooked.aggregate), []).append(job)
        else:
            scores[np.ix_(rows, cooked.present)] = index_scores(
                cooked.data, tree, each, cooked.aggregate, cooked.times
            )
    for jobs in waiting.values():
        step = max(1, _CHUNK // (_FEW * len(matrix.units) * len(tree.ids)))
        for part in (jobs[at : at + step] for at in range(0, len(jobs), step)):
            data = np.concatenate([np.repeat(j.cooked.data[None], len(j.rows), 0) for j in part])
            each = np.concatenate([j.weights for j in part])
            rows = np.concatenate([j.rows for j in part])
            scores[rows] = index_scores(data, tree, each, part[0].cooked.aggregate)
    published = build(matrix, tree, recipe)
    nominal = np.full(len(matrix.units), np.nan)
    nominal[present_rows(matrix, published.units, published.times)] = published.index
    return Variants(
        matrix, tree, recipe, chosen, picks, factors, scores,
        index_ranks(scores, matrix.times), nominal, index_ranks(nominal[None], matrix.times)[0],
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Cooked:
    """Normalised data (u, K) of the units that stayed, their rows in the table, base weights."""

    data: FloatArray
    weights: FloatArray
    aggregate: Aggregate
    present: IntArray
    times: tuple[str, ...] | None


@dataclass(frozen=True, eq=False)
class _Job:
    """Variants (rows) that share data and base weights; weights (v, N) each."""

    rows: IntArray
    cooked: _Cooked
    weights: FloatArray


class _Kitchen:
    """Makes data and weights of every plan once."""

    def __init__(self, matrix: Matrix, tree: Tree, recipe: Recipe) -> None:
        self.matrix, self.tree, self.recipe = matrix, tree, recipe
        self._data: dict[str, Matrix] = {}
        self._weights: dict[str, FloatArray] = {}

    def cooked(self, options: Sequence[Option]) -> _Cooked:
        """Data and weights by these options, before factors and left-out nodes."""
        tables = "; ".join(o.name for o in options if o.table is not None or o.net)
        matrix, recipe = _planned(self.matrix, self.tree, self.recipe, options)
        verbs = [getattr(recipe, verb) for verb in DATA_VERBS]
        key = repr((tables, verbs, recipe.order))
        if key not in self._data:
            self._data[key] = prepare(matrix, self.tree, recipe)[0]
        data = self._data[key]
        weigh_key = repr(recipe.weigh)
        if recipe.weigh.method in (*FROM_DATA, "optimised"):
            weigh_key += key
            if self._needs_scores(recipe.weigh):
                weigh_key += repr(recipe.aggregate)
        if weigh_key not in self._weights:
            self._weights[weigh_key] = weights_of(data, self.tree, recipe)[0]
        return _Cooked(
            data.values,
            self._weights[weigh_key],
            recipe.aggregate,
            present_rows(self.matrix, data.units, data.times),
            data.times,
        )

    def _needs_scores(self, spec: Weigh) -> bool:
        """Whether weights from data depend on scores of groups: not those of indicators alone."""
        kinds = [{c in self.tree.ids for c in self.tree.children(g.id)} for g in self.tree.groups]
        mixed = any(len(kind) > 1 for kind in kinds)
        return mixed or spec.method == "optimised" or spec.nodes != "indicators"


def _plans(
    choices: Sequence[Choice], picks: IntArray
) -> Iterator[tuple[IntArray, tuple[Option, ...]]]:
    """Variants that share data and base weights, and the options that make them."""
    made = [k for k, choice in enumerate(choices) if any(map(_makes, choice.options))]
    patterns = np.array([choices[k].patterns for k in made], dtype=np.int64)
    plans, which = np.unique(picks[:, made] // patterns, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel(), minlength=len(plans)))
    for plan, rows in zip(plans.tolist(), np.split(order, ends[:-1]), strict=True):
        yield rows, tuple(choices[k].options[int(o)] for k, o in zip(made, plan, strict=True))


def _makes(option: Option) -> bool:
    return bool(option.parts) or option.net or option.table is not None


def _taken(choices: Sequence[Choice], picks: IntArray) -> tuple[Option, ...]:
    taken = zip(choices, picks.tolist(), strict=True)
    return tuple(choice.options[pick // choice.patterns] for choice, pick in taken)


def _planned(
    matrix: Matrix, tree: Tree, recipe: Recipe, options: Sequence[Option]
) -> tuple[Matrix, Recipe]:
    parts: dict[str, Any] = {}
    for option in options:
        parts |= option.parts
        matrix = matrix if option.table is None else option.table
    if any(option.net for option in options):
        matrix = net_of(matrix, tree)
    return matrix, replace(recipe, **parts)


def _multipliers(
    tree: Tree, choices: Sequence[Choice], picks: IntArray, factors: FloatArray
) -> FloatArray:
    """What each variant's weights (V, N) are multiplied by: random factors, 0 where left out."""
    place = {node: k for k, node in enumerate(tree.nodes)}
    found = np.ones((len(picks), len(place)))
    for choice, pick in zip(choices, picks.T, strict=True):
        spread = np.array([option.spread for option in choice.options])[pick // choice.patterns]
        if spread.any():
            found *= 1.0 + spread[:, None] * factors[pick % choice.patterns]
        for number, option in enumerate(choice.options):
            if option.without:
                rows = np.flatnonzero(pick // choice.patterns == number)
                for node in option.without:
                    found[rows, place[node]] = 0.0
    return found


def present_rows(matrix: Matrix, units: Sequence[str], times: Sequence[str] | None) -> IntArray:
    """Rows of the table of these units (and periods)."""
    rows = {key: row for row, key in enumerate(zip(matrix.units, matrix.times or matrix.units,
                                                   strict=True))}  # fmt: skip
    return np.array([rows[key] for key in zip(units, times or units, strict=True)], dtype=np.int64)


def _no_clash(choices: Sequence[Choice]) -> None:
    seen: set[str] = set()
    for choice in choices:
        sets = {part for option in choice.options for part in option.parts}
        sets |= {"the table"} if any(o.table is not None for o in choice.options) else set()
        if both := sorted(seen & sets):
            raise StudyError(
                f"two choices set {both[0]}", "the choices", "each part set by one choice"
            )
        seen |= sets
