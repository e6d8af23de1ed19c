"""Ranks with ties, and what must not matter to an index."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.tables import TREE, random, table

from howfar.assess.build import build, ranks_of
from howfar.assess.recipe import Aggregate, Impute, Normalise, Recipe, Treat, Weigh
from howfar.assess.tree import Tree

NAN = np.nan
seeds = st.integers(0, 100_000)
NORMALISED = st.sampled_from(["min_max", "z", "rank", "borda", "percentile", "distance_to_max"])
AGGREGATED = st.sampled_from(["arithmetic", "median", "outranking", "copeland"])
WEIGHED = st.sampled_from(["given", "equal", "critic", "entropy", "pca"])


def test_ties_share_the_lowest_rank() -> None:
    scores = np.array([[3.0], [7], [7], [NAN], [0.1 + 0.2], [0.3]])
    found = ranks_of(scores, None)[:, 0]
    np.testing.assert_array_equal(found, [3, 1, 1, NAN, 4, 4])


def test_ranks_within_a_period() -> None:
    scores = np.array([[1.0], [2], [3], [4]])
    assert ranks_of(scores, ("1", "1", "2", "2"))[:, 0].tolist() == [2, 1, 2, 1]


def _recipe(normalised: str, aggregated: str = "arithmetic", weighed: str = "given") -> Recipe:
    return Recipe(
        impute=Impute("median"),
        treat=Treat("winsorise"),
        normalise=Normalise(normalised),
        weigh=Weigh(weighed),
        aggregate=Aggregate(aggregated),
    )


@settings(max_examples=60, deadline=None)
@given(seeds, NORMALISED, AGGREGATED, WEIGHED)
def test_the_order_of_units_and_columns_does_not_matter(
    seed: int, normalised: str, aggregated: str, weighed: str
) -> None:
    rng = np.random.default_rng(seed)
    matrix = random(rng, 9)
    values = matrix.values.copy()
    values[rng.random(values.shape) < 0.1] = NAN
    matrix = matrix.with_values(values)
    recipe = _recipe(normalised, aggregated, weighed)
    index = build(matrix, TREE, recipe)
    rows, columns = rng.permutation(9), rng.permutation(5)
    shuffled = table(
        values[rows][:, columns],
        [matrix.columns[k] for k in columns],
        [matrix.units[k] for k in rows],
    )
    leaves, groups = list(TREE.indicators), list(TREE.groups)
    rng.shuffle(leaves)  # type: ignore[arg-type]
    rng.shuffle(groups)  # type: ignore[arg-type]
    other = build(shuffled, Tree(tuple(leaves), tuple(groups)), recipe)
    for node in index.nodes:
        np.testing.assert_allclose(other.of(node), index.of(node)[rows], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(other.ranks[:, -1], index.ranks[rows, -1])


@settings(max_examples=60, deadline=None)
@given(seeds, NORMALISED, st.sampled_from("abcde"), st.floats(-1000, 1000), st.floats(0.01, 100))
def test_zero_and_unit_of_an_indicator_do_not_matter(
    seed: int, normalised: str, column: str, shift: float, scale: float
) -> None:
    matrix = random(np.random.default_rng(seed), 9)
    moved = matrix.values.copy()
    k = matrix.place(column)
    moved[:, k] = moved[:, k] * scale + shift
    recipe = _recipe(normalised)
    index = build(matrix, TREE, recipe)
    other = build(matrix.with_values(moved), TREE, recipe)
    np.testing.assert_allclose(other.scores, index.scores, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    "normalise",
    [
        Normalise("share_of_max"),
        Normalise("goalposts", goalposts=dict.fromkeys("abcde", (0.0, 20.0))),
        Normalise("target", targets=dict.fromkeys("abcde", 12.0)),
    ],
)
def test_it_does_matter_where_the_scale_has_fixed_ends(normalise: Normalise) -> None:
    tree = Tree(tuple(replace(i, direction=1) for i in TREE.indicators), TREE.groups)
    matrix = random(np.random.default_rng(1))
    index = build(matrix, tree, Recipe(normalise=normalise))
    other = build(matrix.with_values(matrix.values + 1), tree, Recipe(normalise=normalise))
    assert np.abs(other.index - index.index).max() > 0.1


@settings(max_examples=60, deadline=None)
@given(seeds, NORMALISED, st.sampled_from(["arithmetic", "median", "outranking"]), seeds)
def test_more_of_what_is_better_is_never_worse(
    seed: int, normalised: str, aggregated: str, which: int
) -> None:
    """Beside the others: on a scale that the figures set, others may move too."""
    matrix = random(np.random.default_rng(seed), 7)
    unit, k = which % 7, which // 7 % 5
    better = matrix.values.copy()
    better[unit, k] += 2.0 * TREE.indicators[k].direction
    recipe = replace(_recipe(normalised, aggregated), treat=Treat())
    before = build(matrix, TREE, recipe)
    after = build(matrix.with_values(better), TREE, recipe)
    if normalised in ("rank", "borda", "percentile"):
        assert after.index[unit] >= before.index[unit] - 1e-9
    node = TREE.ids[k]
    leaf = after.of(node)
    assert (leaf[unit] >= leaf[before.of(node) <= before.of(node)[unit]] - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from(["arithmetic", "geometric", "harmonic"]))
def test_a_mean_lies_between_its_parts(seed: int, method: str) -> None:
    matrix = random(np.random.default_rng(seed))
    index = build(
        matrix, TREE, Recipe(normalise=Normalise(low=1, high=100), aggregate=Aggregate(method))
    )
    leaves = index.scores[:, :5]
    assert (index.index >= leaves.min(axis=1) - 1e-9).all()
    assert (index.index <= leaves.max(axis=1) + 1e-9).all()


def test_the_same_twice_is_the_same() -> None:
    matrix = random(np.random.default_rng(3))
    recipe = _recipe("z", weighed="critic")
    one, two = build(matrix, TREE, recipe), build(matrix, TREE, Recipe.from_json(recipe.to_json()))
    np.testing.assert_array_equal(one.scores, two.scores)
    assert one.log == two.log


def test_steps_hold_the_data_after_each_verb() -> None:
    values = random(np.random.default_rng(3)).values.copy()
    values[0, 0] = NAN
    index = build(table(values), TREE, _recipe("min_max"))
    assert list(index.steps) == ["denominate", "impute", "screen", "treat", "normalise"]
    assert np.isnan(index.steps["denominate"].values[0, 0])
    assert index.steps["impute"].values[0, 0] == np.nanmedian(values[:, 0])
    np.testing.assert_array_equal(index.steps["normalise"].values, index.scores[:, :5])
