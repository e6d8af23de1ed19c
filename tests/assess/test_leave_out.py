"""The index without one part."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.assess import asem
from tests.assess.tables import TREE, flat, random, table

from howfar.assess.build import build
from howfar.assess.leave_out import leave_out
from howfar.assess.recipe import Aggregate, Normalise, Recipe
from howfar.assess.tree import Tree
from howfar.errors import StudyError

PLAIN = Recipe(normalise=Normalise("none"))


def test_by_hand() -> None:
    # a: 1 2 9, b: 9 8 1; together 5 5 5. Without a the order is u0, u1, u2, without b turned.
    index = build(table([[1.0, 9.0], [2, 8], [9, 1]], columns="ab"), flat("a", "b"), PLAIN)
    found = leave_out(index)
    assert found.nodes == ("a", "b")
    assert found.scores.tolist() == [[9, 8, 1], [1, 2, 9]]
    assert index.ranks[:, -1].tolist() == [1, 1, 1]
    assert found.ranks.tolist() == [[1, 2, 3], [3, 2, 1]]
    assert found.shifts.tolist() == [[0, -1, -2], [-2, -1, 0]]
    assert found.mean_shift.tolist() == [1, 1]


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "outranking", "copeland"])
def test_as_if_it_had_never_been_in_the_tree(method: str) -> None:
    matrix = random(np.random.default_rng(7))
    recipe = Recipe(normalise=Normalise(low=1, high=100), aggregate=Aggregate(method))
    found = leave_out(build(matrix, TREE, recipe))
    for k, node in enumerate(found.nodes):
        gone = {node, *(TREE.leaves(node) if node in "gh" else ())}
        without = Tree(
            tuple(i for i in TREE.indicators if i.id not in gone),
            tuple(g for g in TREE.groups if g.id not in gone),
        )
        other = build(matrix, without, recipe)
        np.testing.assert_allclose(found.scores[k], other.index)
        np.testing.assert_array_equal(found.ranks[k], other.ranks[:, -1])


def test_an_only_child_takes_its_group_along(shared: Path) -> None:
    tree = asem.tree(shared)
    only = tuple(i for i in tree.indicators if i.parent != "SusEcFin" or i.id == "NEET")
    index = build(asem.matrix(shared), Tree(only, tree.groups), asem.RECIPE)
    found = leave_out(index, ["NEET", "SusEcFin"])
    np.testing.assert_array_equal(found.scores[0], found.scores[1])


def test_of_a_sub_index() -> None:
    index = build(random(np.random.default_rng(7)), TREE, PLAIN)
    found = leave_out(index, of="h")
    assert found.nodes == ("c", "d", "e")
    with pytest.raises(StudyError, match="'a' is no part of 'h'"):
        leave_out(index, ["a"], of="h")
    with pytest.raises(StudyError, match="'i' is no part of 'i'"):
        leave_out(index, ["i"])


def test_in_a_panel_ranks_are_within_a_period() -> None:
    matrix = replace(random(np.random.default_rng(7)), times=("1",) * 4 + ("2",) * 4)
    found = leave_out(build(matrix, TREE, PLAIN), ["g"])
    assert sorted(found.ranks[0, :4]) == [1, 2, 3, 4]
    assert sorted(found.ranks[0, 4:]) == [1, 2, 3, 4]
