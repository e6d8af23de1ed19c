"""Elasticities of an index: arithmetic that can be done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.assess.tables import flat, table

from howfar.assess.build import build
from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Aggregate, Denominate, Normalise, Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.improve.elasticities import elasticities
from howfar.improve.held_scale import held_scale


def of(matrix: Matrix, tree: Tree, recipe: Recipe, unit: str = "u1") -> dict[str, float | str]:
    found = elasticities(held_scale(build(matrix, tree, recipe), matrix, unit))
    return {id: e.reason or "" if e.value is None else e.value for id, e in found.items()}


def test_of_plain_means_by_hand() -> None:
    matrix = table([[4.0, 9.0], [1.0, 3.0]], columns="ab")
    plain = Normalise("none")
    # (x + y) / 2: x / (x + y). Geometric: the weight. Harmonic 2 / (1/x + 1/y): (1/x) / sum.
    tree = flat("a", "b")
    arithmetic = of(matrix, tree, Recipe(normalise=plain))
    assert arithmetic == pytest.approx({"a": 1 / 4, "b": 3 / 4}, abs=1e-7)
    geometric = of(matrix, tree, Recipe(normalise=plain, aggregate=Aggregate("geometric")))
    assert geometric == pytest.approx({"a": 0.5, "b": 0.5}, abs=1e-7)
    harmonic = of(matrix, tree, Recipe(normalise=plain, aggregate=Aggregate("harmonic")))
    assert harmonic == pytest.approx({"a": 3 / 4, "b": 1 / 4}, abs=1e-7)


def test_with_scale_direction_and_denominator_by_hand() -> None:
    # a on 0..10 per head, less of b is better on 0..5. u1: a = 20 / 4 = 5 -> 50, b = 1 -> 80.
    tree = Tree(
        (
            Indicator("a", "A", "i", weight=3.0, denominator="heads"),
            Indicator("b", "B", "i", direction=-1),
        ),
        (Group("i", "I", None),),
    )
    matrix = table([[40.0, 0.0, 4.0], [20.0, 1.0, 4.0], [0.0, 5.0, 4.0]],
                   columns=("a", "b", "heads"))  # fmt: skip
    recipe = Recipe(denominate=Denominate("ratio"))
    index = build(matrix, tree, recipe)
    assert float(index.index[1]) == pytest.approx(0.75 * 50 + 0.25 * 80)
    found = of(matrix, tree, recipe)
    # d I / d a * a / I = .75 * 10 * 5 / 57.5; of b -.25 * 20 * 1 / 57.5.
    assert found == pytest.approx({"a": 37.5 / 57.5, "b": -5 / 57.5}, abs=1e-6)


def test_what_has_none_says_why() -> None:
    matrix = table([[4.0, 9.0, 1.0], [0.0, np.nan, 2.0], [2.0, 4.0, 4.0]], columns="abc")
    tree = flat("a", "b", "c")
    found = of(matrix, tree, Recipe(normalise=Normalise("none")))
    assert found["a"] == "the figure is 0, and no per cent of it is anything"
    assert found["b"] == "the unit has no such figure"
    assert found["c"] == pytest.approx(1.0, abs=1e-7)
    ranked = of(matrix, tree, Recipe(normalise=Normalise("borda")), "u2")
    assert set(ranked.values()) == {"places in an order move in steps"}
    z = of(matrix, tree, Recipe(normalise=Normalise("z")), "u1")
    assert z["c"] == "the index of the unit is 0 or below, and has no per cent"
    rivals = of(matrix, tree, Recipe(aggregate=Aggregate("outranking")), "u0")
    assert {str(why) for why in rivals.values()} == {"outranking compares units with one another"}


def test_intervals_cover_what_the_true_figures_give() -> None:
    """Planted figures with known errors: the interval holds the true elasticity as promised."""
    rng = np.random.default_rng(11)
    tree, recipe = flat("a", "b"), Recipe(normalise=Normalise("none"))
    truth, errors = np.array([2.0, 6.0]), np.array([0.2, 0.6])
    hits, n = 0, 400
    for _ in range(n):
        seen = np.stack([truth + errors * rng.standard_normal(2), [1.0, 1.0]])
        draws = seen + np.stack([errors, errors * 0]) * rng.standard_normal((200, 2, 2))
        matrix = replace(table(seen, columns="ab"), draws=draws)
        found = elasticities(held_scale(build(matrix, tree, recipe), matrix, "u0"))["a"]
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.25 <= found.high
    assert 0.92 <= hits / n <= 0.985
