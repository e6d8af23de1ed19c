"""What goes together, and what against."""

import numpy as np
import pytest
from tests.assess.tables import TREE, flat, random, table

from howfar.assess.build import build
from howfar.assess.correlate import (
    consistency,
    correlate,
    counter_directed,
    influence,
    redundant,
    with_ancestors,
    with_denominators,
)
from howfar.assess.index import Index
from howfar.assess.recipe import Aggregate, Normalise, Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError

X = np.arange(10.0)
NOISE = np.random.default_rng(5).normal(size=10)


@pytest.fixture
def against() -> Index:
    """Three that go together, one of them twice, and one that goes against them."""
    x = np.column_stack([X + NOISE, X + NOISE + 0.01 * X, X - NOISE, -X])
    return build(table(x), flat("a", "b", "c", "d"), Recipe())


def test_redundant_and_counter_directed(against: Index) -> None:
    assert [(p.one, p.other) for p in redundant(against, 0.99)] == [("a", "b")]
    found = counter_directed(against)
    assert [(p.one, p.other) for p in found] == [("d", "i")]
    assert found[0].r < 0
    assert found[0].n == 10
    assert found[0].p is not None
    assert found[0].p < 0.05


def test_redundant_across_groups_only_where_asked() -> None:
    matrix = random(np.random.default_rng(1), 12)
    values = matrix.values.copy()
    values[:, 2] = values[:, 0]
    index = build(matrix.with_values(values), TREE, Recipe())
    assert redundant(index) == ()
    assert [(p.one, p.other) for p in redundant(index, within=False)] == [("a", "c")]


def test_each_node_with_all_above() -> None:
    index = build(random(np.random.default_rng(1), 12), TREE, Recipe())
    pairs = [(p.one, p.other) for p in with_ancestors(index)]
    assert pairs == [(leaf, up) for leaf, g in zip("abcde", "gghhh", strict=True)
                     for up in (g, "i")] + [("g", "i"), ("h", "i")]  # fmt: skip
    matrix = correlate(index, "spearman")
    found = {(p.one, p.other): p for p in with_ancestors(index, "spearman")}
    assert found["g", "i"].r == matrix[5, 7]
    assert found["g", "i"].p is None
    with pytest.raises(StudyError, match="pearson, spearman, kendall"):
        correlate(index, "distance")


def test_influence_is_not_weight(against: Index) -> None:
    found = {one.indicator: one for one in influence(against)}
    assert {one.weight for one in found.values()} == {0.25}
    shares = [one.share for one in found.values() if one.share is not None]
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert found["d"].share is not None
    assert found["d"].share < 0
    assert found["d"].r < 0


def test_no_share_of_variance_where_it_does_not_add_up() -> None:
    matrix = random(np.random.default_rng(1), 12)
    recipe = Recipe(normalise=Normalise(low=1, high=2), aggregate=Aggregate("geometric"))
    assert {one.share for one in influence(build(matrix, TREE, recipe))} == {None}


def test_consistency_of_groups(against: Index) -> None:
    assert set(consistency(against)) == {"i"}


def test_with_denominators() -> None:
    tree = Tree(
        (Indicator("a", "A", "i", denominator="p"), Indicator("b", "B", "i")),
        (Group("i", "I", None),),
    )
    matrix = table(np.column_stack([2 * X, NOISE, X]), columns="abp")
    found = with_denominators(matrix, tree)
    assert [(p.one, p.other) for p in found] == [("a", "p"), ("b", "p")]
    assert found[0].r == pytest.approx(1)
    assert with_denominators(matrix, flat("a", "b")) == ()
